/** A wrong password is counted within this time from the first one on. */
export const WINDOW_MS = 600_000;
/** So many devices with wrong passwords from one address are a search, not a mistake. */
const DEVICES_OF_A_SEARCH = 20;
/** Names that are remembered at a time; an attack from more addresses forgets the oldest. */
const MOST_NAMES = 10_000;

export interface GuardLimits {
  /** Wrong passwords of one device from one address before the two are blocked. */
  attempts: number;
  /** How long a block lasts, ms. */
  blockMs: number;
}

/** `<address> <mn>`, or `<address> ` for a whole address. MNs and addresses hold no blanks. */
export type BlockName = string;
export const blockName = (address: string, mn = ''): BlockName => `${address} ${mn}`;

/** What the other instances have not heard of. */
export interface Untold {
  /** Wrong passwords by name. */
  wrong: Map<BlockName, number>;
  /** Until when, by name. */
  blocked: Map<BlockName, number>;
  lifted: Set<BlockName>;
}
const nothing = (): Untold => ({ wrong: new Map(), blocked: new Map(), lifted: new Set() });

interface Count {
  until: number;
  wrong: number;
}

/**
 * Stops guessing of device passwords (design.md 6). Time is passed in.
 *
 * Many devices share an address (a works' router, a mobile operator's gateway), so what is blocked is the device at the
 * address: its password is not looked at for a while, right or wrong, and its neighbours notice nothing. Only when very many
 * devices fail at one address is the address itself blocked, and then only for devices that were never let in from there.
 * A connection that was let in stays so. Unknown MNs do not count: there is no password to be guessed, and no answer either way.
 */
export class CredentialGuard {
  readonly #counts = new Map<BlockName, Count>();
  readonly #failing = new Map<string, { until: number; mns: Set<string> }>();
  readonly #blocks = new Map<BlockName, number>();
  /** Devices that were let in from a blocked address. */
  readonly #letIn = new Map<string, ReadonlySet<string>>();
  #untold: Untold = nothing();

  constructor(private readonly limits: GuardLimits) {}

  /** Until when the password of this device is not looked at here; undefined: it is. Next to free while nothing is blocked. */
  blockedUntil(address: string, mn: string, now: number): number | undefined {
    if (this.#blocks.size === 0) return undefined;
    const device = this.#blocks.get(blockName(address, mn));
    if (device !== undefined && device > now) return device;
    const whole = this.#blocks.get(blockName(address));
    if (whole === undefined || whole <= now || this.#letIn.get(address)?.has(mn)) return undefined;
    return whole;
  }

  /** A wrong password. @returns the names that this blocks */
  failed(address: string, mn: string, now: number): BlockName[] {
    const name = blockName(address, mn);
    this.#untold.wrong.set(name, (this.#untold.wrong.get(name) ?? 0) + 1);
    const known = this.#counts.get(name);
    const count = known && known.until > now ? known : { until: now + WINDOW_MS, wrong: 0 };
    count.wrong++;
    this.#remember(this.#counts, name, count);
    const group = this.#failing.get(address);
    const failing = group && group.until > now ? group : { until: now + WINDOW_MS, mns: new Set<string>() };
    if (failing.mns.size < DEVICES_OF_A_SEARCH) failing.mns.add(mn);
    this.#remember(this.#failing, address, failing);
    return this.judge(name, count.wrong, failing.mns.size, now);
  }

  /** What the counts of all instances say. @returns the names that this blocks */
  judge(name: BlockName, wrong: number, devices: number, now: number): BlockName[] {
    const address = name.slice(0, name.indexOf(' '));
    const names = [
      ...(wrong >= this.limits.attempts ? [name] : []),
      ...(devices >= DEVICES_OF_A_SEARCH ? [blockName(address)] : []),
    ].filter((one) => (this.#blocks.get(one) ?? 0) <= now);
    for (const one of names) {
      this.#remember(this.#blocks, one, now + this.limits.blockMs);
      this.#untold.blocked.set(one, now + this.limits.blockMs);
    }
    // What led to a block is done with: after it the count begins anew.
    if (names.includes(name)) this.#counts.delete(name);
    if (names.includes(blockName(address))) this.#failing.delete(address);
    return names;
  }

  /** These devices were let in from the address before: its block does not concern them. */
  exempt(address: string, mns: Iterable<string>): void {
    this.#remember(this.#letIn, address, new Set(mns));
  }

  /** The device has changed: what its old password led to is over. @returns the blocks that are lifted */
  forget(mn: string): BlockName[] {
    const ending = ` ${mn}`;
    for (const name of this.#counts.keys()) if (name.endsWith(ending)) this.#counts.delete(name);
    const lifted = [...this.#blocks.keys()].filter((name) => name.endsWith(ending));
    for (const name of lifted) this.lift(name);
    return lifted;
  }

  lift(name: BlockName): void {
    this.#blocks.delete(name);
    this.#untold.blocked.delete(name);
    this.#untold.lifted.add(name);
  }

  /** Takes over what holds over all instances: those blocks, and what they have not heard of yet. */
  takeOver(shared: ReadonlyMap<BlockName, number>): void {
    const { blocked, lifted } = this.#untold;
    this.#blocks.clear();
    for (const [name, until] of [...shared, ...blocked]) {
      if (!lifted.has(name)) this.#remember(this.#blocks, name, until);
    }
    for (const address of this.#letIn.keys()) if (!this.#blocks.has(blockName(address))) this.#letIn.delete(address);
  }

  /** Forgets what is over. */
  expire(now: number): void {
    for (const [name, until] of this.#blocks) if (until <= now) this.#blocks.delete(name);
    for (const [name, { until }] of this.#counts) if (until <= now) this.#counts.delete(name);
    for (const [address, { until }] of this.#failing) if (until <= now) this.#failing.delete(address);
  }

  get blocks(): ReadonlyMap<BlockName, number> {
    return this.#blocks;
  }

  /** Addresses that are blocked as a whole, without knowing who was let in from there. */
  get unexamined(): string[] {
    return [...this.#blocks.keys()].flatMap((name) => {
      const address = name.slice(0, -1);
      return name.endsWith(' ') && !this.#letIn.has(address) ? [address] : [];
    });
  }

  /** Whether something was blocked or lifted that the other instances have not heard of. */
  get hasNews(): boolean {
    return this.#untold.blocked.size + this.#untold.lifted.size > 0;
  }

  /** What happened since the last call, for the other instances. */
  untold(): Untold {
    const untold = this.#untold;
    this.#untold = nothing();
    return untold;
  }

  #remember<T>(map: Map<string, T>, key: string, value: T): void {
    map.set(key, value);
    const [oldest] = map.keys();
    if (map.size > MOST_NAMES && oldest !== undefined) map.delete(oldest);
  }
}
