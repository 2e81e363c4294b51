import type { Judgement } from './alarm-episode';
import { isZero } from './decimal';

/** A valid mean of one factor: exact text, period [at, until) in ms. */
export interface MeanText {
  at: number;
  until: number;
  value: string;
}

/** Values further apart than this are no run: in between nobody knows. */
const LONGEST_GAP_MS = 6 * 3_600_000;

/**
 * Factors whose hourly values do not repeat in a working analyser. pH, temperature, oxygen, flow and the parameters of flue gas may well
 * stay the same (domain.md 2.3 Z: coarse resolution, pH).
 */
export function repeatsOnlyWhenStuck(factor: string): boolean {
  if (factor === 'a19001') return false;
  return /^(a0[5-9]|a[2-9]|w01012|w01017|w01018|w01019|w01020|w2|w3)/.test(factor);
}

/**
 * CONST: `times` or more successive values with exactly the same text (domain.md 1.9; HJ 356-2019 6.1 asks for a check on site). A zero is
 * not counted: zeros are a test of their own.
 * @param means valid means of one factor, sorted by time; those without flow are left out before
 */
export function judgeUnchanging(means: readonly MeanText[], times: number): Judgement[] {
  const judgements: Judgement[] = [];
  let start = 0;
  for (let i = 0; i <= means.length; i++) {
    const previous = means[i - 1];
    const mean = means[i];
    if (i === 0 || (mean && previous && continues(previous, mean))) continue;
    const run = means.slice(start, i);
    const stuck = run.length >= times;
    for (const { at, until, value } of run) {
      judgements.push(
        stuck
          ? { at, until, verdict: 'exceed', evidence: { dataTime: at, value, field: 'Avg' } }
          : { at, until, verdict: 'normal' },
      );
    }
    start = i;
  }
  return judgements;
}

function continues(previous: MeanText, mean: MeanText): boolean {
  return mean.value === previous.value && mean.at - previous.until <= LONGEST_GAP_MS && !isZero(mean.value);
}
