import { isoTime, type Kit, Round } from '@greenwatch/kit';
import { type Model, Schema } from 'mongoose';
import type { DeviceDirectory } from '../device-directory';
import type { CommandDoc } from './command.model';
import type { CommandLog } from './command-log';
import type { Dispatcher } from './dispatcher';
import { type EarlierRequest, gapRequests } from './gap-requests';

interface CheckDoc {
  _id: string;
  /** When its hours are looked at, ms. */
  at: number;
}

export interface GapSettings {
  /** How long a device that came back has to send by itself what it owes, ms. */
  settleMs: number;
  /** How far back hours are asked for, days; 0: not at all. */
  days: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LOOK_MS = 5_000;
const FLUSH_MS = 500;
/** Devices looked at in one call to readings. */
const GROUP = 50;

/**
 * Asks devices for the hours that readings lacks (CN 2061): some time after a device came back, since most send by themselves
 * what they owe, and once a day while it stays. What is asked for is decided by `gap-requests.ts`.
 */
export class GapWatch {
  readonly #checks: Model<CheckDoc>;
  readonly #round: Round;
  #came = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly kit: Pick<Kit, 'db' | 'log' | 'now' | 'call' | 'identity' | 'lease'>,
    private readonly settings: GapSettings,
    private readonly commands: CommandLog,
    private readonly dispatcher: Dispatcher,
    private readonly directory: DeviceDirectory,
    private readonly isOnline: (mns: string[]) => Promise<Set<string>>,
  ) {
    this.#checks = kit.db.model<CheckDoc>(
      'GapCheck',
      new Schema<CheckDoc>(
        { _id: { type: String, required: true }, at: { type: Number, required: true, index: true } },
        { collection: 'gap_checks', versionKey: false },
      ),
    );
    const failed = 'gaps could not be looked for; they are later';
    this.#round = new Round({ log: kit.log, everyMs: LOOK_MS, failed, lease: kit.lease('gaps') }, () => this.#look());
  }

  start(): void {
    if (this.settings.days > 0) this.#round.start();
  }

  async stop(): Promise<void> {
    await this.#flush();
    await this.#round.stop();
  }

  /** A device came. A look that is due earlier stays: a connection that comes and goes does not put it off for ever. */
  came(mn: string, at: number): void {
    if (this.settings.days === 0) return;
    this.#came.set(mn, at);
    this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const came = [...this.#came];
    this.#came = new Map();
    if (came.length === 0) return;
    await this.#checks
      .bulkWrite(
        came.map(([mn, at]) => ({
          updateOne: { filter: { _id: mn }, update: { $min: { at: at + this.settings.settleMs } }, upsert: true },
        })),
        { ordered: false },
      )
      .catch((error) =>
        this.kit.log.warn({ err: error }, 'devices that came could not be noted for a look at their hours'),
      );
  }

  /** @returns whether there may be more that is due */
  async #look(): Promise<boolean> {
    const now = this.kit.now();
    const due = await this.#checks
      .find({ at: { $lte: now } })
      .sort({ at: 1 })
      .limit(GROUP)
      .lean();
    if (due.length === 0) return false;
    const online = await this.isOnline(due.map(({ _id }) => _id));
    const here = due.flatMap(({ _id }) => (online.has(_id) ? [_id] : []));
    if (here.length > 0) {
      const from = isoTime(Math.floor(now / HOUR) * HOUR - this.settings.days * DAY);
      // The hour before the last: a logger may take its time to send the last one.
      const to = isoTime(Math.floor(now / HOUR) * HOUR - HOUR);
      for (const { mn, gaps } of await this.kit.call('readings.gap.list', { mns: here, from, to })) {
        await this.#ask(
          mn,
          gaps.map((gap) => ({ from: Date.parse(gap.from), to: Date.parse(gap.to) })),
        );
      }
      await this.#checks.updateMany({ _id: { $in: here } }, { $set: { at: now + DAY } });
    }
    // The others are noted again when they come.
    await this.#checks.deleteMany({
      _id: { $in: due.flatMap(({ _id }) => (online.has(_id) ? [] : [_id])) },
      at: { $lte: now },
    });
    return due.length === GROUP;
  }

  async #ask(mn: string, gaps: { from: number; to: number }[]): Promise<void> {
    const device = gaps.length > 0 ? await this.directory.lookup(mn) : undefined;
    if (device?.status !== 'active') return;
    const now = this.kit.now();
    const asked = await this.commands.model
      .find({ mn, cause: 'gap', askedAt: { $gte: now - (this.settings.days + 1) * DAY } })
      .lean();
    const requests = gapRequests(gaps, asked.flatMap(earlierOf), now);
    for (const { from, to } of requests) {
      await this.commands.queue({
        device,
        command: 'get-hours',
        params: { beginTime: isoTime(from), endTime: isoTime(to - 1_000) },
        cause: 'gap',
        by: this.kit.identity.self,
      });
    }
    if (requests.length > 0) this.dispatcher.wake(mn);
  }
}

/** A request for a gap, as the next one sees it; one that never went out says nothing. */
function earlierOf({ state, range, endedAt, exeRtn }: CommandDoc): EarlierRequest[] {
  if (!range || state === 'expired') return [];
  const span = { from: range.from, to: range.to + 1_000, endedAt: endedAt?.getTime() ?? 0 };
  if (['queued', 'sent', 'accepted'].includes(state)) return [{ ...span, state: 'open' }];
  // A device that refuses, or says that it has no data (ExeRtn 100), has answered; a person who took it back, too.
  const answered = ['done', 'refused', 'cancelled'].includes(state) || exeRtn === 100;
  return [{ ...span, state: answered ? 'answered' : 'unanswered' }];
}
