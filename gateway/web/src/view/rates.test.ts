import type { TransmissionRate } from '@greenwatch/contracts/src/means';
import type { Division } from '../api/types';
import { below, compareRates, directly, gradeOf, ratePeriod, rateText, summed, wayTo } from './rates';

const division = (code: string, level: Division['level'], ...path: string[]): Division => ({
  ...{ code, name: code, level, path: [...path, code] },
  ...(path.length > 0 ? { parent: path.at(-1) as string } : {}),
});
const P = '330000';
/** 嘉兴 with a county, and a county directly under the province. */
const DIVISIONS = [
  division(P, 'province'),
  division('330400', 'city', P),
  division('330483', 'county', P, '330400'),
  division('330483101', 'town', P, '330400', '330483'),
  division('339001', 'county', P),
];
const rate = (id: string, level: TransmissionRate['level'] = 'division'): TransmissionRate => ({
  ...{ level, id, from: '2026-11-01', to: '2026-11-30', due: 10, received: 9, valid: 8 },
});

describe('domain.md 1.8: from the province down to outlets', () => {
  it.each([
    [
      { level: 'division', id: P },
      [
        { level: 'division', division: P, divisionLevel: 'city' },
        { level: 'division', division: P, divisionLevel: 'county' },
      ],
    ],
    [{ level: 'division', id: '330400' }, [{ level: 'division', division: '330400', divisionLevel: 'county' }]],
    [{ level: 'division', id: '330483' }, [{ level: 'enterprise', division: '330483' }]],
    [{ level: 'division', id: '999999' }, [{ level: 'enterprise', division: '999999' }]],
    [{ level: 'enterprise', id: 'e1' }, [{ level: 'outlet', enterpriseId: 'e1' }]],
    [{ level: 'operator', id: 'op1' }, [{ level: 'outlet', operatorId: 'op1' }]],
  ] as const)('%j', (standing, asked) => {
    expect(below(standing, DIVISIONS)).toEqual(asked);
  });
  it('a province of cities alone is one question', () => {
    expect(below({ level: 'division', id: P }, DIVISIONS.slice(0, 4))).toHaveLength(1);
  });
  it('a county below a city is not the province’s own', () => {
    const found = directly([rate('330483'), rate('339001')], P, DIVISIONS);
    expect(found.map(({ id }) => id)).toEqual(['339001']);
    expect(directly([rate('e1', 'enterprise')], '330483', DIVISIONS)).toHaveLength(1);
  });
  it.each([
    ['330483', P, [P, '330400', '330483']],
    ['330483', '330400', ['330400', '330483']],
    ['330483', '330483', ['330483']],
    [P, '330483', [P]],
    ['999999', P, ['999999']],
  ])('the way to %s for somebody of %s', (id, own, way) => {
    expect(wayTo(id, own, DIVISIONS)).toEqual(way);
  });
});

it.each([
  [1, 'goal', '100.00 %'],
  [0.95, 'goal', '95.00 %'],
  [0.949999, 'required', '94.99 %'],
  [0.9, 'required', '90.00 %'],
  [0.75, 'below', '75.00 %'],
  [0.749, 'far-below', '74.90 %'],
  [0.9878, 'goal', '98.78 %'],
  [0, 'far-below', '0.00 %'],
  [undefined, undefined, '–'],
])('domain.md 1.8: %s is %s and reads %s', (share, grade, text) => {
  expect([gradeOf(share), rateText(share)]).toEqual([grade, text]);
});

it.each([
  [false, [0.1, 0.5, undefined]],
  [true, [0.5, 0.1, undefined]],
])('what owed nothing stands behind (descending: %s)', (descending, sorted) => {
  const turn = descending ? -1 : 1;
  const rates = [undefined, 0.5, 0.1].map((effective) => ({ effective }));
  const found = rates.sort((a, b) => turn * compareRates(a.effective, b.effective, descending));
  expect(found.map(({ effective }) => effective)).toEqual(sorted);
});

it('counts are summed, rates are never averaged', () => {
  expect(
    summed([
      { due: 1, received: 1, valid: 1 },
      { due: 99, received: 0, valid: 0 },
    ]),
  ).toMatchObject({
    ...{ due: 100, transmission: 0.01, validity: 0.01 },
  });
  expect(summed([{ due: 0, received: 0, valid: 0 }])).toEqual({ due: 0, received: 0, valid: 0 });
});

describe('periods, days of UTC+8', () => {
  it.each([
    ['yesterday', '2026-11-22T00:30:00+08:00', '2026-11-21', '2026-11-21'],
    ['week', '2026-11-22T23:30:00+08:00', '2026-11-15', '2026-11-21'],
    ['month', '2026-11-22T10:00:00+08:00', '2026-11-01', '2026-11-21'],
    ['month', '2026-11-01T10:00:00+08:00', '2026-11-01', '2026-11-01'],
    ['last-month', '2026-03-05T10:00:00+08:00', '2026-02-01', '2026-02-28'],
    ['last-month', '2026-01-01T00:00:00+08:00', '2025-12-01', '2025-12-31'],
  ] as const)('%s at %s', (period, now, from, to) => {
    expect(ratePeriod(period, Date.parse(now))).toEqual({ from, to });
  });
});
