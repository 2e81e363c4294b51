import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { goInstall, runBuild } from '../go-tools';
import { ManagedProcess } from '../managed-process';
import { OperatorError } from '../operator-error';
import { cacheFolder } from '../paths';
import { choosePort } from '../ports';

/** Of the OpenTelemetry collector that is built where there is none. */
const VERSION = 'v0.155.0';

/**
 * The OpenTelemetry collector: named in OTELCOL, or built once into `.cache` from the Go module proxy by its own builder, with
 * what is needed here: it takes OTLP over HTTP and hands it on.
 *
 * @throws OperatorError where it cannot be had.
 */
export async function findCollector(say: (line: string) => void): Promise<string> {
  const named = process.env.OTELCOL;
  if (named) return named;
  const folder = path.join(cacheFolder, 'tools', `otelcol-${VERSION}`);
  const built = path.join(folder, 'built', 'otelcol');
  if (existsSync(built)) return built;
  say(`the OpenTelemetry collector ${VERSION} is built, which takes some minutes`);
  const manifest = path.join(folder, 'manifest.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    manifest,
    JSON.stringify({
      dist: { name: 'otelcol', output_path: path.join(folder, 'built') },
      receivers: [{ gomod: `go.opentelemetry.io/collector/receiver/otlpreceiver ${VERSION}` }],
      exporters: [{ gomod: `go.opentelemetry.io/collector/exporter/otlphttpexporter ${VERSION}` }],
    }),
  );
  try {
    await goInstall(`go.opentelemetry.io/collector/cmd/builder@${VERSION}`, folder);
    await runBuild(path.join(folder, 'builder'), ['--config', manifest], folder);
  } catch (error) {
    const why = (error as Error).message;
    throw new OperatorError(`the OpenTelemetry collector cannot be built: ${why}. Name one in OTELCOL`);
  }
  return built;
}

/** A span as the collector hands it on (OTLP as JSON). Times in ns since 1970, as text; ids in hexadecimal. */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: Record<string, unknown> }[];
  status?: { code?: number };
}

interface OtlpTraces {
  resourceSpans?: {
    resource?: { attributes?: OtlpSpan['attributes'] };
    scopeSpans?: { spans?: OtlpSpan[] }[];
  }[];
}

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** Without `greenwatch-`. */
  service: string;
  /** ms since 1970. */
  startedAt: number;
  /** ms */
  took: number;
  attributes: Record<string, string | number | boolean>;
  failed: boolean;
}

const ERROR = 2;

/** A real OpenTelemetry collector on a free port, and what it has collected. */
export class Collector {
  private constructor(
    private readonly process: ManagedProcess,
    private readonly sink: Server,
    /** OTEL_EXPORTER_OTLP_ENDPOINT of those who are to send here. */
    readonly endpoint: string,
    readonly spans: readonly CollectedSpan[],
  ) {}

  static async start(command: string, folder: string): Promise<Collector> {
    mkdirSync(folder, { recursive: true });
    const spans: CollectedSpan[] = [];
    const sink = await listen((body) => spans.push(...readSpans(JSON.parse(body) as OtlpTraces)));
    const port = await choosePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const config = path.join(folder, 'collector.json');
    writeFileSync(
      config,
      JSON.stringify({
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
        exporters: {
          otlphttp: {
            endpoint: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
            encoding: 'json',
            compression: 'none',
          },
        },
        service: {
          telemetry: { metrics: { level: 'none' } },
          pipelines: { traces: { receivers: ['otlp'], exporters: ['otlphttp'] } },
        },
      }),
    );
    const collector = new ManagedProcess(
      {
        name: 'otelcol',
        command,
        args: ['--config', config],
        environment: process.env,
        logFile: path.join(folder, 'collector.log'),
        probe: async () => {
          const headers = { 'content-type': 'application/json' };
          const { ok, status } = await fetch(`${endpoint}/v1/traces`, { method: 'POST', headers, body: '{}' });
          if (!ok) throw new Error(`the collector answers ${status}`);
        },
        readyWithinMs: 30_000,
        stopWithinMs: 10_000,
      },
      false,
    );
    await collector.start();
    return new Collector(collector, sink, endpoint, spans);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    this.sink.closeAllConnections();
    await new Promise((resolve) => this.sink.close(resolve));
  }
}

async function listen(take: (body: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return server;
}

export function readSpans({ resourceSpans = [] }: OtlpTraces): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = String(valuesOf(resource?.attributes)['service.name'] ?? '').replace(/^greenwatch-/, '');
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        service,
        startedAt: Number(span.startTimeUnixNano) / 1e6,
        took: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
        attributes: valuesOf(span.attributes),
        failed: span.status?.code === ERROR,
      })),
    );
  });
}

function valuesOf(attributes: OtlpSpan['attributes'] = []): CollectedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [[kind, content] = ['', '']] = Object.entries(value);
      // OTLP writes whole numbers as text.
      if (kind === 'intValue') return [key, Number(content)];
      return [key, typeof content === 'object' ? JSON.stringify(content) : (content as string | number | boolean)];
    }),
  );
}
