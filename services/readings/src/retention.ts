import { DATA_CLASSES, type DataClass, KINDS } from '@greenwatch/contracts';
import { dayOf, type Kit, Round, startOfDay } from '@greenwatch/kit';
import type { ColdMonths } from './cold/cold-month.model';
import type { Messages } from './messages/message.model';
import type { PacketStore } from './packet.model';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
const ONCE_IN_MS = 20 * 3_600_000;

/** How many days each class of data is kept; one that is not in it is kept for ever. */
export type Retention = Map<DataClass, number>;

/** What the last look through all devices took away. */
export interface RetentionRun {
  /** ms */
  at: number;
  /** Documents of recent packets, packed days, cold months. */
  recent: number;
  packed: number;
  cold: number;
  /** What devices said beside readings. */
  messages: number;
}

/** Where the data lie. */
export interface Kept {
  store: PacketStore;
  cold: ColdMonths;
  messages: Messages;
}

/**
 * Reads the setting, `realtime=1830,minute=1830`.
 * @throws RangeError naming what is wrong
 */
export function readRetention(text: string): Retention {
  const retention: Retention = new Map();
  for (const part of text.split(',').filter(Boolean)) {
    const [, name, days] = /^\s*(\w+)\s*=\s*(\d{1,5})\s*$/.exec(part) ?? [];
    const known = DATA_CLASSES.find((one) => one === name);
    if (!known || Number(days) < 1) {
      throw new RangeError(
        `KEEP_DAYS: "${part}" is not <class>=<days>, with a class of ${DATA_CLASSES.join(', ')} and days from 1`,
      );
    }
    retention.set(known, Number(days));
  }
  return retention;
}

/** The first day (yyyymmdd) that is kept of a class, counted by data time; undefined: everything is. */
export function firstKeptDay(retention: Retention, kind: DataClass, now: number): string | undefined {
  const days = retention.get(kind);
  return days === undefined ? undefined : dayOf(now - days * DAY_MS);
}

/**
 * Takes away what is older than its class is kept, once a day, one instance at a time (lease). A cold month goes when all
 * of it is too old. What it took away stands in `retention_runs`.
 */
export class RetentionRound {
  readonly #runs;
  readonly #round: Round;

  constructor(
    private readonly kit: Kit,
    private readonly kept: Kept,
    private readonly retention: Retention,
  ) {
    this.#runs = kit.db.collection<RetentionRun & { _id: string }>('retention_runs');
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: EVERY_MS,
        failed: 'what is too old could not be taken away; it is tried again',
        lease: kit.lease('retention'),
      },
      async () => {
        const last = await this.lastRun();
        if (!last || last.at < kit.now() - ONCE_IN_MS) await this.run(kit.now());
        return false;
      },
    );
  }

  start(): void {
    if (this.retention.size > 0) this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** What was taken away last; undefined before the first time. */
  async lastRun(): Promise<RetentionRun | undefined> {
    return (await this.#runs.findOne({}, { sort: { at: -1 } })) ?? undefined;
  }

  /** Looks through all devices at a time (ms). */
  async run(now: number): Promise<RetentionRun> {
    const run: RetentionRun = { at: now, recent: 0, packed: 0, cold: 0, messages: 0 };
    const { store, cold, messages } = this.kept;
    for await (const mn of store.devices()) {
      for (const [index, kind] of KINDS.entries()) {
        const first = firstKeptDay(this.retention, kind, now);
        if (first === undefined) continue;
        run.recent += await store.removeRecentBefore(mn, index + 1, first);
        run.packed += await store.packed.removeBefore(mn, index + 1, first);
        run.cold += await cold.removeBefore(mn, index + 1, first);
      }
    }
    const messageDays = this.retention.get('message');
    if (messageDays !== undefined) {
      run.messages = await messages.removeBefore(startOfDay(now - messageDays * DAY_MS));
    }
    await this.#runs.insertOne({ _id: String(now), ...run });
    this.kit.log.info(run, 'what is older than its class is kept was taken away');
    return run;
  }
}
