import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  areaUnderRoc,
  type Example,
  expertModel,
  type FactorSeries,
  fitLogistic,
  geometricModel,
  type LoadKind,
  type LoadSeries,
  type Model,
  type OutletInput,
  type OutletScore,
  randomFrom,
  scoreOutlet,
} from '@greenwatch/authenticity';
import { OperatorError } from '@greenwatch/infra';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE_MINUTES = 480;
const FOLDS = 5;
/** Assignments of enterprises to folds that are tried: one alone would flatter or wrong the model by luck. */
const SEEDS = 10;
/** Share of outlets that the default model takes to be forging before it has looked; the data has 42 %. */
const PREVALENCE = 0.1;

export interface FraudBenchOptions {
  /** Folder with outlets.csv, pollutants.csv, hourly/ and truth/. */
  data: string;
  /** File that gets `outlet,score`: authenticity 0..100, from models that saw nothing of the outlet's enterprise. */
  out: string;
  windowDays: number;
  baselineDays: number;
  penalty: number;
  say: (line: string) => void;
}

type Row = Record<string, string>;

interface Labelled {
  outlet: string;
  enterprise: string;
  fraud: 0 | 1;
  kind: string;
  honestKind: string;
  features: Record<string, number>;
  /** The five tests' product of domain 2.4, the lowest over factors and windows; 100 where nothing could be scored. */
  fiveTests: number;
  scored: boolean;
}

/**
 * Scores labelled series by the fraud service's own rules. The data is looked at as a review of the past: each window
 * of `windowDays` in turn, with the days on both sides as its baseline; the outlet has the strongest of each feature.
 */
export function fraudBench(options: FraudBenchOptions) {
  const { data, say } = options;
  const outlets = readCsv(join(data, 'outlets.csv'));
  const pollutants = readCsv(join(data, 'pollutants.csv'));
  const truth = new Map(readCsv(join(data, 'truth', 'outlets.csv')).map((row) => [row.outlet, row]));
  const inputs = new Map(outlets.map((row) => [row.outlet!, readOutlet(data, row, pollutants)]));
  say(`${inputs.size} outlets read`);

  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  let scoredFactors = 0;
  const labelled = outlets.map((row): Labelled => {
    const input = inputs.get(row.outlet!)!;
    // The same factors of the enterprise's other outlets, as the service would load them.
    input.peers = outlets
      .filter((other) => other.enterprise === row.enterprise && other.outlet !== row.outlet)
      .flatMap((other) => inputs.get(other.outlet!)!.factors.map((f) => ({ ...f, outletId: other.outlet! })));
    const scores = scoreEveryWindow(input, options);
    scoredFactors += scores.reduce((sum, score) => sum + score.factors.length, 0);
    const label = truth.get(row.outlet!);
    if (!label) throw new OperatorError(`truth/outlets.csv has no line for outlet ${row.outlet}`);
    return {
      outlet: row.outlet!,
      enterprise: row.enterprise!,
      fraud: label.fraud === '1' ? 1 : 0,
      kind: label.kind ?? '',
      honestKind: label.honest_kind ?? '',
      features: strongest(scores),
      fiveTests: Math.min(100, ...scores.flatMap((score) => score.fiveTestScore ?? [])),
      scored: scores.some((score) => score.status === 'SCORED'),
    };
  });
  const seconds = (performance.now() - began) / 1_000;
  const cpu = process.cpuUsage(cpuBegan);

  const examples = labelled.map((l): Example => ({ group: l.enterprise, features: l.features, label: l.fraud }));
  const labels = labelled.map((l) => l.fraud);
  const suspicion = new Array<number>(labelled.length).fill(0);
  const aucBySeed: number[] = [];
  let model: Model | null = null;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const fit = fitLogistic(examples, {
      version: 'logistic-1',
      source: 'labelled series with injected falsification',
      penalty: options.penalty,
      prior: expertModel,
      prevalence: PREVALENCE,
      folds: FOLDS,
      seed,
    });
    aucBySeed.push(areaUnderRoc(labels, fit.outOfFold));
    fit.outOfFold.forEach((p, i) => {
      suspicion[i]! += p / SEEDS;
    });
    model ??= fit.model;
  }
  // An outlet without enough data has no score, and the judge ranks it as the most authentic.
  const lines = labelled.flatMap((l, i) => (l.scored ? `${l.outlet},${(100 * (1 - suspicion[i]!)).toFixed(4)}` : []));
  writeFileSync(options.out, `outlet,score\n${lines.join('\n')}\n`);

  const judged = labelled.map((l, i) => (l.scored ? suspicion[i]! : -1));
  const fiveTests = labelled.map((l) => 100 - l.fiveTests);
  const auc = rounded(areaUnderRoc(labels, judged));
  const aucInterval = bootstrapAuc(labels, judged);
  const threshold = thresholdAt(labels, judged, 0.05);
  const share = (key: 'kind' | 'honestKind') =>
    Object.fromEntries(
      [...new Set(labelled.map((l) => l[key]).filter(Boolean))].sort().map((name) => {
        const of = judged.filter((_, i) => labelled[i]![key] === name);
        return [name, `${of.filter((score) => score >= threshold).length}/${of.length}`];
      }),
    );
  return {
    outlets: labelled.length,
    positives: labels.filter((label) => label === 1).length,
    insufficient: labelled.filter((l) => !l.scored).length,
    windowDays: options.windowDays,
    baselineDays: options.baselineDays,
    auc,
    aucInterval,
    aucBySeed: { least: rounded(Math.min(...aucBySeed)), most: rounded(Math.max(...aucBySeed)), seeds: SEEDS },
    fiveTestAuc: rounded(areaUnderRoc(labels, fiveTests)),
    fiveTestAucInterval: bootstrapAuc(labels, fiveTests),
    recallAt5PercentFalseAlarms: rounded(recall(labels, judged, threshold)),
    foundByKind: share('kind'),
    falseAlarmsByHonestKind: share('honestKind'),
    seconds: rounded(seconds),
    outletsPerSecond: rounded(labelled.length / seconds),
    cpuMsPerFactorAndWindow: rounded((cpu.user + cpu.system) / 1_000 / scoredFactors),
    // One assignment to folds may flatter: what the model says of itself is the figure over all of them.
    model: model && { ...model, fittedOn: model.fittedOn && { ...model.fittedOn, auc, aucInterval } },
  };
}

