import type { PreparedFactor } from '../prepare';
import type { Interval, Sentence, TestResult } from '../result';
import { rounded } from '../sentences';
import { binomialCdf, fisherGreater, runsWhere, subscoreOf } from '../statistics';
import { intervalsOf, notApplicable } from './test-result';

const { max, min } = Math;

const DEVICE_INVALID = /^[DMC]$/;

/**
 * p of bunching under the limit (domain 2.3 E 1): `n1` visits just under it, `n2` in the band below that, `above` just
 * over it. 1 when there are fewer than 8 visits under the limit.
 */
export function bunchingP(n1: number, n2: number, above: number): number {
  if (n1 < 8) return 1;
  const expected = expectedAbove(n1, n2);
  return binomialCdf(above, n1 + above, expected / (n1 + expected));
}

function expectedAbove(n1: number, n2: number): number {
  return 0.8 * n1 * min(1, (n1 + 0.5) / (n2 + 0.5));
}

/**
 * E 超标检验: bunching just under the limit, and switching off when the value would exceed. Real exceedances are the
 * rules service's business and lower nothing here.
 */
export function exceedance(factor: PreparedFactor): TestResult {
  const { time, value, limit } = factor.window;
  const n = value.length;
  if (!limit.some((l) => l > 0)) return notApplicable('E', { code: 'no-limit', values: {} });

  const band = (i: number) => max(0.05 * limit[i]!, 2 * factor.series.resolution);
  const between = (low: number, high: number) => (i: number) =>
    value[i]! > limit[i]! + low * band(i) && value[i]! <= limit[i]! + high * band(i);
  const under = runsWhere(n, between(-1, 0));
  const n1 = under.length;
  const n2 = runsWhere(n, between(-2, -1)).length;
  const above = runsWhere(n, between(0, 1)).length;
  const pBunching = bunchingP(n1, n2, above);

  const off = switchingOff(factor);
  const p = min(pBunching, off.p);
  let sentence: Sentence = { code: 'E-clear', values: {} };
  let intervals: Interval[] = [];
  if (p < 0.01) {
    if (pBunching <= off.p) {
      sentence = { code: 'E-bunching', values: { below: n1, above, expected: rounded(expectedAbove(n1, n2), 2) } };
      intervals = intervalsOf(time, under, factor.stepMs, sentence);
    } else {
      sentence = { code: 'E-switching-off', values: { hits: off.hits, near: off.near } };
      intervals = off.spans.map((span) => ({ ...span, why: sentence }));
    }
  }
  return {
    test: 'E',
    applicable: true,
    reason: null,
    p,
    subscore: subscoreOf(p),
    intervals,
    sentence,
    numbers: { pBunching, n1, n2, above, pSwitchingOff: off.p, hits: off.hits, near: off.near },
  };
}

/**
 * 2×2 table of (previous value valid and above 0.9 L) × (now marked device-invalid). Only the first hour of an invalid
 * stretch can hit, since its later hours say nothing new (visits, not hours). Needs 8 near-limit hours and 3 hits.
 */
function switchingOff(factor: PreparedFactor) {
  const counts = [0, 0, 0, 0];
  const spans: { from: number; to: number }[] = [];
  const points = factor.windowPoints;
  for (let i = 1; i < points.length; i++) {
    const before = points[i - 1]!;
    const now = points[i]!;
    if (!before.valid || before.value === null || before.limit === undefined) continue;
    const invalid = !now.valid && DEVICE_INVALID.test(now.flag);
    if (!invalid && !now.valid) continue;
    const near = before.value > 0.9 * before.limit;
    counts[(near ? 0 : 2) + (invalid ? 0 : 1)]!++;
    if (near && invalid) spans.push({ from: before.time, to: now.time + factor.stepMs });
  }
  const [hits, nearValid, farInvalid, farValid] = counts as [number, number, number, number];
  const near = hits + nearValid;
  const p = near >= 8 && hits >= 3 ? fisherGreater(hits, nearValid, farInvalid, farValid) : 1;
  return { p, hits, near, spans };
}
