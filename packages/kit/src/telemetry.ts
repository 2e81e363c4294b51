import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';

export interface TelemetrySettings {
  service: string;
  instance: string;
  version: string;
  /** Of the collector, OTLP over HTTP; absent: no span is recorded, trace ids still travel and stand in the logs. */
  endpoint: string | undefined;
  /** Share of traces that are recorded, 0 to 1. */
  ratio: number;
}

let exporting = false;

/** Whether spans go anywhere: what would be made for them alone on the hot path is left out otherwise. */
export const isTracing = () => exporting;

/** Starts tracing for this process. */
export function startTelemetry({
  service,
  instance,
  version,
  endpoint,
  ratio,
}: TelemetrySettings): () => Promise<void> {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': `greenwatch-${service}`,
      'service.namespace': 'greenwatch',
      'service.instance.id': instance,
      'service.version': version,
    }),
    sampler: endpoint ? new AlarmsAnyway(ratio) : new AlwaysOffSampler(),
    spanProcessors: endpoint
      ? [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }))]
      : [],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  exporting ||= endpoint !== undefined;
  return () => provider.shutdown();
}

/** Says of a span that its trace is recorded from here on, whatever was decided before. */
export const ALARM_CODE = 'greenwatch.alarm.code';

/**
 * Records a share of all traces, each whole; and whatever follows from an alarm, under the trace id of the packet that raised it.
 * A packet cannot know what it will lead to, so of most alarms the way from the socket to the rules is not recorded.
 */
class AlarmsAnyway implements Sampler {
  readonly #share: Sampler;

  constructor(ratio: number) {
    this.#share = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }

  shouldSample(...asked: Parameters<Sampler['shouldSample']>): ReturnType<Sampler['shouldSample']> {
    const attributes = asked[4];
    if (attributes[ALARM_CODE] !== undefined) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.#share.shouldSample(...asked);
  }

  toString(): string {
    return `AlarmsAnyway{${this.#share}}`;
  }
}

const tracer = () => trace.getTracer('greenwatch');

export interface SpanOptions {
  attributes?: Attributes;
  /** When it began, ms since 1970, if that was before now. */
  startTime?: number;
  /** Traceparents of other traces that the work continues. */
  links?: readonly string[];
  /** A trace of its own, whatever context it happens to begin in. */
  root?: boolean;
}

/** Runs work in a span of its own; an error marks the span. `parent` is a W3C traceparent; none or empty: the active span. */
export async function traced<T>(
  name: string,
  kind: SpanKind,
  parent: string | undefined,
  work: (span: Span) => Promise<T>,
  { attributes, startTime, links, root }: SpanOptions = {},
): Promise<T> {
  const from: Context = parent ? propagation.extract(context.active(), { traceparent: parent }) : context.active();
  const options = {
    kind,
    ...(attributes ? { attributes } : {}),
    ...(startTime === undefined ? {} : { startTime }),
    ...(links ? { links: links.flatMap(linkOf) } : {}),
    ...(root ? { root } : {}),
  };
  return tracer().startActiveSpan(name, options, from, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span whose work is not one function. */
export interface OpenSpan {
  /** Runs something in its context. */
  within<T>(work: () => T): T;
  end(attributes: Attributes, failed: boolean): void;
}

/** Begins a trace of its own. */
export function openSpan(name: string, kind: SpanKind, attributes: Attributes): OpenSpan {
  const span = tracer().startSpan(name, { kind, attributes, root: true });
  const inside = trace.setSpan(context.active(), span);
  return {
    within: (work) => context.with(inside, work),
    end(more, failed) {
      span.setAttributes(more);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function linkOf(traceparent: string): Link[] {
  const found = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent }));
  return found ? [{ context: found }] : [];
}

/** W3C traceparent of the active span, or an empty text. */
export function traceParent(): string {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? '';
}

export { SpanKind };
