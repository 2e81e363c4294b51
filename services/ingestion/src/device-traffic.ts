import type { Packet } from '@greenwatch/hj212';
import { dayOf, type Kit, Round, startOfDay } from '@greenwatch/kit';
import { type AnyBulkWriteOperation, type Connection, type Model, Schema } from 'mongoose';
import type { RefusalReason } from './admission';
import { type ClockFigure, ClockSamples, SAMPLE_EVERY_MS } from './clock-skew';
import type { DeviceDirectory } from './device-directory';
import { type Allowance, takeOne } from './rate-limit';

/** What came of one device, or of an hour of its day. */
export interface TrafficCount {
  accepted?: number;
  refused?: Partial<Record<RefusalReason, number>>;
}

/** A device's day (UTC+8); `_id` = `<mn> <yyyymmdd>`, an empty MN for what came from no registered device. */
export interface DeviceDayDoc extends TrafficCount {
  _id: string;
  mn: string;
  day: Date;
  /** By hour of the day. */
  hours?: Record<string, TrafficCount>;
  lastSeen?: Date;
  clock?: ClockFigure & { at: Date };
  oldPasswordAt?: Date;
  divisionPath: string[];
  enterpriseId?: string;
  operatorId?: string;
}

const RETENTION_S = 90 * 24 * 3_600;
/** So many devices a write: some milliseconds of this process at a time, however many devices there are. */
const GROUP = 200;
/** Strangers may invent any number of MNs where admission is open. */
const MOST_DEVICES = 200_000;

export function deviceDayModel(db: Connection): Model<DeviceDayDoc> {
  const schema = new Schema<DeviceDayDoc>(
    {
      _id: { type: String, required: true },
      mn: { type: String, default: '' },
      day: { type: Date, required: true },
      accepted: Number,
      refused: Object,
      hours: Object,
      lastSeen: Date,
      clock: Object,
      oldPasswordAt: Date,
      divisionPath: { type: [String], required: true },
      enterpriseId: String,
      operatorId: String,
    },
    { collection: 'device_days', versionKey: false },
  );
  schema.index({ day: 1 }, { expireAfterSeconds: RETENTION_S });
  schema.index({ mn: 1, day: -1 });
  schema.index({ divisionPath: 1, day: 1 });
  return db.model<DeviceDayDoc>('DeviceDay', schema);
}

/** What this process knows of a device since its last write. */
interface Traffic {
  readonly mn: string;
  accepted: number;
  refused: Map<RefusalReason, number> | undefined;
  lastSeen: number;
  oldPasswordAt: number;
  readonly allowance: Allowance;
  readonly clock: ClockSamples;
  nextSample: number;
  samples: number;
  waiting: boolean;
}

/** The first samples of a clock are taken at once, so that a figure is there soon. */
const FIRST_SAMPLES = 5;

/**
 * What comes of each device, counted in memory and written by a Round: a packet costs one look-up and some additions. A
 * process that is killed loses what it counted since its last write; what was refused stands in the refusal log as well.
 */
export class DeviceTraffic {
  readonly days: Model<DeviceDayDoc>;
  readonly #devices = new Map<string, Traffic>();
  #waiting: Traffic[] = [];
  readonly #round: Round;

