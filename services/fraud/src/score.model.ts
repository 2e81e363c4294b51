import type { Level, OutletScore, Status } from '@greenwatch/authenticity';
import { type Connection, type Model, Schema } from 'mongoose';

/** What lists read of one outlet on one day. Days are ms of their start in UTC+8. */
export interface ScoreDoc {
  /** `<day>|<outletId>` */
  _id: string;
  day: number;
  outletId: string;
  enterpriseId: string;
  medium: 'gas' | 'water';
  divisionPath: string[];
  status: Status;
  authenticity: number | null;
  level: Level | null;
  fiveTestScore: number | null;
  minP: number | null;
  /** `minP` times the number of p-values looked at in the outlet: what the false-discovery rate is controlled with. */
  outletP: number | null;
  worstFactor: string | null;
  modelVersion: string;
  codeVersion: string;
  scoredAt: number;
  runId: string;
  /** The newest day of its outlet. */
  latest: boolean;
}

/** Test by test of one outlet on one day; the same `_id`. */
export interface EvidenceDoc {
  _id: string;
  day: number;
  outletId: string;
  score: OutletScore;
  /** A suspicion rests on it: never thrown away. */
  keep: boolean;
}

export interface EnterpriseScoreDoc {
  /** `<day>|<enterpriseId>` */
  _id: string;
  day: number;
  enterpriseId: string;
  divisionPath: string[];
  status: Status;
  authenticity: number | null;
  mean: number | null;
  level: Level | null;
  worstOutletId: string | null;
  modelVersion: string;
}

export const scoreId = (day: number, id: string) => `${day}|${id}`;

export function scoreModels(db: Connection) {
  const id = { type: String, required: true };
  const score = new Schema<ScoreDoc>(
    {
      _id: id,
      day: Number,
      outletId: String,
      enterpriseId: String,
      medium: String,
      divisionPath: [String],
      status: String,
      authenticity: Number,
      level: String,
      fiveTestScore: Number,
      minP: Number,
      outletP: Number,
      worstFactor: String,
      modelVersion: String,
      codeVersion: String,
      scoredAt: Number,
      runId: String,
      latest: Boolean,
    },
    { collection: 'scores', versionKey: false },
  );
  score.index({ latest: 1, divisionPath: 1, status: 1, authenticity: 1, _id: 1 });
  score.index({ day: 1, divisionPath: 1, status: 1, authenticity: 1, _id: 1 });
  score.index({ outletId: 1, day: -1 });
  score.index({ enterpriseId: 1, day: -1 });
  const evidence = new Schema<EvidenceDoc>(
    { _id: id, day: Number, outletId: String, score: Schema.Types.Mixed, keep: Boolean },
    { collection: 'evidence', versionKey: false, minimize: false },
  );
  evidence.index({ day: 1 });
  const enterprise = new Schema<EnterpriseScoreDoc>(
    {
      _id: id,
      day: Number,
      enterpriseId: String,
      divisionPath: [String],
      status: String,
      authenticity: Number,
      mean: Number,
      level: String,
      worstOutletId: String,
      modelVersion: String,
    },
    { collection: 'enterprise_scores', versionKey: false },
  );
  enterprise.index({ enterpriseId: 1, day: -1 });
  enterprise.index({ day: 1 });
  return {
    scores: db.model<ScoreDoc>('Score', score) as Model<ScoreDoc>,
    evidence: db.model<EvidenceDoc>('Evidence', evidence) as Model<EvidenceDoc>,
    enterpriseScores: db.model<EnterpriseScoreDoc>('EnterpriseScore', enterprise) as Model<EnterpriseScoreDoc>,
  };
}
export type ScoreModels = ReturnType<typeof scoreModels>;
