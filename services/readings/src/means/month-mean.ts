import type { DayMeans, DayValue } from './day-mean';
import { average, exact, type Medium, pollutantUnits, sum } from './sent-value';

const SHARE = 0.75;

/** One factor's month. */
export interface MonthValue {
  factor: string;
  /** Mean of the valid days (water: weighted by flow), also where there are too few of them. */
  value?: number;
  converted?: number;
  valid: boolean;
  /** Valid days, and how many are needed. */
  days: number;
  needed: number;
  /** kg measured. */
  mass: number;
}

export interface MonthMeans {
  /** m3 */
  flow: number;
  factors: MonthValue[];
}

/**
 * The means of an outlet's month from its days. Gas: arithmetic mean of the valid days, valid with 25 of them (February 23), or 75 %
 * of the days in which the source ran where that is less (HJ 75-2017 12; HJ/T 75-2007 [L/U]). Water: Σ(C·Q)/ΣQ of the valid days,
 * valid with 75 % of the days expected (HJ 356-2019); a day of a stop, or known to be without flow, is not expected.
 * @param days what is known of each of the month's days; a missing day is left out
 * @param daysInMonth 28 to 31
 */
export function monthMeans(days: readonly DayMeans[], daysInMonth: number, medium: Medium): MonthMeans {
  const stopped = days.filter(({ stoppedHours }) => stoppedHours === 24).length;
  const dry = days.filter((day) => day.stoppedHours < 24 && day.flowHours === 24 && day.flow === 0).length;
  const factors = new Set(days.flatMap((day) => day.factors.map(({ factor }) => factor)));
  const enough = daysInMonth < 30 ? 23 : 25;
  return {
    flow: exact(sum(days.map(({ flow }) => flow))),
    factors: [...factors].sort().map((factor) => {
      const weighted = medium === 'water' && pollutantUnits(factor, medium) !== undefined;
      const found = days.flatMap((day) => {
        const value = day.factors.find((one) => one.factor === factor);
        return value ? [{ day, value }] : [];
      });
      const valid = found.filter(({ value }) => value.valid && value.value !== undefined);
      const needed = weighted
        ? Math.ceil((daysInMonth - stopped - dry) * SHARE)
        : stopped === 0
          ? enough
          : Math.min(enough, Math.ceil((daysInMonth - stopped) * SHARE));
      const volume = sum(valid.map(({ day }) => day.flow));
      const mean = weighted
        ? volume > 0
          ? exact(sum(valid.map(({ day, value }) => (value.value ?? 0) * day.flow)) / volume)
          : undefined
        : average(valid.map(({ value }) => value.value ?? 0));
      const converted = average(valid.flatMap(({ value }) => convertedOf(value)));
      return {
        factor,
        ...(mean === undefined ? {} : { value: mean }),
        ...(converted === undefined ? {} : { converted }),
        valid: valid.length > 0 && valid.length >= needed,
        days: valid.length,
        needed,
        mass: exact(sum(found.map(({ value }) => value.mass))),
      };
    }),
  };
}

const convertedOf = ({ converted }: DayValue) => (converted === undefined ? [] : [converted]);
