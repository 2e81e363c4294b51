import type { DeclaredMetric, Registry } from './metrics-page';
import { readExpression, type Selector } from './promql';

/** Labels that a scrape adds to every series of ours. */
const OF_THE_SCRAPE = ['namespace', 'service', 'pod', 'instance', 'job'];
/** What prom-client tells of each process, and what the cluster's exporters tell: names by their beginnings. */
const OF_THE_PROCESS = /^(process|nodejs)_/;
const OF_THE_CLUSTER = /^(kube|container|kubelet)_/;
/** Aggregations and functions that make one figure of what every instance tells alike. */
const ONE_OF_MANY = new Set(['max', 'min', 'group', 'count']);

/** A recording rule, as far as an expression that uses it must know it. */
export interface Recorded {
  record: string;
  labels: readonly string[];
}

/** Of what an expression takes: ours, or from the cluster. */
export function needsCluster(expression: string): boolean {
  return readExpression(expression).selectors.some(({ metric }) => OF_THE_CLUSTER.test(metric));
}

/**
 * What is wrong with the names in an expression: a metric that nobody declares, a label it does not have, a value the label
 * cannot have, a sum over a figure that every instance tells. Empty: nothing.
 */
export function wrongNames(expression: string, registry: Registry, recorded: readonly Recorded[]): string[] {
  const { selectors, groupings } = readExpression(expression);
  const known = selectors.map((selector) => ({ selector, ...labelsOf(selector.metric, registry, recorded) }));
  const wrong = known.flatMap(({ selector, labels, metric }) => {
    if (!labels) return [`${selector.metric} is neither in the registry nor recorded`];
    return [...wrongMatchers(selector, labels, metric), ...wrongSum(selector, metric)];
  });
  if (known.some(({ open }) => open)) return wrong;
  const all = new Set(known.flatMap(({ labels }) => labels ?? []));
  for (const label of groupings) if (!all.has(label)) wrong.push(`none of the metrics has the label ${label}`);
  return wrong;
}

interface Labels {
  labels?: readonly string[];
  metric?: DeclaredMetric;
  /** Others than we declare it: its labels are theirs. */
  open?: boolean;
}

function labelsOf(name: string, registry: Registry, recorded: readonly Recorded[]): Labels {
  const record = recorded.find((rule) => rule.record === name);
  if (record) return { labels: record.labels };
  if (OF_THE_CLUSTER.test(name)) return { labels: [], open: true };
  if (OF_THE_PROCESS.test(name)) return { labels: OF_THE_SCRAPE };
  const part = /_(bucket|sum|count)$/.exec(name);
  const whole = part ? registry[name.slice(0, part.index)] : undefined;
  const metric = registry[name] ?? (whole?.type === 'histogram' ? whole : undefined);
  if (!metric || (metric.type === 'histogram' && !part)) return {};
  return {
    metric,
    labels: [...Object.keys(metric.labels), ...OF_THE_SCRAPE, ...(part?.[1] === 'bucket' ? ['le'] : [])],
  };
}

function wrongMatchers(selector: Selector, labels: readonly string[], metric?: DeclaredMetric): string[] {
  return selector.matchers.flatMap(({ label, op, value }) => {
    if (labels.length === 0) return [];
    if (!labels.includes(label)) return [`${selector.metric} has no label ${label}`];
    const possible = label === 'le' ? metric?.buckets?.flatMap((b) => [`${b}`, `${b}.0`]) : metric?.labels[label];
    if (!Array.isArray(possible)) return [];
    const asked = op.endsWith('~') ? value.split('|') : [value];
    return asked
      .filter((one) => one !== '' && !possible.includes(one))
      .map((one) => `${selector.metric}: ${label} is never ${one}`);
  });
}

/** A figure of the whole deployment is told by each instance: summed up it counts as often as there are instances. */
function wrongSum({ metric: name, within }: Selector, metric?: DeclaredMetric): string[] {
  if (metric?.extent !== 'deployment') return [];
  const inner = within.at(-1);
  return inner && ONE_OF_MANY.has(inner) ? [] : [`${name} is told alike by every instance: take max of it`];
}
