import type { Datum } from '@greenwatch/kit';
import { judgeCheckIn } from './check-in';

describe('domain.md 5.4: check-in within 300 m at 100 m accuracy', () => {
  const place = { lon: 120.5513, lat: 30.6302 };
  /** A point that many metres north of the place. */
  const north = (metres: number) => ({ lon: place.lon, lat: place.lat + metres / 111_195.08 });
  it.each<[string, { lon: number; lat: number }, number, Datum, boolean]>([
    ['at the gate', north(0), 10, 'CGCS2000', true],
    ['299 m', north(299), 10, 'WGS84', true],
    ['301 m', north(301), 10, 'WGS84', false],
    ['accuracy 100 m', north(0), 100, 'CGCS2000', true],
    ['accuracy 101 m', north(0), 101, 'CGCS2000', false],
    ['a phone that sends GCJ-02', { lon: 120.555485, lat: 30.627705 }, 10, 'GCJ02', true],
    [
      'the same sent with the wrong datum is half a kilometre off',
      { lon: 120.555485, lat: 30.627705 },
      10,
      'WGS84',
      false,
    ],
  ])('%s', (_, point, accuracy, datum, inside) => {
    expect(judgeCheckIn({ ...point, accuracy, datum }, place).inside).toBe(inside);
  });
  it('keeps CGCS2000 with 6 decimals and whole metres', () => {
    expect(judgeCheckIn({ lon: 120.555485, lat: 30.627705, accuracy: 5, datum: 'GCJ02' }, place)).toEqual({
      lon: 120.5513,
      lat: 30.6302,
      distance: 0,
      inside: true,
    });
  });
});
