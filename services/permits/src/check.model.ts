import type { Check } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** What a check has found, as the rules give it. Times in ms. */
export interface Found {
  check: string;
  enterpriseId: string;
  enterpriseName: string;
  divisionPath: string[];
  outletId?: string;
  factor?: string;
  projectId?: string;
  permitId?: string;
  level: Check['level'];
  /** Grade within the check, for instance 80, 90, 100 of P6. */
  stage?: string;
  /** Since when it is so; absent: since it was found. */
  openedAt?: number;
  evidence: { name: string; value: string; at: number }[];
  text: string;
  basis: string;
  clue?: 'visit' | 'desk' | 'town';
}

/** A finding as it is stored: open (`active`) at most once a key, kept when it is over. */
export interface StoredCheck extends Omit<Found, 'openedAt'> {
  _id: string;
  /** Names one possible finding, for instance `P4:e1:o1`. */
  key: string;
  active: boolean;
  openedAt: number;
  closedAt?: number;
  /** Of its facts. */
  sequence: number;
}

export function checkModel(db: Connection): Model<StoredCheck> {
  const schema = new Schema<StoredCheck>(
    {
      _id: String,
      key: String,
      check: String,
      enterpriseId: String,
      enterpriseName: String,
      divisionPath: [String],
      outletId: String,
      factor: String,
      projectId: String,
      permitId: String,
      level: String,
      stage: String,
      active: Boolean,
      openedAt: Number,
      closedAt: Number,
      sequence: Number,
      evidence: [new Schema({ name: String, value: String, at: Number }, { _id: false, id: false })],
      text: String,
      basis: String,
      clue: String,
    },
    { collection: 'checks', versionKey: false },
  );
  schema.index({ key: 1 }, { unique: true, partialFilterExpression: { active: true } });
  schema.index({ enterpriseId: 1, _id: -1 });
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ active: 1, _id: -1 });
  return db.model<StoredCheck>('Check', schema);
}
