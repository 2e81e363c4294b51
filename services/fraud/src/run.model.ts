import { type Connection, type Model, Schema } from 'mongoose';

/** One pass over a day. It goes on where it stopped: `cursor` is the last enterprise that is done. */
export interface RunDoc {
  _id: string;
  /** ms of the day's start in UTC+8. */
  day: number;
  trigger: 'timer' | 'demand' | 'model';
  enterpriseId?: string;
  /** Division whose outlets are scored. */
  division: string;
  /** Where the run itself belongs: the division and those above it. */
  divisionPath: string[];
  state: 'waiting' | 'running' | 'done';
  cursor: string;
  outlets?: number;
  scored: number;
  insufficient: number;
  /** Outlets whose data the scoring refused; the reason is in the log and the last one in `error`. */
  failed: number;
  raised: number;
  modelVersion?: string;
  error?: string;
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
}

/** When the next day is due, so that the timer is set once. */
export interface ScheduleDoc {
  _id: 'scoring';
  day: number;
  hour: number;
}

export function runModels(db: Connection) {
  const run = new Schema<RunDoc>(
    {
      _id: { type: String, required: true },
      day: Number,
      trigger: String,
      enterpriseId: String,
      division: String,
      divisionPath: [String],
      state: String,
      cursor: String,
      outlets: Number,
      scored: Number,
      insufficient: Number,
      failed: Number,
      raised: Number,
      modelVersion: String,
      error: String,
      createdAt: Number,
      startedAt: Number,
      finishedAt: Number,
    },
    { collection: 'runs', versionKey: false },
  );
  run.index({ state: 1, createdAt: 1, _id: 1 });
  run.index({ divisionPath: 1, createdAt: -1, _id: -1 });
  const schedule = new Schema<ScheduleDoc>(
    { _id: { type: String, required: true }, day: Number, hour: Number },
    { collection: 'schedule', versionKey: false },
  );
  return {
    runs: db.model<RunDoc>('Run', run) as Model<RunDoc>,
    schedule: db.model<ScheduleDoc>('Schedule', schedule) as Model<ScheduleDoc>,
  };
}
export type RunModels = ReturnType<typeof runModels>;
