/** A point in degrees. */
export interface Point {
  lon: number;
  lat: number;
}

export type Datum = 'CGCS2000' | 'WGS84' | 'GCJ02';

/** Mean radius of the Earth (domain.md 8.4). */
const EARTH_RADIUS_M = 6_371_008.8;

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Distance in metres of two points in one datum, by haversine (domain.md 8.4). */
export function distanceMetres(a: Point, b: Point): number {
  const dLat = radians(b.lat - a.lat);
  const dLon = radians(b.lon - a.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * CGCS2000 (equal to WGS-84 within centimetres) → GCJ-02, which phones and maps in China show. The formula is not
 * official; it holds inside 72.004–137.8347 E, 0.8293–55.8271 N, outside points stay as they are (domain.md 8.4).
 */
export function cgcs2000ToGcj02({ lon, lat }: Point): Point {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return { lon, lat };
  const a = 6_378_245;
  const ee = 0.006_693_421_622_965_943;
  const x = lon - 105;
  const y = lat - 35;
  const wave = (t: number) => Math.sin(t * Math.PI);
  const shared = ((20 * wave(6 * x) + 20 * wave(2 * x)) * 2) / 3;
  const north =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * Math.sqrt(Math.abs(x)) +
    shared +
    ((20 * wave(y) + 40 * wave(y / 3)) * 2) / 3 +
    ((160 * wave(y / 12) + 320 * wave(y / 30)) * 2) / 3;
  const east =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * Math.sqrt(Math.abs(x)) +
    shared +
    ((20 * wave(x) + 40 * wave(x / 3)) * 2) / 3 +
    ((150 * wave(x / 12) + 300 * wave(x / 30)) * 2) / 3;
  const magic = 1 - ee * Math.sin(radians(lat)) ** 2;
  return {
    lon: lon + (east * 180) / ((a / Math.sqrt(magic)) * Math.cos(radians(lat)) * Math.PI),
    lat: lat + (north * 180) / (((a * (1 - ee)) / (magic * Math.sqrt(magic))) * Math.PI),
  };
}

/** GCJ-02 → CGCS2000, by iterating until a step is below 1e-7 degrees (about 1 cm; domain.md 8.4). */
export function gcj02ToCgcs2000(gcj: Point): Point {
  let { lon, lat } = gcj;
  for (let i = 0; i < 20; i++) {
    const forward = cgcs2000ToGcj02({ lon, lat });
    const dLon = gcj.lon - forward.lon;
    const dLat = gcj.lat - forward.lat;
    lon += dLon;
    lat += dLat;
    if (Math.max(Math.abs(dLon), Math.abs(dLat)) < 1e-7) break;
  }
  return { lon, lat };
}

/** A point sent in some datum as it is stored: CGCS2000 with 6 decimals, about 10 cm (domain.md 8.4). */
export function toCgcs2000({ lon, lat, datum }: Point & { datum: Datum }): Point {
  const point = datum === 'GCJ02' ? gcj02ToCgcs2000({ lon, lat }) : { lon, lat };
  const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6;
  return { lon: rounded(point.lon), lat: rounded(point.lat) };
}
