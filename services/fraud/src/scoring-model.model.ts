import type { Model as AuthenticityModel } from '@greenwatch/authenticity';
import { type Connection, type Model, Schema } from 'mongoose';

/** A version of the combining model, with the figures of its fit. Kept for ever: any of them can be put back. */
export interface ScoringModelDoc {
  /** The version. */
  _id: string;
  /** Of its facts. */
  sequence: number;
  /** 1, 2, 3 … in the order in which they came. */
  number: number;
  model: AuthenticityModel;
  active: boolean;
  examples: number;
  positives: number;
  demoExamples: number;
  /** The model that was active when this one was fitted, on the same examples. */
  comparedWith?: { version: string; auc: number };
  outcome?: { zh: string; en: string };
  fittedAt?: number;
  activatedAt?: number;
  activatedBy?: string;
}

export function scoringModelModel(db: Connection): Model<ScoringModelDoc> {
  const schema = new Schema<ScoringModelDoc>(
    {
      _id: { type: String, required: true },
      sequence: Number,
      number: Number,
      model: Schema.Types.Mixed,
      active: Boolean,
      examples: Number,
      positives: Number,
      demoExamples: Number,
      comparedWith: Schema.Types.Mixed,
      outcome: Schema.Types.Mixed,
      fittedAt: Number,
      activatedAt: Number,
      activatedBy: String,
    },
    { collection: 'models', versionKey: false, minimize: false },
  );
  schema.index({ active: 1 }, { unique: true, partialFilterExpression: { active: true }, name: 'one_active' });
  schema.index({ number: -1 }, { unique: true });
  return db.model<ScoringModelDoc>('ScoringModel', schema) as Model<ScoringModelDoc>;
}
