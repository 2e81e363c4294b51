import type { HourMeans } from '../means/hour-mean';

const HOUR = 3_600_000;
const HOURS = 24;

/** Hourly values of assessed pollutants, by number: what everything about transmission is made of. */
export interface TransmissionCounts {
  /** Pollutants × hours, without hours of an approved stop. */
  due: number;
  /** Of these, how many came, however good. */
  received: number;
  /** Of these, how many are valid (domain.md 1.4, 1.5). */
  valid: number;
}

/** Rates as shares of 1; undefined where nothing was due. */
export interface TransmissionRate extends TransmissionCounts {
  /** 传输率 TR = received / due. */
  transmission?: number;
  /** 有效率 VR = valid / due. */
  validity?: number;
  /** 数据传输有效率 ETR = TR × VR. */
  effective?: number;
}

export const NOTHING: TransmissionCounts = { due: 0, received: 0, valid: 0 };

export interface CountedDay {
  /** Start of the day, ms. */
  day: number;
  /** Pollutants that are assessed at the outlet. */
  pollutants: readonly string[];
  /** Whether the outlet had a device at an hour. */
  bound(at: number): boolean;
  /** Hours that end later are not due yet, ms. */
  now: number;
  /** Water: a sample each hour, or each two hours. */
  sampleHours?: number;
}

/**
 * Counts an outlet's day: distinct (pollutant, hour), the newest revision of each (MEP assessment; domain.md 1.8). Received is what
 * came, however it is flagged: a mark of maintenance leaves it received but not valid [L]. Where a sample is due each two hours, one in
 * either hour is it.
 */
export function countDay(hours: readonly HourMeans[], counted: CountedDay): TransmissionCounts {
  const { day, pollutants, bound, now, sampleHours = 1 } = counted;
  const known = new Map(hours.map((hour) => [hour.at, hour]));
  const counts = { ...NOTHING };
  for (let start = day; start < day + HOURS * HOUR; start += sampleHours * HOUR) {
    const span = Array.from({ length: sampleHours }, (_, i) => start + i * HOUR).filter(
      (at) => at + HOUR <= now && bound(at) && !known.get(at)?.stopped,
    );
    if (span.length < sampleHours) continue;
    for (const pollutant of pollutants) {
      const values = span.flatMap((at) => known.get(at)?.factors.find(({ factor }) => factor === pollutant) ?? []);
      counts.due++;
      if (values.some(({ reason }) => reason !== 'missing')) counts.received++;
      if (values.some(({ valid }) => valid)) counts.valid++;
    }
  }
  return counts;
}

/** Counts of several, summed: rates are never averaged (domain.md 1.8). */
export function addCounts(all: Iterable<TransmissionCounts>): TransmissionCounts {
  const total = { ...NOTHING };
  for (const { due, received, valid } of all) {
    total.due += due;
    total.received += received;
    total.valid += valid;
  }
  return total;
}

/** The rates of counts, to 6 digits. */
export function rateOf(counts: TransmissionCounts): TransmissionRate {
  const { due, received, valid } = counts;
  if (due === 0) return counts;
  const round = (value: number) => Math.round(value * 1e6) / 1e6;
  return {
    ...counts,
    transmission: round(received / due),
    validity: round(valid / due),
    effective: round((received / due) * (valid / due)),
  };
}
