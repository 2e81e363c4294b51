import { type Limit, limitsOf, type PermitInForce } from './limit-in-force';

const limit = (over: Partial<Limit>): Limit => ({
  outletId: 'o1',
  factor: 'a21026',
  period: 'hour',
  limit: 35,
  validFrom: 0,
  validTo: 0,
  ...over,
});
const permit = (limits: Limit[], over: Partial<PermitInForce> = {}): PermitInForce => ({
  status: 'valid',
  validFrom: 100,
  validTo: 200,
  limits,
  ...over,
});

describe('domain.md 1.1: the limit that applies', () => {
  test.each([
    ['inside the validity of the permit', [permit([limit({})])], 150, 35],
    ['the end of the validity is outside', [permit([limit({})])], 200, undefined],
    ['before it there is none', [permit([limit({})])], 99, undefined],
    ['an expired permit still held then', [permit([limit({})], { status: 'expired' })], 150, 35],
    ['a revoked permit never', [permit([limit({})], { status: 'revoked' })], 150, undefined],
    ['the strictest of two', [permit([limit({}), limit({ limit: 20 })])], 150, 20],
    ['a limit that ends earlier', [permit([limit({}), limit({ limit: 20, validTo: 140 })])], 150, 35],
    ['an hourly one before a stricter daily one', [permit([limit({}), limit({ period: 'day', limit: 20 })])], 150, 35],
    ['a daily one where there is no other', [permit([limit({ period: 'day', limit: 20 })])], 150, 20],
    ["another outlet's never", [permit([limit({ outletId: 'o2' })])], 150, undefined],
    ["another factor's never", [permit([limit({ factor: 'a21002' })])], 150, undefined],
  ])('%s', (_, permits, at, expected) => {
    expect(limitsOf(permits, 'o1', 'a21026')(at)).toBe(expected);
  });

  test('asked in any order, it answers the same', () => {
    const at = limitsOf([permit([limit({}), limit({ limit: 20, validFrom: 120, validTo: 140 })])], 'o1', 'a21026');
    expect([150, 130, 110, 130, 99, 250, 119, 120, 139, 140].map(at)).toEqual([
      35,
      20,
      35,
      20,
      undefined,
      undefined,
      35,
      20,
      20,
      35,
    ]);
  });
});
