import type { ServiceFacts } from './chart-plan';

/** A setting as the service's own TypeBox schema declares it: JSON Schema. */
export interface SettingSchema {
  type?: string;
  enum?: readonly string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  default?: unknown;
  description?: string;
}
export type SettingSchemas = Record<string, SettingSchema>;

/** Variables that the charts set for every service (library/templates/_pod.tpl), alike by `global` or by the pod. */
export const setByCharts: readonly string[] = [
  ...['MONGODB_URI', 'NATS_URL', 'VALKEY_URL'],
  ...['IDENTITY_PRIVATE_KEY_FILE', 'IDENTITY_PUBLIC_KEYS_FILE', 'FIELD_KEYS_FILE'],
  ...['HEALTH_PORT', 'GRPC_PORT', 'BIND_HOST', 'INSTANCE', 'VERSION', 'STOP_DELAY_S'],
  ...['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'],
  ...['READINGS_PARTITIONS', 'READINGS_RETENTION_HOURS', 'STREAM_REPLICAS', 'PROVINCE'],
];

/** What of a service's configuration a deployer sets: all but what the chart sets. */
export function ownSettings(facts: ServiceFacts, declared: SettingSchemas): SettingSchemas {
  const taken = new Set([
    ...setByCharts,
    ...Object.keys(facts.environment ?? {}),
    ...(facts.calls ?? []).map((name) => `${name.toUpperCase()}_GRPC`),
    ...(facts.mqtt ? ['MQTT_ISSUER_SEED_FILE'] : []),
    ...(facts.ports?.['hj212-tls'] ? ['HJ212_TLS_PORT', 'HJ212_TLS_CERT_FILE', 'HJ212_TLS_KEY_FILE'] : []),
    ...(facts.coldStorage ? ['COLD_FOLDER', 'COLD_S3_CREDENTIALS_FILE'] : []),
    ...(facts.optionalCredentials ?? []),
    ...(facts.without ?? []),
  ]);
  return Object.fromEntries(Object.entries(declared).filter(([name]) => !taken.has(name)));
}

/** One line for people: kind, bounds, what it is. */
export function describeSetting(schema: SettingSchema): string {
  return [bounds(schema), schema.description].filter((part) => part !== undefined && part !== '').join('; ');
}

function bounds({ type, enum: choices, pattern, minLength, maxLength, ...number }: SettingSchema): string {
  if (choices) return choices.join(', ');
  if (type === 'string') {
    const length = [minLength && `at least ${minLength} characters`, maxLength && `at most ${maxLength} characters`];
    return [pattern ? `text like ${pattern}` : 'text', ...length].filter(Boolean).join(', ');
  }
  if (type === 'boolean') return 'true or false';
  const least = number.minimum ?? number.exclusiveMinimum;
  const most = number.maximum ?? number.exclusiveMaximum;
  const kind = type === 'integer' ? 'whole number' : 'number';
  if (least !== undefined && most !== undefined) return `${kind}, ${least} to ${most}`;
  if (least !== undefined) return `${kind}, from ${least}`;
  return most === undefined ? kind : `${kind}, up to ${most}`;
}
