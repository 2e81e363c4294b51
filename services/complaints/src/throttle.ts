import { DomainError } from '@greenwatch/kit';
import type Redis from 'ioredis';

/** At most `count` in `seconds`. */
export interface Limit {
  count: number;
  seconds: number;
}
/** While Valkey is away this process counts for itself; beyond so many names it forgets the oldest. */
const LOCAL_NAMES = 20_000;

/** Counts what somebody does, before it is done, so that many at once gain nothing. */
export class Throttle {
  readonly #local = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly valkey: Pick<Redis, 'multi'>,
    private readonly now: () => number,
  ) {}

  /**
   * Counts one more under `name` for each of the limits, the shortest first: what one refuses, the next does not count.
   * @param what in the error's words, for instance `complaints from one address`
   * @throws DomainError 429 with `retryAfter` in seconds
   */
  async count(name: string, what: string, limits: readonly Limit[]): Promise<void> {
    for (const { count, seconds } of limits) {
      const hit = await this.#hit(`${name}:${seconds}`, seconds);
      if (hit.count <= count) continue;
      throw new DomainError(
        'TOO_MANY_REQUESTS',
        `At most ${count} ${what} in ${words(seconds)}: try again in ${words(hit.left)}.`,
        429,
        { retryAfter: hit.left },
      );
    }
  }

  /** What was counted turned out to be right: it is not counted after all. */
  async giveBack(name: string, limits: readonly Limit[]): Promise<void> {
    for (const { seconds } of limits) {
      const key = `${name}:${seconds}`;
      const known = this.#local.get(key);
      if (known) known.count -= 1;
      // Valkey is away, and with it what was counted there; a key that has expired must not come back without an end.
      await this.valkey
        .multi()
        .decr(key)
        .expire(key, seconds, 'NX')
        .exec()
        .catch(() => undefined);
    }
  }

  async #hit(key: string, seconds: number): Promise<{ count: number; left: number }> {
    try {
      const results = await this.valkey.multi().incr(key).expire(key, seconds, 'NX').ttl(key).exec();
      const [count, , left] = (results ?? []).map(([, value]) => Number(value));
      if (count !== undefined && left !== undefined) return { count, left: Math.max(left, 1) };
    } catch {
      // counted below
    }
    return this.#hitHere(key, seconds);
  }

  #hitHere(key: string, seconds: number): { count: number; left: number } {
    const now = this.now();
    const known = this.#local.get(key);
    const entry = known && known.until > now ? known : { count: 0, until: now + seconds * 1000 };
    entry.count += 1;
    this.#local.delete(key);
    this.#local.set(key, entry);
    const [oldest] = this.#local.keys();
    if (this.#local.size > LOCAL_NAMES && oldest !== undefined) this.#local.delete(oldest);
    return { count: entry.count, left: Math.max(1, Math.ceil((entry.until - now) / 1000)) };
  }
}

function words(seconds: number): string {
  if (seconds <= 90) return `${seconds} s`;
  if (seconds <= 90 * 60) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} h`;
}
