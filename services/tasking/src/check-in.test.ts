import { cgcs2000ToGcj02, type Datum, distanceMetres, gcj02ToCgcs2000, judgeCheckIn } from './check-in';

describe('domain.md 8.4: GCJ-02', () => {
  it.each([
    [116.404, 39.915, 116.410244, 39.916404],
    [108.366, 22.817, 108.370071, 22.814313],
    [120.5513, 30.6302, 120.555485, 30.627705],
  ])('(%d, %d) ↔ (%d, %d)', (lon, lat, gcjLon, gcjLat) => {
    const gcj = cgcs2000ToGcj02({ lon, lat });
    expect(gcj.lon).toBeCloseTo(gcjLon, 6);
    expect(gcj.lat).toBeCloseTo(gcjLat, 6);
    const back = gcj02ToCgcs2000(gcj);
    expect(Math.abs(back.lon - lon)).toBeLessThan(1e-7);
    expect(Math.abs(back.lat - lat)).toBeLessThan(1e-7);
  });
  it('a point outside China stays', () => {
    expect(cgcs2000ToGcj02({ lon: 2.35, lat: 48.85 })).toEqual({ lon: 2.35, lat: 48.85 });
  });
});

describe('domain.md 8.4: haversine with R = 6371008.8 m', () => {
  it.each([
    ['the same point', 120.55, 30.63, 120.55, 30.63, 0],
    ['one degree of latitude', 120, 30, 120, 31, 111_195.08],
    ['one degree of longitude at 60° N is about half', 0, 60, 1, 60, 55_597.5],
    ['half round the Earth', 0, 0, 180, 0, 20_015_114.4],
  ])('%s', (_, lon1, lat1, lon2, lat2, metres) => {
    const distance = distanceMetres({ lon: lon1, lat: lat1 }, { lon: lon2, lat: lat2 });
    expect(Math.abs(distance - metres)).toBeLessThanOrEqual(Math.max(0.2, metres * 1e-4));
  });
});

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
