import { fraudFacts } from '@greenwatch/contracts';
import { countyOf, type Kit, newId } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { FraudConfig } from './fraud-settings';
import type { RunDoc, RunModels } from './run.model';
import { type ScoreDoc, type ScoreModels, scoreId } from './score.model';
import type { IndicationDoc, SuspicionDoc, SuspicionModels } from './suspicion.model';
import { chooseSuspicions, indicationsOf, normalDaysAfter } from './suspicion-rules';
import { inChinese } from './words';

type Verb = 'raised' | 'updated' | 'withdrawn' | 'judged';
const DAY_MS = 86_400_000;

/** Stores a suspicion as it now stands and tells it, in the transaction of `session`. */
export async function tellSuspicion(
  kit: Kit,
  { suspicions }: SuspicionModels,
  suspicion: SuspicionDoc,
  verb: Verb,
  session: ClientSession,
): Promise<void> {
  const next: SuspicionDoc = {
    ...suspicion,
    sequence: suspicion.sequence + 1,
    active: suspicion.state === 'open',
    changedAt: kit.now(),
  };
  await suspicions.replaceOne({ _id: next._id }, next, { session, upsert: true });
  await kit.facts.append(session, {
    subject: `facts.fraud.suspicion.${verb}`,
    codec: fraudFacts.SuspicionChanged,
    entity: next._id,
    sequence: next.sequence,
    occurredAt: next.day + DAY_MS,
    // No enterprise: it must not learn of a visit beforehand (domain.md 5.3).
    divisionPath: next.divisionPath,
    data: {
      id: next._id,
      enterpriseId: next.enterpriseId,
      outletId: next.outletId,
      authenticity: next.authenticity,
      level: next.level,
      day: next.day,
      modelVersion: next.modelVersion,
      indications: next.indications.map(indicationMessage),
      active: next.active,
      verdict: next.verdict ?? '',
    },
  });
}

const indicationMessage = ({ factor, test, score, from, to, sentence }: IndicationDoc): fraudFacts.Indication => ({
  factor: factor ?? '',
  test,
  score,
  from,
  to,
  text: inChinese(sentence),
});

/** What a run's scores mean for suspicions: each outlet in a transaction of its own, so that it can go on after a kill. */
export class SuspicionSettling {
  constructor(
    private readonly kit: Kit<FraudConfig>,
    private readonly models: ScoreModels & SuspicionModels & RunModels,
  ) {}

  async settle(run: RunDoc): Promise<void> {
    await this.#follow(run);
    await this.#raise(run);
  }

