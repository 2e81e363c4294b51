import type { Series } from './read-series';

/** Lines on one axis of time. */
export interface Aligned {
  /** ms, ascending, each once. */
  times: number[];
  /** For each line its value and flag at each of the times; undefined where it has none. */
  lines: { values: (number | undefined)[]; flags: (string | undefined)[] }[];
}

/**
 * Puts lines on one axis: every time that one of them chose (`chosen`: indexes into its times, ascending), with what every
 * line has at that time.
 */
export function align(lines: readonly Series[], chosen: readonly (readonly number[])[]): Aligned {
  const all = new Set<number>();
  for (const [which, indexes] of chosen.entries()) {
    for (const index of indexes) all.add(lines[which]?.times[index] as number);
  }
  const times = [...all].sort((a, b) => a - b);
  return {
    times,
    lines: lines.map((line) => {
      const values: (number | undefined)[] = [];
      const flags: (string | undefined)[] = [];
      let at = 0;
      for (const time of times) {
        while (at < line.times.length && (line.times[at] as number) < time) at++;
        const here = line.times[at] === time;
        const value = here ? (line.values[at] as number) : Number.NaN;
        values.push(Number.isNaN(value) ? undefined : value);
        flags.push(here ? line.flags[at] : undefined);
      }
      return { values, flags };
    }),
  };
}
