import type { Series } from './read-series';

/** Lines on one axis of time. */
export interface Aligned {
  /** ms, ascending, each once. */
  times: number[];
  /** For each line its value and flag at each of the times; null where it has none. */
  lines: { values: (number | null)[]; flags: (string | null)[] }[];
}

/**
 * Puts lines on one axis: every time that one of them chose (`chosen`: indexes into its times, ascending), with what every
 * line has at that time.
 */
export function align(lines: readonly Series[], chosen: readonly (readonly number[])[]): Aligned {
  const all = lines.map((line, which) => timesOf(line, chosen[which] ?? []));
  const times = all.reduce((union, more) => (same(union, more) ? union : merged(union, more)), all[0] ?? []);
  return {
    times,
    lines: lines.map((line) => (same(line.times, times) ? whole(line) : at(line, times))),
  };
}

/** A line of which the axis has every time and no other. */
function whole({ values, flags }: Series): Aligned['lines'][number] {
  return { values: values.map(valueOrNull), flags: flags.map((flag) => flag ?? null) };
}

function at(line: Series, times: readonly number[]): Aligned['lines'][number] {
  const values: (number | null)[] = [];
  const flags: (string | null)[] = [];
  let next = 0;
  for (const time of times) {
    while (next < line.times.length && (line.times[next] as number) < time) next++;
    const here = line.times[next] === time;
    values.push(here ? valueOrNull(line.values[next] as number) : null);
    flags.push((here ? line.flags[next] : undefined) ?? null);
  }
  return { values, flags };
}

function valueOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Lines of one device mostly have the same times. */
function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function timesOf({ times }: Series, chosen: readonly number[]): number[] {
  return chosen.length === times.length ? times : chosen.map((index) => times[index] as number);
}

/** Both ascending, each time once. */
function merged(a: readonly number[], b: readonly number[]): number[] {
  const union: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const one = a[i] ?? Number.POSITIVE_INFINITY;
    const other = b[j] ?? Number.POSITIVE_INFINITY;
    union.push(Math.min(one, other));
    if (one <= other) i++;
    if (other <= one) j++;
  }
  return union;
}
