import { encodeFields } from '@greenwatch/hj212';
import fc from 'fast-check';
import { mergePackets, newestValues, type OrderedPacket } from '../merge';
import { countDay } from '../rates/transmission-rate';
import { dayMeans } from './day-mean';
import { type DeviceHour, type HourMeans, hourMeans, type MarkEffect } from './hour-mean';

/**
 * Means and rates against a slow, plain reference, on random days with packets that come late, twice, corrected and flagged, and with
 * marks. The reference knows neither packets' merging nor records' lengths: it walks the day minute by minute.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FLAGS = ['N', 'N', 'N', 'N', 'D', 'M', 'C', 'T', 'F', undefined] as const;

/** One value that a device sent of one record; `order` is when it came: of one record the last one counts. */
interface SentRecord {
  hour: number;
  /** Number of the ten minutes; 6: the hourly upload. */
  slot: number;
  value: number;
  flow: number;
  flag: string | undefined;
  order: number;
  /** How often the same packet comes. */
  times: number;
}

const record = (factor: 'gas' | 'water'): fc.Arbitrary<SentRecord> =>
  fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    slot: fc.integer({ min: 0, max: 6 }),
    value: fc.integer({ min: -20, max: 2_000 }).map((n) => n / 10),
    flow: fc.integer({ min: 0, max: factor === 'gas' ? 100 : 50 }).map((n) => (n % 7 === 0 ? 0 : n)),
    flag: fc.constantFrom(...FLAGS),
    order: fc.integer({ min: 0, max: 1_000_000 }),
    times: fc.integer({ min: 1, max: 3 }),
  });
/** A day that is nearly whole, with corrections and gaps strewn in. */
const sentDay = (medium: 'gas' | 'water'): fc.Arbitrary<SentRecord[]> =>
  fc
    .tuple(
      fc.array(record(medium), { minLength: 0, maxLength: 120 }),
      fc.integer({ min: 0, max: 24 }),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 24 * 7, maxLength: 24 * 7 }),
    )
    .map(([strewn, whole, withMinutes, values]) => [
      ...values.flatMap((value, i): SentRecord[] => {
        const [hour, slot] = [Math.floor(i / 7), i % 7];
        if (hour >= whole || (!withMinutes && slot < 6)) return [];
        return [{ hour, slot, value: value / 10, flow: 10, flag: 'N', order: -1, times: 1 }];
      }),
      ...strewn,
    ]);
const markList = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    length: fc.integer({ min: 1, max: 300 }),
    effect: fc.constantFrom<MarkEffect['effect']>('invalid', 'stop', 'condition'),
  }),
  { maxLength: 3 },
);
type DrawnMark = { from: number; length: number; effect: MarkEffect['effect'] };

const CODES = { gas: ['a21026', 'a00000'], water: ['w01018', 'w00000'] } as const;
const PER_HOUR = { gas: 3_600, water: 3.6 };

/** What the service does: packets in the order in which they are stored, merged, sorted into hours, calculated. */
function ours(sent: readonly SentRecord[], drawn: readonly DrawnMark[], medium: 'gas' | 'water', shuffle: number) {
  const [code, flowCode] = CODES[medium];
  const packets = (hourly: boolean): OrderedPacket[] =>
    sent
      .filter(({ slot }) => (slot === 6) === hourly)
      .flatMap(({ hour, slot, value, flow, flag, order, times }, i) => {
        const text = (avg: number): [string, string][] => [
          ['Avg', String(avg)],
          ...(flag === undefined ? [] : [['Flag', flag] as [string, string]]),
        ];
        const fields = encodeFields([
          { factor: code, fields: text(value) },
          { factor: flowCode, fields: text(flow) },
        ]);
        const dataTime = hour * HOUR + (hourly ? 0 : slot * 10 * MINUTE);
        // Received once more it is a redelivery of the same message, or stored twice.
        return Array.from({ length: times }, () => ({ dataTime, receivedAt: order, sequence: i, fields }));
      })
      // However they lie in the store.
      .sort(
        (a, b) =>
          ((a.receivedAt * 31 + a.sequence * 7 + shuffle) % 101) -
          ((b.receivedAt * 31 + b.sequence * 7 + shuffle) % 101),
      );
  const marks = drawn.map(({ from, length, effect }): MarkEffect => {
    return { from: from * MINUTE, to: (from + length) * MINUTE, effect, code: 'x', factors: [], mn: '' };
  });
  const uploads = new Map([...mergePackets(packets(true))].map((moment) => [moment.dataTime, newestValues(moment)]));
  const minutes = [...mergePackets(packets(false))];
  const hours = Array.from({ length: 24 }, (_, hour): HourMeans => {
    const at = hour * HOUR;
    const device: DeviceHour = {
      ...{ mn: 'M', missingFlagValid: false },
      minutes: minutes
        .filter(({ dataTime }) => dataTime >= at && dataTime < at + HOUR)
        .map((moment) => ({ at: moment.dataTime, factors: newestValues(moment) })),
      upload: uploads.get(at),
    };
    return hourMeans(at, [device], { medium, marks });
  });
  const day = dayMeans(hours, { medium, day: 0 });
  const counts = countDay(hours, { day: 0, pollutants: [code], bound: () => true, now: 24 * HOUR });
  return { hours, day, counts, code };
}

