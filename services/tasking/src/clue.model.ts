import type { Level } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** Something that may be wrong at an enterprise (domain.md 5.2); open while one of its tasks is. Times in epoch ms. */
export interface ClueDoc {
  _id: string;
  source: 'alarm';
  topic: string;
  dedupKey: string;
  enterpriseId: string;
  level: Level;
  openedAt: number;
  closedAt?: number;
  alarmIds: string[];
  taskIds: string[];
  divisionPath: string[];
}

/** What is known of an alarm: the newest of its facts, and the clue it went into. */
export interface AlarmDoc {
  _id: string;
  sequence: number;
  level: Level;
  active: boolean;
  clueId?: string;
}

export function clueModels(db: Connection) {
  const clue = new Schema<ClueDoc>(
    {
      _id: { type: String, required: true },
      source: String,
      topic: String,
      dedupKey: { type: String, required: true },
      enterpriseId: { type: String, required: true },
      level: String,
      openedAt: { type: Number, required: true },
      closedAt: Number,
      alarmIds: [String],
      taskIds: [String],
      divisionPath: [String],
    },
    { versionKey: false, collection: 'clues' },
  );
  clue.index({ dedupKey: 1, openedAt: -1 });
  clue.index({ divisionPath: 1, _id: -1 });
  clue.index({ enterpriseId: 1, _id: -1 });

  const alarm = new Schema<AlarmDoc>(
    {
      _id: { type: String, required: true },
      sequence: { type: Number, required: true },
      level: String,
      active: Boolean,
      clueId: String,
    },
    { versionKey: false, collection: 'alarms' },
  );

  // One row a dedupKey, written by every transaction that looks for an open clue: two that look at once collide, and the
  // second sees what the first has opened.
  const claim = new Schema<{ _id: string; claims: number }>(
    { _id: { type: String, required: true }, claims: Number },
    { versionKey: false, collection: 'clue_claims' },
  );
  return {
    clues: db.model<ClueDoc>('Clue', clue) as Model<ClueDoc>,
    alarms: db.model<AlarmDoc>('Alarm', alarm) as Model<AlarmDoc>,
    claims: db.model('ClueClaim', claim),
  };
}
