import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { findRunningSystem, OperatorError } from '@greenwatch/infra';
import type { ApiClient } from './api-client';
import { registerDevices, registerPeople, registerPermits } from './bench-devices';
import { mnOf } from './bench-frames';
import { missedBounds } from './bounds';
import { sleep } from './connect-to-system';
import { ApiImporter } from './fleet/api-importer';
import { traitsOf } from './fleet/device-traits';
import { readMix, secondsOf, stretched } from './fleet/mix';
import { patiently } from './fleet/patiently';
import { playFleet } from './fleet/play-fleet';
import { planRun, type RunPlan } from './fleet/run-plan';
import { findK6, runScenario } from './report/k6-process';
import type { LoadReport, ResourceReport, ScenarioReport } from './report/load-report';
import { readLogins } from './report/logins';
import { PrometheusWatch } from './report/prometheus-watch';
import { renderReport } from './report/render-report';
import { metricsPages, processesOf, ResourceWatch } from './report/resource-watch';
import { SCENARIOS } from './report/scenarios';
import { wholeNumber } from './whole-number';

const OPTIONS = {
  mix: 'county, province, national, or a file like those of loadtests/mixes (needed)',
  target: 'the gateway, http://HOST:PORT (needed)',
  devices: 'HJ 212 addresses, HOST:PORT,HOST:PORT (default: port 9212 of the target)',
  logins: 'demo-accounts.json or demo-logins.txt of the deployment (needed)',
  administrator: 'who registers the devices and reads the export (default administrator)',
  officers: 'who looks at things, by comma (default: all supervisors and officers of the logins)',
  scale: 'share of the area’s devices and people, above 0 up to 1 (default 1)',
  speed: 'times the real rate of the devices (default 1)',
  length: 'times the phases’ lengths (default 1)',
  only: `fleet or scenarios, by comma: fleet,${Object.keys(SCENARIOS).join(',')} (default all)`,
  'first-device':
    'number of the first device, an even number (default 0): another one for devices that have sent nothing yet',
  'per-process': 'devices of a process (default 10000)',
  clients:
    'how people get addresses of their own: forwarded (X-Forwarded-For, the gateway must trust us) or addresses (default)',
  patience: 'bounds of latency are so many times as generous (default 1)',
  k6: 'the binary (default: on PATH)',
  data: 'data folder of a system on this machine, for processor time and memory by process',
  metrics: 'name=URL of a /metrics page, again for each',
  prometheus: 'URL of a Prometheus that watches the deployment, in the place of --data and --metrics',
  report: 'FILE.html that is written, with FILE.json beside it (needed)',
} as const;
const FLAGS = { registered: 'the devices are registered already', help: 'prints this' } as const;

const USAGE = [
  'usage: npm run load -- --mix NAME --target URL --logins FILE --report FILE.html [OPTIONS]',
  ...Object.entries({ ...OPTIONS, ...FLAGS }).map(([name, meaning]) => `  --${name.padEnd(14)} ${meaning}`),
].join('\n');

const say = (line: string) => process.stderr.write(`${line}\n`);

type Options = ReturnType<typeof readOptions>;

