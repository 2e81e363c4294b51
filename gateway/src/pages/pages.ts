import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../route';

/**
 * What the pages may load. Ant Design writes its styles into the page; MapLibre and ECharts draw from blobs and run
 * MapLibre's worker from one; nothing comes from elsewhere, so that the console works with no internet.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "child-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer, pages and API alike. */
export function securityHeaders(secure: boolean): Record<string, string> {
  return {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'permissions-policy': 'geolocation=(self), camera=(self), microphone=()',
    'cross-origin-opener-policy': 'same-origin',
    ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** Serves the built pages: files whose name carries their hash for ever, everything else fresh. */
export async function servePages(app: App, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: path.resolve(root),
    // Found by the fallback below, so that pages and files need no route each.
    serve: false,
    cacheControl: false,
    setHeaders(reply, file) {
      const hashed = path.relative(path.resolve(root), file).startsWith(`assets${path.sep}`);
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** A file of the pages, or the page itself for the addresses it routes by itself (`/map`, `/tasks/t1`). */
export function isPageRequest(request: FastifyRequest): boolean {
  const safe = request.method === 'GET' || request.method === 'HEAD';
  return safe && !request.url.startsWith('/api/') && request.url !== '/api';
}

export function sendPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const pathname = decodeURIComponent(new URL(request.url, 'http://gateway').pathname);
  return reply.sendFile(path.posix.extname(pathname) === '' ? 'index.html' : pathname.slice(1));
}
