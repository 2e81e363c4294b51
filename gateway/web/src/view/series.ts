import type { Kind, LiveEvents, Moment, PermitLimit } from '../api/types';

/** A value of one factor at one moment, as the curve and the table show it. */
export interface Point {
  t: number;
  value: number;
  /** exact text as it was reported */
  text: string;
  /** HJ 212-2017 flag; U where the packet carried none (domain.md 1.7) */
  flag: string;
  /** above the limit, judged only where the limit is for means of this kind and the flag is N */
  exceeds: boolean;
}

/** The limit beside a curve. `applies` is false where it is for another averaging period and only helps the eye. */
export interface LimitLine {
  limit: PermitLimit;
  applies: boolean;
}

/** The limit of the factor in force at `at` (epoch ms): of the kind's own period, else the other one for orientation. */
export function limitFor(limits: PermitLimit[], factor: string, kind: Kind, at: number): LimitLine | undefined {
  const inForce = limits.filter(
    (l) => l.factor === factor && Date.parse(l.validFrom) <= at && (!l.validTo || at < Date.parse(l.validTo)),
  );
  const own = inForce.find((limit) => limit.period === kind);
  if (own) return { limit: own, applies: true };
  const other = inForce[0];
  return other && { limit: other, applies: false };
}

/** Fields that hold the value, best first: converted to reference oxygen (`Zs…`) where the limit is judged so. */
export function valueFields(kind: Kind, converted: boolean): string[] {
  const [plain, zs] = kind === 'realtime' ? ['Rtd', 'ZsRtd'] : ['Avg', 'ZsAvg'];
  return converted ? [zs, plain] : [plain, zs];
}

/** The factors that occur, those with a limit first, then by code. */
export function factorsIn(moments: Moment[], limits: PermitLimit[], declared: string[]): string[] {
  const seen = new Set(declared);
  for (const moment of moments) for (const code of Object.keys(moment.values)) seen.add(code);
  const limited = new Set(limits.map((l) => l.factor));
  return [...seen].sort((a, b) => Number(limited.has(b)) - Number(limited.has(a)) || a.localeCompare(b));
}

/** The points of one factor in order of data time; moments without a number for it are left out. */
export function series(moments: Moment[], factor: string, kind: Kind, line: LimitLine | undefined): Point[] {
  const fields = valueFields(kind, line?.limit.referenceOxygen !== undefined);
  const points: Point[] = [];
  for (const { dataTime, values } of moments) {
    const of = values[factor];
    const text = of && fields.map((field) => of[field]).find((value) => value !== undefined && value !== '');
    const value = Number(text);
    if (!of || !text || !Number.isFinite(value)) continue;
    const flag = of.Flag || 'U';
    const exceeds = line?.applies === true && flag === 'N' && value > line.limit.limit;
    points.push({ t: Date.parse(dataTime), value, text, flag, exceeds });
  }
  return points.sort((a, b) => a.t - b.t);
}

/**
 * Adds what a live packet brought: into its moment, field by field, or as a new moment in its place in time. Gives a new list
 * only when something changed.
 */
export function mergeReading(moments: Moment[], reading: LiveEvents['reading']): Moment[] {
  const t = Date.parse(reading.dataTime);
  const same = (m: Moment) => m.mn === reading.mn && m.kind === reading.kind && Date.parse(m.dataTime) === t;
  const at = moments.findIndex(same);
  if (at < 0) {
    const added: Moment = { ...reading, revisions: 0 };
    const place = moments.findIndex((m) => Date.parse(m.dataTime) > t);
    return place < 0 ? [...moments, added] : [...moments.slice(0, place), added, ...moments.slice(place)];
  }
  const old = moments[at] as Moment;
  const values = { ...old.values };
  for (const [factor, fields] of Object.entries(reading.values)) values[factor] = { ...values[factor], ...fields };
  if (JSON.stringify(values) === JSON.stringify(old.values)) return moments;
  return moments.with(at, { ...old, values, receivedAt: reading.receivedAt });
}
