import type { Clue, ClueSource, Level, Origin, Place } from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';

/** Something that may be wrong somewhere (domain.md 5.2); open while one of its tasks is. Times in epoch ms. */
export interface ClueDoc {
  _id: string;
  source: ClueSource;
  /** How a manual one reached the authority. */
  channel?: NonNullable<Clue['channel']>;
  topic: string;
  title: string;
  dedupKey: string;
  enterpriseId?: string;
  place?: Place;
  level: Level;
  openedAt: number;
  closedAt?: number;
  origins: Origin[];
  taskIds: string[];
  divisionPath: string[];
}

/** What is known of an origin: the newest of its facts, and the clue it went into. */
export interface OriginDoc {
  /** `<kind>:<id>` */
  _id: string;
  sequence: number;
  active: boolean;
  stage: string;
  level: Level;
  clueId?: string;
  /** That it ended stands in the tasks' history. */
  cleared?: boolean;
  /** Sequence of the fact that waits for its enterprise. */
  waiting?: number;
}

const text = { type: String, required: true };
const number = { type: Number, required: true };
export const originSchema = new Schema<Origin>({ kind: text, id: text }, { _id: false });

export function clueModels(db: Connection) {
  const clue = new Schema<ClueDoc>(
    {
      _id: text,
      source: text,
      channel: String,
      topic: text,
      title: text,
      dedupKey: text,
      enterpriseId: String,
      place: {
        type: new Schema<Place>({ lon: number, lat: number, address: String }, { _id: false }),
        required: false,
      },
      level: text,
      openedAt: number,
      closedAt: Number,
      origins: [originSchema],
      taskIds: [String],
      divisionPath: [String],
    },
    { versionKey: false, collection: 'clues' },
  );
  clue.index({ dedupKey: 1, openedAt: -1 });
  clue.index({ divisionPath: 1, _id: -1 });
  clue.index({ enterpriseId: 1, _id: -1 });

  const origin = new Schema<OriginDoc>(
    {
      _id: text,
      sequence: number,
      active: Boolean,
      stage: String,
      level: String,
      clueId: String,
      cleared: Boolean,
      waiting: Number,
    },
    { versionKey: false, collection: 'origins' },
  );

  // One row a dedupKey, written by every transaction that looks for an open clue: two that look at once collide, and the
  // second sees what the first has opened.
  const claim = new Schema<{ _id: string; claims: number }>(
    { _id: text, claims: Number },
    { versionKey: false, collection: 'clue_claims' },
  );
  return {
    clues: db.model<ClueDoc>('Clue', clue) as Model<ClueDoc>,
    origins: db.model<OriginDoc>('Origin', origin) as Model<OriginDoc>,
    claims: db.model('ClueClaim', claim),
  };
}

/** The clue as it leaves the service. */
export function clueOf(doc: ClueDoc): Clue {
  const { _id: id, dedupKey, divisionPath, openedAt, closedAt, ...rest } = doc;
  return { id, ...rest, openedAt: isoTime(openedAt), closedAt: isoTimeOrNone(closedAt) };
}
