import { dryOf, milligramsOf, standardFlow, toReferenceOxygen } from './conversions';
import {
  average,
  countingNumber,
  exact,
  FLOW,
  flagCounts,
  HUMIDITY,
  type Medium,
  numberOf,
  OXYGEN,
  pollutantUnits,
  type SentFactor,
  textOf,
} from './sent-value';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** HJ 75-2017 12: a valid hour has at least 45 minutes of valid data. */
const VALID_MINUTES = 45;
/** Where one record alone is known of an hour, its length is that of HJ 212-2017's default interval. */
const DEFAULT_RECORD = 10 * MINUTE;

/** What one device sent of one hour, the newest value of each factor. */
export interface DeviceHour {
  mn: string;
  /** Whether a value without a flag counts as valid (a setting of the device). */
  missingFlagValid: boolean;
  /** Its minute records (2051) by data time, ms. */
  minutes: readonly { at: number; factors: readonly SentFactor[] }[];
  /** Its own hourly means (2061). */
  upload?: readonly SentFactor[];
  /** Gases whose concentrations it sends in ppm (a setting of the device). */
  ppmFactors?: readonly string[];
}

/** What a mark in force does to the data of a stretch of time (domain.md 1.7). */
export interface MarkEffect {
  from: number;
  /** Not included, ms. */
  to: number;
  /**
   * `invalid`: the data do not count; `stop`: nor are they due (approved stop); `low`: values below the detection limit were
   * checked on site and are true (HJ 356-2019); `condition`: kept beside the mean, which stays valid; `amend`: other values count.
   */
  effect: 'invalid' | 'stop' | 'low' | 'condition' | 'amend';
  code: string;
  /** Empty: all. */
  factors: readonly string[];
  /** Empty: every device of the outlet. */
  mn: string;
  /** Of an amendment: means of hours, `converted` to the reference oxygen. */
  values?: readonly AmendedMean[];
}

export interface AmendedMean {
  factor: string;
  /** Start of the hour, ms. */
  at: number;
  value: number;
  converted?: number;
}

/** How an outlet's hours are calculated. */
export interface HourContext {
  medium: Medium;
  marks: readonly MarkEffect[];
  /** Concentrations are sent wet (a setting of the outlet). */
  wet?: boolean;
  /** Reference oxygen in percent of a factor's limit in force; undefined: the standard sets none. */
  referenceOxygen?(factor: string, at: number): number | undefined;
}

/**
 * Why an hour of a factor does not count: nothing came (any more); a mark; flags, or no numbers; too little of it, or of what it is
 * converted with; no flow; platform and logger apart.
 */
export type Invalidity = 'missing' | 'mark' | 'flag' | 'short' | 'no-flow' | 'differs';

/** One factor's hour. */
export interface HourValue {
  factor: string;
  /** As measured (gas: dry, standard state); kept where it is not valid. */
  value?: number;
  /** Of gas: converted to the reference oxygen, where the limit has one. */
  converted?: number;
  valid: boolean;
  reason?: Invalidity;
  /** Made of minute records by us, the device's own hourly mean, or what the authority accepted in their place. */
  basis?: 'minutes' | 'device' | 'amended';
  /** Minutes of valid records. */
  minutes?: number;
  /** The device's own mean, and ours less it, where both are known. */
  device?: number;
  deviceConverted?: number;
  difference?: number;
  convertedDifference?: number;
  /** They differ by more than 1 % and more than a unit of the last digit (domain.md 1.3; HJ 356-2019). */
  differs?: true;
  /** kg discharged. */
  mass?: number;
}

/** One hour of an outlet. */
export interface HourMeans {
  /** Start, ms. */
  at: number;
  /** m3; undefined where no valid value is known. */
  flow?: number;
  /** An approved stop takes so much of the hour that it can't be valid: nothing is due. */
  stopped?: true;
  /** Codes of conditions that are marked in the hour. */
  conditions?: string[];
  /** kWh. */
  productionKwh: number;
  treatmentKwh: number;
  factors: HourValue[];
}

/** Values that truly are below the detection limit count as these, mg/L (HJ 356-2019). */
const LOW_VALUES: Record<string, number> = { w01018: 2, w21003: 0.01, w21011: 0.005, w21001: 0.025 };

