import { FLAG_CODES, MARKING_FLAG } from './flag-codes';
import { type FlagHour, flaggedTimes, type SentFlags, takeFlags } from './flag-hours';
import { markCode } from './mark-codes';

const MINUTE = 60_000;
let sequence = 0;
/** One factor's record at a minute of the hour. */
const minute = (at: number, flag: string | undefined, factor = 'a21026', receivedAt = ++sequence): SentFlags => ({
  ...{ kind: 'minute', at: at * MINUTE, receivedAt, sequence: receivedAt },
  factors: [
    {
      factor,
      fields: [['Avg', '1'], ...(flag === undefined ? [] : [['Flag', flag] as const])],
    },
  ],
});
const hour = (flag: string | undefined, factor?: string, receivedAt?: number): SentFlags => ({
  ...minute(0, flag, factor, receivedAt),
  kind: 'hour',
});
function taken(packets: readonly SentFlags[]): FlagHour {
  const known: FlagHour = { at: 0, minutes: [] };
  for (const packet of packets) takeFlags(known, packet);
  return known;
}
const times = (packets: readonly SentFlags[]) =>
  flaggedTimes(taken(packets)).map(({ factor, code, from, to }) => [factor, code, from / MINUTE, to / MINUTE]);

describe('HJ 212-2017 table 8: flags that say a mark', () => {
  test.each([
    ['F', 'stopped'],
    ['M', 'maintenance'],
    ['D', 'fault'],
    ['C', 'calibration'],
    ['B', 'link-lost'],
    ['P', 'fault'],
    ['N', undefined],
    ['S', undefined],
    ['T', undefined],
  ])('%s: %s', (flag, code) => {
    expect(FLAG_CODES.get(flag)).toBe(code);
    expect(MARKING_FLAG.test(`a21026-Avg=1,a21026-Flag=${flag};a21002-Avg=2`)).toBe(code !== undefined);
    expect(MARKING_FLAG.test(`a21026-Avg=1,a21026-Flag=${flag}`)).toBe(code !== undefined);
    if (code) expect(markCode(code)?.effect).toMatch(/^(invalid|stop)$/);
  });
  test('a text that only begins with a flag is none', () => {
    expect(MARKING_FLAG.test('a21026-Flag=Calm')).toBe(false);
    expect(times([hour('constructor')])).toEqual([]);
  });
});

describe('domain.md 1.7: what is flagged of an hour', () => {
  test.each<[string, SentFlags[], unknown[]]>([
    ['nothing', [minute(0, 'N'), hour('N')], []],
    ['the hourly mean stands for the hour', [hour('C')], [['a21026', 'calibration', 0, 60]]],
    ['a record alone: the default interval', [minute(20, 'C')], [['a21026', 'calibration', 20, 30]]],
    [
      'the record after it says how long it was',
      [minute(20, 'C'), minute(21, 'N')],
      [['a21026', 'calibration', 20, 21]],
    ],
    ['not past the hour', [minute(55, 'D')], [['a21026', 'fault', 55, 60]]],
    [
      'each minute of two',
      [minute(3, 'M'), minute(4, 'M'), minute(5, 'N')],
      [
        ['a21026', 'maintenance', 3, 4],
        ['a21026', 'maintenance', 4, 5],
      ],
    ],
    [
      'records say when, the flag of the hour no more',
      [minute(20, 'C'), hour('C')],
      [['a21026', 'calibration', 20, 30]],
    ],
    [
      'of another factor the hour does',
      [minute(20, 'C'), hour('C', 'a21002')],
      [
        ['a21026', 'calibration', 20, 30],
        ['a21002', 'calibration', 0, 60],
      ],
    ],
    ['a correction', [minute(20, 'C'), minute(20, 'N')], []],
    ['a correction without a flag', [hour('D'), hour(undefined)], []],
    [
      'an older packet that comes again undoes none',
      [hour('D', 'a21026', 900_001), hour('N', 'a21026', 900_000)],
      [['a21026', 'fault', 0, 60]],
    ],
    [
      'packets of a split upload add to each other',
      [hour('C'), hour('C', 'a21002'), hour('N', 'a34013')],
      [
        ['a21026', 'calibration', 0, 60],
        ['a21002', 'calibration', 0, 60],
      ],
    ],
  ])('%s', (_clause, packets, expected) => {
    expect(times(packets)).toEqual(expected);
    // Delivered twice it is the same.
    expect(times([...packets, ...packets])).toEqual(expected);
  });

  test('what changes nothing says so; normal records are kept only right after a flagged one', () => {
    const known = taken([minute(20, 'C'), minute(30, 'N'), minute(40, 'N')]);
    expect(known.minutes.map(({ at }) => at / MINUTE)).toEqual([20, 30]);
    expect(takeFlags(known, minute(20, 'C'))).toBe(false);
    expect(takeFlags(known, minute(50, 'N'))).toBe(false);
    expect(takeFlags(known, minute(20, 'N'))).toBe(true);
  });
});
