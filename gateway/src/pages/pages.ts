import { readdir } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { ConfigError } from '@greenwatch/kit';
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

/** Answers with a page or a file of the pages; undefined where there is none at this address. */
export type SendPage = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

/**
 * Serves the built pages as they are at the start: files whose name carries their hash for ever, everything else fresh.
 * Addresses that the page routes by itself (`/map`, `/outlets/E1.DA001`) get the page.
 * @throws ConfigError when there is no such folder
 */
export async function servePages(app: App, folder: string): Promise<SendPage> {
  const root = path.resolve(folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => {
    throw new ConfigError(`WEB_ROOT ${root} cannot be read: build the pages (npm run build -w gateway/web)`);
  });
  const files = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/')),
  );
  await app.register(fastifyStatic, {
    root,
    serve: false,
    cacheControl: false,
    setHeaders(reply, file) {
      const hashed = path.relative(root, file).startsWith(`assets${path.sep}`);
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, reply) => {
    const [pathname = '/'] = request.url.split('?');
    const safe = request.method === 'GET' || request.method === 'HEAD';
    if (!safe || pathname === '/api' || pathname.startsWith('/api/')) return undefined;
    const file = pathname.slice(1);
    if (files.has(file)) return reply.sendFile(file);
    // Ids may hold dots (`/outlets/E1.DA001`): only what lies where files lie is a file that is missing.
    const [first = '', ...rest] = file.split('/');
    const missing =
      first === 'assets' || first.startsWith('.') || (rest.length === 0 && path.posix.extname(file) !== '');
    return missing ? undefined : reply.sendFile('index.html');
  };
}
