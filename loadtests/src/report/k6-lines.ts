import type { ScenarioPoint, ScenarioReport } from './load-report';

/** Reads what `k6 run --out csv=-` writes while it runs: one line a measurement, under the heading of its columns. */
export class K6Lines {
  #columns: Record<string, number> | undefined;
  readonly #requests = new Map<string, { times: number[]; failed: number }>();
  readonly #buckets = new Map<number, { times: number[]; failed: number }>();
  requests = 0;
  failed = 0;
  dropped = 0;

  /** @param begun s since 1970, of which points count; @param bucketSeconds length of a point; @param timed the metric of a request's time */
  constructor(
    private readonly begun: number,
    private readonly bucketSeconds: number,
    private readonly timed = 'http_req_duration',
  ) {}

  add(line: string): void {
    if (!this.#columns) {
      if (line.startsWith('metric_name,')) {
        this.#columns = Object.fromEntries(fieldsOf(line).map((name, i) => [name, i]));
      }
      return;
    }
    if (line.startsWith(`${this.timed},`)) this.#duration(fieldsOf(line));
    else if (line.startsWith('http_req_failed,')) this.#failure(fieldsOf(line));
    else if (line.startsWith('dropped_iterations,')) this.dropped += Number(fieldsOf(line)[this.#at('metric_value')]);
  }

  points(): ScenarioPoint[] {
    return [...this.#buckets]
      .sort(([a], [b]) => a - b)
      .map(([bucket, { times, failed }]) => ({
        at: (bucket + 0.5) * this.bucketSeconds,
        requests: times.length / this.bucketSeconds,
        failed: failed / this.bucketSeconds,
        ...percentiles(times),
      }));
  }

  requestsByName(): ScenarioReport['requestsByName'] {
    return [...this.#requests]
      .map(([name, { times, failed }]) => ({ name, count: times.length, ...percentiles(times), failed }))
      .sort((a, b) => b.count - a.count);
  }

  #duration(fields: string[]): void {
    const time = Number(fields[this.#at('metric_value')]);
    this.requests++;
    this.#of(this.#requests, fields[this.#at('name')] ?? '').times.push(time);
    this.#of(this.#buckets, this.#bucket(fields)).times.push(time);
  }

  #failure(fields: string[]): void {
    if (Number(fields[this.#at('metric_value')]) === 0) return;
    this.failed++;
    this.#of(this.#requests, fields[this.#at('name')] ?? '').failed++;
    this.#of(this.#buckets, this.#bucket(fields)).failed++;
  }

  #bucket(fields: string[]): number {
    return Math.floor((Number(fields[this.#at('timestamp')]) - this.begun) / this.bucketSeconds);
  }

  #at(column: string): number {
    return this.#columns?.[column] ?? -1;
  }

  #of<K>(map: Map<K, { times: number[]; failed: number }>, key: K): { times: number[]; failed: number } {
    const known = map.get(key);
    if (known) return known;
    const made = { times: [], failed: 0 };
    map.set(key, made);
    return made;
  }
}

function percentiles(times: number[]): { p50: number; p95: number; p99: number } {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** A line of CSV (RFC 4180). */
export function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  }
  return fields;
}

/** What `handleSummary` of k6 gives: the thresholds' verdicts, with the figure where the threshold names one. */
export function thresholdsOf(summary: {
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }>;
}): ScenarioReport['thresholds'] {
  return Object.entries(summary.metrics)
    .flatMap(([metric, { values, thresholds = {} }]) =>
      Object.entries(thresholds).map(([bound, { ok }]) => {
        const value = values[/^(p\([\d.]+\)|\w+)/.exec(bound)?.[1] ?? ''];
        return { metric, bound, kept: ok, ...(value === undefined ? {} : { value }) };
      }),
    )
    .sort((a, b) => Number(a.kept) - Number(b.kept) || a.metric.localeCompare(b.metric));
}
