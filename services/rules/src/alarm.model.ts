import { type Connection, type Model, Schema } from 'mongoose';
import type { AlarmFinding } from './alarm-changes';

/** The rule that raised it, one series an outlet and factor: near-limit and exceeding are one rule. */
export type Rule = 'MEAN_H' | 'MEAN_D' | 'CONST' | 'TREAT_OFF' | 'OFFLINE';

/** Who and where; what follows from the data is the finding. */
export interface StoredAlarm extends AlarmFinding {
  _id: string;
  /** Of its facts. */
  sequence: number;
  rule: Rule;
  mn: string;
  factor?: string;
  outletId: string;
  enterpriseId: string;
  operatorId?: string;
  divisionPath: string[];
  acknowledged: boolean;
  acknowledgedBy?: string;
  acknowledgedAt?: number;
}

/** The collection of alarms with its indexes. Alarms are never deleted. */
export function alarmModel(db: Connection): Model<StoredAlarm> {
  const evidence = new Schema(
    {
      dataTime: Number,
      value: String,
      field: String,
      limit: Number,
      unit: String,
      limitId: String,
      basis: String,
    },
    { _id: false },
  );
  const alarm = new Schema<StoredAlarm>(
    {
      _id: String,
      sequence: Number,
      rule: String,
      code: String,
      level: String,
      mn: String,
      factor: String,
      outletId: String,
      enterpriseId: String,
      operatorId: String,
      divisionPath: [String],
      active: Boolean,
      acknowledged: Boolean,
      acknowledgedBy: String,
      acknowledgedAt: Number,
      startedAt: Number,
      until: Number,
      endedAt: Number,
      history: Boolean,
      multiple: Number,
      evidence: [evidence],
    },
    { collection: 'alarms', versionKey: false },
  );
  alarm.index({ mn: 1, until: 1 });
  // Few of all there ever were.
  alarm.index({ active: 1 }, { partialFilterExpression: { active: true } });
  // Lists, newest first, by what a caller may see.
  for (const scope of ['divisionPath', 'enterpriseId', 'operatorId', 'outletId'] as const) {
    alarm.index({ [scope]: 1, startedAt: -1, _id: -1 });
  }
  return db.model<StoredAlarm>('Alarm', alarm);
}
