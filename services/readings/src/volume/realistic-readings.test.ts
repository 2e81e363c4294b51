import { decodeFields } from '@greenwatch/hj212';
import { realisticDay } from './realistic-readings';

const DAY = Date.UTC(2026, 7, 13, 16);
const values = (kind: number, field: string) =>
  realisticDay(1, kind, DAY).map(({ fields }) => {
    const [first] = decodeFields(fields);
    return Number(first?.fields.find(([name]) => name === field)?.[1]);
  });

test('a day of each kind: as many packets as come, 8 factors each, the same again for the same device', () => {
  expect([1, 2, 3].map((kind) => realisticDay(7, kind, DAY).length)).toEqual([
    expect.closeTo(1_436, -1),
    expect.closeTo(144, -1),
    expect.closeTo(24, -1),
  ]);
  const day = realisticDay(7, 1, DAY);
  expect(realisticDay(7, 1, DAY)).toEqual(day);
  expect(realisticDay(8, 1, DAY)).not.toEqual(day);
  expect(day.every(({ fields }) => decodeFields(fields).length === 8)).toBe(true);
});

test('values carry noise, not constants: hardly two neighbours are the same', () => {
  const line = values(1, 'Rtd');
  const same = line.filter((value, i) => value === line[i - 1]).length;
  expect(same / line.length).toBeLessThan(0.1);
});

test('a period’s mean lies between its extremes', () => {
  const [low, mean, high] = ['Min', 'Avg', 'Max'].map((field) => values(2, field)) as number[][];
  expect(mean?.every((value, i) => value > (low?.[i] ?? Number.NaN) && value < (high?.[i] ?? Number.NaN))).toBe(true);
});
