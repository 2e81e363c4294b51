import type {
  EventKind,
  FactorSeries,
  LoadKind,
  LoadSeries,
  Medium,
  OutletEvent,
  OutletInput,
  PeerSeries,
  Point,
} from '@greenwatch/authenticity';
import { resolutionOf, samplingCycle } from './instrument';
import { type LimitAt, limitsOf, type PermitInForce } from './limit-in-force';

const HOUR_MS = 3_600_000;

/** One hourly value of a factor as the device sent it: texts turned into numbers, null where it sent none. */
export interface HourValue {
  time: number;
  average: number | null;
  /** ZsAvg: converted to the reference oxygen. */
  converted: number | null;
  /** HJ 212 flag; U (unknown) where none was sent and the device is not trusted without (domain.md 1.7). */
  flag: string;
}

/** Everything hourly of one outlet: factor code → hours in ascending time, no time twice. */
export type OutletHours = Map<string, HourValue[]>;

/**
 * What is not judged itself but shows how the plant works, by HJ 212-2017 code. Currents of the lift pump and of the
 * draught fan stand for the load, that of the blower for treatment: the tests read ratios and ranks, not kWh.
 */
const LOADS: [pattern: RegExp, kind: LoadKind][] = [
  [/^[wa]00000$/, 'flow'],
  [/^a19001$/, 'o2'],
  [/^(a01012|w01010)$/, 'temperature'],
  [/^a01014$/, 'moisture'],
  [/^w01001$/, 'ph'],
  [/^(e301|g208)\d\d$/, 'production-kwh'],
  [/^e302\d\d$/, 'treatment-kwh'],
];
/** Concentrations: of gases, particles, COD and its kin, and what annex B of HJ 212-2017 numbers w2…. */
const POLLUTANT = /^(a2\d{4}|a3\d{4}|a05\d{3}|w2\d{4}|w0101[789])$/;

const loadKind = (code: string) => LOADS.find(([pattern]) => pattern.test(code))?.[1];

/** A dated fact from elsewhere that the working-condition test reads. */
export interface KnownEvent {
  kind: EventKind;
  from: number;
  to: number;
}

export interface OutletSources {
  outletId: string;
  medium: Medium;
  industry?: string;
  hours: OutletHours;
  permits: readonly PermitInForce[];
  events: readonly KnownEvent[];
}

/**
 * An outlet's stored hours as the scoring reads them (domain.md 2.2): gas by ZsAvg where there is one, with the
 * unconverted value beside it; water one value a sampling cycle; flags, standstill and the limits in force at each time.
 */
export function buildInput({ outletId, medium, industry, hours, permits, events }: OutletSources): OutletInput {
  const flow = new Map((hours.get(medium === 'gas' ? 'a00000' : 'w00000') ?? []).map((h) => [h.time, h.average]));
  const pollutants = [...hours].filter(([code]) => POLLUTANT.test(code)).sort(([a], [b]) => (a < b ? -1 : 1));
  const cycle = medium === 'water' ? outletCycle(pollutants.map(([, values]) => values)) : HOURLY;
  const sampled = (time: number) => (time - cycle.phase) % cycle.ms === 0;
  const factors = pollutants.map(([code, values]) =>
    factorSeries(code, values, medium, flow, limitsOf(permits, outletId, code), sampled),
  );
  return {
    outletId,
    medium,
    ...(industry ? { industry } : {}),
    stepMs: cycle.ms,
    factors: factors.filter(({ points }) => points.some(({ value }) => value !== null)),
    loads: loadSeries(hours),
    events: [...events.map((event) => ({ ...event })), ...flagEvents(pollutants.map(([, values]) => values))],
  };
}

const HOURLY = { ms: HOUR_MS, phase: 0 };

/** The cycle that most factors of the outlet have: analysers of one station sample together. */
function outletCycle(factors: readonly (readonly HourValue[])[]): { ms: number; phase: number } {
  const counts = new Map<string, { cycle: { ms: number; phase: number }; factors: number }>();
  for (const values of factors) {
    const valid = values.map(({ time, average, flag }) => ({ time, value: flag === 'N' ? average : null }));
    const cycle = samplingCycle(valid);
    const key = `${cycle.ms}/${cycle.phase}`;
    const known = counts.get(key) ?? { cycle, factors: 0 };
    known.factors++;
    counts.set(key, known);
  }
  // At a tie the shorter cycle: it throws nothing away.
  const best = [...counts.values()].sort((a, b) => b.factors - a.factors || a.cycle.ms - b.cycle.ms)[0];
  return best?.cycle ?? HOURLY;
}

function factorSeries(
  code: string,
  values: readonly HourValue[],
  medium: Medium,
  flow: ReadonlyMap<number, number | null>,
  limitAt: LimitAt,
  sampled: (time: number) => boolean,
): FactorSeries {
  // A factor is judged by one kind of value throughout: mixing would look like a jump.
  const converted = medium === 'gas' && values.some((hour) => hour.converted !== null);
  const points: Point[] = [];
  for (const { time, average, converted: judged, flag } of values) {
    if (!sampled(time)) continue;
    const value = converted ? judged : average;
    const standing = flag === 'F' || flow.get(time) === 0;
    const limit = limitAt(time);
    points.push({
      time,
      value,
      ...(converted ? { raw: average } : {}),
      flag,
      valid: flag === 'N' && value !== null,
      ...(standing ? { running: false } : {}),
      ...(limit === undefined ? {} : { limit }),
    });
  }
  const judged = points.flatMap(({ value, valid }) => (valid && value !== null ? [value] : []));
  return { code, resolution: resolutionOf(judged), points };
}

/** Loads by kind; where several codes are of one kind, the one with the most values. */
function loadSeries(hours: OutletHours): LoadSeries[] {
  const best = new Map<LoadKind, readonly HourValue[]>();
  for (const [code, values] of [...hours].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kind = loadKind(code);
    if (kind && values.length > (best.get(kind)?.length ?? 0)) best.set(kind, values);
  }
  return [...best].map(([kind, values]) => ({
    kind,
    points: values.map(({ time, average, flag }) => ({ time, value: average, flag })),
  }));
}

const FLAG_EVENTS: readonly [flag: string, kind: EventKind][] = [
  ['C', 'calibration'],
  ['M', 'maintenance'],
];

/** Hours that any analyser of the outlet marks as calibration or maintenance, joined where they touch. */
function flagEvents(factors: readonly (readonly HourValue[])[]): OutletEvent[] {
  return FLAG_EVENTS.flatMap(([flag, kind]) => {
    const times = new Set(factors.flatMap((values) => values.filter((h) => h.flag === flag).map((h) => h.time)));
    const events: OutletEvent[] = [];
    for (const from of [...times].sort((a, b) => a - b)) {
      const last = events.at(-1);
      if (last && last.to === from) last.to = from + HOUR_MS;
      else events.push({ kind, from, to: from + HOUR_MS });
    }
    return events;
  });
}

/** The same factors at the other outlets of the enterprise, to look for copied stretches. */
export function peersOf(input: OutletInput, others: readonly OutletInput[]): PeerSeries[] {
  const codes = new Set(input.factors.map(({ code }) => code));
  return others
    .filter(({ outletId }) => outletId !== input.outletId)
    .flatMap(({ outletId, factors }) =>
      factors
        .filter(({ code }) => codes.has(code))
        .map(({ code, resolution, points }) => ({ outletId, code, resolution, points })),
    );
}
