import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { Reaper, repositoryRoot, System } from '@greenwatch/infra';
import { type Client, DEADLETTER } from '@greenwatch/kit';
import { MongoClient } from 'mongodb';
import { outletOf, registerDevices, registerPeople, registerPermits } from './bench-devices';
import { LIMIT, mnOf } from './bench-frames';
import { firstTimeOf, round } from './bench-system';
import { exactlyOnce, missedBounds } from './bounds';
import { connectToSystem, drained, exportAddress, factsTaken, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { HourSender, lastFullHour } from './hour-device';
import { ACKED, SENT } from './load-messages';
import { LoadProcess } from './load-process';

export interface DrillOptions {
  /** Devices that send before the backup, and as many others that send while it is made. */
  devices: number;
  /** New packets a second. */
  rate: number;
  /** Of sending before the backup. */
  seconds: number;
  /** Outlets that exceed their limit before the backup, and as many others meanwhile. */
  alarms: number;
  /** Services to start; absent: all. */
  only?: string[];
  say(line: string): void;
}

export interface DrillResult {
  /** Packets acknowledged before the backup began, and stored after the restore; those sent later may be there or not. */
  acknowledged: number;
  lost: number;
  unexpected: number;
  duplicated: number;
  alarms: number;
  /** Alarms and tasks of before that are not there afterwards; tasks and alarms of one and the same that do not fit together. */
  alarms_missing: number;
  tasks_missing: number;
  alarms_twice: number;
  tasks_without_alarm: number;
  dead_letters: number;
  /** Facts that were told after MongoDB's point in time, and so were taken out. */
  taken_out: number;
  chains: number;
  links: number;
  backup_s: number;
  restore_s: number;
  /** From the first server's start to the last service's readiness, after everything was deleted. */
  away_s: number;
  missed: string[];
}

const WINDOW = 8;
const FRAMES = 20_000;
const ALARMS_WITHIN_MS = 30_000;
const main = path.join(repositoryRoot, 'infra', 'dist', 'operating', 'main.js');

/**
 * The drill: a system under load is backed up, everything of it but its secrets is deleted, and what is restored must hold
 * all that was acknowledged before the backup began, exactly once, and work on.
 */
export async function drillRun(options: DrillOptions): Promise<DrillResult> {
  const { devices, rate, seconds, alarms, only, say } = options;
  const place = new Reaper().temporaryFolder('drill');
  const [data, kept, backups] = ['data', 'kept', 'backups'].map((name) => path.join(place, name)) as [
    string,
    string,
    string,
  ];
  const environment = { ARCHIVE_WAIT_S: '1', LOG_LEVEL: 'warn' };
  const start = async (services: string[] | undefined) => {
    const system = new System({ data, ...(services ? { only: services } : {}), environment, announce: say });
    await system.start();
    return system;
  };

  let system = await start(only);
  const loads: LoadProcess[] = [];
  try {
    const all = 2 * devices + 2 * alarms;
    let client = await connectToSystem(system, ['registry', 'readings']);
    await registerDevices(client, all);
    await registerPermits(client, all);
    await registerPeople(client, all);
    await factsTaken(client);

    const load = (firstDevice: number) => {
      const [host = '', port] = (system.hj212Addresses()[0] ?? '').split(':');
      const addresses = [{ host, port: Number(port) }];
      const of = { addresses, connections: devices, firstDevice, window: WINDOW, frames: FRAMES, firstTime };
      return LoadProcess.start(of).then((started) => {
        loads.push(started);
        return started;
      });
    };
    const firstTime = firstTimeOf(FRAMES);
    const first = await load(0);
    await first.pace(rate);
    const exceeding = Array.from({ length: alarms }, (_, i) => 2 * devices + i);
    await exceed(system, exceeding);
    await sleep(seconds * 1_000);
    const before = await first.finish();
    await alarmsOf(system, exceeding);
    say('acknowledged; the backup begins, and others send on');

    const second = await load(devices);
    await second.pace(rate);
    const later = Array.from({ length: alarms }, (_, i) => 2 * devices + alarms + i);
    const alsoExceeding = exceed(system, later);
    const earlier = await stateOf(system);
    const backup = await operate(system, 'backup', '--out', backups);
    await alsoExceeding;
    const meanwhile = await second.finish();
    await client.close();
    await system.stop();

    cpSync(path.join(data, 'secrets'), kept, { recursive: true });
    rmSync(data, { recursive: true });
    say('everything is deleted');
    cpSync(kept, path.join(data, 'secrets'), { recursive: true });
    const gone = performance.now();
    system = await start([]);
    const restored = await operate(system, 'restore', '--from', backups);
    say(restored.output);
    await system.stop();
    system = await start(only);
    const away = performance.now() - gone;

    client = await connectToSystem(system, ['registry', 'readings']);
    await drained(client);
    await factsTaken(client);
    const states = before.map((frames) => frames.map((state) => state));
    const unsure = meanwhile.map((frames) => frames.map((state) => (state === ACKED ? SENT : state)));
    const verdict = await checkExactlyOnce(
      client,
      exportAddress(system),
      { states, firstTime },
      { states: unsure, firstTime, firstDevice: devices },
    );
    await worksOn(system, client);
    const after = await stateOf(system);
    const check = await operate(system, 'check');
    const chains = [...check.output.matchAll(/^\S+\.(?:audit|archive) +(\d+) {2}holds$/gm)].map(([, links]) =>
      Number(links),
    );
    const result = {
      acknowledged: states.reduce((sum, frames) => sum + frames.filter((state) => state === ACKED).length, 0),
      ...{ lost: verdict.lost, unexpected: verdict.unexpected, duplicated: verdict.duplicated },
      ...compare(earlier, after),
      dead_letters: (await client.nats.jsm.streams.info(DEADLETTER)).state.messages,
      taken_out: Number(/^FACTS +\d+ +(\d+)$/m.exec(restored.output)?.[1] ?? -1),
      chains: chains.length,
      links: chains.reduce((sum, links) => sum + links, 0),
      backup_s: round(backup.seconds, 1),
      restore_s: round(restored.seconds, 1),
      away_s: round(away / 1_000, 1),
    };
    await client.close();
    const none = ['alarms_missing', 'tasks_missing', 'alarms_twice', 'tasks_without_alarm', 'dead_letters'] as const;
    const missed = missedBounds([
      ...exactlyOnce(verdict),
      ...none.map((name) => ({ name, value: result[name], most: 0 })),
      { name: 'chains not looked at', value: chains.length > 0 ? 0 : 1, most: 0 },
    ]);
    return { ...result, missed };
  } finally {
    for (const load of loads) load.stop();
    await system.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

/** Runs a command of `infra/dist/operating/main.js` as its own process, as an operator would. @throws Error with what it says */
export async function operate(system: System, ...args: string[]): Promise<{ output: string; seconds: number }> {
  const env = { ...process.env, ...system.environment('operations') };
  const began = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args], { env });
  return { output: `${stderr}${stdout}`, seconds: (performance.now() - began) / 1_000 };
}

async function exceed(system: System, devices: readonly number[]): Promise<void> {
  const [host = '', port] = (system.hj212Addresses()[0] ?? '').split(':');
  const sender = await HourSender.connect({ host, port: Number(port) });
  try {
    for (const device of devices) {
      await sender.send(device, lastFullHour(), 2 * LIMIT);
      await sleep(100);
    }
  } finally {
    sender.close();
  }
}

interface Alarms {
  /** Ids by outlet. */
  alarms: Map<string, string[]>;
  /** Ids of alarms that the tasks are made of, by task. */
  tasks: Map<string, string[]>;
}

/** What rules and tasking hold of exceedances. */
async function stateOf(system: System): Promise<Alarms> {
  const mongo = new MongoClient(system.environment('operations').MONGODB_URI as string);
  try {
    interface Alarm {
      _id: string;
      rule: string;
      outletId: string;
    }
    interface Task {
      _id: string;
      origins: { id: string }[];
    }
    const state: Alarms = { alarms: new Map(), tasks: new Map() };
    for await (const { _id, outletId } of mongo
      .db('greenwatch_rules')
      .collection<Alarm>('alarms')
      .find({ rule: 'MEAN_H' })) {
      state.alarms.set(outletId, [...(state.alarms.get(outletId) ?? []), _id]);
    }
    for await (const { _id, origins } of mongo.db('greenwatch_tasking').collection<Task>('tasks').find()) {
      state.tasks.set(
        _id,
        origins.map(({ id }) => id),
      );
    }
    return state;
  } finally {
    await mongo.close();
  }
}

/** Waits until each of these devices has its alarm, and the alarm its task. */
async function alarmsOf(system: System, devices: readonly number[]): Promise<void> {
  for (const until = Date.now() + ALARMS_WITHIN_MS; ; await sleep(200)) {
    const { alarms, tasks } = await stateOf(system);
    const origins = new Set([...tasks.values()].flat());
    const waiting = devices.filter((device) => !alarms.get(outletOf(device))?.every((id) => origins.has(id)));
    if (waiting.length === 0) return;
    if (Date.now() > until) throw new Error(`no alarm with a task of ${waiting.map(mnOf).join(', ')}`);
  }
}

function compare(before: Alarms, after: Alarms) {
  const ids = (state: Alarms) => [...state.alarms.values()].flat();
  const there = new Set(ids(after));
  const lists = [...after.alarms.values()];
  return {
    alarms: ids(before).length,
    alarms_missing: ids(before).filter((id) => !there.has(id)).length,
    tasks_missing: [...before.tasks.keys()].filter((id) => !after.tasks.has(id)).length,
    alarms_twice: lists.filter((ofOutlet) => ofOutlet.length > 1).length,
    tasks_without_alarm: [...after.tasks.values()].filter((origins) => origins.some((id) => !there.has(id))).length,
  };
}

/** An outlet that exceeds for another hour is heard of by rules: what was restored is no museum. */
async function worksOn(system: System, client: Client): Promise<void> {
  const sender = system.hj212Addresses()[0] ?? '';
  const [host = '', port] = sender.split(':');
  const before = (await client.nats.jsm.streams.info('READINGS')).state.last_seq;
  const hours = await HourSender.connect({ host, port: Number(port) });
  try {
    await hours.send(0, lastFullHour(), LIMIT / 2);
  } finally {
    hours.close();
  }
  const { last_seq } = (await client.nats.jsm.streams.info('READINGS')).state;
  if (last_seq <= before) throw new Error('the restored log takes nothing');
  await drained(client);
}
