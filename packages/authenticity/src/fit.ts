import { featureNames } from './features';
import type { LevelCuts, Model } from './model';
import { clamp, ranks } from './statistics';

const { abs, exp, floor, imul, log, max, min, sqrt } = Math;

/** An inspector's finding about an outlet (domain 2.4); only `confirmed` counts as 1, the other three as 0. */
export type Verdict = 'confirmed' | 'instrument-fault' | 'process-change' | 'normal';

export function labelOf(verdict: Verdict): 0 | 1 {
  return verdict === 'confirmed' ? 1 : 0;
}

/** A labelled example: an outlet's features as `OutletScore.features` had them when the clue was made. */
export interface Example {
  /** Examples of one group (an enterprise) are never split between fitting and judging. */
  group: string;
  features: Record<string, number>;
  label: 0 | 1;
}

export interface FitOptions {
  version: string;
  /** Where the examples come from, kept in `Model.fittedOn.source`. */
  source: string;
  /** Weight of the ridge penalty Σ (w − prior)² / 2; larger keeps weights nearer to the prior. Default 1. */
  penalty?: number;
  /** Weights to shrink towards (a model in use); default 0 for all. */
  prior?: Model;
  /** Features that may get a weight; default all of `featureNames`. */
  features?: readonly string[];
  /** Share of positives to assume where the model is used; the intercept is moved there from the examples' share. */
  prevalence?: number;
  /** Parts of the cross-validation, default 5 (fewer when there are fewer groups); 0 leaves it out. */
  folds?: number;
  /** Seed of the assignment of groups to parts, default 1. */
  seed?: number;
}

export interface Fit {
  model: Model;
  /** Suspicion 0..1 of every example from a model that saw nothing of its group; empty with `folds: 0`. */
  outOfFold: number[];
}

const ROUNDS = 3_000;

/**
 * Penalised logistic regression with weights ≥ 0: a sign of something wrong can count little, but never in favour.
 * Deterministic: coordinate descent on the quadratic upper bound of the deviance, which never overshoots.
 * The same examples with the same options give the same model; also after verdicts (domain 2.4, at least 50 of them).
 * @throws RangeError when there are not examples of both labels, or a feature is not known or not within 0..1.
 */
export function fitLogistic(examples: readonly Example[], options: FitOptions): Fit {
  const names = options.features ?? featureNames;
  checkExamples(examples, names);
  const penalty = options.penalty ?? 1;
  if (!(penalty > 0)) throw new RangeError(`penalty is ${penalty}: a number above 0 is expected`);
  const prior = names.map((name) => options.prior?.weights[name] ?? 0);
  const whole = solve(examples, names, penalty, prior);
  const outOfFold = crossValidate(examples, names, penalty, prior, options);

  const positives = examples.filter((example) => example.label === 1).length;
  const share = positives / examples.length;
  const logit = (p: number) => log(p / (1 - p));
  const moved = options.prevalence === undefined ? 0 : logit(options.prevalence) - logit(share);
  const labels = examples.map((example) => example.label);
  const auc = outOfFold.length > 0 ? areaUnderRoc(labels, outOfFold) : null;
  const levelCuts: LevelCuts = options.prior?.levelCuts ?? { normal: 85, watch: 70, suspect: 50 };
  const model: Model = {
    version: options.version,
    kind: 'logistic',
    weights: Object.fromEntries(names.map((name, j) => [name, round(whole.weights[j]!)])),
    intercept: round(whole.intercept + moved),
    levelCuts,
    fittedOn: {
      source: options.source,
      examples: examples.length,
      positives,
      penalty,
      auc: auc === null ? null : round(auc),
      aucInterval: auc === null ? null : aucInterval(auc, positives, examples.length - positives),
      precisionAtN: auc === null ? null : round(precisionAt(labels, outOfFold, positives)),
    },
  };
  return { model, outOfFold };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}

function checkExamples(examples: readonly Example[], names: readonly string[]): void {
  for (const name of names) if (!featureNames.includes(name)) throw new RangeError(`feature "${name}" is not known`);
  const positives = examples.filter((example) => example.label === 1).length;
  if (positives === 0 || positives === examples.length) {
    throw new RangeError(`examples: both labels are expected, ${positives} of ${examples.length} are 1`);
  }
  examples.forEach((example, i) => {
    for (const name of names) {
      const value = example.features[name] ?? 0;
      if (!(value >= 0 && value <= 1)) {
        throw new RangeError(`examples[${i}].features.${name} is ${value}: 0 to 1 is expected`);
      }
    }
  });
}

