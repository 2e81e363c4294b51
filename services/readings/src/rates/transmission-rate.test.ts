import type { HourMeans } from '../means/hour-mean';
import { addCounts, type CountedDay, countDay, rateOf } from './transmission-rate';

const HOUR = 3_600_000;
const hour = (n: number, reasons: (string | undefined)[], more: Partial<HourMeans> = {}): HourMeans => ({
  ...{ at: n * HOUR, productionKwh: 0, treatmentKwh: 0 },
  factors: reasons.map((reason, i) => ({
    ...{ factor: ['a21026', 'a21002'][i] as string, value: 1, valid: reason === undefined },
    ...(reason ? { reason: reason as 'mark' } : {}),
  })),
  ...more,
});
const day = (hours: HourMeans[], more: Partial<CountedDay> = {}) =>
  countDay(hours, { day: 0, pollutants: ['a21026'], bound: () => true, now: 24 * HOUR, ...more });
const all = (reason?: string) => Array.from({ length: 24 }, (_, n) => hour(n, [reason]));

describe('MEP assessment, domain.md 1.8: counts of a day', () => {
  test.each<[string, HourMeans[], Partial<CountedDay>, number, number, number]>([
    ['whole', all(), {}, 24, 24, 24],
    ['nothing came', [], {}, 24, 0, 0],
    ['marked: received, not valid [L]', all('mark'), {}, 24, 24, 0],
    ['once known, no longer', all('missing'), {}, 24, 0, 0],
    ['two pollutants, one of them sent', all(), { pollutants: ['a21026', 'a21002'] }, 48, 24, 24],
    ['an approved stop is not due', all().map((one, n) => (n < 6 ? { ...one, stopped: true } : one)), {}, 18, 18, 18],
    ['the day goes on', all().slice(0, 10), { now: 10.5 * HOUR }, 10, 10, 10],
    ['a device since noon', all(), { bound: (at) => at >= 12 * HOUR }, 12, 12, 12],
    ['a sample each two hours', all().filter((_, n) => n % 2 === 1), { sampleHours: 2 }, 12, 12, 12],
    ['nothing is assessed there', all(), { pollutants: [] }, 0, 0, 0],
  ])('%s', (_clause, hours, more, due, received, valid) => {
    expect(day(hours, more)).toEqual({ due, received, valid });
  });
});

describe('rates', () => {
  test('ETR = TR × VR', () =>
    expect(rateOf({ due: 100, received: 90, valid: 80 })).toMatchObject({
      ...{ transmission: 0.9, validity: 0.8, effective: 0.72 },
    }));
  test('nothing due: no rate', () => expect(rateOf({ due: 0, received: 0, valid: 0 }).effective).toBeUndefined());
  test('counts are summed, rates are not averaged', () => {
    const total = addCounts([
      { due: 1, received: 1, valid: 1 },
      { due: 99, received: 0, valid: 0 },
    ]);
    expect(rateOf(total).transmission).toBe(0.01);
  });
});
