import { readingsLog } from '@greenwatch/contracts';
import { decodeFields } from '@greenwatch/hj212';
import { type LogMessage, newId, Round, startOfDay } from '@greenwatch/kit';
import { type ClientSession, type mongo, Schema } from 'mongoose';
import type { Judging } from '../judge-readings';
import { dataId, idRange, REMEMBERED_MS } from '../judged-data.model';
import { bindingAt, type KnownDevice } from '../known-source.model';
import { canWait, changesOfMarks, type DecidedTime, type MarkedSpan, spansOf } from './automatic-marks';
import { MARKING_FLAG } from './flag-codes';
import { type FlagHour, flaggedTimes, type SentFlags, takeFlags } from './flag-hours';
import type { StoredMark } from './mark.model';
import { markCode } from './mark-codes';
import { isEffective, markDeadline } from './mark-state';
import { type Bound, type ReboundTime, reboundTimes } from './rebound';
import { tellMark, turnOf } from './tell-mark';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const { KIND_MINUTE, KIND_HOUR } = readingsLog.Kind;
/** By whom automatic marks are set. */
const BY = 'rules';
const CORRECTED = '数据或设备绑定已更正，标记自动撤销';
/** How long until times of a changed binding are looked for again. */
const LOOK_EVERY_MS = 2_000;

/** `_id` is `<mn>|<start, 14 digits>`. */
interface StoredHour extends FlagHour {
  _id: string;
  expireAt: Date;
}

/** Time of a device whose flags are still to be looked at anew; `from` moves on with each day that was. */
interface StoredRebound extends ReboundTime {
  _id: string;
  mn: string;
}

interface Packet extends Omit<SentFlags, 'factors'> {
  _id: string;
  mn: string;
  hour: number;
  fields: string;
  flagged: boolean;
}

/**
 * Marks that devices ask for by their flags (domain.md 1.7): derived from minute records and hourly means, a device, outlet and day at
 * a time, as a function of what is known of its flags. A corrected record moves or revokes its mark. What a person marked, or decided
 * about an automatic mark, goes before.
 */
export class MarksByFlags {
  readonly #hours: mongo.Collection<StoredHour>;
  readonly #rebound: mongo.Collection<StoredRebound>;
  readonly #round: Round;

  constructor(private readonly judging: Judging) {
    const { db } = judging.kit;
    const schema = new Schema<StoredHour>(
      { _id: String, at: Number, upload: Object, minutes: Array, expireAt: Date },
      { collection: 'flag_hours', versionKey: false },
    );
    schema.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
    // The kit creates the indexes of what has a model.
    db.model('FlagHour', schema);
    this.#hours = db.collection<StoredHour>('flag_hours');
    const rebound = new Schema<StoredRebound>(
      { _id: String, mn: String, outletId: String, from: Number, to: Number },
      { collection: 'rebound', versionKey: false },
    );
    db.model('Rebound', rebound);
    this.#rebound = db.collection<StoredRebound>('rebound');
    const { log } = judging.kit;
    const failed = 'flags of a changed binding could not be looked at; they are tried again';
    const lease = judging.kit.lease('rebound');
    this.#round = new Round({ log, everyMs: LOOK_EVERY_MS, failed, lease }, () => this.#markRebound());
  }

