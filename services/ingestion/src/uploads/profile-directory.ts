import type { PayloadMapping, registryFacts } from '@greenwatch/contracts';
import type { Dialect } from '@greenwatch/hj212';
import { applyNewest, type Fact, type Logger, Round } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';

interface ProfileDoc {
  _id: string;
  sequence: number;
  payload?: PayloadMapping;
  dialect?: Dialect;
}

/** Another instance may have taken the fact that changed a profile. */
const REFRESH_MS = 10_000;

/** The registry's device profiles, as ingestion needs them: a projection, and all of it in memory, for they are few. */
export class ProfileDirectory {
  readonly model: Model<ProfileDoc>;
  readonly #round: Round;
  #profiles = new Map<string, Pick<ProfileDoc, 'payload' | 'dialect'>>();

  constructor(db: Connection, log: Logger) {
    this.model = db.model<ProfileDoc>(
      'Profile',
      new Schema<ProfileDoc>(
        {
          _id: { type: String, required: true },
          sequence: { type: Number, required: true },
          payload: Object,
          dialect: Object,
        },
        { collection: 'profiles', versionKey: false },
      ),
    );
    this.#round = new Round({ log, everyMs: REFRESH_MS, failed: 'device profiles could not be read again' }, () =>
      this.#load(),
    );
  }

  async start(): Promise<void> {
    await this.#load();
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** How a device's own JSON is read; undefined: its profile says nothing, or it has none. */
  payloadOf(profileId: string | undefined): PayloadMapping | undefined {
    return profileId === undefined ? undefined : this.#profiles.get(profileId)?.payload;
  }

  /** How a device's HJ 212 departs from the standard; undefined: not at all. */
  dialectOf(profileId: string | undefined): Dialect | undefined {
    return profileId === undefined ? undefined : this.#profiles.get(profileId)?.dialect;
  }

  async apply(fact: Fact<registryFacts.ProfileChanged>): Promise<void> {
    const { id, payload, dialect } = fact.data;
    await applyNewest(this.model, id, fact.sequence, {
      payload: payload ? mappingOf(payload) : undefined,
      dialect: dialect ? dialectFrom(dialect) : undefined,
    });
    await this.#load();
  }

  async #load(): Promise<boolean> {
    const docs = await this.model.find().lean();
    this.#profiles = new Map(
      docs.map(({ _id, payload, dialect }) => [_id, { payload: payload ?? undefined, dialect: dialect ?? undefined }]),
    );
    return false;
  }
}

/** Empty texts, lists and 0 stand for the standard. */
function dialectFrom({ crc, maxSegment, cipher, st, codes, answers }: registryFacts.Dialect): Dialect {
  return {
    ...(crc ? { crc: crc as Dialect['crc'] } : {}),
    ...(maxSegment ? { maxSegment } : {}),
    ...(cipher ? { cipher: cipher as Dialect['cipher'] } : {}),
    ...(st ? { st } : {}),
    ...(Object.keys(codes).length > 0 ? { codes } : {}),
    ...(Object.keys(answers).length > 0 ? { answers: answers as Dialect['answers'] } : {}),
  };
}

/** Proto has no optional fields: '' and 0 stand for none. */
export function mappingOf({ kind, each, timePath, timeFormat, items }: registryFacts.PayloadMapping): PayloadMapping {
  return {
    kind: kind as PayloadMapping['kind'],
    ...(each ? { each } : {}),
    ...(timePath ? { time: { path: timePath, format: timeFormat as 'iso' } } : {}),
    items: items.map(({ path, factor, field, scale, offset, words }) => ({
      path,
      factor,
      field,
      ...(scale !== 0 && scale !== 1 ? { scale } : {}),
      ...(offset !== 0 ? { offset } : {}),
      ...(Object.keys(words).length > 0 ? { words } : {}),
    })),
  };
}
