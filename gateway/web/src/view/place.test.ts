import { distance, formatDistance, mapLink, ring } from './place';

const tongxiang = { lon: 120.5513, lat: 30.6302 };

describe('distance (domain.md 8.4)', () => {
  it('one degree of latitude is R·π/180', () => {
    expect(distance({ lon: 120, lat: 30 }, { lon: 120, lat: 31 })).toBeCloseTo((6_371_008.8 * Math.PI) / 180, 3);
  });
  it('a point is no way from itself', () => {
    expect(distance(tongxiang, tongxiang)).toBe(0);
  });
});

it('the check-in ring lies 300 m around the place (domain.md 5.4)', () => {
  for (const [lon, lat] of ring(tongxiang, 300)) expect(distance(tongxiang, { lon, lat })).toBeCloseTo(300, 0);
});

it.each([
  [0.4, '0 m'],
  [640.2, '640 m'],
  [1240, '1.2 km'],
  [240_000, '240 km'],
])('%d metres read %s', (metres, text) => expect(formatDistance(metres)).toBe(text));

it('the link names the datum, so that the map shifts the point itself', () => {
  const url = new URL(mapLink(tongxiang, '甲 & 乙'));
  expect(url.searchParams.get('coordinate')).toBe('wgs84');
  expect(url.searchParams.get('position')).toBe('120.5513,30.6302');
  expect(url.searchParams.get('name')).toBe('甲 & 乙');
});
