import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readingsGrpc, readingsLog } from '@greenwatch/contracts';
import { choosePort, findRunningSystem, Reaper } from '@greenwatch/infra';
import { connectNats, grpcMetadata, startOfDay } from '@greenwatch/kit';
import { until } from '@greenwatch/testkit';
import { credentials } from '@grpc/grpc-js';
import { type Smsc, startSmsc } from '../../../demo/src/smsc-server';
import { DASHBOARDS } from '../../../infra/src/watching/dashboards';
import { needsCluster } from '../../../infra/src/watching/known-metrics';
import { type Metadata, Prometheus, type Sample, type Target } from '../../../infra/src/watching/prometheus';
import { readExpression } from '../../../infra/src/watching/promql';
import { ApiClient } from '../../../loadtests/src/api-client';
import { LIMIT, mnOf } from '../../../loadtests/src/bench-frames';
import { BenchSystem, firstTimeOf } from '../../../loadtests/src/bench-system';
import { exportAddress } from '../../../loadtests/src/connect-to-system';
import { HOUR_MS, HourSender, lastFullHour } from '../../../loadtests/src/hour-device';
import { METRICS, type MetricDefinition } from '../../../packages/kit/src/metrics/registry';
import { chart, readRules, ruleFiles } from './files';

// The real system, some load, a real Prometheus that scrapes it: every metric of the registry is told, every panel shows something, and
// every rule can be worked. What only a cluster knows is left out here.

const NAMESPACE = 'zhejiang';
const CONNECTIONS = 10;
const RATE = 40;
/** Devices that exceed: an alarm, a task and an SMS each. */
const EXCEEDING = [CONNECTIONS, CONNECTIONS + 2, CONNECTIONS + 4];
/** What a busy machine may well be; and while rules tries the rubbish again and again, the rest waits. */
const OF_SLOWNESS = ['AnswersSlow', 'ReadingsJudgedLate', 'MessagesLate', 'ApiSlow', 'AlarmDelayHigh'];
const SETTLED_WITHIN_MS = 120_000;

const rules = readRules();
const folder = new Reaper().temporaryFolder('watching');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let smsc: Smsc | undefined;
let bench: BenchSystem | undefined;
let prometheus: Prometheus;
let targets: Target[];
let metadata: Metadata[];
let leave: (() => void) | undefined;