/** Each window of the data in turn, the days before and after it as its baseline. */
function scoreEveryWindow(input: OutletInput, { windowDays, baselineDays }: FraudBenchOptions): OutletScore[] {
  const times = input.factors.flatMap((factor) => [factor.points[0]!.time, factor.points.at(-1)!.time]);
  const zone = ZONE_MINUTES * 60_000;
  const firstDay = Math.floor((Math.min(...times) + zone) / DAY) * DAY - zone;
  const lastDay = Math.floor((Math.max(...times) + zone) / DAY) * DAY - zone + DAY;
  const scores: OutletScore[] = [];
  for (let at = lastDay; at - windowDays * DAY >= firstDay; at -= windowDays * DAY) {
    const baselineDaysAfter = Math.min(baselineDays, (lastDay - at) / DAY);
    const options = { at, windowDays, baselineDays, baselineDaysAfter, zoneMinutes: ZONE_MINUTES };
    scores.push(scoreOutlet(input, options, geometricModel));
  }
  return scores;
}

function strongest(scores: readonly OutletScore[]): Record<string, number> {
  const features: Record<string, number> = {};
  for (const score of scores) {
    for (const [name, value] of Object.entries(score.features)) {
      features[name] = Math.max(features[name] ?? 0, value);
    }
  }
  return features;
}

function readCsv(path: string): Row[] {
  if (!existsSync(path)) throw new OperatorError(`${path}: no such file`);
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim();
  const [head, ...lines] = text.split(/\r?\n/);
  const names = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text);
}

function readOutlet(data: string, outlet: Row, pollutants: readonly Row[]): OutletInput {
  const rows = readCsv(join(data, 'hourly', `${outlet.outlet}.csv.gz`));
  const times = rows.map((row) => Date.parse(`${row.time!.replace(' ', 'T')}:00+08:00`));
  const factors = pollutants
    .filter((p) => p.outlet === outlet.outlet && p.limit !== '')
    .map((p): FactorSeries => {
      const code = p.code!;
      const decimals = rows.reduce((most, row) => Math.max(most, row[code]?.split('.')[1]?.length ?? 0), 0);
      // Hourly means have more decimals than the instrument's readings: theirs is the resolution of this series.
      const resolution = 10 ** -decimals;
      return {
        code,
        resolution,
        detectionLimit: Math.max(Number(p.resolution), resolution),
        rangeMax: numberOrNull(p.range_max) ?? undefined,
        points: rows.map((row, i) => ({
          time: times[i]!,
          value: numberOrNull(row[`${code}_zs`] ?? row[code]),
          raw: numberOrNull(row[code]),
          flag: row[`${code}_flag`] || 'U',
          valid: row[`${code}_flag`] === 'N',
          running: row[`${code}_flag`] !== 'F',
          limit: numberOrNull(row[`${code}_limit`]) ?? undefined,
        })),
      };
    });
  const columns: [LoadKind, string][] = [
    ['flow', outlet.medium === 'gas' ? 'a00000' : 'w00000'],
    ['o2', 'a19001'],
    ['production-kwh', 'kw_prod'],
    ['treatment-kwh', 'kw_treat'],
  ];
  const loads = columns
    .filter(([, column]) => rows[0]?.[column] !== undefined)
    .map(
      ([kind, column]): LoadSeries => ({
        kind,
        points: rows.map((row, i) => ({ time: times[i]!, value: numberOrNull(row[column]) })),
      }),
    );
  return {
    outletId: outlet.outlet!,
    medium: outlet.medium === 'gas' ? 'gas' : 'water',
    industry: outlet.industry,
    stepMs: (Number(outlet.cycle_h) || 1) * HOUR,
    factors,
    loads,
    events: [],
  };
}

/** Smallest threshold that at most the share `rate` of the negatives reaches, as evaluate.py has it. */
function thresholdAt(labels: readonly number[], scores: readonly number[], rate: number): number {
  const negatives = scores.filter((_, i) => labels[i] === 0).sort((a, b) => b - a);
  return negatives[Math.floor(rate * negatives.length)]! + Number.EPSILON;
}

function recall(labels: readonly number[], scores: readonly number[], threshold: number): number {
  const positives = scores.filter((_, i) => labels[i] === 1);
  return positives.filter((score) => score >= threshold).length / positives.length;
}

/** 95 % interval of the area under the curve over 400 resamples of the outlets. */
function bootstrapAuc(labels: readonly number[], scores: readonly number[]): [number, number] {
  const random = randomFrom(7);
  const areas: number[] = [];
  for (let turn = 0; turn < 400; turn++) {
    const pick = labels.map(() => Math.floor(random() * labels.length));
    const area = areaUnderRoc(
      pick.map((i) => labels[i]!),
      pick.map((i) => scores[i]!),
    );
    if (!Number.isNaN(area)) areas.push(area);
  }
  areas.sort((a, b) => a - b);
  return [rounded(areas[Math.floor(0.025 * areas.length)]!), rounded(areas[Math.floor(0.975 * areas.length)]!)];
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