function solve(examples: readonly Example[], names: readonly string[], penalty: number, prior: readonly number[]) {
  // By column, since coordinate descent reads one feature of all the examples at a time.
  const columns = names.map((name) => Float64Array.from(examples, (example) => example.features[name] ?? 0));
  const n = examples.length;
  const positives = examples.filter((example) => example.label === 1).length;
  const weights = prior.map((w) => max(0, w));
  let intercept = log(positives / (n - positives));
  const linear = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    linear[i] = intercept;
    for (let j = 0; j < columns.length; j++) linear[i]! += weights[j]! * columns[j]![i]!;
  }
  const bounds = columns.map((x) => x.reduce((sum, value) => sum + value * value, 0) / 4 + penalty);
  for (let turn = 0; turn < ROUNDS; turn++) {
    let largest = 0;
    for (let j = -1; j < columns.length; j++) {
      const x = j < 0 ? null : columns[j]!;
      let gradient = 0;
      for (let i = 0; i < n; i++) {
        const miss = 1 / (1 + exp(-linear[i]!)) - examples[i]!.label;
        gradient += x ? miss * x[i]! : miss;
      }
      let change: number;
      if (x) {
        gradient += penalty * (weights[j]! - prior[j]!);
        const next = max(0, weights[j]! - gradient / bounds[j]!);
        change = next - weights[j]!;
        weights[j] = next;
      } else {
        change = (-4 * gradient) / n;
        intercept += change;
      }
      if (change !== 0) for (let i = 0; i < n; i++) linear[i]! += x ? change * x[i]! : change;
      largest = max(largest, abs(change));
    }
    if (largest < 1e-7) break;
  }
  return { weights, intercept };
}

function crossValidate(
  examples: readonly Example[],
  names: readonly string[],
  penalty: number,
  prior: readonly number[],
  options: FitOptions,
): number[] {
  const fold = foldsByGroup(
    examples.map((example) => example.group),
    options.folds ?? 5,
    options.seed ?? 1,
  );
  const parts = new Set(fold).size;
  if (parts < 2) return [];
  const result = new Array<number>(examples.length).fill(0);
  for (let part = 0; part < parts; part++) {
    const train = examples.filter((_, i) => fold[i] !== part);
    // A part without both labels left to learn from has no model: it says nothing about its examples.
    if (new Set(train.map((example) => example.label)).size < 2) continue;
    const { weights, intercept } = solve(train, names, penalty, prior);
    examples.forEach((example, i) => {
      if (fold[i] !== part) return;
      const linear = names.reduce((sum, name, j) => sum + weights[j]! * (example.features[name] ?? 0), intercept);
      result[i] = 1 / (1 + exp(-linear));
    });
  }
  return result;
}

/** Part 0..folds−1 of every example, all examples of a group in one part; the same for the same seed. */
export function foldsByGroup(groups: readonly string[], folds: number, seed: number): number[] {
  const names = [...new Set(groups)].sort();
  const random = randomFrom(seed);
  for (let i = names.length - 1; i > 0; i--) {
    const j = floor(random() * (i + 1));
    [names[i], names[j]] = [names[j]!, names[i]!];
  }
  const parts = min(max(1, folds), names.length);
  const part = new Map(names.map((name, i) => [name, i % parts]));
  return groups.map((group) => part.get(group)!);
}

/** A small seeded generator of 0..1 (mulberry32), so that every run gives the same folds. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = imul(t ^ (t >>> 15), t | 1);
    t ^= t + imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Chance that a positive example scores above a negative one, ties counting half. */
export function areaUnderRoc(labels: readonly number[], scores: readonly number[]): number {
  const rank = ranks(scores);
  const positives = labels.filter((label) => label === 1).length;
  let sum = 0;
  labels.forEach((label, i) => {
    if (label === 1) sum += rank[i]!;
  });
  return (sum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

/** 95 % interval of an area under the curve by Hanley and McNeil (1982). */
function aucInterval(auc: number, positives: number, negatives: number): [number, number] {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  const variance =
    (auc * (1 - auc) + (positives - 1) * (q1 - auc * auc) + (negatives - 1) * (q2 - auc * auc)) /
    (positives * negatives);
  const half = 1.96 * sqrt(max(variance, 0));
  return [round(clamp(auc - half, 0, 1)), round(clamp(auc + half, 0, 1))];
}

function precisionAt(labels: readonly number[], scores: readonly number[], count: number): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, count).filter((i) => labels[i] === 1).length / count;
}

/**
 * Which p-values are discoveries when at most a share `q` of the discoveries may be false (Benjamini and Hochberg
 * 1995), in the order given. @throws RangeError when q is not between 0 and 1.
 */
export function benjaminiHochberg(p: readonly number[], q: number): boolean[] {
  if (!(q > 0 && q < 1)) throw new RangeError(`q is ${q}: a share between 0 and 1 is expected`);
  const ascending = [...p].sort((a, b) => a - b);
  let cut = -1;
  ascending.forEach((value, i) => {
    if (value <= ((i + 1) * q) / p.length) cut = value;
  });
  return p.map((value) => value <= cut);
}
