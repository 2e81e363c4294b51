import { type Kit, Round } from '@greenwatch/kit';
import { type BlockName, type CredentialGuard, type Untold, WINDOW_MS } from './credential-guard';

const EVERY_MS = 1_000;
/** Sorted set of the blocks by when they end. */
const BLOCKS = 'blocks';

/**
 * Makes wrong passwords and blocks count over all instances, through Valkey: what it loses was a few minutes' block. While it
 * is away each instance goes by what it has seen itself.
 */
export class CredentialBlocks {
  readonly #round: Round;

  /** @param letInFrom the devices that were let in from an address before */
  constructor(
    private readonly kit: Kit,
    private readonly guard: CredentialGuard,
    private readonly letInFrom: (address: string) => Promise<string[]>,
  ) {
    this.#round = new Round(
      { log: kit.log, everyMs: EVERY_MS, failed: 'what is blocked could not be looked up; it is tried again' },
      async () => {
        await this.#share();
        // What the counts of all have led to is told at once, not at the next look.
        return this.guard.hasNews;
      },
    );
  }

  start(): void {
    this.#round.start();
  }

  /** The others shall hear of it now. */
  poke(): void {
    this.#round.poke();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  async #share(): Promise<void> {
    const now = this.kit.now();
    this.guard.expire(now);
    const shared = await this.#exchange(this.guard.untold(), now).catch(() => undefined);
    if (shared) this.guard.takeOver(shared);
    for (const address of this.guard.unexamined) this.guard.exempt(address, await this.letInFrom(address));
  }

  /** Tells what is new here and judges what all instances have counted. @returns the blocks of all */
  async #exchange({ wrong, blocked, lifted }: Untold, now: number): Promise<Map<BlockName, number>> {
    const names = [...wrong.keys()];
    const batch = this.kit.valkey.pipeline();
    for (const name of names) {
      const [address = '', mn = ''] = name.split(' ');
      const [count, devices] = [`wrong:${name}`, `failing:${address}`];
      batch.incrby(count, wrong.get(name) ?? 0);
      batch.pexpire(count, WINDOW_MS, 'NX');
      batch.sadd(devices, mn);
      batch.pexpire(devices, WINDOW_MS, 'NX');
      batch.scard(devices);
    }
    const perName = 5;
    for (const [name, until] of blocked) {
      batch.zadd(BLOCKS, 'GT', until, name);
      // What led to the block is done with.
      batch.del(name.endsWith(' ') ? `failing:${name.trimEnd()}` : `wrong:${name}`);
    }
    for (const name of lifted) batch.zrem(BLOCKS, name);
    batch.zremrangebyscore(BLOCKS, 0, now);
    batch.zrange(BLOCKS, 0, -1, 'WITHSCORES');
    const results = ((await batch.exec()) ?? []).map(([error, value]) => {
      if (error) throw error;
      return value;
    });
    names.forEach((name, i) => {
      this.guard.judge(name, Number(results[i * perName]), Number(results[i * perName + 4]), now);
    });
    const flat = (results.at(-1) ?? []) as string[];
    const shared = new Map<BlockName, number>();
    for (let i = 0; i + 1 < flat.length; i += 2) shared.set(flat[i] as string, Number(flat[i + 1]));
    return shared;
  }
}
