import { cgcs2000ToGcj02, distanceMetres, gcj02ToCgcs2000, toCgcs2000 } from './geo';

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

describe('domain.md 8.4: stored in CGCS2000', () => {
  it.each([
    ['CGCS2000', 120.55130049, 30.63020051, 120.5513, 30.630201],
    ['WGS84', 120.5513, 30.6302, 120.5513, 30.6302],
    ['GCJ02', 120.555485, 30.627705, 120.5513, 30.6302],
  ] as const)('sent as %s', (datum, lon, lat, storedLon, storedLat) => {
    expect(toCgcs2000({ lon, lat, datum })).toEqual({ lon: storedLon, lat: storedLat });
  });
});