function readOptions() {
  const text = { type: 'string' } as const;
  const known = {
    ...(Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, text])) as Record<
      keyof typeof OPTIONS,
      typeof text
    >),
    metrics: { type: 'string', multiple: true },
    registered: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  let values: Partial<Record<Exclude<keyof typeof OPTIONS, 'metrics'>, string>> & {
    metrics?: string[];
    registered?: boolean;
    help?: boolean;
  };
  try {
    values = parseArgs({ options: known }).values;
  } catch (error) {
    throw new OperatorError(`${(error as Error).message.split('.')[0]}\n${USAGE}`);
  }
  if (values.help) throw new OperatorError(USAGE);
  const needed = (name: 'mix' | 'target' | 'logins' | 'report') => {
    const value = values[name];
    if (!value) throw new OperatorError(`--${name} is needed\n${USAGE}`);
    return value;
  };
  const above0 = (name: 'scale' | 'speed' | 'length' | 'patience', most: number) => {
    const value = Number(values[name] ?? 1);
    if (!(value > 0 && value <= most)) {
      throw new OperatorError(`--${name} is "${values[name]}": a number above 0, at most ${most}, is expected`);
    }
    return value;
  };
  const target = needed('target');
  if (!URL.canParse(target)) throw new OperatorError(`--target is "${target}": http://HOST:PORT is expected`);
  const clients = values.clients ?? 'addresses';
  if (clients !== 'forwarded' && clients !== 'addresses') {
    throw new OperatorError(`--clients is "${clients}": forwarded or addresses is expected`);
  }
  const only = values.only?.split(',') ?? ['fleet', ...Object.keys(SCENARIOS)];
  const unknown = only.find((name) => name !== 'fleet' && !Object.hasOwn(SCENARIOS, name));
  if (unknown)
    throw new OperatorError(`--only names "${unknown}": fleet or one of ${Object.keys(SCENARIOS).join(', ')}`);
  const firstDevice = wholeNumber('first-device', values['first-device'] ?? '0', 0, 99_000_000);
  if (firstDevice % 2 !== 0) throw new OperatorError(`--first-device is ${firstDevice}: an even number is expected`);
  const report = needed('report');
  if (!report.endsWith('.html')) throw new OperatorError(`--report is "${report}": a file *.html is expected`);
  const length = above0('length', 100);
  return {
    mix: stretched(readMix(needed('mix')), length),
    target: target.replace(/\/+$/, ''),
    addresses: addressesOf(values.devices ?? `${new URL(target).hostname}:9212`),
    logins: needed('logins'),
    administrator: values.administrator ?? 'administrator',
    officers: values.officers?.split(','),
    scale: above0('scale', 1),
    speed: above0('speed', 1_000),
    length,
    only,
    firstDevice,
    perProcess: wholeNumber('per-process', values['per-process'] ?? '10000', 1, 25_000),
    clients: clients as 'forwarded' | 'addresses',
    patience: above0('patience', 1_000),
    k6: values.k6,
    watchFrom: watchOf(values.data, values.metrics, values.prometheus),
    registered: values.registered ?? false,
    report,
  };
}

function addressesOf(text: string): { host: string; port: number }[] {
  return text.split(',').map((address) => {
    const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(address) ?? [];
    if (!host) throw new OperatorError(`--devices is "${address}": HOST:PORT is expected`);
    return { host, port: Number(port) };
  });
}

interface Watch {
  start(): void;
  stop(packets: number): Promise<ResourceReport>;
}

/** Makes who watches what the deployment uses. */
function watchOf(
  data: string | undefined,
  pages: string[] | undefined,
  prometheus: string | undefined,
): ((started: number) => Watch) | undefined {
  if (prometheus) return () => new PrometheusWatch(prometheus);
  const source = data ? processesOf(findRunningSystem(data)) : pages && metricsPages(pages);
  return source && ((started) => new ResourceWatch(source, started));
}

