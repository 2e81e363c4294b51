import { DomainError } from '@greenwatch/kit';
import type Redis from 'ioredis';

/** Failed log-ins within the window: so many for one account, from wherever, and so many from one address. */
export const FAILURES_PER_ACCOUNT = 10;
export const FAILURES_PER_ADDRESS = 30;
const WINDOW_S = 15 * 60;
/** While Valkey is away this process counts for itself; beyond so many names it forgets the oldest. */
const LOCAL_NAMES = 10_000;

/** Stops guessing of passwords. An attempt is counted before it is judged, so that many at once gain nothing. */
export class LoginThrottle {
  readonly #local = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly valkey: Redis,
    private readonly now: () => number,
  ) {}

  /** @throws DomainError 429 with `retryAfter` in seconds */
  async attempt(username: string, address: string): Promise<void> {
    const [account, place] = await Promise.all([this.#hit(accountKey(username)), this.#hit(addressKey(address))]);
    if (account.count <= FAILURES_PER_ACCOUNT && place.count <= FAILURES_PER_ADDRESS) return;
    const retryAfter = Math.max(
      account.count > FAILURES_PER_ACCOUNT ? account.seconds : 0,
      place.count > FAILURES_PER_ADDRESS ? place.seconds : 0,
    );
    throw new DomainError('TOO_MANY_REQUESTS', `Too many failed log-ins: try again in ${retryAfter} s.`, 429, {
      retryAfter,
    });
  }

  /** The attempt was good: the account's failures are forgotten, the address gets this one back. */
  async succeeded(username: string, address: string): Promise<void> {
    this.#local.delete(accountKey(username));
    const place = this.#local.get(addressKey(address));
    if (place) place.count -= 1;
    try {
      await this.valkey.multi().del(accountKey(username)).decr(addressKey(address)).exec();
    } catch {
      // Valkey is away, and with it what was counted there.
    }
  }

  async #hit(key: string): Promise<{ count: number; seconds: number }> {
    try {
      const results = await this.valkey.multi().incr(key).expire(key, WINDOW_S, 'NX').ttl(key).exec();
      const [count, , seconds] = (results ?? []).map(([, value]) => Number(value));
      if (count !== undefined && seconds !== undefined) return { count, seconds };
    } catch {
      // counted below
    }
    return this.#hitHere(key);
  }

  #hitHere(key: string): { count: number; seconds: number } {
    const now = this.now();
    const known = this.#local.get(key);
    const entry = known && known.until > now ? known : { count: 0, until: now + WINDOW_S * 1000 };
    entry.count += 1;
    this.#local.set(key, entry);
    const [oldest] = this.#local.keys();
    if (this.#local.size > LOCAL_NAMES && oldest !== undefined) this.#local.delete(oldest);
    return { count: entry.count, seconds: Math.ceil((entry.until - now) / 1000) };
  }
}

const accountKey = (username: string) => `login:account:${username}`;
const addressKey = (address: string) => `login:address:${address}`;
