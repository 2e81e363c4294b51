import { type Histogram, isTracing, type Metrics, type OpenSpan, openSpan, SpanKind } from '@greenwatch/kit';
import type { App } from './route';

declare module 'fastify' {
  interface FastifyRequest {
    span: OpenSpan | undefined;
  }
}

/** Lasts as long as somebody listens: no request whose time says anything. */
const STREAM = '/api/v1/events';
const NO_ROUTE = 'none';

/** How long each request took, by its route's pattern, and a span for each of the API's, in which its handler works. */
export function measureRequests(app: App, metrics: Metrics): void {
  const known = new Map<string, Histogram>();
  const histogramOf = (method: string, route: string, status: number): Histogram => {
    const name = `${method} ${route} ${status}`;
    let histogram = known.get(name);
    if (!histogram) {
      histogram = metrics.histogram('greenwatch_http_duration_seconds', { method, route, status: String(status) });
      known.set(name, histogram);
    }
    return histogram;
  };

  app.decorateRequest('span', undefined);
  app.addHook('onRequest', async (request) => {
    const route = request.routeOptions.url;
    if (!isTracing() || route === undefined || route === STREAM || !route.startsWith('/api/')) return;
    const attributes = { 'http.request.method': request.method, 'http.route': route };
    // Whoever asks from outside does not say what is recorded here.
    request.span = openSpan(`${request.method} ${route}`, SpanKind.SERVER, attributes);
  });
  // Not before: reading the body leaves the context.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.span) request.span.within(done);
    else done();
  });
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply;
    request.span?.end({ 'http.response.status_code': statusCode }, statusCode >= 500);
    const route = request.routeOptions.url ?? NO_ROUTE;
    if (route !== STREAM) histogramOf(request.method, route, statusCode).observe(reply.elapsedTime / 1_000);
  });
}