beforeAll(async () => {
  const port = await choosePort();
  smsc = await startSmsc({ port, user: 'greenwatch', password: 'watched', file: path.join(folder, 'sms.jsonl') });
  const lines: string[] = [];
  try {
    bench = await BenchSystem.start({
      devices: CONNECTIONS + 6,
      environment: { SMPP_URL: `smpp://greenwatch:watched@127.0.0.1:${port}` },
      say: (line) => lines.push(line),
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${lines.join('\n')}`);
  }
  targets = targetsOf(bench);
  prometheus = await Prometheus.start({
    folder: path.join(folder, 'prometheus'),
    targets,
    rules: ruleFiles.map((file) => path.join(chart, 'rules', file)),
  });
  // Before anything happens, so that what happens is an increase.
  await scraped();
  await work(bench);
  metadata = await prometheus.metadata();
}, 300_000);

afterAll(async () => {
  leave?.();
  await prometheus?.stop();
  await bench?.stop();
  await smsc?.close();
}, 60_000);

/** Every process of ours by its health port, with the labels that the scrape gives in a cluster. */
function targetsOf({ system }: BenchSystem): Target[] {
  const { ports } = findRunningSystem(system.folder.root);
  return system
    .names()
    .filter((name) => !['mongod', 'nats', 'valkey'].includes(name))
    .map((name) => ({
      address: `127.0.0.1:${ports[`${name}.health`]}`,
      labels: { namespace: NAMESPACE, service: name, pod: `${name}-0` },
    }));
}

async function scraped(): Promise<void> {
  for (let up = 0; up < targets.length; await sleep(200)) up = (await prometheus.query('up == 1')).length;
}

/** A bit of everything that the metrics tell of. */
async function work(running: BenchSystem): Promise<void> {
  const load = await running.load({
    connections: CONNECTIONS,
    window: 4,
    frames: RATE * 1_000,
    firstTime: firstTimeOf(RATE * 1_000),
  });
  await load.pace(RATE);
  const [address] = running.addresses();
  if (!address) throw new Error('ingestion has no address');
  const sender = await HourSender.connect(address);
  for (const device of EXCEEDING) await sender.send(device, lastFullHour(), LIMIT * 4);
  // Noon of yesterday: the day's transmission rate is worked out of it.
  await sender.send(0, startOfDay(Date.now()) - 12 * HOUR_MS, LIMIT / 2);
  sender.close();
  // What is acknowledged is on the log; readings has it a moment later.
  await until(async () => (await exportedByGrpc(running)) > 0);
  await publishRubbish(running);
  const api = new ApiClient(running.urls.console, await running.apiKey());
  leave = await api.listen(() => {});
  const ask = async () => {
    await Promise.all(['/alarms?limit=10', '/tasks?limit=10', '/divisions'].map((place) => api.get(place)));
  };
  const awaited: Record<string, [query: string, least: number]> = {
    'SMS sent': ['sum(greenwatch_deliveries_total{channel="sms", result="sent"})', EXCEEDING.length],
    'dead letters of both groups': ['sum(greenwatch_dead_letters_total{type="readings"})', 2],
    'divisions with a rate': ['count(greenwatch_transmission_ratio)', 2],
    requests: ['sum(greenwatch_http_duration_seconds_count)', 10],
    scrapes: ['count_over_time(greenwatch_build_info{service="gateway"}[10m])', 20],
  };
  let missing: string[] = [];
  for (const end = Date.now() + SETTLED_WITHIN_MS; Date.now() < end; await sleep(1_000)) {
    await ask();
    missing = [];
    for (const [what, [query, least]] of Object.entries(awaited)) {
      const [sample] = await prometheus.query(query);
      if ((sample?.value ?? 0) < least) missing.push(`${what}: ${sample?.value ?? 0} of ${least}`);
    }
    if (missing.length === 0) return;
  }
  throw new Error(`not seen in time: ${missing.join(', ')}`);
}

/** @returns how many moments of a device there are */
async function exportedByGrpc({ client, system }: BenchSystem): Promise<number> {
  const readings = new readingsGrpc.ReadingsServiceClient(exportAddress(system), credentials.createInsecure());
  const request = { mns: [mnOf(0)], kinds: [readingsLog.Kind.KIND_REALTIME], from: 0, to: 0 };
  const answers = readings.export(request, await grpcMetadata(client.identity, client.identity.self));
  let moments = 0;
  for await (const answer of answers as AsyncIterable<readingsGrpc.Moments>) moments += answer.moments.length;
  readings.close();
  return moments;
}

/** What nobody can read: each group sets it aside after eight tries, and the alert DeadLetters says so. */
async function publishRubbish({ system }: BenchSystem): Promise<void> {
  const { connection, js } = await connectNats(system.environment('ingestion').NATS_URL ?? '', 'rubbish');
  await js.publish('readings.0', Buffer.from('no batch of packets'));
  await connection.close();
}

/** As Grafana puts its variables in. */
const asked = (query: string) => query.replaceAll('$namespace', NAMESPACE).replaceAll('$__rate_interval', '5m');
const says = (samples: readonly Sample[]) => samples.filter(({ value }) => !Number.isNaN(value));

/** Metrics in an expression that nobody tells; those without a series yet count as told, those that rules record do not. */
async function untold(expression: string): Promise<string[]> {
  const names = [...new Set(readExpression(expression).selectors.map(({ metric }) => metric))];
  const unknown: string[] = [];
  for (const name of names) {
    const told = metadata.some(({ metric }) => metric === name || metric === name.replace(/_(bucket|sum|count)$/, ''));
    if (!told && (await prometheus.query(`count(${name})`)).length === 0) unknown.push(name);
  }
  return unknown;
}

test('every process is scraped', async () => {
  const active = await prometheus.targets();
  expect(active.length).toBe(11);
  expect(active.filter(({ health }) => health !== 'up')).toEqual([]);
});

test.each(Object.entries(METRICS))(
  '%s is told by those who have it, as the registry says',
  async (name, definition) => {
    const own = metadata.filter(({ metric }) => metric === name);
    const services = [...new Set(own.map(({ target }) => target.service as string))].sort();
    const { services: declared, labels } = definition as MetricDefinition;
    const possible = declared === 'all' ? targets.map((target) => target.labels.service as string) : [...declared];
    // Values of a closed list are there from the start; where they are open only what has happened is told.
    const open = Object.values(labels).some((values) => typeof values === 'string');
    expect(services).toEqual(open ? services.filter((service) => possible.includes(service)) : possible.sort());
    expect(services.length).toBeGreaterThan(0);
    for (const { type, help } of own) expect({ type, help }).toEqual({ type: definition.type, help: definition.help });
  },
);

test('nothing of ours is told that the registry does not have', () => {
  const unknown = metadata.filter(({ metric }) => metric.startsWith('greenwatch_') && !(metric in METRICS));
  expect(unknown).toEqual([]);
});

describe('panels', () => {
  const panels = DASHBOARDS.flatMap(({ name, rows }) =>
    rows.flatMap((row) =>
      row.panels
        .filter(({ needs }) => needs === undefined)
        .flatMap((panel) =>
          panel.queries.map(([query], i) => [`${name}: ${panel.title} ${i + 1}`, panel, query] as const),
        ),
    ),
  );

  test.each(panels)('%s', async (_, { emptyWhile }, query) => {
    expect(await untold(asked(query))).toEqual([]);
    const shown = says(await prometheus.query(asked(query)));
    if (emptyWhile === undefined) expect(shown.length).toBeGreaterThan(0);
  });

  test('the dashboards hold these queries and no others', () => {
    const queries = DASHBOARDS.flatMap(({ name }) => {
      const model = JSON.parse(readFileSync(path.join(chart, 'dashboards', `${name}.json`), 'utf8')) as {
        panels: { targets?: { expr: string }[] }[];
      };
      return model.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    });
    const described = DASHBOARDS.flatMap(({ rows }) =>
      rows.flatMap((row) => row.panels.flatMap((p) => p.queries.map(([q]) => q))),
    );
    expect(queries).toEqual(described);
  });
});

describe('rules', () => {
  test('Prometheus works every one without an error', async () => {
    const worked = await prometheus.rules();
    expect(worked.length).toBe(rules.length);
    expect(worked.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  test.each(
    rules
      .filter(({ expr }) => !needsCluster(expr))
      .map((rule) => [`${rule.file}: ${rule.name} ${rule.labels?.slo ?? ''}`, rule] as const),
  )('%s', async (_, { expr, record, labels = {} }) => {
    expect(await untold(expr)).toEqual([]);
    if (!record) return;
    const slo = labels.slo ? `{slo="${labels.slo}"}` : '';
    expect(says(await prometheus.query(`${record}${slo}`)).length).toBeGreaterThan(0);
  });

  test('what went wrong fires its alert, and nothing else does', async () => {
    const firing = (await prometheus.rules()).filter(({ state }) => state === 'firing');
    expect(firing.map(({ name }) => name).filter((name) => !OF_SLOWNESS.includes(name))).toEqual(['DeadLetters']);
  });
});
