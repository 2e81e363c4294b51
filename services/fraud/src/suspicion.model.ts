import type { Level, Sentence, Verdict } from '@greenwatch/authenticity';
import { type Connection, type Model, Schema } from 'mongoose';
import type { CaseSource, TaskSource } from './verdict';

export interface IndicationDoc {
  factor: string | null;
  /** A test's code or a signal's feature. */
  test: string;
  /** 1 nothing .. 0 speaks loudest. */
  score: number;
  from: number;
  to: number;
  sentence: Sentence;
}

/** An outlet whose data may be abnormal: a clue and no finding (domain.md 1.11). One is active an outlet. */
export interface SuspicionDoc {
  _id: string;
  sequence: number;
  outletId: string;
  enterpriseId: string;
  divisionPath: string[];
  county: string;
  state: 'open' | 'withdrawn' | 'judged';
  /** `state` is open; what the unique index reads. */
  active: boolean;
  /** Newest day that was looked at, and by which run. */
  day: number;
  runId: string;
  raisedDay: number;
  authenticity: number;
  level: Level;
  modelVersion: string;
  indications: IndicationDoc[];
  /** As scored when it was raised: what the verdict is kept with. */
  features: Record<string, number>;
  window: { from: number; to: number };
  /** Days in a row, up to the newest, of level normal. */
  normalDays: number[];
  tasks: TaskSource[];
  cases: CaseSource[];
  verdict?: Verdict;
  judgedAt?: number;
  raisedAt: number;
  changedAt: number;
}

/** A labelled example: what was seen, and what an inspector found (domain.md 2.4). */
export interface ExampleDoc {
  _id: string;
  group: string;
  divisionPath: string[];
  features: Record<string, number>;
  verdict: Verdict;
  source: 'task' | 'case' | 'import';
  suspicionId?: string;
  outletId?: string;
  reference?: string;
  by?: string;
  at: number;
  demo: boolean;
  /** First model that was fitted with it. */
  fittedIn?: string;
}

export function suspicionModels(db: Connection) {
  const id = { type: String, required: true };
  const suspicion = new Schema<SuspicionDoc>(
    {
      _id: id,
      sequence: Number,
      outletId: String,
      enterpriseId: String,
      divisionPath: [String],
      county: String,
      state: String,
      active: Boolean,
      day: Number,
      runId: String,
      raisedDay: Number,
      authenticity: Number,
      level: String,
      modelVersion: String,
      indications: Array,
      features: Schema.Types.Mixed,
      window: Schema.Types.Mixed,
      normalDays: [Number],
      tasks: Array,
      cases: Array,
      verdict: String,
      judgedAt: Number,
      raisedAt: Number,
      changedAt: Number,
    },
    { collection: 'suspicions', versionKey: false, minimize: false },
  );
  suspicion.index({ outletId: 1 }, { unique: true, partialFilterExpression: { active: true }, name: 'one_active' });
  suspicion.index({ outletId: 1, _id: -1 });
  suspicion.index({ divisionPath: 1, state: 1, _id: -1 });
  suspicion.index({ enterpriseId: 1, _id: -1 });
  suspicion.index({ county: 1, raisedDay: 1 });
  const example = new Schema<ExampleDoc>(
    {
      _id: id,
      group: String,
      divisionPath: [String],
      features: Schema.Types.Mixed,
      verdict: String,
      source: String,
      suspicionId: String,
      outletId: String,
      reference: String,
      by: String,
      at: Number,
      demo: Boolean,
      fittedIn: String,
    },
    { collection: 'examples', versionKey: false, minimize: false },
  );
  example.index({ divisionPath: 1, at: -1, _id: -1 });
  example.index({ fittedIn: 1 });
  return {
    suspicions: db.model<SuspicionDoc>('Suspicion', suspicion) as Model<SuspicionDoc>,
    examples: db.model<ExampleDoc>('Example', example) as Model<ExampleDoc>,
  };
}
export type SuspicionModels = ReturnType<typeof suspicionModels>;