/**
 * What a record's value or flow came to be, by going through all that was sent of it: another value or another flag takes the place of the one
 * before, the same value without a flag leaves the flag as it was (a packet may be split within a factor).
 */
function lastOf(sent: readonly SentRecord[], hour: number, slot: number, field: 'value' | 'flow') {
  let last: { number: number; flag: string | undefined } | undefined;
  const inOrder = sent.toSorted((a, b) => a.order - b.order);
  for (const one of inOrder) {
    if (one.hour !== hour || one.slot !== slot) continue;
    const same = last?.number === one[field] && (last.flag ?? one.flag) === (one.flag ?? last.flag);
    last = { number: one[field], flag: same ? (one.flag ?? last?.flag) : one.flag };
  }
  return last;
}

const taken = (drawn: readonly DrawnMark[], minute: number, effects: readonly string[]) =>
  drawn.some(({ from, length, effect }) => effects.includes(effect) && minute >= from && minute < from + length);

/** One factor's hour, minute by minute. */
function plainHour(sent: readonly SentRecord[], drawn: readonly DrawnMark[], hour: number, field: 'value' | 'flow') {
  const present = [0, 1, 2, 3, 4, 5].filter((slot) => lastOf(sent, hour, slot, field));
  // How long a record is shows in the distance of two; of one alone nobody knows, and ten minutes are usual.
  const gaps = present.slice(1).map((slot, i) => slot - (present[i] as number));
  const length = gaps.length > 0 ? Math.min(...gaps) * 10 : 10;
  const good: number[] = [];
  let bad = 0;
  for (const slot of present) {
    const one = lastOf(sent, hour, slot, field) as NonNullable<ReturnType<typeof lastOf>>;
    const first = hour * 60 + slot * 10;
    let marked = false;
    // What lies behind the hour belongs to the next one.
    const end = Math.min(first + length, hour * 60 + 60);
    for (let minute = first; minute < end; minute++) marked ||= taken(drawn, minute, ['invalid', 'stop']);
    if (one.flag === 'N' && one.number >= 0 && !marked) good.push(one.number);
    else bad++;
  }
  let free = 0;
  for (let minute = hour * 60; minute < hour * 60 + 60; minute++) {
    if (!taken(drawn, minute, ['invalid', 'stop'])) free++;
  }
  const upload = lastOf(sent, hour, 6, field);
  const uploadGood = upload !== undefined && upload.flag === 'N' && upload.number >= 0 && free >= 45;
  const mean = good.reduce((a, b) => a + b, 0) / good.length;
  if (Math.min(60, good.length * length) >= 45) return { valid: true, value: mean, own: mean, upload };
  if (uploadGood && Math.min(60, bad * length) <= 15)
    return { valid: true, value: upload.number, own: undefined, upload };
  return { valid: false, value: undefined, own: undefined, upload };
}

