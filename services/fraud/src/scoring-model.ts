import { type Model as AuthenticityModel, checkModel, defaultModel, geometricModel } from '@greenwatch/authenticity';
import { fraudFacts } from '@greenwatch/contracts';
import { type Caller, isDuplicateKey, type Kit, newId, notFound } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import type { RunDoc, RunModels } from './run.model';
import type { ScoreModels } from './score.model';
import type { ScoringModelDoc } from './scoring-model.model';

/** The versions of the combining model, of which one is in force for the whole province. */
export class ModelStore {
  constructor(
    private readonly kit: Kit,
    readonly models: Model<ScoringModelDoc>,
    private readonly around: ScoreModels & RunModels,
  ) {}

  /** Puts in what the code brings along where it is missing; the default is in force until verdicts change that. */
  async prepare(): Promise<void> {
    for (const model of [geometricModel, defaultModel]) {
      if (await this.models.exists({ _id: model.version })) continue;
      const first = model === defaultModel && !(await this.models.exists({ active: true }));
      const now = this.kit.now();
      try {
        await this.models.create({
          _id: model.version,
          sequence: 0,
          number: (await this.#newestNumber()) + 1,
          model,
          active: first,
          examples: model.fittedOn?.examples ?? 0,
          positives: model.fittedOn?.positives ?? 0,
          demoExamples: 0,
          ...(first && { activatedAt: now }),
        });
      } catch (error) {
        // Another instance starts at the same time.
        if (!isDuplicateKey(error)) throw error;
      }
    }
  }

  async #newestNumber(session?: ClientSession): Promise<number> {
    const newest = await this.models
      .findOne({}, 'number', { session: session ?? null })
      .sort({ number: -1 })
      .lean();
    return newest?.number ?? 0;
  }

  async active(): Promise<AuthenticityModel> {
    const doc = await this.models.findOne({ active: true }).lean<ScoringModelDoc>();
    if (!doc) throw new Error('no scoring model is active');
    return doc.model;
  }

  /** @throws DomainError 404 */
  async get(version: string): Promise<AuthenticityModel> {
    const doc = await this.models.findById(version).lean<ScoringModelDoc>();
    if (!doc) throw notFound('model', version);
    return doc.model;
  }

  nextVersion = async (session: ClientSession): Promise<{ number: number; version: string }> => {
    const number = (await this.#newestNumber(session)) + 1;
    return { number, version: `fit-${number}` };
  };

  /** Keeps a fitted model and tells it; `activate` puts it in force in the same transaction. */
  async add(doc: ScoringModelDoc, activate: boolean, session: ClientSession): Promise<void> {
    await this.models.create([{ ...doc, active: false }], { session });
    await this.#tell({ ...doc, active: false }, 'fitted', session);
    if (activate) await this.#putInForce(doc._id, undefined, session);
  }

  /**
   * Puts any version in force, earlier or later, and has the last scored day scored again by it.
   * @throws DomainError 404; RangeError for a stored model that this version's rules cannot read
   */
  async activate(version: string, by: Caller): Promise<ScoringModelDoc> {
    return this.kit.transaction(async (session) => {
      const doc = await this.models.findById(version, null, { session }).lean<ScoringModelDoc>();
      if (!doc) throw notFound('model', version);
      if (doc.active) return doc;
      checkModel(doc.model);
      const before = await this.models.findOne({ active: true }, '_id', { session }).lean();
      const after = await this.#putInForce(version, by, session);
      await this.kit.audit(session, {
        action: 'model.activate',
        entity: version,
        by,
        detail: { before: before?._id ?? '' },
      });
      return after;
    });
  }

  async #putInForce(version: string, by: Caller | undefined, session: ClientSession): Promise<ScoringModelDoc> {
    const now = this.kit.now();
    await this.models.updateMany({ active: true }, { $set: { active: false } }, { session });
    const doc = await this.models
      .findOneAndUpdate(
        { _id: version },
        {
          $set: { active: true, activatedAt: now, ...(by && { activatedBy: by.personId ?? by.id }) },
          ...(by ? {} : { $unset: { activatedBy: '' } }),
        },
        { session, returnDocument: 'after' },
      )
      .lean<ScoringModelDoc>();
    if (!doc) throw notFound('model', version);
    await this.#tell(doc, 'activated', session);
    await this.#scoreAgain(session);
    return doc;
  }

  /** The newest scored day once more; nothing where nothing was scored. */
  async #scoreAgain(session: ClientSession): Promise<void> {
    const newest = await this.around.scores.findOne({ latest: true }, 'day', { session }).sort({ day: -1 }).lean();
    if (!newest) return;
    const division = this.kit.identity.self.division;
    await this.around.runs.create([newRun(newest.day, 'model', division, [division], this.kit.now())], { session });
  }

  async #tell(doc: ScoringModelDoc, verb: 'fitted' | 'activated', session: ClientSession): Promise<void> {
    const told = await this.models
      .findOneAndUpdate({ _id: doc._id }, { $inc: { sequence: 1 } }, { session, returnDocument: 'after' })
      .lean<ScoringModelDoc>();
    await this.kit.facts.append(session, {
      subject: `facts.fraud.model.${verb}`,
      codec: fraudFacts.ModelChanged,
      entity: doc._id,
      sequence: told?.sequence ?? 1,
      occurredAt: this.kit.now(),
      divisionPath: [this.kit.identity.self.division],
      data: {
        version: doc._id,
        active: doc.active,
        kind: doc.model.kind,
        verdicts: doc.examples,
        auc: doc.model.fittedOn?.auc ?? 0,
        fittedAt: doc.fittedAt ?? 0,
      },
    });
  }
}

/** A run that waits for its turn. */
export function newRun(
  day: number,
  trigger: RunDoc['trigger'],
  division: string,
  divisionPath: string[],
  now: number,
  enterpriseId?: string,
): RunDoc {
  return {
    _id: newId(),
    day,
    trigger,
    division,
    divisionPath,
    ...(enterpriseId === undefined ? {} : { enterpriseId }),
    state: 'waiting',
    cursor: '',
    scored: 0,
    insufficient: 0,
    failed: 0,
    raised: 0,
    createdAt: now,
  };
}
