import type { Colour, CreditRule, CreditSchemeInput, EntryStatus, EventMatch, Severity } from '@greenwatch/contracts';
import { addMonths, startOfYear, yearOf } from '@greenwatch/kit';

/** What a scheme says; version and validity matter to whoever keeps it. */
export type SchemeContent = Omit<CreditSchemeInput, 'validFrom'>;

/** An entry of the ledger as far as it counts. Times in epoch ms. */
export interface LedgerEntry {
  id: string;
  event: string;
  topic?: string;
  severity?: Severity;
  value?: number;
  caseNo?: string;
  occurredAt: number;
  /** Ends before the scheme's own validity does. */
  validUntil?: number;
  status: EntryStatus;
  repairedAt?: number;
}

/** One line of the explanation: base and the points of all lines add up to the score. */
export interface Line {
  kind: 'entry' | 'clean' | 'max' | 'veto' | 'lower';
  rule: string;
  name: { zh: string; en: string };
  points: number;
  entry?: LedgerEntry;
  indicator?: string;
  /** The indicator's score before and after it. */
  before?: number;
  after?: number;
  occurredAt?: number;
  until?: number;
  capped?: boolean;
}
export interface Rated {
  score: number;
  colour: Colour;
  veto?: string;
  base: number;
  lines: Line[];
  /** Score of each indicator, by id; empty for points. */
  indicators: Map<string, number>;
  /** Which entries were looked at: [from, to). */
  from?: number;
  to?: number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Whether an entry is what a rule speaks of. */
export function matches(match: EventMatch, entry: Pick<LedgerEntry, 'event' | 'topic' | 'severity'>): boolean {
  if (!match.events.includes(entry.event)) return false;
  if (match.topics && !(entry.topic !== undefined && match.topics.includes(entry.topic))) return false;
  // Where nobody said how severe it was, it was light.
  return !match.severities || match.severities.includes(entry.severity ?? 'light');
}

/** The rules that an entry meets: for each indicator, or for the points, the first. */
export function rulesFor(scheme: SchemeContent, entry: LedgerEntry): CreditRule[] {
  const found: CreditRule[] = [];
  for (const rule of rulesByEvent(scheme).get(entry.event) ?? []) {
    if (!found.some((other) => other.indicator === rule.indicator) && matches(rule.match, entry)) found.push(rule);
  }
  return found;
}

const byEvent = new WeakMap<SchemeContent, Map<string, CreditRule[]>>();
function rulesByEvent(scheme: SchemeContent): Map<string, CreditRule[]> {
  let rules = byEvent.get(scheme);
  if (!rules) {
    rules = new Map();
    for (const rule of scheme.rules) {
      for (const event of rule.match.events) rules.set(event, [...(rules.get(event) ?? []), rule]);
    }
    byEvent.set(scheme, rules);
  }
  return rules;
}

/** Whether a scheme knows what to do with an entry at all. */
export function concerns(scheme: SchemeContent, entry: LedgerEntry): boolean {
  return (
    rulesFor(scheme, entry).length > 0 ||
    [...scheme.vetoes, ...scheme.lowers].some(({ match }) => matches(match, entry)) ||
    scheme.clean?.needs === entry.event
  );
}

/** Until when an entry counts by a rule of a points scheme; undefined: for ever. */
export function validUntil(rule: CreditRule, entry: LedgerEntry): number | undefined {
  const byRule = rule.validMonths === undefined ? undefined : addMonths(entry.occurredAt, rule.validMonths);
  if (entry.validUntil === undefined || byRule === undefined) return entry.validUntil ?? byRule;
  return Math.min(entry.validUntil, byRule);
}

/**
 * Score and colour by one scheme at one moment, past or future, by what the ledger holds now. What was cancelled never
 * counted; what is repaired stops to count as the scheme says; an appeal changes nothing (domain.md 4.4).
 * @param entries the party's whole ledger, in any order
 * @param at epoch ms
 */
export function rate(scheme: SchemeContent, entries: readonly LedgerEntry[], at: number): Rated {
  const standing = entries
    .filter((entry) => counts(scheme, entry, at))
    // The same order whatever order they came in.
    .sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1));
  const rated = scheme.kind === 'points' ? ratePoints(scheme, standing, at) : rateIndicators(scheme, standing, at);
  const window = scheme.basis === 'previous-year' ? windowAt(at) : undefined;
  const seen = window ? standing.filter((entry) => inside(entry, window)) : standing;
  return { ...rated, ...colourOf(scheme, rated, seen, at), ...window };
}

