import type { Kind } from '@greenwatch/contracts';
import { DomainError } from '@greenwatch/kit';
import type { TimeRange } from '../access';
import { mergePackets } from '../merge';
import { kindNumber } from '../moments';
import { numberOf } from '../packed/value-column';
import { type PacketStore, packetsOf, type StoredDay } from '../packet.model';

/** One field of one factor over time: times in ms, ascending, each once; NaN where there is only a flag. */
export interface Series {
  times: number[];
  values: number[];
  flags: (string | undefined)[];
}

/** A device and the times that are asked for of it. */
export interface Source {
  mn: string;
  ranges: TimeRange[];
}

/** More is no chart: some tens of megabytes. */
const MOST_VALUES = 2_000_000;

/** The field that a kind's value stands in (HJ 212-2017 table 8). */
export function fieldOf(kind: Kind): string {
  if (kind === 'realtime') return 'Rtd';
  if (kind === 'state') return 'RS';
  return kind === 'running' ? 'RT' : 'Avg';
}

/**
 * Reads one field of some factors of one outlet (or device), a line for each factor. Where two devices stand for an outlet
 * at a time, the value of the first (by MN) counts.
 * @throws DomainError 422 where that are too many values at a time
 */
export async function readSeries(
  store: PacketStore,
  sources: readonly Source[],
  kind: Kind,
  factors: readonly string[],
  field: string,
): Promise<Series[]> {
  const lines = factors.map((): Series => ({ times: [], values: [], flags: [] }));
  for (const { mn, ranges } of sources.toSorted((a, b) => (a.mn < b.mn ? -1 : 1))) {
    for (const range of ranges) {
      for await (const day of store.stored(mn, kindNumber(kind), range)) {
        addDay(lines, day, range, factors, field);
        if (lines.reduce((sum, { times }) => sum + times.length, 0) > MOST_VALUES) throw tooMany();
      }
    }
  }
  return lines.map(inOrder);
}

function tooMany(): DomainError {
  const expected = `must be nearer to from, or kind a longer one: more than ${MOST_VALUES} values are in this time`;
  return new DomainError('TOO_MANY', `to ${expected}`, 422, { errors: [{ field: 'to', expected }] });
}

function addDay(
  lines: readonly Series[],
  day: StoredDay,
  range: TimeRange,
  factors: readonly string[],
  field: string,
): void {
  const { packed, recent, cold } = day;
  if (packed?.onePacketAMoment && recent.length === 0 && cold.length === 0) {
    addColumns(lines, day, range, factors, field);
    return;
  }
  for (const { dataTime, factors: known } of mergePackets(packetsOf(day))) {
    if (dataTime < range.from || dataTime >= range.to) continue;
    for (const [at, factor] of factors.entries()) {
      const fields = known.get(factor)?.at(-1)?.reading.fields;
      const value = fields?.find(([name]) => name === field)?.[1];
      const flag = fields?.find(([name]) => name === 'Flag')?.[1];
      push(lines[at], dataTime, value === undefined ? Number.NaN : numberOf(value), flag);
    }
  }
}

/** Nothing is to be merged: the columns are the lines. */
function addColumns(
  lines: readonly Series[],
  { packed }: StoredDay,
  range: TimeRange,
  factors: readonly string[],
  field: string,
): void {
  const times = packed?.dataTimes ?? new Float64Array();
  let first = 0;
  let end = times.length;
  while (first < end && (times[first] as number) < range.from) first++;
  while (end > first && (times[end - 1] as number) >= range.to) end--;
  for (const [at, factor] of factors.entries()) {
    const line = lines[at];
    const values = packed?.numbers(`${factor}-${field}`);
    const flags = packed?.texts(`${factor}-Flag`);
    if (!line || (!values && !flags)) continue;
    for (let row = first; row < end; row++) {
      const value = values ? (values[row] as number) : Number.NaN;
      const flag = flags?.[row];
      if (flag === undefined && Number.isNaN(value)) continue;
      line.times.push(times[row] as number);
      line.values.push(value);
      line.flags.push(flag);
    }
  }
}

function push(line: Series | undefined, time: number, value: number, flag: string | undefined): void {
  if (!line || (Number.isNaN(value) && flag === undefined)) return;
  line.times.push(time);
  line.values.push(value);
  line.flags.push(flag);
}

/** By time; what comes first of one time stays. */
function inOrder(line: Series): Series {
  let ordered = true;
  for (let i = 1; i < line.times.length; i++) {
    if ((line.times[i] as number) <= (line.times[i - 1] as number)) ordered = false;
  }
  if (ordered) return line;
  // The sort is stable, so the first device's value comes first.
  const order = line.times.map((_, i) => i).sort((a, b) => (line.times[a] as number) - (line.times[b] as number));
  const sorted: Series = { times: [], values: [], flags: [] };
  for (const i of order) {
    if (sorted.times.at(-1) !== line.times[i])
      push(sorted, line.times[i] as number, line.values[i] as number, line.flags[i]);
  }
  return sorted;
}
