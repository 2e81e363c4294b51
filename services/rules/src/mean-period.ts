import type { Judgement } from './alarm-episode';
import { isZero } from './decimal';
import { countsAsValid, type JudgedMean, judgeMean, type SentMean } from './exceedance';
import { limitInForce, type PermitInForce } from './limit-in-force';
import { type Exemption, isExempt } from './marks/exemption';
import { inMilligrams } from './ppm';
import type { RuleSettings } from './rule-settings';
import { judgeUnchanging, repeatsOnlyWhenStuck } from './unchanging-value';

export type MeanKind = 'hour' | 'day';
export type Medium = 'gas' | 'water';

export const PERIOD_MS: Record<MeanKind, number> = { hour: 3_600_000, day: 86_400_000 };

/** What is known of one factor in one period: the newest packet that named it counts (design.md 4). */
export interface FactorMean extends SentMean {
  factor: string;
  receivedAt: number;
  /** Of the log message, which settles the order of packets received in the same millisecond. */
  sequence: number;
  /** Of a normal mean the verdict alone: it is no evidence, and most are normal. */
  judged?: JudgedMean | { verdict: 'normal' };
}

/** One hour or day of one device at one outlet; `at` is its start, ms. */
export interface MeanPeriod {
  at: number;
  means: FactorMean[];
}

/** A packet's factors as `decodeFields` gives them. */
export interface SentFactor {
  factor: string;
  fields: readonly (readonly [string, string])[];
}

/** Where and how the means of one period are judged. */
export interface MeanContext {
  outletId: string;
  medium: Medium;
  kind: MeanKind;
  permits: readonly PermitInForce[];
  missingFlagValid: boolean;
  /** Marks in force that keep data of the device from deciding exceedance. */
  marks: readonly Exemption[];
  /** The mean of a factor's hour as it was amended, in mg/m3 or mg/L. */
  amended?(factor: string, at: number): { value: string; converted?: string } | undefined;
  /** Gases that the device sends in ppm. */
  ppmFactors?: readonly string[];
}

/** Waste water and flue gas flow (HJ 212-2017 tables B.1, B.2). */
const FLOWS = new Set(['w00000', 'a00000']);

/**
 * Takes a packet into its period. What is older than what is known is passed over, so that a late redelivery undoes no revision.
 * Factors that no rule looks at are not kept.
 * @returns whether the period now says something else
 */
export function takeMeans(
  period: MeanPeriod,
  sent: readonly SentFactor[],
  receivedAt: number,
  sequence: number,
  wanted: (factor: string) => boolean,
): boolean {
  let changed = false;
  for (const { factor, fields } of sent) {
    if (!FLOWS.has(factor) && !wanted(factor)) continue;
    const field = (name: string) => fields.find(([n]) => n === name)?.[1];
    const mean: FactorMean = { factor, receivedAt, sequence };
    const avg = field('Avg') ?? (FLOWS.has(factor) ? field('Cou') : undefined);
    if (avg !== undefined) mean.avg = avg;
    const zsAvg = field('ZsAvg');
    if (zsAvg !== undefined) mean.zsAvg = zsAvg;
    const flag = field('Flag');
    if (flag !== undefined) mean.flag = flag;

    const index = period.means.findIndex((known) => known.factor === factor);
    const known = period.means[index];
    if (!known) period.means.push(mean);
    else if (isOlder(mean, known) || says(mean) === says(known)) continue;
    else period.means[index] = mean;
    changed = true;
  }
  return changed;
}

const isOlder = (a: FactorMean, b: FactorMean) =>
  a.receivedAt < b.receivedAt || (a.receivedAt === b.receivedAt && a.sequence < b.sequence);
const says = (mean: SentMean) => JSON.stringify([mean.avg, mean.zsAvg, mean.flag]);

/** Judges every mean of a period that changed against the limit in force at its data time. */
export function judgePeriod(period: MeanPeriod, context: MeanContext, warnPercent: number): void {
  // HJ 356-2019 6.1: without flow the water's values are not valid.
  const judgeable = context.medium === 'gas' || !isWithoutFlow(period);
  for (const mean of period.means) {
    delete mean.judged;
    const limit = limitInForce(context.permits, context.outletId, mean.factor, context.kind, period.at);
    if (!limit || !judgeable) continue;
    const amended = context.kind === 'hour' ? context.amended?.(mean.factor, period.at) : undefined;
    if (!amended && isExempt(context.marks, mean.factor, period.at, PERIOD_MS[context.kind])) continue;
    const sent = amended ? sentInstead(amended) : context.ppmFactors?.includes(mean.factor) ? inMilligrams(mean) : mean;
    const judged = judgeMean(mean.factor, sent, limit, context.missingFlagValid, warnPercent);
    if (judged) mean.judged = judged.verdict === 'normal' ? { verdict: 'normal' } : judged;
  }
}

/** Values that the authority accepted count as valid. */
const sentInstead = ({ value, converted }: { value: string; converted?: string }): SentMean => ({
  ...{ avg: value, flag: 'N' },
  ...(converted === undefined ? {} : { zsAvg: converted }),
});

function isWithoutFlow(period: MeanPeriod): boolean {
  const flow = period.means.find((mean) => FLOWS.has(mean.factor))?.avg;
  return flow !== undefined && isZero(flow);
}

/** EXC and WARN: how the means of one factor were judged, from periods sorted by time. */
export function exceedanceJudgements(periods: readonly MeanPeriod[], factor: string, kind: MeanKind): Judgement[] {
  const judgements: Judgement[] = [];
  for (const { at, means } of periods) {
    const judged = means.find((mean) => mean.factor === factor)?.judged;
    if (!judged) continue;
    const until = at + PERIOD_MS[kind];
    if ('limit' in judged) {
      const { verdict, multiple, ...evidence } = judged;
      judgements.push({ at, until, verdict, multiple, evidence: { dataTime: at, ...evidence } });
    } else judgements.push({ at, until, verdict: judged.verdict });
  }
  return judgements;
}

/** CONST: successive equal hourly means of one factor, valid and with flow. */
export function unchangingJudgements(
  periods: readonly MeanPeriod[],
  factor: string,
  context: Pick<MeanContext, 'medium' | 'missingFlagValid'>,
  settings: Pick<RuleSettings, 'constTimes'>,
): Judgement[] {
  if (!repeatsOnlyWhenStuck(factor)) return [];
  const means = periods.flatMap((period) => {
    const mean = period.means.find((m) => m.factor === factor);
    // Unconverted where there is one: a stuck analyser's converted value still moves with the oxygen.
    const value = mean?.avg ?? mean?.zsAvg;
    if (!mean || value === undefined || !countsAsValid(mean.flag, context.missingFlagValid)) return [];
    return isWithoutFlow(period) ? [] : [{ at: period.at, until: period.at + PERIOD_MS.hour, value }];
  });
  return judgeUnchanging(means, settings.constTimes[context.medium]);
}
