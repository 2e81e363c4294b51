import { hostname } from 'node:os';
import { type Static, type TObject, Type } from '@sinclair/typebox';
import { ajv, describeErrors } from './validation';

const TRACES_SAMPLERS = [
  ...(['parentbased_traceidratio', 'parentbased_always_on', 'parentbased_always_off'] as const),
  ...(['traceidratio', 'always_on', 'always_off'] as const),
] as const;
type TracesSampler = (typeof TRACES_SAMPLERS)[number];

/** Environment variables that every service understands. A service adds its own in `ServiceDefinition.config`. */
export const KitConfig = Type.Object({
  MONGODB_URI: Type.String({ pattern: '^mongodb(\\+srv)?://', description: 'of a replica set or a sharded cluster' }),
  MONGODB_DATABASE: Type.Optional(Type.String({ minLength: 1 })),
  NATS_URL: Type.String({ pattern: '^(nats|tls)://', description: 'with the user and password of this service' }),
  VALKEY_URL: Type.String({ pattern: '^(redis|rediss|valkey)://' }),
  IDENTITY_PRIVATE_KEY_FILE: Type.String({ description: 'Ed25519 private JWK of this issuer' }),
  IDENTITY_PUBLIC_KEYS_FILE: Type.String({ description: 'JWKS of all issuers, kid = issuer or issuer.N' }),
  FIELD_KEYS_FILE: Type.String({ description: 'JSON {current, keys: {id: base64 of 32 bytes}, indexKey: base64}' }),
  HEALTH_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 0 }),
  GRPC_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 0 }),
  BIND_HOST: Type.String({ default: '127.0.0.1', description: 'address the health and gRPC ports listen on' }),
  INSTANCE: Type.String({ default: `${hostname()}-${process.pid}` }),
  LOG_LEVEL: Type.Unsafe<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'>({
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    default: 'info',
  }),
  STOP_DELAY_S: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'between not being ready and beginning to stop: until others have noticed and send nothing new',
  }),
  VERSION: Type.String({ minLength: 1, default: 'dev', description: 'of the image, for metrics and traces' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(Type.String({ pattern: '^https?://' })),
  OTEL_TRACES_SAMPLER: Type.Unsafe<TracesSampler>({
    type: 'string',
    enum: TRACES_SAMPLERS,
    default: 'parentbased_traceidratio',
  }),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({ minimum: 0, maximum: 1, default: 0.05, description: 'share of traces' }),
  READINGS_PARTITIONS: Type.Integer({ minimum: 1, maximum: 1024, default: 16 }),
  READINGS_RETENTION_HOURS: Type.Integer({ minimum: 1, default: 168 }),
  STREAM_REPLICAS: Type.Integer({
    minimum: 1,
    maximum: 5,
    default: 1,
    description: "copies of each stream on nats-servers of a cluster; an existing stream's are its operator's",
  }),
  PROVINCE: Type.String({ pattern: '^[1-9][0-9]0000$', default: '330000', description: 'GB/T 2260' }),
});
export type KitConfig = Static<typeof KitConfig>;

/** The share of traces that is recorded, by OpenTelemetry's own variables. What has a parent follows it in any case. */
export function traceRatio(config: Pick<KitConfig, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>): number {
  if (config.OTEL_TRACES_SAMPLER.endsWith('always_on')) return 1;
  return config.OTEL_TRACES_SAMPLER.endsWith('always_off') ? 0 : config.OTEL_TRACES_SAMPLER_ARG;
}

/** A setting that stops the start. Its message is one line a variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads a configuration from environment variables. Numbers and booleans are written as text there.
 * @throws ConfigError naming each variable that is missing or wrong and what was expected
 */
export function readConfig<T extends TObject>(schema: T, env: NodeJS.ProcessEnv): Static<T> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(schema.properties)) {
    // An empty variable counts as absent: Helm and Compose write unset values so.
    if (env[name] !== undefined && env[name] !== '') values[name] = env[name];
  }
  const check = ajv({ coerceTypes: true }).compile<Static<T>>(schema);
  if (check(values)) return values;
  throw new ConfigError(
    describeErrors(check.errors)
      .map((e) => `${e.field} ${e.expected}`)
      .join('\n'),
  );
}
