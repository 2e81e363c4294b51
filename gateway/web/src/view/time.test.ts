import { formatTime, fromInput, isoTime, spanParts, toInput } from './time';

describe('times in UTC+8', () => {
  const ms = Date.UTC(2026, 1, 28, 16, 5, 9);
  it.each([
    ['second', '2026-03-01 00:05:09'],
    ['minute', '2026-03-01 00:05'],
    ['day', '2026-03-01'],
    ['clock', '00:05'],
    ['short', '03-01 00:05'],
  ] as const)('formats to the %s', (detail, text) => {
    expect(formatTime(ms, detail)).toBe(text);
    expect(formatTime('2026-02-28T16:05:09Z', detail)).toBe(text);
  });
  it('shows a dash for no time', () => {
    expect(formatTime(undefined)).toBe('–');
    expect(formatTime('soon')).toBe('–');
  });
  it('writes and reads the zone', () => {
    expect(isoTime(ms)).toBe('2026-03-01T00:05:09+08:00');
    expect(fromInput(toInput(ms))).toBe(Date.UTC(2026, 1, 28, 16, 5));
    expect(fromInput('')).toBeUndefined();
  });
});

it.each([
  [30_000, [[0, 'minute']]],
  [
    93 * 60_000,
    [
      [1, 'hour'],
      [33, 'minute'],
    ],
  ],
  [
    -93 * 60_000,
    [
      [1, 'hour'],
      [33, 'minute'],
    ],
  ],
  [2 * 3_600_000, [[2, 'hour']]],
  [
    50 * 3_600_000 + 60_000,
    [
      [2, 'day'],
      [2, 'hour'],
    ],
  ],
  [48 * 3_600_000, [[2, 'day']]],
])('spanParts(%d) keeps the two largest units', (ms, parts) => {
  expect(spanParts(ms)).toEqual(parts);
});
