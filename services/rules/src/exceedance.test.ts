import { judgeMean, type SentMean } from './exceedance';
import { type Limit, limitInForce, type PermitInForce } from './limit-in-force';

const limit = (change: Partial<Limit> = {}): Limit => ({
  id: 'l1',
  outletId: 'o1',
  factor: 'a21026',
  period: 'hour',
  limit: 35,
  decimals: 0,
  unit: 'mg/m3',
  basis: '环发〔2015〕164号',
  validFrom: 1_000,
  ...change,
});
const judge = (sent: SentMean, change: Partial<Limit> = {}, missingFlagValid = false, factor = 'a21026') =>
  judgeMean(factor, sent, limit(change), missingFlagValid, 90);

describe('a mean against its limit', () => {
  test.each<[string, SentMean, Partial<Limit>, string | undefined]>([
    ['GB/T 8170: 35.4 is 35 at 0 decimals and complies', { avg: '35.4', flag: 'N' }, {}, 'warn'],
    ['GB/T 8170: 35.5 is 36 and exceeds', { avg: '35.5', flag: 'N' }, {}, 'exceed'],
    ['GB/T 8170: 34.5 is 34 (half to even)', { avg: '34.5', flag: 'N' }, { limit: 34 }, 'warn'],
    [
      'GB/T 8170: 0.505 is 0.50 and complies with 0.5',
      { avg: '0.505', flag: 'N' },
      { limit: 0.5, decimals: 2 },
      'warn',
    ],
    ['GB/T 8170: 0.515 is 0.52 and exceeds 0.51', { avg: '0.515', flag: 'N' }, { limit: 0.51, decimals: 2 }, 'exceed'],
    ['domain 1.1: equality complies', { avg: '35.0', flag: 'N' }, {}, 'warn'],
    ['domain 1.9: 0.9 of the limit is near it', { avg: '31.5', flag: 'N' }, { decimals: 1 }, 'warn'],
    ['domain 1.9: below 0.9 of the limit is normal', { avg: '31.4', flag: 'N' }, { decimals: 1 }, 'normal'],
    [
      'GB 13223-2011 5: the converted value counts where the limit has a reference oxygen',
      { avg: '20', zsAvg: '42.2', flag: 'N' },
      { referenceOxygen: 6 },
      'exceed',
    ],
    [
      'HJ 75-2017 App. C: no conversion where the standard has no reference oxygen',
      { avg: '20', zsAvg: '42.2', flag: 'N' },
      {},
      'normal',
    ],
    [
      'HJ 75-2017 App. C: without the converted value nothing is judged',
      { avg: '50', flag: 'N' },
      { referenceOxygen: 6 },
      undefined,
    ],
    ...[...'FMSDCTB'].map((flag): [string, SentMean, Partial<Limit>, undefined] => [
      `HJ 212-2017 table 8: flag ${flag} does not count`,
      { avg: '99', flag },
      {},
      undefined,
    ]),
    ['design 4: a missing flag does not count by itself', { avg: '99' }, {}, undefined],
    ['HJ 212-2017 table 4: a fault may send no value', { flag: 'N' }, {}, undefined],
  ])('%s', (_clause, sent, change, verdict) => {
    expect(judge(sent, change)?.verdict).toBe(verdict);
  });

  it('design 4: a missing flag counts where the device profile says so', () => {
    expect(judge({ avg: '99' }, {}, true)?.verdict).toBe('exceed');
  });

  it('GB 18918-2002 table 1: pH is a range and has no mean to judge', () => {
    expect(judge({ avg: '9.9', flag: 'N' }, { limit: 9 }, false, 'w01001')).toBeUndefined();
  });

  it('domain 1.1: k = (mean − limit) / limit, of the rounded mean', () => {
    expect(judge({ avg: '70.4', flag: 'N' })?.multiple).toBe(1);
    expect(judge({ avg: '35.4', flag: 'N' })?.multiple).toBe(0);
  });

  it('keeps the text and the field that were judged', () => {
    expect(judge({ avg: '35.50', flag: 'N' })).toMatchObject({
      value: '35.50',
      field: 'Avg',
      limitId: 'l1',
      limit: 35,
    });
  });
});

describe('the limit in force', () => {
  const permit = (limits: Limit[], change: Partial<PermitInForce> = {}): PermitInForce => ({
    status: 'valid',
    validFrom: 1_000,
    validTo: 5_000,
    limits,
    ...change,
  });
  const find = (permits: PermitInForce[], at: number) => limitInForce(permits, 'o1', 'a21026', 'hour', at)?.id;

  test.each<[string, PermitInForce[], number, string | undefined]>([
    ['domain 1.1: at the data time', [permit([limit()])], 1_000, 'l1'],
    ['domain 1.1: not before it holds', [permit([limit({ validFrom: 2_000 })])], 1_999, undefined],
    [
      'domain 1.1: the new limit from its first moment on',
      [permit([limit({ validTo: 3_000 }), limit({ id: 'l2', validFrom: 3_000 })])],
      3_000,
      'l2',
    ],
    ['条例 Art 14: none of a permit that has ended', [permit([limit()])], 5_000, undefined],
    ['条例: none of a revoked permit', [permit([limit()], { status: 'revoked' })], 2_000, undefined],
    ['条例 Art 14: an expired permit still held at that time', [permit([limit()], { status: 'expired' })], 2_000, 'l1'],
    ['domain 1.1: the strictest of several', [permit([limit(), limit({ id: 'l2', limit: 30 })])], 2_000, 'l2'],
    ['domain 1.1: of this outlet only', [permit([limit({ outletId: 'o2' })])], 2_000, undefined],
    ['domain 1.1: of this averaging period only', [permit([limit({ period: 'day' })])], 2_000, undefined],
    ['domain 1.1: of this pollutant only', [permit([limit({ factor: 'a21002' })])], 2_000, undefined],
  ])('%s', (_clause, permits, at, id) => expect(find(permits, at)).toBe(id));
});