const counts = (scheme: SchemeContent, entry: LedgerEntry, at: number): boolean => {
  if (entry.status === 'cancelled' || entry.occurredAt > at) return false;
  if (entry.status !== 'repaired') return true;
  return scheme.repaired === 'until-repair' && entry.repairedAt !== undefined && at < entry.repairedAt;
};
const windowAt = (at: number) => ({ from: startOfYear(yearOf(at) - 1), to: startOfYear(yearOf(at)) });
const inside = (entry: LedgerEntry, { from, to }: { from: number; to: number }) =>
  from <= entry.occurredAt && entry.occurredAt < to;

function ratePoints(scheme: SchemeContent, entries: LedgerEntry[], at: number): Omit<Rated, 'colour'> {
  const base = scheme.start ?? 0;
  const lines: Line[] = [];
  const taken = new Map<string, number>();
  for (const entry of entries) {
    for (const rule of rulesFor(scheme, entry)) {
      const until = validUntil(rule, entry);
      if (until !== undefined && at >= until) continue;
      const wanted = rule.points ?? 0;
      const sofar = taken.get(rule.id) ?? 0;
      const left = rule.atMost === undefined ? Number.POSITIVE_INFINITY : Math.max(0, rule.atMost - sofar);
      const points = Math.sign(wanted) * Math.min(Math.abs(wanted), left);
      taken.set(rule.id, sofar + Math.abs(points));
      const capped = points !== wanted;
      lines.push({
        ...lineOf(rule, entry, points || 0),
        ...(until === undefined ? {} : { until }),
        ...(capped ? { capped } : {}),
      });
    }
  }
  const clean = cleanLine(scheme, entries, at);
  if (clean) lines.push(clean);
  const sum = round(lines.reduce((total, line) => total + line.points, base));
  const over = scheme.max === undefined ? 0 : round(sum - scheme.max);
  if (over > 0) {
    lines.push({ kind: 'max', rule: 'max', name: { zh: '满分封顶', en: 'The most there is' }, points: -over });
  }
  return { score: over > 0 ? round(sum - over) : sum, base, lines, indicators: new Map() };
}

/** Points for years without a deduction, from the later of the pledge and the last deduction on (domain.md 4.2). */
function cleanLine(scheme: SchemeContent, entries: LedgerEntry[], at: number): Line | undefined {
  const { clean } = scheme;
  const pledge = clean && entries.find((entry) => entry.event === clean.needs && (entry.validUntil ?? at + 1) > at);
  if (!pledge) return undefined;
  let since = pledge.occurredAt;
  for (const entry of entries) {
    if (rulesFor(scheme, entry).some((rule) => (rule.points ?? 0) < 0)) since = Math.max(since, entry.occurredAt);
  }
  const reached = clean.steps.filter(({ years }) => addMonths(since, Math.round(years * 12)) <= at);
  const best = reached.reduce<(typeof reached)[number] | undefined>(
    (top, step) => (top && top.years >= step.years ? top : step),
    undefined,
  );
  if (!best) return undefined;
  return {
    kind: 'clean',
    rule: 'clean',
    name: { zh: `承诺后满${best.years}年无扣分`, en: `${best.years} year(s) without a deduction since the pledge` },
    points: best.points,
    entry: pledge,
    occurredAt: since,
  };
}

