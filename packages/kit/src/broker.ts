import { isReadable, PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type ActionName, type Actions, actions, type Params, type Result } from '@greenwatch/contracts';
import type { ValidateFunction } from 'ajv';
import { type Context, Errors, ServiceBroker, type ServiceSchema } from 'moleculer';
import { CONNECT_WITHIN_MS } from './connect-within';
import { asDomainError, DomainError, isRefusal } from './errors';
import type { Caller, Identity } from './identity';
import type { Logger } from './logger';
import type { Metrics } from './metrics/metrics';
import { natsAddress } from './nats';
import { requireRole } from './scope';
import { StreamSerializer } from './stream-serializer';
import { SpanKind, traced, traceParent } from './telemetry';
import { ajv, describeErrors } from './validation';

/** What an action's handler knows of the call beside its parameters. */
export interface Call {
  caller: Caller;
  log: Logger;
  /** The bytes of an upload, where the action takes some; what it leaves unread is dropped. */
  stream?: Readable;
}

export type ActionHandlers = {
  [K in ActionName]?: (params: Params<Actions[K]>, call: Call) => Promise<Result<Actions[K]>>;
};

interface Meta {
  identity?: string;
  traceparent?: string;
  /** Parameters of a call whose params are a stream. */
  $params?: object;
}

export interface CallOptions {
  /** Whom the call is made for; absent: this process itself. */
  as?: Caller;
  stream?: Readable;
  timeoutMs?: number;
}

export type CallAction = <K extends ActionName>(
  action: K,
  params: Params<Actions[K]>,
  options?: CallOptions,
) => Promise<Result<Actions[K]>>;

const REQUEST_TIMEOUT_MS = 10_000;

/** Moleculer over NATS with what it leaves off by default switched on once, for everybody. */
export function createBroker(natsUrl: string, nodeID: string, logLevel: string): ServiceBroker {
  const { server, ...access } = natsAddress(natsUrl);
  return new ServiceBroker({
    nodeID,
    logger: { type: 'Pino', options: { level: logLevel === 'info' ? 'warn' : logLevel } } as never,
    transporter: {
      type: 'NATS',
      options: {
        ...{ servers: [server], ...access, maxReconnectAttempts: -1, reconnectTimeWait: 250 },
        ...{ timeout: CONNECT_WITHIN_MS, ignoreClusterUpdates: true },
      },
    },
    serializer: new StreamSerializer(),
    requestTimeout: REQUEST_TIMEOUT_MS,
    heartbeatInterval: 5,
    heartbeatTimeout: 15,
    // Who asks twice may do twice: only the caller knows whether that is harmless.
    retryPolicy: { enabled: false },
    circuitBreaker: {
      enabled: true,
      threshold: 0.5,
      minRequestCount: 20,
      windowTime: 30,
      halfOpenTime: 5_000,
      check: (error: Error) =>
        (error as { code?: number }).code === undefined || Number((error as { code?: number }).code) >= 500,
    },
    bulkhead: { enabled: true, concurrency: 64, maxQueueSize: 1_000 },
    tracking: { enabled: true, shutdownTimeout: 3_000 },
    validator: false,
    skipProcessEventRegistration: true,
  });
}