function plain(sent: readonly SentRecord[], drawn: readonly DrawnMark[], medium: 'gas' | 'water') {
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const value = plainHour(sent, drawn, hour, 'value');
    const meter = plainHour(sent, drawn, hour, 'flow');
    const flow = meter.valid ? (meter.value as number) * PER_HOUR[medium] : undefined;
    let { valid } = value;
    if (medium === 'water' && valid && flow === 0) valid = false;
    if (medium === 'water' && value.own !== undefined && value.upload) {
      // One digit is sent after the point, or none.
      const unit = Number.isInteger(value.upload.number) ? 1 : 0.1;
      const most = Math.max(Math.abs(value.upload.number) * 0.01, unit);
      if (Math.abs(value.own - value.upload.number) > most * (1 + 1e-9)) valid = false;
    }
    let stopped = 0;
    for (let minute = hour * 60; minute < hour * 60 + 60; minute++) if (taken(drawn, minute, ['stop'])) stopped++;
    const came = [0, 1, 2, 3, 4, 5, 6].some((slot) => lastOf(sent, hour, slot, 'value'));
    return { valid, value: value.value, flow, stopped: stopped > 15, came };
  });
  const valid = hours.filter((hour) => hour.valid);
  const running = hours.filter(({ stopped }) => !stopped);
  const expected = running.filter(({ flow }) => flow !== 0);
  const weighed = running.filter((hour) => hour.valid && hour.flow);
  const volume = weighed.reduce((sum, { flow = 0 }) => sum + flow, 0);
  const mean =
    medium === 'gas'
      ? valid.reduce((sum, { value = 0 }) => sum + value, 0) / valid.length
      : weighed.reduce((sum, { value = 0, flow = 0 }) => sum + value * flow, 0) / volume;
  const enough =
    medium === 'gas'
      ? valid.length > 0 &&
        valid.length >= (running.length === 24 ? 20 : Math.min(20, Math.ceil(running.length * 0.75)))
      : weighed.length > 0 && weighed.length >= Math.ceil(expected.length * 0.75);
  const kg = medium === 'gas' ? 1e-6 : 1e-3;
  const mass = hours.reduce((sum, one) => sum + (one.valid && one.flow ? (one.value as number) * one.flow * kg : 0), 0);
  return {
    ...{ hours, mean, enough, mass },
    due: running.length,
    received: running.filter(({ came }) => came).length,
    validCount: running.filter((hour) => hour.valid).length,
  };
}

/** Equal, numbers but for the dust of binary fractions. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
}

describe.each(['gas', 'water'] as const)('%s: means and counts are those of the plain reference', (medium) => {
  test('domain.md 1.4, 1.5, 1.8, whatever is late, repeated, corrected, flagged or marked', () => {
    fc.assert(
      fc.property(sentDay(medium), markList, fc.integer({ min: 0, max: 100 }), (sent, drawn, shuffle) => {
        // Two values of one record that came in the same millisecond: the log's order decides, so that of the list here.
        const { hours, day, counts, code } = ours(sent, drawn, medium, shuffle);
        const wanted = plain(sent, drawn, medium);
        const wrong: string[] = [];
        const compare = (what: string, got: unknown, want: unknown) => {
          if (!same(got, want)) wrong.push(`${what}: ${got}, not ${want}`);
        };
        for (const [i, hour] of hours.entries()) {
          const one = hour.factors.find(({ factor }) => factor === code);
          const other = wanted.hours[i];
          compare(`hour ${i} valid`, one?.valid ?? false, other?.valid);
          if (other?.valid) compare(`hour ${i} value`, one?.value, other.value);
          compare(`hour ${i} flow`, hour.flow, other?.flow);
          compare(`hour ${i} stopped`, hour.stopped ?? false, other?.stopped);
        }
        const value = day.factors.find(({ factor }) => factor === code);
        compare('day valid', value?.valid ?? false, wanted.enough);
        if (wanted.enough) compare('day value', value?.value, wanted.mean);
        compare('day mass', value?.mass ?? 0, wanted.mass);
        compare('due', counts.due, wanted.due);
        compare('received', counts.received, wanted.received);
        compare('valid', counts.valid, wanted.validCount);
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
