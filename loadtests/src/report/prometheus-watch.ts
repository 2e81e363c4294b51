import type { ResourceReport } from './load-report';

/** Points that Prometheus is asked for over a run. */
const POINTS = 60;
const LEAST_STEP_S = 5;
const PATIENCE_MS = 30_000;

/** What is asked of it. Those `by (service)` become the services' lines, the others measures of the whole deployment. */
const CORES = 'sum by (service) (rate(process_cpu_seconds_total{service!=""}[1m]))';
const MEMORY = 'sum by (service) (process_resident_memory_bytes{service!=""})';
const quantile = (metric: string) => `histogram_quantile(0.99, sum by (le) (rate(${metric}_bucket[1m])))`;
const MEASURES = [
  { name: 'messages waiting on the log', unit: '', query: 'sum(greenwatch_log_pending)' },
  { name: 'frame cut to 9014 written, p99', unit: 's', query: quantile('greenwatch_ingestion_answer_seconds') },
  { name: 'packet received to stored, p99', unit: 's', query: quantile('greenwatch_readings_store_delay_seconds') },
  { name: 'packet received to alarm stored, p99', unit: 's', query: quantile('greenwatch_alarm_delay_seconds') },
];

/** A range of one series, as Prometheus answers `query_range`: seconds since 1970 and the value as text. */
export interface RangeSeries {
  metric: Record<string, string>;
  values: [number, string][];
}

/** Asks a Prometheus, when the run is over, what it saw. */
export class PrometheusWatch {
  #from = 0;

  constructor(private readonly address: string) {}

  start(): void {
    this.#from = Date.now() / 1_000;
  }

  /** @param packets answered in the watched time; 0 without a fleet */
  async stop(packets: number): Promise<ResourceReport> {
    const to = Date.now() / 1_000;
    const ask = (query: string) => this.#range(query, to);
    const [cores, memory, ...measures] = await Promise.all([CORES, MEMORY, ...MEASURES.map((m) => m.query)].map(ask));
    return prometheusReport(this.#from, packets, cores ?? [], memory ?? [], measures);
  }

  /** @throws Error with what Prometheus says is wrong */
  async #range(query: string, to: number): Promise<RangeSeries[]> {
    const step = Math.max(LEAST_STEP_S, Math.ceil((to - this.#from) / POINTS));
    const parameters = new URLSearchParams({ query, start: String(this.#from), end: String(to), step: String(step) });
    const response = await fetch(new URL(`api/v1/query_range?${parameters}`, this.address), {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { data, error } = (await response.json()) as { data?: { result: RangeSeries[] }; error?: string };
    if (!data) throw new Error(`Prometheus at ${this.address}: ${response.status} ${error ?? ''}`);
    return data.result;
  }
}

/** The report of what Prometheus saw. Pure. @param from s since 1970 at which the run began; @param measures in the order of MEASURES */
export function prometheusReport(
  from: number,
  packets: number,
  cores: readonly RangeSeries[],
  memory: readonly RangeSeries[],
  measures: readonly RangeSeries[][],
): ResourceReport {
  const points = (series: RangeSeries | undefined, unit = 1): [number, number][] =>
    (series?.values ?? []).map(([at, value]) => [at - from, Number(value) / unit]);
  const of = (all: readonly RangeSeries[], name: string) => all.find(({ metric }) => metric.service === name);
  const names = [...new Set([...cores, ...memory].map(({ metric }) => metric.service ?? ''))].sort();
  return {
    source: 'Prometheus: processor time and resident memory by service, all instances of it together.',
    services: names.map((name) => {
      const used = points(of(cores, name));
      return {
        name,
        cores: used,
        memoryMb: points(of(memory, name), 1e6),
        ...(packets > 0 ? { cpuUsPerPacket: (areaUnder(used) * 1e6) / packets } : {}),
      };
    }),
    measures: MEASURES.flatMap(({ name, unit }, i) => {
      const seen = points(measures[i]?.[0]);
      return seen.length > 0 ? [{ name, unit, points: seen }] : [];
    }),
  };
}

/** Core seconds: each value holds until the next. */
function areaUnder(points: readonly [number, number][]): number {
  return points.reduce((sum, [at, value], i) => sum + value * ((points[i + 1]?.[0] ?? at) - at), 0);
}