  /**
   * Takes what a batch of the log says by flags. A packet without one costs a look at its text, and a batch one query by key: whether
   * it corrects what was flagged.
   */
  async take(messages: readonly LogMessage[]): Promise<void> {
    const packets = packetsOf(messages);
    if (packets.length === 0) return;
    const ids = [...new Set(packets.map(({ _id }) => _id))];
    const known = await this.#hours.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
    const flagged = new Set([...known, ...packets.filter((one) => one.flagged)].map(({ _id }) => _id));
    const concerned = packets.filter(({ _id }) => flagged.has(_id));
    if (concerned.length === 0) return;
    await this.judging.kit.transaction((session) => this.#keep(concerned, session));
  }

  /** Derives anew what flags ask for in the time of a mark that changed, in the transaction that changed it. */
  async markAnew({ outletId, from, to, mn }: StoredMark, session: ClientSession): Promise<void> {
    const devices = await this.judging.sources.devices
      .find({ 'bindings.outletId': outletId }, null, { session })
      .lean();
    for (const device of devices.filter(({ _id }) => mn === undefined || _id === mn)) {
      const range = idRange(device._id, startOfDay(from), to);
      const hours = await this.#hours.find({ _id: range }, { session, projection: { at: 1 } }).toArray();
      const days = new Set(hours.map(({ at }) => startOfDay(at)));
      for (const day of days) await this.#mark(device, outletId, day, session);
    }
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /**
   * Remembers which flags of a device say something else now that its bindings changed, in the transaction that changed them: what it
   * sent before it was bound is marked, what it sent while it stood elsewhere no longer is. A day at a time, later.
   */
  async rebind(mn: string, before: readonly Bound[], after: readonly Bound[], session: ClientSession): Promise<void> {
    const times = reboundTimes(before, after);
    if (times.length === 0) return;
    // Flags that are being taken by the bindings as they were are seen here, or taken again.
    await turnOf(this.judging, mn, session);
    const flagged: StoredRebound[] = [];
    for (const time of times) {
      if ((await this.#firstFlagged(mn, time, session)) !== undefined) flagged.push({ _id: newId(), mn, ...time });
    }
    if (flagged.length > 0) await this.#rebound.insertMany(flagged, { session });
  }

  /** Marks anew one day of one changed binding. @returns whether there may be more */
  async #markRebound(): Promise<boolean> {
    const next = await this.#rebound.findOne({}, { sort: { _id: 1 } });
    if (!next) return false;
    const { _id, mn, outletId } = next;
    await this.judging.kit.transaction(async (session) => {
      const first = await this.#firstFlagged(mn, next, session);
      const device = await this.judging.sources.devices.findById(mn, null, { session }).lean();
      if (first === undefined || !device) {
        await this.#rebound.deleteOne({ _id }, { session });
        return;
      }
      const day = startOfDay(first);
      await turnOf(this.judging, outletId, session);
      await this.#mark(device, outletId, day, session);
      await this.#rebound.updateOne({ _id }, { $set: { from: day + DAY } }, { session });
    });
    return true;
  }

  /** Start of the first hour in a time of which a device's flags are known. */
  async #firstFlagged(mn: string, { from, to }: ReboundTime, session: ClientSession): Promise<number | undefined> {
    const options = { session, sort: { _id: 1 }, projection: { at: 1 } } as const;
    return (await this.#hours.findOne({ _id: idRange(mn, from, to) }, options))?.at;
  }

  async #keep(packets: readonly Packet[], session: ClientSession): Promise<void> {
    const ids = [...new Set(packets.map(({ _id }) => _id))];
    const stored = await this.#hours.find({ _id: { $in: ids } }, { session }).toArray();
    const hours = new Map(stored.map((hour) => [hour._id, hour]));
    const changed = new Map<string, { mn: string; hour: StoredHour }>();
    for (const { _id, mn, hour: at, fields, ...sent } of packets) {
      const hour = hours.get(_id) ?? { _id, at, minutes: [], expireAt: new Date(at + REMEMBERED_MS) };
      hours.set(_id, hour);
      if (takeFlags(hour, { ...sent, factors: decodeFields(fields) })) changed.set(_id, { mn, hour });
    }
    if (changed.size === 0) return;
    await this.#hours.bulkWrite(
      [...changed.values()].map(({ hour }) => ({
        replaceOne: { filter: { _id: hour._id }, replacement: hour, upsert: true },
      })),
      { session },
    );
    const mns = [...new Set(packets.map(({ mn }) => mn))];
    // Its bindings must not change meanwhile (`rebind`).
    for (const mn of mns) await turnOf(this.judging, mn, session);
    const devices = await this.judging.sources.devices.find({ _id: { $in: mns } }, null, { session }).lean();
    for (const device of devices) {
      const days = new Map<string, { outletId: string; day: number }>();
      for (const { mn, hour } of changed.values()) {
        const outletId = mn === device._id ? bindingAt(device, hour.at)?.outletId : undefined;
        const day = startOfDay(hour.at);
        if (outletId !== undefined) days.set(`${outletId} ${day}`, { outletId, day });
      }
      for (const { outletId, day } of days.values()) {
        await turnOf(this.judging, outletId, session);
        await this.#mark(device, outletId, day, session);
      }
    }
  }

  /** Sets, moves and revokes the automatic marks of a device at an outlet on a day. */
  async #mark(device: KnownDevice, outletId: string, day: number, session: ClientSession): Promise<void> {
    const { marks } = this.judging;
    const range = idRange(device._id, day, day + DAY);
    const hours = await this.#hours.find({ _id: range }, { session, sort: { _id: 1 } }).toArray();
    const own = hours.filter(({ at }) => bindingAt(device, at)?.outletId === outletId);
    const there = await marks
      .find(
        {
          ...{ outletId, to: { $gt: day }, from: { $lt: day + DAY }, status: { $ne: 'withdrawn' } },
          $or: [{ mn: null }, { mn: device._id }],
        },
        null,
        { session },
      )
      .lean();
    const derived = there.filter((mark) => mark.source === 'auto' && mark.submittedBy === BY);
    const decided = there.flatMap((mark): DecidedTime[] => {
      const time = { factors: mark.factors, from: mark.from, to: mark.to };
      if (derived.includes(mark)) return mark.status === 'submitted' ? [] : [{ ...time, code: mark.code }];
      return mark.effect !== 'amend' && isEffective(mark.status, mark.late) ? [time] : [];
    });
    const spans = spansOf(own.flatMap(flaggedTimes), decided);
    const changes = changesOfMarks(
      spans,
      derived.filter(({ status }) => status === 'submitted'),
    );
    const lastKnown = Math.max(0, ...own.flatMap(({ minutes }) => minutes.map(({ at }) => at)));
    for (const span of changes.set) await this.#set(device, outletId, span, session);
    for (const { mark, span } of changes.moved) {
      if (canWait(mark, span, lastKnown >= span.to)) continue;
      await this.#change(mark, { ...span }, 'moved', session);
    }
    for (const mark of changes.revoked) {
      await this.#change(
        mark,
        { status: 'withdrawn', withdrawnAt: this.judging.kit.now(), comment: CORRECTED },
        'revoked',
        session,
      );
    }
  }

  async #set(device: KnownDevice, outletId: string, span: MarkedSpan, session: ClientSession): Promise<void> {
    const now = this.judging.kit.now();
    const known = markCode(span.code);
    const binding = bindingAt(device, span.from);
    if (!known || !binding) return;
    const { scope, effect, nameZh } = known;
    await tellMark(
      this.judging,
      {
        ...{ _id: newId(now), sequence: 1, outletId, enterpriseId: binding.enterpriseId, mn: device._id },
        ...(device.operatorId ? { operatorId: device.operatorId } : {}),
        ...{ ...span, scope, effect, source: 'auto', reason: `设备数据标记：${nameZh}`, vouchers: [] },
        // The device said so with the data: in time, whenever they come.
        ...{ status: 'submitted', late: false, submittedAt: now, submittedBy: BY, dueAt: markDeadline(span.from) },
        ...{ steps: [{ at: now, by: BY, step: 'set' }], divisionPath: [...binding.divisionPath] },
      },
      session,
    );
  }

  async #change(
    mark: StoredMark,
    fields: Partial<StoredMark>,
    step: 'moved' | 'revoked',
    session: ClientSession,
  ): Promise<void> {
    const now = this.judging.kit.now();
    const after: StoredMark = {
      ...mark,
      ...fields,
      sequence: mark.sequence + 1,
      // While it grows its last step says so; each growth is a sequence of its fact.
      steps: [
        ...mark.steps.filter((one, i) => !(i === mark.steps.length - 1 && one.step === step)),
        { at: now, by: BY, step, ...(step === 'revoked' ? { comment: CORRECTED } : {}) },
      ],
    };
    await tellMark(this.judging, after, session, changedTime(mark, after, step));
  }
}

/** The time of which a mark now says something else. */
function changedTime(before: StoredMark, after: StoredMark, step: 'moved' | 'revoked'): { from: number; to: number } {
  const same = step === 'moved' && before.factors.join() === after.factors.join();
  const [from, to] = [Math.min(before.from, after.from), Math.max(before.to, after.to)];
  if (same && before.from === after.from) return { from: Math.min(before.to, after.to), to };
  if (same && before.to === after.to) return { from, to: Math.max(before.from, after.from) };
  return { from, to };
}

function packetsOf(messages: readonly LogMessage[]): Packet[] {
  const packets: Packet[] = [];
  for (const { batch, sequence } of messages) {
    for (const { mn, kind, dataTime, receivedAt, fields } of batch.packets) {
      if (kind !== KIND_MINUTE && kind !== KIND_HOUR) continue;
      const hour = dataTime - (dataTime % HOUR);
      packets.push({
        ...{ _id: dataId(mn, hour), mn, hour, at: dataTime, kind: kind === KIND_HOUR ? 'hour' : 'minute' },
        ...{ receivedAt, sequence, fields, flagged: MARKING_FLAG.test(fields) },
      });
    }
  }
  return packets;
}
