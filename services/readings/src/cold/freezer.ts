import { dayOf, type Kit, Round } from '@greenwatch/kit';
import { PackedDay } from '../packed/packed-day';
import { requireSame } from '../packed/packer';
import type { PacketStore } from '../packet.model';
import { uniquePackets } from '../unique-packets';
import type { ColdMonths } from './cold-month.model';
import { readMonth, writeMonth } from './month-file';

const DAY_MS = 86_400_000;

/**
 * Moves old months out of the database into Parquet files, one instance at a time (lease). A month goes when its packed
 * days are older than the setting; what is packed of it later goes into its file the next time round. As with packing, the
 * file and its line in `cold_months` are durable before the packed days are taken away, in the versions that were read.
 */
export class Freezer {
  readonly #round: Round;
  #from = '';

  constructor(
    private readonly kit: Kit<{ COLD_AFTER_DAYS: number }>,
    private readonly store: PacketStore,
    private readonly cold: ColdMonths,
    everyMs: number,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs,
        failed: 'old months could not be moved to cold storage; they are tried again',
        lease: kit.lease('freezing'),
      },
      () => this.#step(kit.now()),
    );
  }

  start(): void {
    if (this.kit.config.COLD_AFTER_DAYS > 0) this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** Moves everything that is old at a time (ms), without the round. */
  async freezeAll(now: number): Promise<void> {
    while (await this.#step(now));
  }

  /** @returns whether there may be more */
  async #step(now: number): Promise<boolean> {
    const youngest = dayOf(now - this.kit.config.COLD_AFTER_DAYS * DAY_MS).slice(0, 6);
    const next = await this.store.packed.firstFrom(this.#from);
    if (!next) {
      this.#from = '';
      await this.cold.sweep(now);
      return false;
    }
    const { mn, kind } = next;
    const month = next.day.slice(0, 6);
    if (month >= youngest) {
      this.#from = `${mn} ${kind}!`;
      return true;
    }
    await this.freeze(mn, kind, month);
    this.#from = `${mn} ${kind} ${month}~`;
    return true;
  }

  /** Writes the packed days of a month, with what its file holds already, into a file and takes them away. */
  async freeze(mn: string, kind: number, month: string): Promise<void> {
    const packed = await this.store.packed.between(mn, kind, `${month}00`, `${month}99`);
    const before = await this.cold.month(mn, kind, month);
    const days = [...packed.values()].map(({ bytes }) => new PackedDay(bytes).packets());
    const packets = uniquePackets([before?.packets ?? [], ...days]);
    // After a kill everything may be in it already.
    if (packets.length !== before?.packets.length) {
      const bytes = await writeMonth(packets);
      const back = await readMonth(bytes, `${month}00`, `${month}99`);
      requireSame(packets, [...back.values()].flat());
      const told = { mn, kind, month, before: before?.version ?? 0, bytes, packets: packets.length };
      if (!(await this.cold.replace({ ...told, days: [...back.keys()] }))) return;
    }
    for (const [day, { version }] of packed) await this.store.packed.remove(mn, kind, day, version);
  }
}
