import {
  type Model,
  type OutletInput,
  type OutletScore,
  type ScoreOptions,
  type Span,
  scoreEnterprise,
  scoreOutlet,
} from '@greenwatch/authenticity';
import type { Kit } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { buildInput, type KnownEvent, peersOf } from './build-series';
import type { FraudConfig } from './fraud-settings';
import { type EnterpriseSources, EVENT_ALARMS, enterpriseSources, type KnownSources } from './known-source.model';
import type { HourReader } from './read-hours';
import type { RunDoc } from './run.model';
import { type ScoreModels, scoreId } from './score.model';
import type { SuspicionModels } from './suspicion.model';
import { outletP } from './suspicion-rules';

const DAY_MS = 86_400_000;
/** China's time; no summer time. */
const ZONE_MINUTES = 480;
/** Beyond this many outlets of one enterprise copies are looked for among its neighbours in the order of ids only. */
const MOST_PEERS = 6;

/** What was read of one enterprise for one day: everything that its scores are made of. */
export interface EnterpriseData {
  enterpriseId: string;
  divisionPath: string[];
  outlets: { input: OutletInput; confirmedBad: Span[] }[];
}

export interface ScoredOutlet {
  outletId: string;
  medium: 'gas' | 'water';
  score: OutletScore;
}

/** An outlet whose data the scoring refused, with its reason. */
export interface RefusedOutlet {
  outletId: string;
  reason: string;
}

/** The span of data that a day's scoring looks at: the window up to the day's end, and the baseline before it. */
export function spanOf(day: number, { FRAUD_WINDOW_DAYS, FRAUD_BASELINE_DAYS }: FraudConfig): Span {
  const to = day + DAY_MS;
  return { from: to - (FRAUD_WINDOW_DAYS + FRAUD_BASELINE_DAYS) * DAY_MS, to };
}

/** Reads and builds the series of one enterprise: what is held in memory at a time. @throws what gRPC or MongoDB throw */
export async function readEnterprise(
  kit: Kit<FraudConfig>,
  sources: KnownSources,
  { suspicions }: SuspicionModels,
  reader: HourReader,
  enterpriseId: string,
  day: number,
): Promise<EnterpriseData> {
  const span = spanOf(day, kit.config);
  const known: EnterpriseSources = await enterpriseSources(sources, enterpriseId, span);
  const outletIds = known.outlets.map(({ outletId }) => outletId);
  const [hours, permits, alarms, bad] = await Promise.all([
    reader.read(known.devices, span.from, span.to),
    sources.permits.find({ 'limits.outletId': { $in: outletIds } }).lean(),
    sources.alarms.find({ outletId: { $in: outletIds }, startedAt: { $lt: span.to } }).lean(),
    suspicions
      .find({ outletId: { $in: outletIds }, verdict: 'confirmed' })
      .select('outletId window')
      .lean(),
  ]);
  const eventsOf = (outletId: string): KnownEvent[] =>
    alarms
      .filter((alarm) => alarm.outletId === outletId)
      .map(({ code, startedAt, endedAt }) => ({
        kind: EVENT_ALARMS[code as keyof typeof EVENT_ALARMS],
        from: startedAt,
        to: endedAt === 0 ? span.to : endedAt,
      }))
      .filter(({ from, to }) => from < to && to > span.from);
  return {
    enterpriseId,
    divisionPath: known.divisionPath,
    outlets: known.outlets.map(({ outletId, medium }) => ({
      input: buildInput({
        outletId,
        medium,
        ...(known.industry ? { industry: known.industry } : {}),
        hours: hours.get(outletId) ?? new Map(),
        permits,
        events: eventsOf(outletId),
      }),
      confirmedBad: bad.filter((suspicion) => suspicion.outletId === outletId).map(({ window }) => window),
    })),
  };
}

/** Scores the outlets of one enterprise, giving way to everything else between two of them. */
export async function scoreData(
  data: EnterpriseData,
  day: number,
  model: Model,
  { FRAUD_WINDOW_DAYS, FRAUD_BASELINE_DAYS }: FraudConfig,
): Promise<{ scored: ScoredOutlet[]; refused: RefusedOutlet[] }> {
  const scored: ScoredOutlet[] = [];
  const refused: RefusedOutlet[] = [];
  const inputs = data.outlets.map(({ input }) => input);
  for (const [at, { input, confirmedBad }] of data.outlets.entries()) {
    const options: ScoreOptions = {
      at: day + DAY_MS,
      windowDays: FRAUD_WINDOW_DAYS,
      baselineDays: FRAUD_BASELINE_DAYS,
      confirmedBad,
      zoneMinutes: ZONE_MINUTES,
    };
    const around = inputs.slice(Math.max(0, at - MOST_PEERS / 2), at + 1 + MOST_PEERS / 2);
    try {
      const score = scoreOutlet({ ...input, peers: peersOf(input, around) }, options, model);
      scored.push({ outletId: input.outletId, medium: input.medium, score });
    } catch (error) {
      // One outlet's odd data must not keep the province from being scored.
      if (!(error instanceof RangeError)) throw error;
      refused.push({ outletId: input.outletId, reason: error.message });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { scored, refused };
}

/** Stores an enterprise's scores of one day, in the transaction of `session`. Done twice, it is as if done once. */
export async function storeScores(
  kit: Kit<FraudConfig>,
  { scores, evidence, enterpriseScores }: ScoreModels,
  run: RunDoc,
  { enterpriseId, divisionPath }: EnterpriseData,
  outlets: readonly ScoredOutlet[],
  session: ClientSession,
): Promise<void> {
  const { day } = run;
  for (const { outletId, medium, score } of outlets) {
    const _id = scoreId(day, outletId);
    const newer = await scores.exists({ outletId, day: { $gt: day } }).session(session);
    if (!newer) {
      await scores.updateMany({ outletId, latest: true, day: { $lt: day } }, { $set: { latest: false } }, { session });
    }
    const worst = score.factors
      .filter(({ authenticity }) => authenticity !== null)
      .sort((a, b) => (a.authenticity as number) - (b.authenticity as number))[0];
    await scores.replaceOne(
      { _id },
      {
        _id,
        day,
        outletId,
        enterpriseId,
        medium,
        divisionPath,
        status: score.status,
        authenticity: score.authenticity,
        level: score.level,
        fiveTestScore: score.fiveTestScore,
        minP: score.minP,
        outletP: outletP(score),
        worstFactor: worst?.code ?? null,
        modelVersion: score.modelVersion,
        codeVersion: score.codeVersion,
        scoredAt: kit.now(),
        runId: run._id,
        latest: !newer,
      },
      { session, upsert: true },
    );
    const known = await evidence.findById(_id, 'keep', { session }).lean();
    await evidence.replaceOne(
      { _id },
      { _id, day, outletId, score, keep: known?.keep ?? false },
      { session, upsert: true },
    );
  }
  const { status, authenticity, mean, level, worstOutletId, modelVersion } = scoreEnterprise(
    outlets.map(({ score }) => score),
  );
  const _id = scoreId(day, enterpriseId);
  await enterpriseScores.replaceOne(
    { _id },
    {
      _id,
      day,
      enterpriseId,
      divisionPath,
      status,
      authenticity,
      mean,
      level,
      worstOutletId,
      modelVersion: modelVersion ?? run.modelVersion ?? '',
    },
    { session, upsert: true },
  );
}