/**
 * The means of one hour of an outlet (domain.md 1.3 to 1.5).
 *
 * - A record counts with flag N (none: as the device's setting says), a number that is not negative, outside of marks that take
 *   its validity. Its length is the distance between records of the hour.
 * - 45 minutes of records that count make a valid mean, their arithmetic mean (HJ 75-2017 12). With less of them the device's own
 *   hourly mean counts where it is valid and at most 15 minutes are known to be bad: records that got lost are not bad ones.
 *   So it does where no minute records come at all. What is not valid is kept.
 * - Water: without flow there is nothing to measure (HJ 356-2019); platform and logger apart by more than 1 % is not valid.
 * - An accepted amendment stands in place of what was sent, marked or not (2014 rules [L]).
 * - Mass, kg: the device's own total `Cou` where it is valid, else the mean, not converted, × flow. Without flow nothing is
 *   discharged, whatever the analyser shows.
 * - Several devices: factor by factor the first one's that is valid, in the order given.
 */
export function hourMeans(at: number, devices: readonly DeviceHour[], context: HourContext): HourMeans {
  const { medium } = context;
  const values = new Map<string, FactorHour>();
  for (const device of devices) {
    for (const [factor, records] of recordsOf(device)) {
      const known = values.get(factor);
      if (known?.value.valid) continue;
      const found = factorHour(at, factor, records, device, context);
      if (!known || found.value.valid) values.set(factor, found);
    }
  }
  amend(values, at, context.marks);
  const hour: HourMeans = { at, productionKwh: 0, treatmentKwh: 0, factors: [] };
  const flow = flowOf(values, medium);
  if (flow !== undefined) hour.flow = exact(flow);
  if (overlap(at, context.marks, ['stop']) > HOUR - VALID_MINUTES * MINUTE) hour.stopped = true;
  const conditions = context.marks.filter(
    (mark) => mark.effect === 'condition' && mark.from < at + HOUR && mark.to > at,
  );
  if (conditions.length > 0) hour.conditions = [...new Set(conditions.map(({ code }) => code))].sort();

  const oxygen = validValue(values.get(OXYGEN)?.value);
  const humidity = validValue(values.get(HUMIDITY)?.value);
  for (const [factor, { value, upload, uploadCounts, scale }] of values) {
    // Electricity in kWh (HJ 212-2025): d2… production, d3… treatment [U].
    const total = uploadCounts ? countingNumber(upload, 'Cou') : undefined;
    if (factor.startsWith('d2')) hour.productionKwh = exact(hour.productionKwh + (total ?? 0));
    else if (factor.startsWith('d3')) hour.treatmentKwh = exact(hour.treatmentKwh + (total ?? 0));
    const units = pollutantUnits(factor, medium);
    if (!units) {
      hour.factors.push(value);
      continue;
    }
    const one = { ...value };
    if (medium === 'gas') {
      if (context.wet && one.value !== undefined && one.basis !== 'amended') {
        // Without the humidity a wet value says nothing of the dry one.
        if (humidity === undefined) Object.assign(one, { valid: false, reason: 'short' satisfies Invalidity });
        else one.value = exact(dryOf(one.value, humidity));
      }
      const reference = context.referenceOxygen?.(factor, at);
      if (reference !== undefined && oxygen !== undefined && one.value !== undefined) {
        const converted = toReferenceOxygen(one.value, oxygen, reference);
        if (converted !== undefined) one.converted = exact(converted);
      }
    }
    if (one.basis !== 'amended') compareWithDevice(one, upload, medium, scale);
    if (medium === 'water' && flow === 0 && one.valid) Object.assign(one, { valid: false, reason: 'no-flow' });
    const emitted = one.valid && total !== undefined ? total * units.emission : undefined;
    const ofFlow = one.valid && flow !== undefined ? (one.value ?? 0) * flow * units.concentration : undefined;
    const mass = flow === 0 ? 0 : (emitted ?? ofFlow);
    if (mass !== undefined) one.mass = exact(mass);
    hour.factors.push(one);
  }
  hour.factors.sort((a, b) => (a.factor < b.factor ? -1 : 1));
  return hour;
}

/** What is known of one factor's hour; `scale`: what a value that was sent is multiplied with to be in the unit of the factor. */
interface FactorHour {
  value: HourValue;
  upload?: SentFactor;
  uploadCounts: boolean;
  scale: number;
}

