import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '@greenwatch/kit';
import type Redis from 'ioredis';
import type { Model } from 'mongoose';
import type { AccountDoc, SessionDoc } from './account.model';

/** What a valid session says. Times in ms. */
export interface Session {
  id: string;
  caller: Caller;
  username: string;
  locale?: 'zh-CN' | 'en';
  mustChangePassword: boolean;
  expiresAt: number;
}

export interface SessionSettings {
  idleMs: number;
  absoluteMs: number;
}

/** Longest that a change (log-out elsewhere, new roles) may take to be felt everywhere, should Valkey not hear of it. */
const FAST_COPY_MS = 60_000;

/**
 * Sessions: a random token of 256 bits that only the browser holds, its hash in MongoDB, a short-lived fast copy in
 * Valkey. While the fast copy lives, use does not reach MongoDB, so the idle end moves at most once in its life.
 */
export class SessionStore {
  readonly #fastCopyMs: number;

  constructor(
    private readonly sessions: Model<SessionDoc>,
    private readonly accounts: Model<AccountDoc>,
    private readonly valkey: Redis,
    private readonly now: () => number,
    private readonly settings: SessionSettings,
  ) {
    this.#fastCopyMs = Math.min(FAST_COPY_MS, settings.idleMs / 8);
  }

  /** A new session of an account that has just proved itself. */
  async open(account: AccountDoc): Promise<{ token: string; session: Session }> {
    const token = randomBytes(32).toString('base64url');
    const now = this.now();
    const endsAt = now + this.settings.absoluteMs;
    const doc: SessionDoc = {
      _id: hashOf(token),
      accountId: account._id,
      createdAt: new Date(now),
      expiresAt: new Date(Math.min(now + this.settings.idleMs, endsAt)),
      endsAt: new Date(endsAt),
    };
    await this.sessions.create(doc);
    return { token, session: sessionOf(doc, account) };
  }

  /** The session of a token, its idle end moved on; undefined when there is none or it has ended. */
  async find(token: string): Promise<Session | undefined> {
    const id = hashOf(token);
    return (await this.#fastCopy(id)) ?? this.#fromMongo(id, true);
  }

  /** Whether the session is still valid; asking does not prolong it. */
  async isValid(token: string): Promise<boolean> {
    return (await this.#fromMongo(hashOf(token), false)) !== undefined;
  }

  async close(token: string): Promise<void> {
    const id = hashOf(token);
    await this.sessions.deleteOne({ _id: id });
    await this.#forget([id]);
  }

  /** Ends every session of an account. */
  async closeAll(accountId: string): Promise<void> {
    const ids = await this.sessions.distinct('_id', { accountId });
    await this.sessions.deleteMany({ accountId });
    await this.#forget(ids);
  }

  async #fastCopy(id: string): Promise<Session | undefined> {
    try {
      const text = await this.valkey.get(`session:${id}`);
      const session = text ? (JSON.parse(text) as Session) : undefined;
      return session && session.expiresAt > this.now() ? session : undefined;
    } catch {
      return undefined;
    }
  }

  async #fromMongo(id: string, use: boolean): Promise<Session | undefined> {
    const now = this.now();
    // MongoDB removes ended sessions once a minute; until then they are still there.
    const doc = await this.sessions.findOne({ _id: id, expiresAt: { $gt: new Date(now) } }).lean();
    if (!doc) return undefined;
    const account = await this.accounts.findById(doc.accountId).lean();
    if (!account) return undefined;
    if (!use) return sessionOf(doc, account);
    const expiresAt = new Date(Math.min(now + this.settings.idleMs, doc.endsAt.getTime()));
    const moved = await this.sessions.updateOne({ _id: id }, { $set: { expiresAt } });
    // Closed in between.
    if (moved.matchedCount === 0) return undefined;
    const session = sessionOf({ ...doc, expiresAt }, account);
    const life = Math.ceil(Math.min(this.#fastCopyMs, expiresAt.getTime() - now));
    await this.valkey.set(`session:${id}`, JSON.stringify(session), 'PX', life).catch(() => undefined);
    return session;
  }

  async #forget(ids: string[]): Promise<void> {
    if (ids.length > 0) await this.valkey.del(ids.map((id) => `session:${id}`)).catch(() => undefined);
  }
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

function sessionOf(doc: SessionDoc, account: AccountDoc): Session {
  const { _id: id, name, roles, division, personId, enterpriseId, operatorId } = account;
  return {
    id: doc._id,
    caller: { kind: 'user', id, name, roles, division, personId, enterpriseId, operatorId, scopes: [] },
    username: account.username,
    locale: account.locale,
    mustChangePassword: account.mustChangePassword,
    expiresAt: doc.expiresAt.getTime(),
  };
}