async function main(): Promise<void> {
  const options = readOptions();
  const { mix, scale, speed, length, only, target } = options;
  const logins = readLogins(options.logins);
  const withFleet = only.includes('fleet');
  const scenarios = only.filter((name) => name !== 'fleet' && mix.people[name]);
  const k6 = scenarios.length > 0 ? findK6(options.k6) : '';
  const officers = options.officers ?? logins.names.filter((name) => /^(supervisor|officer\d*)-/.test(name));
  const api = withFleet ? await logins.logIn(target, options.administrator) : undefined;
  const plan = () =>
    planRun(mix, { scale, speed, now: Date.now(), firstDevice: options.firstDevice, most: options.perProcess });
  if (api) await prepare(api, options, plan());
  const traffic = plan();
  if (api) await refuseOldDevices(api, traffic);

  const begun = new Date();
  const started = performance.now();
  const watch = options.watchFrom?.(started);
  watch?.start();
  // Whatever fails, nothing goes on without the others.
  const ending = new AbortController();
  const people = scenarios.map((name) =>
    runScenario({
      signal: ending.signal,
      k6,
      name,
      target,
      seconds: secondsOf(mix),
      rate: (mix.people[name]?.rate ?? 0) * scale,
      streams: Math.ceil((mix.people[name]?.streams ?? 0) * scale),
      officers: SCENARIOS[name]?.needsOfficers ? officers : [],
      logins: options.logins,
      clients: options.clients,
      patience: options.patience,
      begun: begun.getTime() / 1_000,
    }),
  );
  const playing = api ? playFleet({ ...options, plan: traffic, api, started, say }) : undefined;
  const [fleet, ...ran] = await Promise.all([playing, ...people]).finally(() => ending.abort());
  const resources = await watch?.stop(fleet?.report.verdict.acknowledged ?? 0);
  const report: LoadReport = {
    mix: { name: mix.name, about: mix.about },
    target,
    begun: begun.toISOString(),
    seconds: (performance.now() - started) / 1_000,
    ...{ scale, speed, length },
    generator: { cores: os.availableParallelism(), memoryGb: os.totalmem() / 1e9 },
    phases: fleet?.phases ?? [],
    ...(fleet ? { fleet: fleet.report } : {}),
    scenarios: ran,
    ...(resources ? { resources } : {}),
    missed: [...missedBounds(fleet?.report.bounds ?? []), ...ran.flatMap(missedThresholds)],
  };
  writeFileSync(options.report, renderReport(report));
  writeFileSync(options.report.replace(/\.html$/, '.json'), `${JSON.stringify(report)}\n`);
  for (const line of report.missed) say(`missed: ${line}`);
  say(`${report.missed.length === 0 ? 'every bound was kept' : `${report.missed.length} missed`}: ${options.report}`);
  if (report.missed.length > 0) process.exitCode = 1;
}

/** Registers the devices with their enterprises, permits and people, as an administrator would by sheets, and waits until they are let in. */
async function prepare(api: ApiClient, { mix, registered }: Options, { devices, traffic, processes }: RunPlan) {
  const first = processes[0]?.firstDevice ?? 0;
  if (!registered) {
    say(`${devices} devices are registered`);
    const importer = new ApiImporter(api);
    const editionOf = (device: number) => (traitsOf(device, traffic).dialect === '2005' ? '2005' : '2017');
    const range = { first, count: devices, editionOf } as const;
    await registerDevices(importer, range);
    await registerPermits(importer, range);
    await registerPeople(importer, range);
  }
  const last = mnOf(first + devices - 1);
  for (const until = Date.now() + KNOWN_WITHIN_MS; ; await sleep(500)) {
    const known = await api.get(`/devices/${last}/state`).then(
      () => true,
      () => false,
    );
    if (known) return;
    if (Date.now() > until) throw new OperatorError(`ingestion does not know ${last}, the last device of ${mix.name}`);
  }
}
const KNOWN_WITHIN_MS = 120_000;

/** A device that has sent data of this run's time already would not tell this run's packets from those. */
async function refuseOldDevices(api: ApiClient, { devices, traffic, processes }: RunPlan): Promise<void> {
  const first = processes[0]?.firstDevice ?? 0;
  const looked = Array.from({ length: Math.min(LOOKED_AT, devices) }, (_, i) => first + i);
  const query = looked.map((device) => `mn=${mnOf(device)}`).join('&');
  const latest = await patiently(() => api.get<{ mn: string; dataTime: string }[]>(`/readings/latest?${query}`));
  const old = latest.find(({ dataTime }) => Date.parse(dataTime) >= traffic.from);
  if (!old) return;
  throw new OperatorError(
    `${old.mn} has data of ${old.dataTime}, within this run's time: wait, or take others with --first-device ${first + 2 * Math.ceil(devices / 2)}`,
  );
}
const LOOKED_AT = 100;

const missedThresholds = ({ name, thresholds, failure }: ScenarioReport) => [
  ...(failure ? [`${name}: ${failure}`] : []),
  ...thresholds
    .filter(({ kept }) => !kept)
    .map(({ metric, bound, value }) => `${name}: ${metric} ${value ?? ''}, expected ${bound}`),
];

if (require.main === module) {
  main().catch((error) => {
    say(error instanceof OperatorError ? error.message : ((error as Error).stack ?? String(error)));
    process.exit(1);
  });
}
