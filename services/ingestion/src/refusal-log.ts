import type { WAYS } from '@greenwatch/contracts';
import { newId } from '@greenwatch/kit';
import type { Connection, Model } from 'mongoose';
import { Schema } from 'mongoose';
import type { RefusalReason } from './admission';

export interface RefusalDoc {
  _id: string;
  at: Date;
  reason: RefusalReason;
  detail: string;
  mn?: string;
  address: string;
  /** The way in; absent: HJ 212 over TCP. */
  way?: (typeof WAYS)[number];
  raw: string;
  size: number;
  divisionPath: string[];
  enterpriseId?: string;
}

const RETENTION_S = 90 * 24 * 3_600;
const FLUSH_MS = 500;
/** More than this in one flush is an attack or a broken device: the rest is counted, not kept. */
const MAX_BUFFERED = 5_000;
/** Reasons of a flood: so many a minute are kept of a device, the rest is counted (device-traffic.ts). */
const FLOODS: readonly RefusalReason[] = ['too-many', 'blocked'];
const KEPT_A_MINUTE = 20;

export function refusalModel(db: Connection): Model<RefusalDoc> {
  const schema = new Schema<RefusalDoc>(
    {
      _id: { type: String, required: true },
      at: { type: Date, required: true },
      reason: { type: String, required: true },
      detail: { type: String, required: true },
      mn: String,
      address: { type: String, required: true },
      way: String,
      raw: { type: String, default: '' },
      size: { type: Number, required: true },
      divisionPath: { type: [String], required: true },
      enterpriseId: String,
    },
    { collection: 'refusals', versionKey: false },
  );
  schema.index({ at: 1 }, { expireAfterSeconds: RETENTION_S });
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ mn: 1, _id: -1 });
  return db.model<RefusalDoc>('Refusal', schema);
}

/** Keeps what was refused with its reason. Written in groups; bounded, so that a flood of garbage costs little. */
export class RefusalLog {
  #buffer: RefusalDoc[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Refusals beyond the bounds, since the start. */
  notKept = 0;
  #floods = new Map<string, number>();
  #floodMinute = 0;

  constructor(
    private readonly model: Model<RefusalDoc>,
    private readonly failed: (error: unknown, lost: number) => void,
  ) {}

  add(refusal: Omit<RefusalDoc, '_id'>): void {
    if (this.#buffer.length >= MAX_BUFFERED || this.#isFlood(refusal)) {
      this.notKept++;
      return;
    }
    this.#buffer.push({ _id: newId(), ...refusal, raw: maskPassword(refusal.raw) });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  #isFlood({ at, reason, mn, address }: Omit<RefusalDoc, '_id'>): boolean {
    if (!FLOODS.includes(reason)) return false;
    const minute = Math.floor(at.getTime() / 60_000);
    if (minute !== this.#floodMinute) {
      this.#floodMinute = minute;
      this.#floods.clear();
    }
    const name = `${reason} ${mn ?? address}`;
    const count = (this.#floods.get(name) ?? 0) + 1;
    this.#floods.set(name, count);
    return count > KEPT_A_MINUTE;
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#buffer;
    this.#buffer = [];
    if (batch.length > 0) {
      this.#writing = this.#writing
        .then(() => this.model.insertMany(batch, { ordered: false }))
        .then(
          () => undefined,
          (error) => this.failed(error, batch.length),
        );
    }
    return this.#writing;
  }
}

/** A wrong password is often a right one of another device. */
export function maskPassword(raw: string): string {
  return raw.replace(/(PW\s*=\s*)[^;&]*/g, '$1******');
}
