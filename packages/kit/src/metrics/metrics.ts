import { type LabelsOf, METRICS, type MetricDefinition, type MetricName, type NameOf } from './registry';

/** Questions to the database and to NATS are asked no more often, however often somebody scrapes. */
const ASK_EVERY_MS = 15_000;
/** A scrape does not wait longer for them: what is not known by then is left out. */
const ASK_FOR_MS = 4_000;

type LabelArgs<N extends MetricName> = keyof LabelsOf<N> extends never ? [] : [labels: LabelsOf<N>];

/** Only goes up. Bind it once; to add costs an addition. */
export class Counter {
  value = 0;
  add(count = 1): void {
    this.value += count;
  }
}

export class Gauge {
  value = 0;
  set(value: number): void {
    this.value = value;
  }
}

export class Histogram {
  readonly counts: Float64Array;
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** @param times how many of this value: a batch is one call */
  observe(value: number, times = 1): void {
    const { bounds, counts } = this;
    let i = 0;
    while (i < bounds.length && value > (bounds[i] as number)) i++;
    counts[i] = (counts[i] as number) + times;
    this.sum += value * times;
  }
}

type Child = Counter | Gauge | Histogram;

interface Family {
  name: MetricName;
  definition: MetricDefinition;
  children: Map<string, { labels: Record<string, string>; child: Child }>;
}

interface Question {
  names: readonly MetricName[];
  ask: () => Promise<void> | void;
  askedAt: number;
}

/**
 * The figures of one service. A metric is made by its name in the registry, with exactly its labels; what is made twice is the
 * same. Figures are plain fields of their own rather than prom-client's, which looks a label up and checks it at every step:
 * ingestion counts every packet of a province.
 */
export class Metrics {
  readonly #families = new Map<MetricName, Family>();
  readonly #questions: Question[] = [];
  #asking: Promise<unknown> | undefined;

  constructor(
    /** Told what could not be asked. */
    private readonly failed: (error: unknown, names: readonly string[]) => void = () => {},
  ) {}

  counter<N extends NameOf<'counter'>>(name: N, ...labels: LabelArgs<N>): Counter {
    return this.#child(name, labels[0], () => new Counter()) as Counter;
  }

  gauge<N extends NameOf<'gauge'>>(name: N, ...labels: LabelArgs<N>): Gauge {
    return this.#child(name, labels[0], () => new Gauge()) as Gauge;
  }

  histogram<N extends NameOf<'histogram'>>(name: N, ...labels: LabelArgs<N>): Histogram {
    return this.#child(
      name,
      labels[0],
      () => new Histogram((METRICS[name] as MetricDefinition).buckets ?? []),
    ) as Histogram;
  }

  /** One counter for each value of a metric's only label, all there from the start so that the first one counts as an increase. */
  counters<N extends NameOf<'counter'>, L extends keyof LabelsOf<N> & string>(
    name: N,
    label: L,
  ): Record<LabelsOf<N>[L] & string, Counter> {
    const values = (METRICS[name] as MetricDefinition).labels[label] as readonly string[];
    return Object.fromEntries(
      values.map((value) => [value, this.#child(name, { [label]: value }, () => new Counter())]),
    ) as Record<LabelsOf<N>[L] & string, Counter>;
  }

  /**
   * Gauges whose values have to be found out: asked when somebody scrapes, not more often than every 15 s. The question sets
   * them; what it does not set, or all when it fails, is left out.
   */
  ask(names: readonly NameOf<'gauge'>[], question: () => Promise<void>): void {
    this.#questions.push({ names, ask: question, askedAt: Number.NEGATIVE_INFINITY });
  }

  /** A gauge whose value is at hand: read whenever somebody scrapes. */
  read<N extends NameOf<'gauge'>>(name: N, value: () => number, ...labels: LabelArgs<N>): void {
    const gauge = this.gauge(name, ...labels);
    this.#questions.push({ names: [], ask: () => gauge.set(value()), askedAt: Number.NEGATIVE_INFINITY });
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    // Two who scrape at a time get the answers to one set of questions.
    this.#asking ??= this.#askAll().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
    return [...this.#families.values()].flatMap(linesOf).join('');
  }

  async #askAll(): Promise<void> {
    const now = performance.now();
    await Promise.all(
      this.#questions.map(async (question) => {
        const { names, ask } = question;
        if (names.length > 0 && now - question.askedAt < ASK_EVERY_MS) return;
        question.askedAt = now;
        const forget = () => {
          for (const name of names) this.#families.get(name)?.children.clear();
        };
        forget();
        try {
          await inTime(ask());
        } catch (error) {
          forget();
          this.failed(error, names);
        }
      }),
    );
  }

  #child(name: MetricName, given: object = {}, make: () => Child): Child {
    const labels = given as Record<string, string>;
    let family = this.#families.get(name);
    if (!family) {
      family = { name, definition: METRICS[name], children: new Map() };
      this.#families.set(name, family);
    }
    const key = Object.keys(family.definition.labels)
      .map((label) => labels[label])
      .join('\n');
    const known = family.children.get(key);
    if (known) return known.child;
    const child = make();
    family.children.set(key, { labels, child });
    return child;
  }
}

async function inTime(work: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ASK_FOR_MS} ms`)), ASK_FOR_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function linesOf({ name, definition, children }: Family): string[] {
  if (children.size === 0) return [];
  const lines = [`# HELP ${name} ${definition.help.replaceAll('\\', '\\\\')}\n# TYPE ${name} ${definition.type}\n`];
  for (const { labels, child } of children.values()) {
    const own = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
    const line = (suffix: string, value: number, ...more: string[]) => {
      const all = [...own, ...more].join(',');
      lines.push(`${name}${suffix}${all ? `{${all}}` : ''} ${value}\n`);
    };
    if (!(child instanceof Histogram)) {
      line('', child.value);
      continue;
    }
    let upTo = 0;
    child.counts.forEach((count, i) => {
      upTo += count;
      line('_bucket', upTo, `le="${child.bounds[i] ?? '+Inf'}"`);
    });
    line('_sum', child.sum);
    line('_count', upTo);
  }
  return lines;
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
