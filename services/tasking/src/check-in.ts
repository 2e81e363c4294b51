import { type Datum, distanceMetres, gcj02ToCgcs2000, type Point } from '@greenwatch/kit';

/** domain.md 5.4 [D]: a check-in counts as at the place within this distance … */
export const MAX_DISTANCE_M = 300;
/** … and at this accuracy or better. */
export const MAX_ACCURACY_M = 100;

/** A check-in as it is kept: the point in CGCS2000 to 6 decimals, the distance in whole metres. */
export interface JudgedCheckIn extends Point {
  distance: number;
  inside: boolean;
}

/** Judges a position sent by a phone against the place. Whether a reason is needed follows from `inside`. */
export function judgeCheckIn(sent: Point & { accuracy: number; datum: Datum }, place: Point): JudgedCheckIn {
  const point = sent.datum === 'GCJ02' ? gcj02ToCgcs2000(sent) : sent;
  const distance = distanceMetres(point, place);
  const rounded = (degrees: number) => Math.round(degrees * 1e6) / 1e6;
  return {
    lon: rounded(point.lon),
    lat: rounded(point.lat),
    distance: Math.round(distance),
    inside: distance <= MAX_DISTANCE_M && sent.accuracy <= MAX_ACCURACY_M,
  };
}
