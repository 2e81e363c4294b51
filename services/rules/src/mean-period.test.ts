import {
  exceedanceJudgements,
  judgePeriod,
  type MeanContext,
  type MeanPeriod,
  takeMeans,
  unchangingJudgements,
} from './mean-period';

const sent = (factor: string, fields: Record<string, string>) => ({ factor, fields: Object.entries(fields) });
const empty = (): MeanPeriod => ({ at: 0, means: [] });
const all = () => true;
const context: MeanContext = {
  outletId: 'o1',
  medium: 'water',
  kind: 'day',
  missingFlagValid: false,
  marks: [],
  permits: [
    {
      status: 'valid',
      validFrom: 0,
      validTo: 1e15,
      limits: [
        {
          id: 'l1',
          outletId: 'o1',
          factor: 'w01018',
          period: 'day',
          limit: 50,
          decimals: 0,
          unit: 'mg/L',
          basis: 'GB 18918-2002 1A',
          validFrom: 0,
        },
      ],
    },
  ],
};
const SETTINGS = { constTimes: { gas: 6, water: 4 } };

describe('packets of one period', () => {
  it('design 4: split packets merge', () => {
    const period = empty();
    expect(takeMeans(period, [sent('w01018', { Avg: '40', Flag: 'N' })], 10, 1, all)).toBe(true);
    expect(takeMeans(period, [sent('w21003', { Avg: '3', Flag: 'N' })], 10, 1, all)).toBe(true);
    expect(period.means.map(({ factor }) => factor)).toEqual(['w01018', 'w21003']);
  });

  it('design 4: the same value again changes nothing', () => {
    const period = empty();
    takeMeans(period, [sent('w01018', { Avg: '40', Flag: 'N' })], 10, 1, all);
    expect(takeMeans(period, [sent('w01018', { Avg: '40', Flag: 'N' })], 20, 2, all)).toBe(false);
  });

  it('design 4: the newest revision counts, also when an older packet is delivered again', () => {
    const period = empty();
    takeMeans(period, [sent('w01018', { Avg: '40' })], 10, 1, all);
    expect(takeMeans(period, [sent('w01018', { Avg: '60' })], 20, 2, all)).toBe(true);
    expect(takeMeans(period, [sent('w01018', { Avg: '40' })], 10, 1, all)).toBe(false);
    expect(period.means[0]?.avg).toBe('60');
  });

  it('keeps only what a rule looks at, and the flow', () => {
    const period = empty();
    takeMeans(period, [sent('w01010', { Avg: '20' }), sent('w00000', { Cou: '0' })], 10, 1, () => false);
    expect(period.means).toMatchObject([{ factor: 'w00000', avg: '0' }]);
  });
});

describe('judging a day of water', () => {
  const judged = (flow: string) => {
    const period = empty();
    takeMeans(period, [sent('w01018', { Avg: '80', Flag: 'N' }), sent('w00000', { Cou: flow, Flag: 'N' })], 1, 1, all);
    judgePeriod(period, context, 90);
    return exceedanceJudgements([period], 'w01018', 'day');
  };

  it('HJ 356-2019 7: the daily mean against the daily limit', () => {
    expect(judged('1200')).toMatchObject([
      { at: 0, until: 86_400_000, verdict: 'exceed', multiple: 0.6, evidence: { value: '80', limitId: 'l1' } },
    ]);
  });

  it('HJ 356-2019 6.1: without flow the values are not valid', () => {
    expect(judged('0.0')).toEqual([]);
  });

  it('a revision without a limit in force takes the old judgement away', () => {
    const period = empty();
    takeMeans(period, [sent('w01018', { Avg: '80', Flag: 'N' })], 1, 1, all);
    judgePeriod(period, context, 90);
    judgePeriod(period, { ...context, permits: [] }, 90);
    expect(period.means[0]).not.toHaveProperty('judged');
  });
});

it('CONST: hours without flow are not counted', () => {
  const hours = [1, 2, 3, 4, 5].map((hour) => {
    const period = { at: hour * 3_600_000, means: [] };
    const flow = hour === 3 ? '0' : '12.1';
    takeMeans(period, [sent('w01018', { Avg: '31.2', Flag: 'N' }), sent('w00000', { Avg: flow })], 1, 1, all);
    return period;
  });
  const verdicts = unchangingJudgements(hours, 'w01018', context, SETTINGS).map((j) => [j.at / 3_600_000, j.verdict]);
  expect(verdicts).toEqual([
    [1, 'exceed'],
    [2, 'exceed'],
    [4, 'exceed'],
    [5, 'exceed'],
  ]);
});
