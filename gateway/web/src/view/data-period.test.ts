import { exportWay, markIsLate, periodOf } from './data-period';
import { DAY, HOUR } from './time';

const NOW = Date.parse('2026-11-22T10:20:00+08:00');
const at = (text: string) => Date.parse(`${text}+08:00`);

describe('the stretch that is shown', () => {
  it.each([
    [
      'nothing asked: the kind’s first length to the full hour',
      'minute',
      {},
      '2026-11-21T11:00',
      '2026-11-22T11:00',
      false,
    ],
    ['a length', 'hour', { length: 7 * DAY }, '2026-11-15T11:00', '2026-11-22T11:00', false],
    [
      'own times',
      'hour',
      { from: at('2026-11-01T00:00'), to: at('2026-11-03T00:00') },
      '2026-11-01T00:00',
      '2026-11-03T00:00',
      false,
    ],
    [
      'too long: its last part',
      'hour',
      { from: at('2026-01-01T00:00'), to: at('2026-11-01T00:00') },
      '2026-10-01T00:00',
      '2026-11-01T00:00',
      true,
    ],
    [
      'the wrong way round: an hour',
      'realtime',
      { from: at('2026-11-03T00:00'), to: at('2026-11-03T00:00') },
      '2026-11-02T23:00',
      '2026-11-03T00:00',
      false,
    ],
  ] as const)('%s', (_case, kind, asked, from, to, shortened) => {
    expect(periodOf(kind, asked, NOW)).toEqual({ from: at(from), to: at(to), shortened });
  });
});

describe('an export', () => {
  it.each([
    ['a day of hours of one device', 'hour', DAY, 1, 24, false],
    ['a day of realtime', 'realtime', DAY, 1, 2880, false],
    ['a month of realtime of two loggers', 'realtime', 31 * DAY, 2, 178_560, true],
    ['part of a period counts as one', 'day', HOUR, 1, 1, false],
  ] as const)('%s', (_case, kind, length, devices, moments, job) => {
    expect(exportWay(kind, { from: NOW, to: NOW + length }, devices)).toEqual({ moments, job });
  });
});

describe('announcement 2022 no. 21 [L]: a mark must be in by 12:00 of the day after', () => {
  it.each([
    ['2026-11-21T23:00', '2026-11-22T12:00', false],
    ['2026-11-21T00:00', '2026-11-22T12:01', true],
    ['2026-11-22T09:00', '2026-11-22T10:20', false],
    ['2026-11-23T00:00', '2026-11-22T10:20', false],
  ] as const)('from %s, in at %s', (from, now, late) => {
    expect(markIsLate(at(from), at(now))).toBe(late);
  });
});