function rateIndicators(scheme: SchemeContent, entries: LedgerEntry[], at: number): Omit<Rated, 'colour'> {
  const window = scheme.basis === 'previous-year' ? windowAt(at) : undefined;
  const indicators = new Map(scheme.indicators.map(({ id }) => [id, 100]));
  const weights = new Map(scheme.indicators.map(({ id, weight }) => [id, weight]));
  const lines: Line[] = [];
  for (const entry of entries) {
    if (window && !inside(entry, window)) continue;
    for (const rule of rulesFor(scheme, entry)) {
      if (rule.indicator === undefined) continue;
      const before = indicators.get(rule.indicator) ?? 100;
      const after = scoreAfter(rule, entry, before);
      indicators.set(rule.indicator, after);
      const points = ((after - before) * (weights.get(rule.indicator) ?? 0)) / 100;
      lines.push({ ...lineOf(rule, entry, points || 0), indicator: rule.indicator, before, after });
    }
  }
  const score = scheme.indicators.reduce(
    (sum, { id, weight }) => sum + (weight * (indicators.get(id) ?? 100)) / 100,
    0,
  );
  return { score: round(score), base: 100, lines, indicators };
}

/** An entry never raises an indicator; one that finds it as low already takes off the rule's `repeat`. */
function scoreAfter(rule: CreditRule, entry: LedgerEntry, before: number): number {
  const target = rule.bands ? scoreOf(rule.bands, entry.value) : rule.score;
  if (target === undefined) return before;
  if (before > target) return target;
  return Math.max(0, before - (rule.repeat ?? 0));
}

/** The score of a measured value: in proportion within its band, at the nearest end outside all; undefined without a value. */
function scoreOf(bands: NonNullable<CreditRule['bands']>, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const sorted = [...bands].sort((a, b) => a.from - b.from);
  const first = sorted[0] as (typeof sorted)[number];
  // The upper of two bands has the value at which they meet: 75 % belongs to 75–90.
  const band = sorted.findLast(({ from }) => value >= from);
  if (!band) return first.low;
  if (value >= band.to) return band.high;
  return round(band.low + ((value - band.from) / (band.to - band.from)) * (band.high - band.low));
}

function lineOf(rule: CreditRule, entry: LedgerEntry, points: number): Line {
  return { kind: 'entry', rule: rule.id, name: rule.name, points, entry, occurredAt: entry.occurredAt };
}

/** The colour of the score, worse by vetoes and lowered levels, each a line without points. */
function colourOf(
  scheme: SchemeContent,
  { score, lines }: Pick<Rated, 'score' | 'lines'>,
  entries: LedgerEntry[],
  at: number,
): Pick<Rated, 'colour' | 'veto' | 'lines'> {
  const order = scheme.colours.map(({ colour }) => colour);
  const last = order.length - 1;
  const byScore = scheme.colours.findIndex(({ from }) => score >= from);
  let level = byScore < 0 ? last : byScore;
  const more: Line[] = [];
  let veto: string | undefined;
  for (const entry of entries) {
    if (entry.validUntil !== undefined && at >= entry.validUntil) continue;
    for (const item of scheme.lowers.filter(({ match }) => matches(match, entry))) {
      level = Math.min(last, level + item.levels);
      more.push({ kind: 'lower', rule: item.id, name: item.name, points: 0, entry, occurredAt: entry.occurredAt });
    }
    for (const item of scheme.vetoes.filter(({ match }) => matches(match, entry))) {
      more.push({ kind: 'veto', rule: item.id, name: item.name, points: 0, entry, occurredAt: entry.occurredAt });
    }
  }
  for (const item of scheme.vetoes) {
    if (!more.some((line) => line.kind === 'veto' && line.rule === item.id)) continue;
    veto ??= item.id;
    level = Math.max(level, order.indexOf(item.colour));
  }
  return { colour: order[level] as Colour, ...(veto ? { veto } : {}), lines: [...lines, ...more] };
}
