import { clockText, clockTone, everyHour, linkStateOf, mainCauses, periodOf } from './device';
import { HOUR } from './time';

it.each([
  [1, '2026-03-01T15:59:00Z', '2026-03-01', '2026-03-01'],
  [1, '2026-03-01T16:00:00Z', '2026-03-02', '2026-03-02'],
  [7, '2026-03-02T00:00:00Z', '2026-02-24', '2026-03-02'],
])('%i days at %s are those of UTC+8 from %s to %s', (days, now, from, to) => {
  expect(periodOf(days, Date.parse(now))).toEqual({ from, to });
});

it.each([
  [{ online: true }, 'online'],
  [{ online: false, lastSeen: '2026-03-01T00:00:00Z' }, 'offline'],
  [{ online: false }, 'never'],
] as const)('%j is %s', (state, expected) => expect(linkStateOf(state)).toBe(expected));

it.each([
  [0, '±0 s', ''],
  [0.04, '±0 s', ''],
  [1.46, '+1.5 s', ''],
  [-59.9, '−60 s', ''],
  [60, '+60 s', 'mid'],
  [-150, '−2.5 min', 'mid'],
  [300, '+5 min', 'high'],
  [-28_800, '−8 h', 'high'],
] as const)('a clock %d s ahead reads %s, tone %s', (ahead, text, tone) => {
  expect([clockText(ahead), clockTone(ahead)]).toEqual([text, tone]);
});

it('of the causes the first are those with the most refusals', () => {
  const refused = [
    { reason: 'crc', count: 2 },
    { reason: 'value', count: 9 },
    { reason: 'slow', count: 5 },
  ] as const;
  expect(mainCauses(refused)).toEqual({ shown: [refused[1], refused[2]], more: 1 });
  expect(mainCauses([])).toEqual({ shown: [], more: 0 });
});

it('hours in which nothing came count nothing', () => {
  const from = Date.parse('2026-03-01T00:00:00Z');
  const hours = [
    { at: '2026-03-01T09:00:00+08:00', accepted: 7, refused: [{ reason: 'crc', count: 2 } as const] },
    { at: '2026-02-01T09:00:00+08:00', accepted: 1, refused: [] },
  ];
  expect(everyHour(hours, from + 60_000, from + 3 * HOUR)).toEqual([
    { at: from, accepted: 0, refused: 0 },
    { at: from + HOUR, accepted: 7, refused: 2 },
    { at: from + 2 * HOUR, accepted: 0, refused: 0 },
  ]);
});
