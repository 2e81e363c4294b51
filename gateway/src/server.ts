import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { ajv, DomainError, describeErrors } from '@greenwatch/kit';
import type { ErrorObject } from 'ajv';
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { alarmRoutes } from './alarms/alarms.routes';
import { authentication } from './authentication';
import { caseRoutes } from './cases/cases.routes';
import { complaintRoutes } from './complaints/complaints.routes';
import { publicComplaintRoutes } from './complaints/public-complaints.routes';
import { creditRoutes } from './credit/credit.routes';
import { commandRoutes } from './devices/commands.routes';
import { deviceRoutes } from './devices/devices.routes';
import { eventRoutes } from './events/events.routes';
import { fileRoutes } from './file/file.routes';
import { fraudRoutes } from './fraud/fraud.routes';
import type { Gateway } from './gateway';
import { healthRoutes, systemHealthRoutes } from './health/health.routes';
import { intakeRoutes } from './intake/intake.routes';
import { keyRoutes } from './keys/keys.routes';
import { mapRoutes } from './map/map.routes';
import { markRoutes } from './marks/marks.routes';
import { meanRoutes } from './means/means.routes';
import { measureRequests } from './measure-requests';
import { noticeRoutes } from './notices/notices.routes';
import { securityHeaders, servePages } from './pages/pages';
import { permitRoutes } from './permits/permits.routes';
import { problem, problemOf, ValidationProblem } from './problems';
import { readingRoutes } from './readings/readings.routes';
import { registryRoutes } from './registry/registry.routes';
import type { App } from './route';
import { sessionRoutes } from './sessions/sessions.routes';
import { taskRoutes } from './tasks/tasks.routes';

/** After this a stop no longer waits for answers under way; a broken-off export is seen as such by its client. */
const STOP_PATIENCE_MS = 5_000;

export interface Server {
  port: number;
  /** From now on each answer is its connection's last: a client that keeps connections goes to another instance. */
  leave(): void;
  close(): Promise<void>;
}

/** Builds the whole API and listens. */
export async function startServer(gateway: Gateway): Promise<Server> {
  const { config } = gateway.kit;
  const { app, endEvents, leave } = await buildApp(gateway);
  await app.listen({ host: config.GATEWAY_HOST, port: config.GATEWAY_PORT });
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : config.GATEWAY_PORT,
    leave,
    async close() {
      endEvents();
      // Connections whose answer ends while we wait would stay open for a next request.
      const idle = setInterval(() => app.server.closeIdleConnections(), 100);
      const impatient = setTimeout(() => app.server.closeAllConnections(), STOP_PATIENCE_MS);
      await app.close();
      clearInterval(idle);
      clearTimeout(impatient);
    },
  };
}

