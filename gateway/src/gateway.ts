import type { readingsGrpc } from '@greenwatch/contracts';
import type { Kit } from '@greenwatch/kit';
import { type Static, Type } from '@sinclair/typebox';
import type { LiveHub } from './events/live-hub';
import type { ApiKeys } from './keys/api-keys';
import type { MapModels } from './map/map.model';
import type { Accounts } from './sessions/accounts';
import type { LoginThrottle } from './sessions/login-throttle';
import type { SessionStore } from './sessions/session-store';

/** Environment variables of the gateway beside the kit's. */
export const GatewayConfig = Type.Object({
  GATEWAY_HOST: Type.String({ default: '127.0.0.1' }),
  GATEWAY_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080 }),
  READINGS_GRPC: Type.String({ pattern: '^[^:/]+:\\d+$', description: 'host:port of the readings service' }),
  INGESTION_GRPC: Type.Optional(
    Type.String({ pattern: '^[^:/]+:\\d+$', description: 'host:port of the ingestion service; without, no gRPC push' }),
  ),
  WEB_ROOT: Type.Optional(Type.String({ description: 'folder of the built pages; without, only the API is served' })),
  FIRST_PASSWORD_FILE: Type.Optional(
    Type.String({ description: "where the first administrator's password is written" }),
  ),
  COOKIE_SECURE: Type.Boolean({ default: false, description: 'true where the pages come over HTTPS' }),
  SESSION_IDLE_SECONDS: Type.Integer({ minimum: 1, default: 8 * 3600 }),
  SESSION_MAX_SECONDS: Type.Integer({ minimum: 1, default: 7 * 24 * 3600 }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({ minimum: 1, default: 12_000, description: 'requests to the API an address' }),
  TRUSTED_PROXIES: Type.Optional(
    Type.String({ description: 'addresses or networks whose X-Forwarded-* count, by comma' }),
  ),
});
export type GatewayConfig = Static<typeof GatewayConfig>;

/** What the routes work with. */
export interface Gateway {
  kit: Kit<GatewayConfig>;
  accounts: Accounts;
  sessions: SessionStore;
  throttle: LoginThrottle;
  keys: ApiKeys;
  mapModels: MapModels;
  hub: LiveHub;
  readingsClient: readingsGrpc.ReadingsServiceClient;
  /** What is missing to do the job; empty when ready. */
  missing(): Promise<string[]>;
}