/** Puts accepted values in place of what was sent. The device's own total was counted with the other value. */
function amend(values: Map<string, FactorHour>, at: number, marks: readonly MarkEffect[]): void {
  for (const { factor, at: of, value, converted } of marks.flatMap((mark) => mark.values ?? [])) {
    if (of !== at) continue;
    const known = values.get(factor);
    const { device } = known?.value ?? {};
    values.set(factor, {
      ...{ ...known, uploadCounts: false, scale: known?.scale ?? 1 },
      value: {
        ...{ factor, value, valid: true, basis: 'amended' },
        ...(converted === undefined ? {} : { converted }),
        ...(device === undefined ? {} : { device }),
      },
    });
  }
}

/** One minute record of one factor; `start` in ms. */
interface MinuteRecord {
  start: number;
  sent: SentFactor;
}

/** The minute records of every factor that a device sent in any way. */
function recordsOf({ minutes, upload = [] }: DeviceHour): Map<string, MinuteRecord[]> {
  const records = new Map<string, MinuteRecord[]>(upload.map(({ factor }) => [factor, []]));
  for (const { at: start, factors } of minutes) {
    for (const sent of factors) {
      const known = records.get(sent.factor);
      if (known) known.push({ start, sent });
      else records.set(sent.factor, [{ start, sent }]);
    }
  }
  return records;
}

function factorHour(
  at: number,
  factor: string,
  records: readonly MinuteRecord[],
  device: DeviceHour,
  context: HourContext,
): FactorHour {
  const marks = context.marks.filter(
    (mark) =>
      mark.from < at + HOUR &&
      mark.to > at &&
      (mark.mn === '' || mark.mn === device.mn) &&
      (mark.factors.length === 0 || mark.factors.includes(factor)),
  );
  const taking = marks.filter(({ effect }) => effect === 'invalid' || effect === 'stop');
  const low = marks.filter(({ effect }) => effect === 'low');
  // What is no single gas has no ppm: nothing of it can count.
  const scale = device.ppmFactors?.includes(factor) ? milligramsOf(factor) : 1;
  const read = (sent: SentFactor, from: number, to: number) => {
    const value = sentValue(sent, from, to);
    return value === undefined || Number.isNaN(scale) ? undefined : exact(value * scale);
  };
  const sentValue = (sent: SentFactor, from: number, to: number) => {
    const least = low.some((mark) => mark.from < to && mark.to > from) ? LOW_VALUES[factor] : undefined;
    if (least === undefined) return countingNumber(sent, 'Avg');
    const value = numberOf(sent, 'Avg');
    return value === undefined ? undefined : Math.max(value, least);
  };

  const length = recordLength(records.map(({ start }) => start));
  const good: number[] = [];
  const bad: number[] = [];
  let flagged = 0;
  let marked = 0;
  for (const { start, sent } of records) {
    const value = read(sent, start, start + length);
    const isMarked = taking.some((mark) => mark.from < start + length && mark.to > start);
    const counts = !isMarked && value !== undefined && flagCounts(sent, device.missingFlagValid);
    if (value !== undefined) (counts ? good : bad).push(value);
    if (isMarked) marked++;
    else if (!counts) flagged++;
  }
  const minutesOf = (count: number) => Math.min(60, (count * length) / MINUTE);
  const own = average(good.length > 0 ? good : bad);

  const upload = device.upload?.find((sent) => sent.factor === factor);
  const sent = upload && read(upload, at, at + HOUR);
  const unmarked = (HOUR - overlap(at, taking)) / MINUTE;
  // A total without a mean is a value too: flows and electricity have one.
  const hasValue = sent !== undefined || (upload !== undefined && countingNumber(upload, 'Cou') !== undefined);
  const uploadBad = upload !== undefined && !(hasValue && flagCounts(upload, device.missingFlagValid));
  const uploadCounts = upload !== undefined && !uploadBad && unmarked >= VALID_MINUTES;

  const value: HourValue = { factor, valid: false };
  if (records.length > 0) value.minutes = minutesOf(good.length);
  if (own !== undefined && minutesOf(good.length) >= VALID_MINUTES) {
    Object.assign(value, { value: own, valid: true, basis: 'minutes' });
  } else if (uploadCounts && minutesOf(flagged + marked) <= 60 - VALID_MINUTES) {
    Object.assign(value, { ...(sent === undefined ? {} : { value: sent }), valid: true, basis: 'device' });
  } else {
    if (own !== undefined) Object.assign(value, { value: own, basis: 'minutes' });
    else if (sent !== undefined) Object.assign(value, { value: sent, basis: 'device' });
    const isMarked = marked > 0 || (upload !== undefined && unmarked < VALID_MINUTES);
    value.reason = isMarked ? 'mark' : flagged > 0 || uploadBad ? 'flag' : 'short';
  }
  const device1 = upload && numberOf(upload, 'Avg');
  if (device1 !== undefined && !Number.isNaN(scale)) value.device = exact(device1 * scale);
  return { value, ...(upload ? { upload } : {}), uploadCounts: uploadCounts && value.valid, scale };
}