  constructor(
    private readonly kit: Kit<{ INGESTION_FIGURES_EVERY_S: number }>,
    private readonly directory: DeviceDirectory,
  ) {
    this.days = deviceDayModel(kit.db);
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: kit.config.INGESTION_FIGURES_EVERY_S * 1_000,
        failed: 'the counts of devices could not be written; they are tried again',
      },
      () => this.#write(),
    );
  }

  start(): void {
    this.#round.start();
  }

  /** A packet was let in. @param packet HJ 212's, which tells of the device's clock */
  accepted(mn: string, at: number, packet?: Packet): void {
    const traffic = this.#touched(mn);
    traffic.accepted++;
    traffic.lastSeen = at;
    if (!packet || at < traffic.nextSample) return;
    traffic.clock.take(packet, at);
    if (++traffic.samples >= FIRST_SAMPLES) traffic.nextSample = at + SAMPLE_EVERY_MS;
  }

  /** @param mn of a registered device; empty: nobody's */
  refused(mn: string, reason: RefusalReason): void {
    const traffic = this.#touched(mn);
    traffic.refused ??= new Map();
    traffic.refused.set(reason, (traffic.refused.get(reason) ?? 0) + 1);
  }

  /** Takes one packet from a device's allowance. @param limit packets a minute; 0: none */
  tooMany(mn: string, limit: number, now: number): boolean {
    return !takeOne(this.#of(mn).allowance, limit, now);
  }

  /** A device still uses a password from before a rotation. */
  usedOldPassword(mn: string, now: number): void {
    this.#touched(mn).oldPasswordAt = now;
  }

  /** Time of a device's last packet here, ms; undefined where none came. */
  lastSeen(mn: string): number | undefined {
    return this.#devices.get(mn)?.lastSeen || undefined;
  }

  #of(mn: string): Traffic {
    const known = this.#devices.get(mn);
    if (known) return known;
    if (this.#devices.size >= MOST_DEVICES) this.#devices.clear();
    const traffic: Traffic = {
      mn,
      accepted: 0,
      refused: undefined,
      lastSeen: 0,
      oldPasswordAt: 0,
      // Full at the first packet: time has passed since 1970.
      allowance: { packets: 0, at: 0 },
      clock: new ClockSamples(),
      nextSample: 0,
      samples: 0,
      waiting: false,
    };
    this.#devices.set(mn, traffic);
    return traffic;
  }

  #touched(mn: string): Traffic {
    const traffic = this.#of(mn);
    if (!traffic.waiting) {
      traffic.waiting = true;
      this.#waiting.push(traffic);
    }
    return traffic;
  }

  /** Writes what some devices have waiting. @returns whether there are more */
  async #write(): Promise<boolean> {
    const group = this.#waiting.splice(0, GROUP);
    if (group.length === 0) return false;
    const now = this.kit.now();
    const taken = group.map((traffic) => {
      const { mn, accepted, refused, lastSeen, oldPasswordAt } = traffic;
      traffic.accepted = 0;
      traffic.refused = undefined;
      traffic.waiting = false;
      return { traffic, mn, accepted, refused, lastSeen, oldPasswordAt };
    });
    try {
      const operations = await Promise.all(taken.map((one) => this.#operation(one, now)));
      // Counts are no evidence: no need to wait for the journal.
      await this.days.collection.bulkWrite(operations as never[], { ordered: false, writeConcern: { w: 1 } });
    } catch (error) {
      for (const { traffic, accepted, refused } of taken) {
        this.#touched(traffic.mn);
        traffic.accepted += accepted;
        for (const [reason, count] of refused ?? []) {
          traffic.refused ??= new Map();
          traffic.refused.set(reason, (traffic.refused.get(reason) ?? 0) + count);
        }
      }
      throw error;
    }
    return this.#waiting.length > 0;
  }

  async #operation(
    one: Pick<Traffic, 'mn' | 'accepted' | 'refused' | 'lastSeen' | 'oldPasswordAt'> & { traffic: Traffic },
    now: number,
  ): Promise<AnyBulkWriteOperation> {
    const { mn, accepted, refused, lastSeen, oldPasswordAt, traffic } = one;
    const device = mn === '' ? undefined : await this.directory.lookup(mn);
    const hour = `hours.${Math.floor((now - startOfDay(now)) / 3_600_000)}`;
    const inc: Record<string, number> = {};
    if (accepted > 0) {
      inc.accepted = accepted;
      inc[`${hour}.accepted`] = accepted;
    }
    for (const [reason, count] of refused ?? []) {
      inc[`refused.${reason}`] = count;
      inc[`${hour}.refused.${reason}`] = count;
    }
    const max = {
      ...(lastSeen > 0 ? { lastSeen: new Date(lastSeen) } : {}),
      ...(oldPasswordAt > 0 ? { oldPasswordAt: new Date(oldPasswordAt) } : {}),
    };
    const figure = accepted > 0 ? traffic.clock.figure() : undefined;
    return {
      updateOne: {
        filter: { _id: `${mn} ${dayOf(now)}` },
        update: {
          ...(Object.keys(inc).length > 0 ? { $inc: inc } : {}),
          ...(Object.keys(max).length > 0 ? { $max: max } : {}),
          $set: {
            mn,
            day: new Date(startOfDay(now)),
            divisionPath: device?.divisionPath ?? [this.kit.config.PROVINCE],
            ...(device?.enterpriseId ? { enterpriseId: device.enterpriseId } : {}),
            ...(device?.operatorId ? { operatorId: device.operatorId } : {}),
            ...(figure ? { clock: { ...figure, at: new Date(now) } } : {}),
          },
        },
        upsert: true,
      },
    };
  }

  /** Writes everything that waits, if it can. */
  async stop(): Promise<void> {
    await this.#round.stop();
    try {
      while (await this.#write()) {
        // until nothing waits
      }
    } catch (error) {
      this.kit.log.warn({ err: error }, 'the last counts of devices could not be written');
    }
  }
}
