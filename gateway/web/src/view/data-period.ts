import type { Kind } from '../api/types';
import { DAY, HOUR, MINUTE } from './time';

/** What an outlet's data may be looked at by: uploads of a kind, or (months) our means alone. */
export const DATA_KINDS = ['realtime', 'minute', 'hour', 'day', 'month'] as const;
export type DataKind = (typeof DATA_KINDS)[number];
/** Of which there are means of ours (domain.md 1.3 to 1.5). */
export type MeanKind = Extract<DataKind, 'hour' | 'day' | 'month'>;

interface KindOfData {
  /** Lengths that are offered, ms; the first one at first. */
  spans: readonly number[];
  /** The longest stretch that is asked for at once, ms: of means the API's own bound. */
  most: number;
  /** How long one value lasts from its data time, ms; a moment of realtime lasts none. */
  lasts: number;
  /** The longest distance of two points that is still drawn as one line, ms. */
  gap: number;
  /** About how often a device sends one, ms: for the size of an export. */
  every: number;
}
export const KIND_OF_DATA: Record<DataKind, KindOfData> = {
  realtime: { spans: [HOUR, 6 * HOUR, DAY], most: 7 * DAY, lasts: 0, gap: 6 * MINUTE, every: 30_000 },
  minute: { spans: [DAY, 3 * DAY, 7 * DAY], most: 31 * DAY, lasts: 10 * MINUTE, gap: 31 * MINUTE, every: 10 * MINUTE },
  hour: { spans: [3 * DAY, 7 * DAY, 30 * DAY], most: 31 * DAY, lasts: HOUR, gap: 90 * MINUTE, every: HOUR },
  day: { spans: [30 * DAY, 120 * DAY, 365 * DAY], most: 366 * DAY, lasts: DAY, gap: 36 * HOUR, every: DAY },
  month: { spans: [365 * DAY, 1095 * DAY], most: 3_650 * DAY, lasts: 28 * DAY, gap: 40 * DAY, every: 30 * DAY },
};

export const hasMeans = (kind: DataKind): kind is MeanKind => kind === 'hour' || kind === 'day' || kind === 'month';
/** The kind of upload; months are not uploaded. */
export const uploadKind = (kind: DataKind): Kind | undefined => (kind === 'month' ? undefined : kind);

export interface Period {
  from: number;
  to: number;
}

/**
 * The stretch that is shown (epoch ms; `to` is not in it): what was asked for, or the kind's first length up to the next full
 * hour. What is too long for one question is its last part.
 */
export function periodOf(
  kind: DataKind,
  asked: { from?: number; to?: number; length?: number },
  now: number,
): Period & { shortened: boolean } {
  const { spans, most } = KIND_OF_DATA[kind];
  const to = asked.to ?? Math.ceil((now + 1) / HOUR) * HOUR;
  const from = asked.from ?? to - (asked.length ?? spans[0] ?? DAY);
  if (from >= to) return { from: to - HOUR, to, shortened: false };
  return { from: Math.max(from, to - most), to, shortened: to - from > most };
}

/** Above this many moments an export is made ahead instead of streamed while one waits. */
const MOST_STREAMED = 20_000;

/** How an export of some devices is had, and about how many moments it holds. */
export function exportWay(kind: DataKind, { from, to }: Period, devices: number): { moments: number; job: boolean } {
  const moments = Math.ceil((to - from) / KIND_OF_DATA[kind].every) * devices;
  return { moments, job: moments > MOST_STREAMED };
}

/** 12:00 of the day after, UTC+8 (announcement 2022 no. 21 [L]; domain.md 1.7): a mark that comes later counts once it is accepted. */
export function markIsLate(from: number, now: number): boolean {
  const day = Math.floor((from + 8 * HOUR) / DAY) * DAY - 8 * HOUR;
  return now > day + 36 * HOUR;
}
