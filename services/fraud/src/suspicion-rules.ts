import { benjaminiHochberg, type Level, type OutletScore } from '@greenwatch/authenticity';
import type { IndicationDoc } from './suspicion.model';

/** What the choice of suspicions reads of an outlet's newest score. */
export interface ScreenedOutlet {
  outletId: string;
  county: string;
  authenticity: number;
  level: Level;
  /** See `outletP`; null: nothing with a p-value was applied. */
  outletP: number | null;
}

const MOST_INDICATIONS = 10;

export const isSuspect = (level: Level | null) => level === 'suspect' || level === 'strongly-suspect';

/**
 * The smallest p-value of an outlet times the number of p-values it was picked from (Bonferroni): an outlet with many
 * factors must not be found more often than one with few. Null where no test gave one.
 */
export function outletP({ factors }: Pick<OutletScore, 'factors'>): number | null {
  const p = factors.flatMap(({ tests }) => tests.flatMap((test) => (test.p === null ? [] : [test.p])));
  return p.length === 0 ? null : Math.min(1, p.length * Math.min(...p));
}

/**
 * Which outlets become clues (domain.md 2.4), lowest authenticity first: of level suspect or worse and a discovery at
 * rate `q` among all that were scored (Benjamini and Hochberg), or strongly suspect, where other signals than p-values
 * may speak; in each county as many as its inspectors have room for.
 * @param all the newest score of every outlet
 * @param may which outlets may get one at all (no suspicion is open, the last verdict is out of the window)
 * @param room how many more a county takes
 */
export function chooseSuspicions(
  all: readonly ScreenedOutlet[],
  q: number,
  may: (outletId: string) => boolean,
  room: (county: string) => number,
): ScreenedOutlet[] {
  const tested = all.filter((outlet) => outlet.outletP !== null);
  const discovered = benjaminiHochberg(
    tested.map((outlet) => outlet.outletP as number),
    q,
  );
  const discoveries = new Set(tested.filter((_, i) => discovered[i]).map(({ outletId }) => outletId));
  const taken = new Map<string, number>();
  return all
    .filter(({ outletId, level }) => isSuspect(level) && (discoveries.has(outletId) || level === 'strongly-suspect'))
    .filter(({ outletId }) => may(outletId))
    .sort((a, b) => a.authenticity - b.authenticity || (a.outletId < b.outletId ? -1 : 1))
    .filter(({ county }) => {
      const before = taken.get(county) ?? 0;
      if (before >= room(county)) return false;
      taken.set(county, before + 1);
      return true;
    });
}

/**
 * The days in a row, up to `day`, on which the outlet was normal. The same day again replaces what it was; a day
 * without enough data neither counts nor breaks the row: missing data says nothing either way.
 */
export function normalDaysAfter(before: readonly number[], day: number, level: Level | null): number[] {
  const earlier = before.filter((known) => known < day);
  if (level === null) return earlier;
  return level === 'normal' ? [...earlier, day] : [];
}

/** What speaks for a suspicion, worst first: the contributions with points, each with the stretch that shows it. */
export function indicationsOf(score: OutletScore): IndicationDoc[] {
  return (
    score.contributions
      // What is taken from every outlet has points too, and says nothing of this one.
      .filter(({ points, suspicion }) => points > 0 && suspicion > 0)
      .sort((a, b) => b.points - a.points)
      .slice(0, MOST_INDICATIONS)
      .map(({ feature, code, suspicion, sentence }) => {
        const spans = intervalsOf(score, feature, code);
        return {
          factor: code,
          test: feature,
          score: 1 - suspicion,
          // Without intervals it is the window as a whole that speaks.
          from: spans.length > 0 ? Math.min(...spans.map(({ from }) => from)) : score.window.from,
          to: spans.length > 0 ? Math.max(...spans.map(({ to }) => to)) : score.window.to,
          sentence,
        };
      })
  );
}

function intervalsOf(score: OutletScore, feature: string, code: string | null): { from: number; to: number }[] {
  const factor = score.factors.find((candidate) => candidate.code === code);
  const signals = [...(factor?.signals ?? []), ...score.signals].filter((signal) => signal.feature === feature);
  const tests = (factor?.tests ?? []).filter(({ test }) => test === feature);
  return [...tests, ...signals].flatMap(({ intervals }) => intervals);
}