export async function buildApp(gateway: Gateway): Promise<{ app: App; endEvents(): void; leave(): void }> {
  const { kit } = gateway;
  const { config } = kit;
  const app: App = Fastify({
    loggerInstance: kit.log as FastifyBaseLogger,
    // A line a request says little that traces and metrics do not; what fails is logged by the error handler.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    // To receive a whole request: a photo over a slow mobile line.
    requestTimeout: 300_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    trustProxy: config.TRUSTED_PROXIES ?? false,
    routerOptions: { maxParamLength: 256 },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // Texts of queries and paths become numbers and lists; in a body a number is a number. Nothing unknown is dropped.
  const strictly = ajv();
  const coercing = ajv({ coerceTypes: 'array' });
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const validate = (httpPart === 'body' ? strictly : coercing).compile(schema as object);
    const part = PARTS[httpPart ?? ''] ?? 'body';
    return (data: unknown) => (validate(data) ? { value: data } : { error: validationProblem(part, validate.errors) });
  });
  app.setErrorHandler(answerWithProblem);
  app.decorateRequest('visitor', undefined);
  measureRequests(app, kit.metrics);

  const headers = securityHeaders(config.COOKIE_SECURE);
  let leaving = false;
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    // On a connection that is still open at the end the next request would be answered by 503.
    if (leaving) reply.header('connection', 'close');
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
  });
  await app.register(cookie);
  await app.register(multipart, { throwFileSizeLimit: false });
  // What is left of an upload that was refused on its way is dropped: the next request on the connection waits behind it.
  app.addHook('onResponse', async (request) => {
    if (request.isMultipart()) request.raw.unpipe().resume();
  });
  await app.register(rateLimit, {
    max: config.RATE_LIMIT_PER_MINUTE,
    timeWindow: 60_000,
    redis: kit.valkey,
    nameSpace: 'rate:',
    skipOnError: true,
    // A client that is gone already has no address, and nobody to answer to.
    allowList: (request) => !request.url.startsWith('/api/v1/') || request.ip === undefined,
    errorResponseBuilder: (_, { max, ttl }) =>
      new DomainError('TOO_MANY_REQUESTS', `At most ${max} requests a minute from one address.`, 429, {
        retryAfter: Math.ceil(ttl / 1000),
      }),
  });
  await app.register(swagger, { openapi: DOCUMENT });
  app.addHook('onRequest', authentication(gateway.sessions, gateway.keys, config.COOKIE_SECURE));

  const methods = methodsByPath(app);
  let endEvents = () => {};
  await app.register(
    async (api) => {
      sessionRoutes(api as App, gateway);
      registryRoutes(api as App, gateway);
      deviceRoutes(api as App, gateway);
      readingRoutes(api as App, gateway);
      commandRoutes(api as App, gateway);
      intakeRoutes(api as App, gateway);
      meanRoutes(api as App, gateway);
      alarmRoutes(api as App, gateway);
      markRoutes(api as App, gateway);
      fraudRoutes(api as App, gateway);
      permitRoutes(api as App, gateway);
      taskRoutes(api as App, gateway);
      caseRoutes(api as App, gateway);
      complaintRoutes(api as App, gateway);
      publicComplaintRoutes(api as App, gateway);
      creditRoutes(api as App, gateway);
      noticeRoutes(api as App, gateway);
      mapRoutes(api as App, gateway);
      fileRoutes(api as App, gateway);
      systemHealthRoutes(api as App, gateway);
      keyRoutes(api as App, gateway);
      endEvents = eventRoutes(api as App, gateway);
    },
    { prefix: '/api/v1' },
  );
  await app.register(async (health) => healthRoutes(health as App, gateway));
  app.get('/api/openapi.json', { schema: { hide: true }, config: { access: { open: true } } }, async () =>
    app.swagger(),
  );

  const sendPage = config.WEB_ROOT ? await servePages(app, config.WEB_ROOT) : undefined;
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url.split('?')[0] ?? '');
    if (allowed.length > 0) {
      reply.header('allow', allowed.join(', '));
      return sendProblem(reply, request, problem(405, 'method-not-allowed', `Use ${allowed.join(' or ')}.`));
    }
    const page = sendPage?.(request, reply);
    return page ?? sendProblem(reply, request, problem(404, 'not-found', `There is nothing at ${request.url}.`));
  });
  await app.ready();
  const leave = () => {
    leaving = true;
  };
  return { app, endEvents, leave };
}

const PARTS: Record<string, string> = { body: 'body', querystring: 'query', params: 'path', headers: 'header' };

function validationProblem(part: string, errors: ErrorObject[] | null | undefined): ValidationProblem {
  return new ValidationProblem(
    describeErrors(errors).map(({ field, expected }) => ({
      field: field === '(whole)' ? part : `${part}.${field}`,
      expected,
    })),
  );
}

function answerWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = problemOf(error);
  if (!known) request.log.error({ err: error, method: request.method, url: request.url }, 'a request failed');
  else if (known.status === 503) request.log.warn({ url: request.url, detail: known.detail }, 'a service is away');
  const retryAfter = error instanceof DomainError ? error.detail.retryAfter : undefined;
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return sendProblem(
    reply,
    request,
    known ?? problem(500, 'internal', 'An error that is written down with this time.'),
  );
}

function sendProblem(reply: FastifyReply, request: FastifyRequest, body: ReturnType<typeof problem>): FastifyReply {
  reply.removeHeader('content-disposition');
  return reply
    .code(body.status)
    .type('application/problem+json; charset=utf-8')
    .send({ ...body, instance: request.url.split('?')[0] ?? '' });
}

/** Methods that a path knows, for the 405 of those it does not. */
function methodsByPath(app: App): (path: string) => string[] {
  const known: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}/?$`);
    for (const one of [method].flat()) known.push({ pattern, method: one });
  });
  return (path) => [...new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
}

const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Greenwatch',
    version: '1',
    description:
      'Supervision of pollution sources. Lists page by key: `after` takes the `next` of the page before. Times are ISO 8601 ' +
      'with zone. Errors are problem+json (RFC 9457); switch on `code`. What lies outside the caller’s division or ' +
      'enterprise is 404.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  components: {
    securitySchemes: {
      session: { type: 'apiKey' as const, in: 'cookie' as const, name: 'gw_session' },
      apiKey: { type: 'http' as const, scheme: 'bearer' },
    },
  },
};
