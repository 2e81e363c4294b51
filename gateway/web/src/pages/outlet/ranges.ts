import type { Kind } from '../../api/types';
import { DAY, HOUR, MINUTE } from '../../view/time';

export type CurveKind = Extract<Kind, 'realtime' | 'minute' | 'hour' | 'day'>;
export const CURVE_KINDS: readonly CurveKind[] = ['realtime', 'minute', 'hour', 'day'];

/** Ranges offered for each kind (the first one shown at first), and the gap beyond which the line breaks. */
export const RANGES: Record<CurveKind, { spans: number[]; gap: number }> = {
  realtime: { spans: [HOUR, 6 * HOUR, DAY], gap: 6 * MINUTE },
  minute: { spans: [DAY, 3 * DAY, 7 * DAY], gap: 31 * MINUTE },
  hour: { spans: [3 * DAY, 7 * DAY, 30 * DAY], gap: 90 * MINUTE },
  day: { spans: [30 * DAY, 120 * DAY, 365 * DAY], gap: 36 * HOUR },
};