/** The length that each record of an hour stands for: the smallest distance between two, at most the hour. */
function recordLength(starts: readonly number[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  const sorted = starts.toSorted((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++)
    smallest = Math.min(smallest, (sorted[i] as number) - (sorted[i - 1] as number));
  return smallest === Number.POSITIVE_INFINITY ? DEFAULT_RECORD : Math.max(MINUTE, smallest);
}

/** How much of the hour marks take, ms; where they overlap it counts once. */
function overlap(at: number, marks: readonly MarkEffect[], effects?: readonly MarkEffect['effect'][]): number {
  let taken = 0;
  let until = at;
  for (const { from, to, effect } of marks.toSorted((a, b) => a.from - b.from)) {
    if (effects && !effects.includes(effect)) continue;
    const start = Math.max(from, until);
    const end = Math.min(to, at + HOUR);
    if (end > start) {
      taken += end - start;
      until = end;
    }
  }
  return taken;
}

const validValue = (one: HourValue | undefined) => (one?.valid ? one.value : undefined);

type Values = ReadonlyMap<string, FactorHour>;

/** m3 of the hour: the flow meter's own total, its mean, or what velocity and state of the gas give (HJ 75-2017 App. C). */
function flowOf(values: Values, medium: Medium): number | undefined {
  const { code, perHour } = FLOW[medium];
  const meter = values.get(code);
  if (meter?.value.valid) {
    const total = meter.uploadCounts ? countingNumber(meter.upload, 'Cou') : undefined;
    return total ?? (meter.value.value === undefined ? undefined : meter.value.value * perHour);
  }
  // A meter that is there and not valid is not replaced.
  if (meter || medium === 'water') return undefined;
  const valid = (factor: string) => validValue(values.get(factor)?.value);
  const [area, velocity, temperature] = [valid('a01016'), valid('a01011'), valid('a01012')];
  const [pressure, humidity, airPressure] = [valid('a01013'), valid(HUMIDITY), valid('a01006')];
  if (area === undefined || velocity === undefined || temperature === undefined) return undefined;
  if (pressure === undefined || humidity === undefined) return undefined;
  return standardFlow({ area, velocity, temperature, pressure, humidity, ...(airPressure ? { airPressure } : {}) });
}

/** Keeps ours against the device's own, and takes the validity of water where they are apart (HJ 356-2019). */
function compareWithDevice(one: HourValue, upload: SentFactor | undefined, medium: Medium, scale: number): void {
  if (!upload || Number.isNaN(scale)) return;
  const sentConverted = numberOf(upload, 'ZsAvg');
  const deviceConverted = sentConverted === undefined ? undefined : exact(sentConverted * scale);
  if (deviceConverted !== undefined) one.deviceConverted = deviceConverted;
  if (one.basis === 'minutes' && one.value !== undefined && one.device !== undefined) {
    one.difference = exact(one.value - one.device);
    if (apart(one.value, one.device, scale, textOf(upload, 'Avg'))) one.differs = true;
  }
  if (one.converted !== undefined && deviceConverted !== undefined) {
    one.convertedDifference = exact(one.converted - deviceConverted);
    if (apart(one.converted, deviceConverted, scale, textOf(upload, 'ZsAvg'))) one.differs = true;
  }
  if (medium === 'water' && one.differs && one.valid) Object.assign(one, { valid: false, reason: 'differs' });
}

/** More than max(1 %, one unit of the last digit that was sent) (domain.md 1.3 [D]). */
function apart(ours: number, device: number, scale: number, text = ''): boolean {
  const decimals = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  // The unit itself is still within, also where binary fractions say a hair more.
  return Math.abs(ours - device) > Math.max(Math.abs(device) * 0.01, scale * 10 ** -decimals) * (1 + 1e-9);
}