  /** Open suspicions of the outlets that the run scored: how they stand now, or that they are withdrawn. */
  async #follow(run: RunDoc): Promise<void> {
    const { suspicions } = this.models;
    const open = suspicions.find({
      active: true,
      divisionPath: run.division,
      ...(run.enterpriseId && { enterpriseId: run.enterpriseId }),
      runId: { $ne: run._id },
    });
    for await (const { _id, outletId } of open.select('_id outletId').lean()) {
      await this.kit.transaction(async (session) => {
        const score = await this.#latest(outletId, run, session);
        const suspicion = await suspicions.findOne({ _id, active: true }, null, { session }).lean<SuspicionDoc>();
        if (!score || !suspicion) return;
        await this.#followOne(run, suspicion, score, session);
      });
    }
  }

  async #followOne(run: RunDoc, suspicion: SuspicionDoc, score: ScoreDoc, session: ClientSession): Promise<void> {
    const { models, kit } = this;
    const normalDays = normalDaysAfter(suspicion.normalDays, run.day, score.level);
    if (score.level === null || score.authenticity === null) {
      // Too few data that day: the suspicion stays as it was.
      await models.suspicions.updateOne({ _id: suspicion._id }, { $set: { runId: run._id, normalDays } }, { session });
      return;
    }
    const evidence = await models.evidence.findById(score._id, null, { session }).lean();
    const withdrawn = normalDays.length >= kit.config.FRAUD_WITHDRAW_AFTER_DAYS;
    await tellSuspicion(
      kit,
      models,
      {
        ...suspicion,
        state: withdrawn ? 'withdrawn' : 'open',
        runId: run._id,
        day: run.day,
        authenticity: score.authenticity,
        level: score.level,
        modelVersion: score.modelVersion,
        indications: evidence ? indicationsOf(evidence.score) : suspicion.indications,
        normalDays,
      },
      withdrawn ? 'withdrawn' : 'updated',
      session,
    );
    await models.evidence.updateOne({ _id: score._id }, { $set: { keep: true } }, { session });
  }

  async #raise(run: RunDoc): Promise<void> {
    const { scores, suspicions } = this.models;
    const latest = await scores
      .find({ latest: true, status: 'SCORED' })
      .select('outletId authenticity level outletP divisionPath day runId enterpriseId')
      .lean();
    const [active, judged, raisedToday] = await Promise.all([
      suspicions.distinct('outletId', { active: true }),
      suspicions
        .find({ state: 'judged', 'window.to': { $gt: run.day + DAY_MS - this.kit.config.FRAUD_WINDOW_DAYS * DAY_MS } })
        .distinct('outletId'),
      suspicions.aggregate<{ _id: string; count: number }>([
        { $match: { raisedDay: run.day } },
        { $group: { _id: '$county', count: { $sum: 1 } } },
      ]),
    ]);
    // What was judged is not raised again while the window still shows the same days.
    const not = new Set([...active, ...judged]);
    const mine = new Set(latest.filter((score) => score.runId === run._id).map(({ outletId }) => outletId));
    const used = new Map(raisedToday.map(({ _id, count }) => [_id, count]));
    const chosen = chooseSuspicions(
      latest.flatMap(({ outletId, authenticity, level, outletP, divisionPath }) =>
        authenticity === null || level === null
          ? []
          : [{ outletId, authenticity, level, outletP, county: countyOf(divisionPath) }],
      ),
      this.kit.config.FRAUD_FALSE_DISCOVERY_RATE,
      (outletId) => mine.has(outletId) && !not.has(outletId),
      (county) => this.kit.config.FRAUD_CLUES_PER_COUNTY - (used.get(county) ?? 0),
    );
    for (const { outletId } of chosen) {
      await this.kit.transaction((session) => this.#raiseOne(run, outletId, session));
    }
  }

  async #raiseOne(run: RunDoc, outletId: string, session: ClientSession): Promise<void> {
    const { evidence, suspicions, runs } = this.models;
    const score = await this.#latest(outletId, run, session);
    const detail = score && (await evidence.findById(score._id, null, { session }).lean());
    if (!score || !detail || score.authenticity === null || score.level === null) return;
    if (await suspicions.exists({ outletId, active: true }).session(session)) return;
    const now = this.kit.now();
    const suspicion: SuspicionDoc = {
      _id: newId(),
      sequence: 0,
      outletId,
      enterpriseId: score.enterpriseId,
      divisionPath: score.divisionPath,
      county: countyOf(score.divisionPath),
      state: 'open',
      active: true,
      day: run.day,
      runId: run._id,
      raisedDay: run.day,
      authenticity: score.authenticity,
      level: score.level,
      modelVersion: score.modelVersion,
      indications: indicationsOf(detail.score),
      features: detail.score.features,
      window: detail.score.window,
      normalDays: [],
      tasks: [],
      cases: [],
      raisedAt: now,
      changedAt: now,
    };
    await tellSuspicion(this.kit, this.models, suspicion, 'raised', session);
    await evidence.updateOne({ _id: score._id }, { $set: { keep: true } }, { session });
    await runs.updateOne({ _id: run._id }, { $inc: { raised: 1 } }, { session });
  }

  /** The outlet's score by this run, if no newer day has been scored since. */
  #latest(outletId: string, run: RunDoc, session: ClientSession): Promise<ScoreDoc | null> {
    return this.models.scores
      .findOne({ _id: scoreId(run.day, outletId), runId: run._id, latest: true }, null, { session })
      .lean<ScoreDoc | null>();
  }
}
