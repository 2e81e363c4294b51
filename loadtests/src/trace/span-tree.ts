import type { CollectedSpan } from '@greenwatch/infra';

/** Spans of one trace, each under its parent, the earlier first; one whose parent is not there stands at the top. */
export interface SpanNode {
  span: CollectedSpan;
  children: SpanNode[];
}

export function spanTree(spans: readonly CollectedSpan[]): SpanNode[] {
  const nodes = new Map(spans.map((span) => [span.spanId, { span, children: [] as SpanNode[] }]));
  const roots: SpanNode[] = [];
  for (const node of [...nodes.values()].sort((a, b) => a.span.startedAt - b.span.startedAt)) {
    (nodes.get(node.span.parentSpanId)?.children ?? roots).push(node);
  }
  return roots;
}

const SHOWN = ['greenwatch.mn', 'greenwatch.packets', 'greenwatch.alarm.code', 'greenwatch.outcome'];

/** A line a span: when it began after the first, how long it took (ms), where, and what; inner ones are set in. */
export function printTree(roots: readonly SpanNode[]): string {
  const first = Math.min(...roots.map(({ span }) => span.startedAt));
  const lines = (nodes: readonly SpanNode[], depth: number): string[] =>
    nodes.flatMap(({ span, children }) => {
      const told = SHOWN.flatMap((key) =>
        span.attributes[key] === undefined ? [] : `${key.replace('greenwatch.', '')}=${span.attributes[key]}`,
      );
      const when = (span.startedAt - first).toFixed(0).padStart(7);
      const long = span.took.toFixed(1).padStart(8);
      const what = `${'  '.repeat(depth)}${span.name}${span.failed ? ' (failed)' : ''}`;
      return [
        `${when} ${long}  ${span.service.padEnd(13)} ${[what, ...told].join('  ')}`,
        ...lines(children, depth + 1),
      ];
    });
  return ['  +ms       ms  service       span', ...lines(roots, 0)].join('\n');
}
