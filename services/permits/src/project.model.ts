import type { EiaClass, ProjectCheck, ProjectStepName } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** A step as it was recorded; times in ms. */
export interface StoredStep {
  step: ProjectStepName;
  at: number;
  number?: string;
  evidence?: string;
  recordedAt: number;
  recordedBy: string;
}

export interface StoredProject {
  _id: string;
  name: string;
  enterpriseId: string;
  /** Empty, with an empty path, until registry's fact of the enterprise has come. */
  enterpriseName: string;
  divisionPath: string[];
  eiaClass: EiaClass;
  outletIds: string[];
  steps: StoredStep[];
  createdAt: number;
  /** Of its facts. */
  sequence: number;
  // What the last look at it found:
  productionSeen?: { day: number; outletId: string; flow: number; productionKwh: number };
  permitted: boolean;
  alerts: ProjectCheck[];
  /** Start of the day on which it was looked at last; absent: look at it now. */
  checkedDay?: number;
}

export function projectModel(db: Connection): Model<StoredProject> {
  const step = new Schema<StoredStep>(
    { step: String, at: Number, number: String, evidence: String, recordedAt: Number, recordedBy: String },
    { _id: false, id: false },
  );
  const seen = new Schema(
    { day: Number, outletId: String, flow: Number, productionKwh: Number },
    { _id: false, id: false },
  );
  const schema = new Schema<StoredProject>(
    {
      _id: String,
      name: String,
      enterpriseId: String,
      enterpriseName: String,
      divisionPath: [String],
      eiaClass: String,
      outletIds: [String],
      steps: [step],
      createdAt: Number,
      sequence: Number,
      productionSeen: seen,
      permitted: Boolean,
      alerts: [String],
      checkedDay: Number,
    },
    { collection: 'projects', versionKey: false },
  );
  schema.index({ enterpriseId: 1 });
  schema.index({ outletIds: 1 });
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ checkedDay: 1 });
  return db.model<StoredProject>('Project', schema);
}
