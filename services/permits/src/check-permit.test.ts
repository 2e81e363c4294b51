import type { PermitInput } from '@greenwatch/contracts';
import { checkPermits, numberProblem } from './check-permit';

const permit = (change: Partial<PermitInput> = {}): PermitInput => ({
  id: 'p1',
  number: '91130200699229617X001P',
  enterpriseId: 'e1',
  managementClass: 'key',
  validFrom: '2023-01-01T00:00:00+08:00',
  validTo: '2028-01-01T00:00:00+08:00',
  issuer: '嘉兴市生态环境局',
  limits: [],
  ...change,
});
const limit = (change: Partial<PermitInput['limits'][number]> = {}): PermitInput['limits'][number] => ({
  id: 'l1',
  outletId: 'o1',
  factor: 'a21026',
  period: 'hour',
  limit: 35,
  decimals: 0,
  unit: 'mg/m3',
  basis: 'GB 13223-2011 table 2',
  validFrom: '2023-01-01T00:00:00+08:00',
  ...change,
});

describe('permit number', () => {
  test.each([
    ['HJ 608-2017: its example', '91130200699229617X001P', undefined],
    ['HJ 608-2017: the letter is not derived', '91130200699229617X001C', undefined],
    ['HJ 608-2017: 22 characters', '91130200699229617X001', /3 digits and a letter/],
    ['GB 32100-2015: no letter I in a credit code', '9I130200699229617X001P', /credit code/],
    ['GB 32100-2015: wrong check character', '91130200699229617Y001P', /place 18/],
    ['GB 11714: wrong check character of the organisation code', '91130200699229618X001P', /place 17/],
  ])('%s', (_clause, number, problem) => {
    if (problem) expect(numberProblem(number)).toMatch(problem);
    else expect(numberProblem(number)).toBeUndefined();
  });
});

describe('a list of permits', () => {
  it('is taken when nothing is wrong', () => {
    expect(checkPermits([permit({ limits: [limit()] })])).toEqual([]);
  });

  test.each<[string, PermitInput[], string]>([
    ['the same permit twice', [permit(), permit({ number: '91440300708461136T001P' })], 'permits.1.id'],
    ['one number for two permits: one permit per premises', [permit(), permit({ id: 'p2' })], 'permits.1.number'],
    ['a permit that ends before it begins', [permit({ validTo: '2022-01-01T00:00:00+08:00' })], 'permits.0.validTo'],
    ['the same limit twice', [permit({ limits: [limit(), limit()] })], 'permits.0.limits.1.id'],
    [
      'a limit that ends where it begins',
      [permit({ limits: [limit({ validTo: '2023-01-01T00:00:00+08:00' })] })],
      'permits.0.limits.0.validTo',
    ],
  ])('names the field: %s', (_case, permits, field) => {
    expect(checkPermits(permits).map((problem) => problem.field)).toEqual([field]);
  });
});
