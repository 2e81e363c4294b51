import { FLAG_CODES } from './flag-codes';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A record that stands alone is as long as HJ 212-2017's default interval. */
const DEFAULT_RECORD = 10 * MINUTE;

/** What the newest packet said of one factor: the code of a mark, or '' for nothing of the kind. */
export interface SaidFactor {
  factor: string;
  code: string;
  receivedAt: number;
  /** Of the log message, which settles the order of packets received in the same millisecond. */
  sequence: number;
}

/** A minute record (2051) or an hourly mean (2061); `at` is its data time, ms. */
export interface FlaggedRecord {
  at: number;
  factors: SaidFactor[];
}

/** What a device's flags say of an hour: flagged records, and those right after one, which say when it was over. */
export interface FlagHour {
  /** Start, ms. */
  at: number;
  upload?: FlaggedRecord;
  /** Sorted. */
  minutes: FlaggedRecord[];
}

/** A packet of a minute or an hour as `decodeFields` gives it. */
export interface SentFlags {
  kind: 'minute' | 'hour';
  at: number;
  receivedAt: number;
  sequence: number;
  factors: readonly { factor: string; fields: readonly (readonly [string, string])[] }[];
}

/**
 * Takes a packet into its hour. What is older than what is known is passed over, so that a late redelivery undoes no correction; the
 * packets of a split upload add to each other.
 * @returns whether the hour now says something else
 */
export function takeFlags(hour: FlagHour, sent: SentFlags): boolean {
  const said = sent.factors.map(({ factor, fields }): SaidFactor => {
    const flag = fields.find(([name]) => name === 'Flag')?.[1] ?? '';
    return { factor, code: FLAG_CODES.get(flag) ?? '', receivedAt: sent.receivedAt, sequence: sent.sequence };
  });
  const known = sent.kind === 'hour' ? hour.upload : hour.minutes.find(({ at }) => at === sent.at);
  if (known) return said.map((one) => takeFactor(known, one)).includes(true);
  const record = { at: sent.at, factors: said.filter(({ code }) => code !== '') };
  if (sent.kind === 'hour') {
    if (record.factors.length === 0) return false;
    hour.upload = record;
    return true;
  }
  const before = hour.minutes.findLast(({ at }) => at < sent.at);
  if (record.factors.length === 0 && !before?.factors.some(({ code }) => code !== '')) return false;
  hour.minutes = [...hour.minutes, record].sort((a, b) => a.at - b.at);
  return true;
}

function takeFactor({ factors }: FlaggedRecord, said: SaidFactor): boolean {
  const index = factors.findIndex(({ factor }) => factor === said.factor);
  const known = factors[index];
  if (!known) {
    if (said.code === '') return false;
    factors.push(said);
    return true;
  }
  const older =
    said.receivedAt < known.receivedAt || (said.receivedAt === known.receivedAt && said.sequence < known.sequence);
  if (older || said.code === known.code) return false;
  factors[index] = said;
  return true;
}

/** Time in which a factor is flagged as a mark's code says; ms, `to` not included. */
export interface FlaggedTime {
  factor: string;
  code: string;
  from: number;
  to: number;
}

/**
 * What is flagged of an hour. Minute records say when; the flag of the hourly mean, which stands for the whole hour, counts only where no
 * minute record of it says the same of the factor. A record is as long as the smallest distance between those known of the hour.
 */
export function flaggedTimes({ at: start, upload, minutes }: FlagHour): FlaggedTime[] {
  const length = recordLength(minutes.map(({ at }) => at));
  const times = minutes.flatMap(({ at, factors }) =>
    factors
      .filter(({ code }) => code !== '')
      .map(({ factor, code }) => ({ factor, code, from: at, to: Math.min(at + length, start + HOUR) })),
  );
  const told = new Set(times.map(({ factor, code }) => `${factor} ${code}`));
  for (const { factor, code } of upload?.factors ?? []) {
    if (code !== '' && !told.has(`${factor} ${code}`)) times.push({ factor, code, from: start, to: start + HOUR });
  }
  return times;
}

function recordLength(starts: readonly number[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  starts.forEach((at, i) => {
    if (i > 0) smallest = Math.min(smallest, at - (starts[i - 1] as number));
  });
  return smallest === Number.POSITIVE_INFINITY ? DEFAULT_RECORD : Math.max(MINUTE, smallest);
}
