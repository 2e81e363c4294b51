/** Check-in counts as being there within this distance and accuracy (domain.md 5.4). */
export const CHECK_IN_METRES = 300;
export const CHECK_IN_ACCURACY = 100;
const EARTH_RADIUS = 6_371_008.8;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

export interface Position {
  lon: number;
  lat: number;
}

/** Metres between two points of one datum, by haversine with R = 6371008.8 m (domain.md 8.4). */
export function distance(a: Position, b: Position): number {
  const dLat = radians(b.lat - a.lat);
  const dLon = radians(b.lon - a.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** `640 m`, `12.4 km`. */
export const formatDistance = (metres: number): string =>
  metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(metres < 100_000 ? 1 : 0)} km`;

export const formatPosition = ({ lon, lat }: Position): string => `${lon.toFixed(6)}, ${lat.toFixed(6)}`;

/** A ring of 64 corners around a point, `metres` away from it: the check-in circle on the map. */
export function ring(centre: Position, metres: number): [number, number][] {
  const dLat = (metres / EARTH_RADIUS) * (180 / Math.PI);
  const dLon = dLat / Math.cos(radians(centre.lat));
  return Array.from({ length: 65 }, (_, i) => {
    const angle = (i / 64) * 2 * Math.PI;
    return [centre.lon + dLon * Math.cos(angle), centre.lat + dLat * Math.sin(angle)];
  });
}

/** Opens the point in the phone's map. The address says that it is WGS 84 (CGCS2000 equals it here), so AMap shifts it itself. */
export function mapLink(place: Position, name: string): string {
  const query = new URLSearchParams({
    position: `${place.lon},${place.lat}`,
    name,
    coordinate: 'wgs84',
    callnative: '1',
  });
  return `https://uri.amap.com/marker?${query}`;
}
