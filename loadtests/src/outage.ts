import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { OperatorError, System } from '@greenwatch/infra';
import type { Client } from '@greenwatch/kit';
import { registerDevices } from './bench-devices';
import { firstTimeOf } from './bench-system';
import { connectToSystem, drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { LoadProcess } from './load-process';
import { wholeNumber } from './whole-number';

/**
 * `npm run outage`: the demo with all its load, and beside it devices that keep what is not acknowledged. Each service is
 * stopped for a minute and started again, one after the other. Meanwhile the API is asked every second: the others answer, and
 * it names what is missing. In the end every acknowledged packet is stored once, and no task and no notice is there twice.
 */
const DEVICES = 20;
/** New packets a second over all devices. */
const RATE = 80;
const FRAMES = 20_000;
const RESEND_MS = 3_000;
const PROBE_MS = 1_000;
const SETTLE_MS = 5_000;
const BACK_WITHIN_MS = 60_000;
/** A route of each service, as a supervisor asks it. */
const PROBES: Record<string, string> = {
  registry: '/divisions',
  readings: '/readings/latest?mn=010000A8900016F000000000',
  ingestion: '/devices/links?mn=010000A8900016F000000000',
  rules: '/alarms?limit=1',
  permits: '/checks?limit=1',
  tasking: '/tasks?limit=1',
  fraud: '/fraud/suspicions?limit=1',
  complaints: '/complaints?limit=1',
  credit: '/credit/schemes',
  notifications: '/notices?limit=1',
};

interface Row {
  stopped: string;
  /** Probes of the other services while it was away, and those that failed. */
  asked: number;
  failed: number;
  /** Whether the API named it as missing, and after how many seconds. */
  namedAfter: number | undefined;
  backAfter: number;
  acknowledged: number;
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const answered = async (load: LoadProcess) => (await load.mark()).answered;

/** The API as one supervisor of the province uses it. */
class Console {
  #cookie = '';

  constructor(private readonly base: string) {}

  async logIn(username: string, password: string): Promise<void> {
    const answer = await fetch(`${this.base}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    this.#cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    if (answer.status !== 201) throw new Error(`log-in of ${username}: ${answer.status}`);
  }

  async get(path: string): Promise<{ status: number; body: unknown }> {
    try {
      const signal = AbortSignal.timeout(5_000);
      const answer = await fetch(`${this.base}${path}`, { headers: { cookie: this.#cookie }, signal });
      return { status: answer.status, body: await answer.json() };
    } catch {
      return { status: 0, body: undefined };
    }
  }

  async missing(): Promise<string[]> {
    const { status, body } = await this.get('/health');
    return status === 200 ? (body as { missing: string[] }).missing : ['gateway'];
  }

  /** All items of a list, page by page. */
  async all(path: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let after = '';
    do {
      const { status, body } = await this.get(`${path}?limit=1000${after && `&after=${encodeURIComponent(after)}`}`);
      if (status !== 200) throw new Error(`${path}: ${status}`);
      const page = body as { items: Record<string, unknown>[]; next?: string };
      items.push(...page.items);
      after = page.next ?? '';
    } while (after);
    return items;
  }
}

/** Things of which there may be one only: one task a clue and type, one notice a person and subject and title and moment. */
function doubled(items: readonly Record<string, unknown>[], key: (item: Record<string, unknown>) => string): number {
  return items.length - new Set(items.map(key)).size;
}

async function away(system: System, api: Console, name: string, seconds: number, load: LoadProcess): Promise<Row> {
  const before = await answered(load);
  const at = Date.now();
  const row: Row = { stopped: name, asked: 0, failed: 0, namedAfter: undefined, backAfter: 0, acknowledged: 0 };
  await system.stopOne(name);
  while (Date.now() - at < seconds * 1_000) {
    const next = Date.now() + PROBE_MS;
    const others = Object.entries(PROBES).filter(([service]) => service !== name && name !== 'gateway');
    const answers = await Promise.all(others.map(async ([service, path]) => ({ service, ...(await api.get(path)) })));
    for (const { service, status } of answers) {
      row.asked++;
      if (status === 200) continue;
      row.failed++;
      say(`  while ${name} was away, ${service} answered ${status}`);
    }
    if (row.namedAfter === undefined && (await api.missing()).includes(name))
      row.namedAfter = (Date.now() - at) / 1_000;
    await sleep(Math.max(0, next - Date.now()));
  }
  const ended = Date.now();
  await system.startOne(name);
  while ((await api.missing()).includes(name)) {
    if (Date.now() - ended > BACK_WITHIN_MS) throw new Error(`${name} does not answer again`);
    await sleep(200);
  }
  row.backAfter = (Date.now() - ended) / 1_000;
  await sleep(SETTLE_MS);
  row.acknowledged = (await answered(load)) - before;
  return row;
}

async function outage(seconds: number, only: string[] | undefined) {
  const system = new System({ announce: say, demo: true, environment: { DEMO_ENTERPRISES: '60' } });
  let load: LoadProcess | undefined;
  let client: Client | undefined;
  try {
    const urls = await system.start();
    client = await connectToSystem(system, ['registry', 'readings']);
    await registerDevices(client, DEVICES);
    const [host = '', port] = urls.hj212.split(':');
    const firstTime = firstTimeOf(FRAMES);
    const addresses = [{ host, port: Number(port) }];
    const how = { window: 4, frames: FRAMES, resendMs: RESEND_MS };
    load = await LoadProcess.start({ addresses, connections: DEVICES, firstTime, ...how });
    await load.pace(RATE);
    const api = new Console(`${urls.console}api/v1`);
    const passwords = JSON.parse(readFileSync(system.folder.at('demo', 'demo-accounts.json'), 'utf8'));
    await api.logIn('supervisor-330000', passwords['supervisor-330000']);
    await sleep(SETTLE_MS);

    const rows: Row[] = [];
    for (const name of only ?? [...Object.keys(PROBES), 'gateway']) {
      const row = await away(system, api, name, seconds, load);
      rows.push(row);
      say(
        `${name.padEnd(14)} away ${seconds} s: others answered ${row.asked - row.failed} of ${row.asked}, ` +
          `named missing after ${row.namedAfter?.toFixed(1) ?? '–'} s, back after ${row.backAfter.toFixed(1)} s, ` +
          `${row.acknowledged} packets acknowledged`,
      );
    }
    const states = await load.finish();
    await drained(client);
    const verdict = await checkExactlyOnce(client, exportAddress(system), { states, firstTime });
    const tasks = doubled(await api.all('/tasks'), ({ clueId, type }) => `${clueId} ${type}`);
    const notices = doubled(await api.all('/notices'), ({ title, subject, createdAt }) =>
      JSON.stringify([title, subject, createdAt]),
    );
    return { seconds, rows, ...verdict, doubledTasks: tasks, doubledNotices: notices };
  } finally {
    load?.stop();
    await client?.close();
    await system.stop();
  }
}

function options(): { seconds: number; only: string[] | undefined } {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, only: { type: 'string' } } });
  return { seconds: wholeNumber('seconds', values.seconds ?? '60', 1, 3_600), only: values.only?.split(',') };
}

async function main(): Promise<void> {
  const { seconds, only } = options();
  const result = await outage(seconds, only);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  const bad = result.lost + result.unexpected + result.duplicated + result.doubledTasks + result.doubledNotices;
  const silent = result.rows.filter(({ stopped, namedAfter }) => stopped !== 'gateway' && namedAfter === undefined);
  if (bad > 0 || silent.length > 0 || result.rows.some(({ failed }) => failed > 0)) process.exitCode = 1;
}

main().catch((error) => {
  say(error instanceof OperatorError ? error.message : ((error as Error).stack ?? String(error)));
  process.exitCode = 1;
});
