import { readFileSync } from 'node:fs';
import type { Role } from '@greenwatch/contracts';
import { createLocalJWKSet, importJWK, type JWK, type JWTPayload, jwtVerify, type KeyLike, SignJWT } from 'jose';
import { unauthenticated } from './errors';

/** Who is asking. Travels as a signed token in Moleculer's meta and gRPC's metadata (design.md 6). */
export interface Caller {
  /** `public`: somebody without an account; the gateway alone speaks for them. */
  kind: 'user' | 'api-key' | 'service' | 'public';
  id: string;
  name: string;
  roles: Role[];
  /** GB/T 2260 code of the division the caller sees; the whole province for services. */
  division: string;
  personId?: string;
  /** Set for an enterprise's people: they see this enterprise only. */
  enterpriseId?: string;
  /** Set for an operator's people: they see the devices it maintains. */
  operatorId?: string;
  /** Of an API key; empty for people and services. */
  scopes: string[];
}

const LIFETIME_S = 60;
const GATEWAY = 'gateway';

/** A key's name is its issuer's, or `<issuer>.<number>` once it was rotated: so two keys of one issuer can be valid at a time. */
const issuerOf = (kid: string | undefined) => kid?.replace(/\.\d+$/, '');

export interface Identity {
  /** The caller that this process itself is. */
  self: Caller;
  sign(caller: Caller): Promise<string>;
  /** @throws DomainError 401 for a token that is missing, wrong, expired or says more than its issuer may */
  verify(token: string | undefined): Promise<Caller>;
}

/**
 * Reads this issuer's private key and everybody's public keys. Only the gateway may speak for people and API keys; every
 * other issuer speaks for itself alone.
 */
export async function loadIdentity(
  issuer: string,
  province: string,
  privateKeyFile: string,
  publicKeysFile: string,
): Promise<Identity> {
  const privateJwk = JSON.parse(readFileSync(privateKeyFile, 'utf8')) as JWK;
  const key = (await importJWK(privateJwk, 'EdDSA')) as KeyLike;
  const kid = privateJwk.kid ?? issuer;
  const keys = createLocalJWKSet(JSON.parse(readFileSync(publicKeysFile, 'utf8')) as { keys: JWK[] });
  const self: Caller = {
    kind: 'service',
    id: `service:${issuer}`,
    name: issuer,
    roles: ['service'],
    division: province,
    scopes: [],
  };
  // A token is signed once and used until half its life is over: signing costs more than a whole call.
  const cache = new Map<string, { token: string; until: number }>();

  return {
    self,
    async sign(caller) {
      const cacheKey = JSON.stringify(caller);
      const now = Date.now();
      const cached = cache.get(cacheKey);
      if (cached && cached.until > now) return cached.token;
      if (cache.size > 10_000) cache.clear();
      const token = await new SignJWT({ caller } as unknown as JWTPayload)
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_S}s`)
        .sign(key);
      cache.set(cacheKey, { token, until: now + (LIFETIME_S * 1000) / 2 });
      return token;
    },
    async verify(token) {
      if (!token) throw unauthenticated('The call carries no identity.');
      let payload: JWTPayload;
      let signedBy: string | undefined;
      try {
        const verified = await jwtVerify(token, keys, { algorithms: ['EdDSA'], clockTolerance: 5 });
        payload = verified.payload;
        signedBy = issuerOf(verified.protectedHeader.kid);
      } catch (error) {
        throw unauthenticated(`The identity does not verify: ${(error as Error).message}`);
      }
      const caller = payload.caller as Caller | undefined;
      if (!caller || payload.iss !== signedBy) throw unauthenticated('The identity names no caller.');
      const itself = caller.kind === 'service' && caller.id === `service:${payload.iss}`;
      if (!itself && payload.iss !== GATEWAY) {
        throw unauthenticated(`${payload.iss} may not speak for ${caller.id}.`);
      }
      return caller;
    },
  };
}
