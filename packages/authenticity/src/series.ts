/** What the scoring reads: measured series, what surrounds them, and the windows they are looked at through. */

export type Medium = 'water' | 'gas';

/** A half-open stretch of time in ms since the epoch: `from` belongs to it, `to` does not. */
export interface Span {
  from: number;
  to: number;
}

/** One hourly mean (gas) or one sample (water). A time without a point is missing data, which is never guilt. */
export interface Point {
  /** Start of the hour or time of the sample, ms since the epoch. */
  time: number;
  /** The value that is judged: `ZsAvg` for gas where there is one, else `Avg`; null when nothing was measured. */
  value: number | null;
  /** The unconverted value, where `value` is a converted one. */
  raw?: number | null;
  /** HJ 212-2017 flag (N F M S D C T B), or U. */
  flag: string;
  /** Counts as a valid value after flags and marks (domain 1.7). */
  valid: boolean;
  /** False when the source is known to stand still (flag F, a stop mark, no flow); unknown counts as running. */
  running?: boolean;
  /** The limit in force at this time, in the unit of `value`. */
  limit?: number;
}

/** The series of one factor at one outlet, points in ascending time, no time twice. */
export interface FactorSeries {
  /** HJ 212 code, such as `w01018`, `a21026`. */
  code: string;
  /** Smallest step of the values (> 0), in their unit. */
  resolution: number;
  /** Detection limit in the unit of the values; left out, the resolution stands for it. */
  detectionLimit?: number;
  /** Top of the measuring range in the unit of the raw values. */
  rangeMax?: number;
  points: Point[];
}

/** A series beside the factors: what shows how hard the plant works, and what must move together with it. */
export type LoadKind =
  | 'flow'
  | 'o2'
  | 'temperature'
  | 'moisture'
  | 'ph'
  | 'steam'
  | 'feed'
  | 'production-kwh'
  | 'treatment-kwh';

export interface LoadPoint {
  time: number;
  value: number | null;
  /** Flag, where the series is a measured factor (flow, O2, temperature …). */
  flag?: string;
}

export interface LoadSeries {
  kind: LoadKind;
  points: LoadPoint[];
}

/** A dated fact around the outlet. `mark-conflict` and `treatment-off` come from the rules service (domain 1.9). */
export type EventKind =
  | 'mark-conflict'
  | 'treatment-off'
  | 'calibration'
  | 'maintenance'
  | 'parameter-change'
  | 'door'
  | 'visit';

export interface OutletEvent extends Span {
  kind: EventKind;
}

/** The same factor at another outlet (same enterprise, same operation firm, or any other), looked at for copies. */
export interface PeerSeries {
  outletId: string;
  code: string;
  resolution: number;
  points: Point[];
}

export interface OutletInput {
  outletId: string;
  medium: Medium;
  /** The industry's name or code, as the registry has it. */
  industry?: string;
  /** Time between two values of a working instrument, ms: 3,600,000 for hourly means, 7,200,000 for a 2 h cycle. */
  stepMs: number;
  factors: FactorSeries[];
  loads: LoadSeries[];
  events: OutletEvent[];
  /** Series of other outlets to be compared for copied stretches; may be empty. */
  peers?: PeerSeries[];
}

/** Where to look: the window is the `windowDays` before `at`, the baseline the `baselineDays` before the window. */
export interface ScoreOptions {
  /** End of the window (exclusive), ms since the epoch. */
  at: number;
  /** Length of the window in days; domain 2.2 says 30. */
  windowDays: number;
  /** Length of the baseline in days; domain 2.2 says 90. */
  baselineDays: number;
  /**
   * Of the baseline's days, how many lie after the window: a review of the past may look to both sides. Default 0,
   * as in daily work, where there is no after.
   */
  baselineDaysAfter?: number;
  /** Stretches confirmed bad by inspectors: left out of the baseline. */
  confirmedBad?: Span[];
  /** Minutes that local time is ahead of UTC, for day and night: 480 in China. */
  zoneMinutes: number;
}

/** `windowDays` and `baselineDays` of domain 2.2 and China's time; `at` must be given. */
export const standardOptions: Omit<ScoreOptions, 'at'> = { windowDays: 30, baselineDays: 90, zoneMinutes: 480 };