/** Turns the actions of one service into a Moleculer service: identity verified, role and parameters checked before. */
export function moleculerService(
  name: string,
  handlers: ActionHandlers,
  identity: Identity,
  log: Logger,
  metrics: Metrics,
): ServiceSchema {
  const compiler = ajv();
  const own = Object.entries(handlers) as [ActionName, (params: unknown, call: Call) => Promise<unknown>][];
  return {
    name,
    actions: Object.fromEntries(
      own.map(([fullName, handler]) => {
        if (!fullName.startsWith(`${name}.`)) throw new Error(`${fullName} is not an action of ${name}`);
        const contract = actions[fullName];
        const check = compiler.compile(contract.params) as ValidateFunction<unknown>;
        const took = (result: 'ok' | 'refused' | 'failed', since: number) =>
          metrics
            .histogram('greenwatch_action_duration_seconds', { action: fullName, result })
            .observe((performance.now() - since) / 1_000);
        return [
          fullName.slice(name.length + 1),
          {
            async handler(context: Context<unknown, Meta>) {
              const { meta } = context;
              const upload = isStream(context.params) ? takeUpload(context.params) : undefined;
              const since = performance.now();
              return traced(fullName, SpanKind.SERVER, meta.traceparent, async () => {
                try {
                  const caller = await identity.verify(meta.identity);
                  requireRole(caller, contract.roles);
                  const params: unknown = upload ? { ...meta.$params } : (context.params ?? {});
                  if (!check(params)) throw validationError(check);
                  const result = await handler(params, { caller, log, ...(upload ? { stream: upload.stream } : {}) });
                  took('ok', since);
                  return result;
                } catch (error) {
                  took(isRefusal(error) ? 'refused' : 'failed', since);
                  throw error;
                } finally {
                  await upload?.dropRest();
                }
              });
            },
          },
        ];
      }),
    ),
  };
}

/**
 * A stream that a handler may leave or destroy as it likes. Moleculer takes what arrives after the answer for another
 * stream, which nobody would ever read or listen to: the sender's own is read to its end before anybody is answered.
 */
function takeUpload(sent: Readable): { stream: Readable; dropRest(): Promise<void> } {
  const stream = sent.pipe(new PassThrough());
  // Its sender may go at any moment, also when nobody reads yet or any more.
  stream.on('error', () => {});
  sent.once('error', (error) => stream.destroy(error));
  return {
    stream,
    async dropRest() {
      sent.unpipe().resume();
      await finished(sent).catch(() => {});
    },
  };
}

function isStream(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && 'pipe' in value && isReadable(value as Readable) !== null;
}

function validationError(check: ValidateFunction<unknown>): DomainError {
  const errors = describeErrors(check.errors);
  const [first] = errors;
  return new DomainError('INVALID', `${first?.field} ${first?.expected}`, 422, { errors });
}

/** Typed calls that carry a signed identity and the trace. @throws DomainError only; 503 names the service that is away */
export function createCall(broker: ServiceBroker, identity: Identity): CallAction {
  return async (action, params, { as = identity.self, stream, timeoutMs } = {}) => {
    return traced(`call ${action}`, SpanKind.CLIENT, undefined, async () => {
      const meta: Meta = { identity: await identity.sign(as), traceparent: traceParent() };
      if (stream) meta.$params = params as object;
      try {
        return await broker.call(action, (stream ?? params) as never, {
          meta,
          ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
        });
      } catch (error) {
        throw asDomainError(error) ?? unavailable(action, error) ?? error;
      }
    });
  };
}

/** Names of the services that at least one node offers, this process's own included. */
export function peersOf(broker: ServiceBroker): string[] {
  const list = broker.registry.getServiceList({ onlyAvailable: true, skipInternal: true }) as { name: string }[];
  return [...new Set(list.map(({ name }) => name))].sort();
}

/** How many instances of a service live, this one included, as far as the broker knows: nodes are named after their service. */
export function instancesOf(broker: ServiceBroker, service: string): number {
  // Every node has Moleculer's own services, also one without actions of ours.
  const list = broker.registry.getServiceList({ onlyAvailable: true }) as { name: string; nodeID?: string }[];
  const nodes = new Set(list.map(({ nodeID }) => nodeID).filter((node) => node?.startsWith(`${service}-`)));
  return Math.max(1, nodes.size);
}

function unavailable(action: string, error: unknown): DomainError | undefined {
  const away = [
    Errors.ServiceNotFoundError,
    Errors.ServiceNotAvailableError,
    Errors.RequestTimeoutError,
    Errors.QueueIsFullError,
    Errors.RequestRejectedError,
  ].some((kind) => error instanceof kind);
  if (!away) return undefined;
  const service = action.split('.')[0] ?? action;
  return new DomainError('SERVICE_UNAVAILABLE', `The service ${service} does not answer at present.`, 503, { service });
}
