import { buildFrame } from '@greenwatch/hj212';
import { FrameMaker, mnOf, PASSWORD } from './bench-frames';
import { FleetFrames } from './fleet/fleet-frames';
import { FaultDice, noFaults } from './fleet/link-faults';
import { LatencyHistogram } from './latency-histogram';
import { LoadDevice } from './load-device';
import type { FromLoadGenerator, LoadOptions, ToLoadGenerator } from './load-messages';
import { cpuOf } from './process-usage';

// A process of its own, so that what it costs is seen apart from the system. It speaks to its parent by IPC.

/** Devices that connect at a time: fewer than a listening socket lets wait (511). */
const OPENING = 250;
const OPENING_RESEND_MS = 500;
const OPENED_WITHIN_MS = 30_000;
/** A deployment somewhere may be slow, and then is measured as such; a bench's own system is not. */
const FLEET_OPENED_WITHIN_MS = 180_000;
const FLEET_OPENING_RESEND_MS = 2_000;
const PACE_EVERY_MS = 2;
const RESEND_EVERY_MS = 250;

// Room for the frames of many writes: the default of 8 KiB would be renewed every six of them.
Buffer.poolSize = 256 * 1024;

const latencies = new LatencyHistogram();
let devices: LoadDevice[] = [];
let resendMs = OPENING_RESEND_MS;
let stallMs = 0;
let lastAnswer = 0;
let faults: FaultDice | undefined;
let beats = 0;

/** When the pace began, packets a second since, and how many have become due. */
let pace: { begun: number; rate: number; due: number } | undefined;
let pacing: NodeJS.Timeout | undefined;
let turn = 0;

async function load(options: LoadOptions): Promise<void> {
  const { traffic, firstDevice = 0, patient = traffic !== undefined } = options;
  if (patient) resendMs = FLEET_OPENING_RESEND_MS;
  if (options.faults) faults = new FaultDice(options.faults, 1 + firstDevice);
  const host = {
    options,
    faults,
    frames: traffic ? new FleetFrames(traffic) : new FrameMaker(options.firstTime),
    readBuffer: Buffer.alloc(64 * 1024),
    answered: (now: number, latencyMs: number) => {
      latencies.add(latencyMs);
      if (now - lastAnswer > stallMs) stallMs = now - lastAnswer;
      lastAnswer = now;
    },
  };
  devices = Array.from({ length: options.connections }, (_, i) => new LoadDevice(firstDevice + i, host));
  setInterval(() => {
    const now = performance.now();
    for (const device of devices) if (device.inFlight > 0) device.resend(now, now - resendMs);
    // Nobody waits for anything: no stall.
    if (!devices.some((device) => device.inFlight > 0)) lastAnswer = now;
  }, RESEND_EVERY_MS);
  lastAnswer = performance.now();
  for (let from = 0; from < devices.length; from += OPENING) {
    await open(devices.slice(from, from + OPENING), patient ? FLEET_OPENED_WITHIN_MS : OPENED_WITHIN_MS);
  }
  resendMs = options.resendMs;
  latencies.clear();
  stallMs = 0;
  if (faults) setInterval(dropSome, 1_000);
  if (options.heartbeatSeconds) beatEvery(options.heartbeatSeconds * 1_000);
  tell({ type: 'loaded' });
}

function dropSome(): void {
  for (const { device, forMs } of faults?.drops(devices.length) ?? []) devices[device]?.drop(forMs);
}

/** Each device at its own moment, for the line is quiet but for it. */
function beatEvery(periodMs: number): void {
  let next = 0;
  setInterval(
    () => {
      const device = devices[next++ % devices.length] as LoadDevice;
      const head = `ST=31;CN=9015;PW=${PASSWORD};MN=${mnOf(device.number)};Flag=4;`;
      device.beat(buildFrame(`QN=${qnOfNow()};${head}CP=&&&&`));
      beats++;
    },
    Math.max(1, periodMs / devices.length),
  );
}

/** Time of sending with milliseconds, in Beijing time (HJ 212-2017 table 3). */
const qnOfNow = () => new Date(Date.now() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 17);

/** Resolves when the system has answered the first frame of each: it has heard of the devices. */
async function open(opening: LoadDevice[], withinMs: number): Promise<void> {
  for (const device of opening) {
    device.becomesDue(performance.now());
    device.connect();
  }
  for (const until = performance.now() + withinMs; opening.some(({ answered }) => answered === 0); ) {
    const missing = opening.filter(({ answered }) => answered === 0).length;
    if (performance.now() > until) throw new Error(`${missing} devices got no answer to their first packet`);
    await sleep(20);
  }
}

function setPace(rate: number | undefined, discard: boolean): void {
  if (discard) for (const device of devices) device.discard();
  pace = rate === undefined ? undefined : { begun: performance.now(), rate, due: 0 };
  clearInterval(pacing);
  if (rate) pacing = setInterval(keepPace, PACE_EVERY_MS);
  if (!pace) {
    for (const device of devices) {
      device.due = device.states.length;
      device.send();
    }
  }
  tell({ type: 'paced' });
}

function keepPace(): void {
  if (!pace) return;
  const { begun, rate } = pace;
  for (const until = ((performance.now() - begun) * rate) / 1_000; pace.due < until; pace.due++) {
    const device = devices[turn++ % devices.length] as LoadDevice;
    device.becomesDue(begun + (pace.due * 1_000) / rate);
    device.send();
  }
}

function drop(withinMs: number, share: number): void {
  const leaving = devices.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));
  for (const [i, device] of leaving.entries()) device.drop((withinMs * (i + 1)) / leaving.length);
  tell({ type: 'dropped' });
}

const sum = (of: (device: LoadDevice) => number) => devices.reduce((total, device) => total + of(device), 0);

function mark(withLatencies: boolean): void {
  tell({
    type: 'mark',
    due: sum(({ due }) => due),
    attempted: sum(({ attempted }) => attempted),
    answered: sum(({ answered }) => answered),
    resent: sum(({ resent }) => resent),
    reconnected: sum(({ reconnected }) => reconnected),
    connected: sum(({ connected }) => Number(connected)),
    cpuUs: cpuOf(process.pid),
    p50: latencies.at(0.5),
    p99: latencies.at(0.99),
    stallMs: Math.max(stallMs, performance.now() - lastAnswer),
    exhausted: devices.some(({ exhausted }) => exhausted),
    faults: faults?.counts ?? noFaults(),
    beats,
    ...(withLatencies ? { latencies: latencies.pairs() } : {}),
  });
  latencies.clear();
  stallMs = 0;
}

async function finish(withinMs: number): Promise<void> {
  // By window, everything was due: what was not sent is not wanted any more.
  if (!pace) for (const device of devices) device.discard();
  pace = { begun: 0, rate: 0, due: 0 };
  const until = performance.now() + withinMs;
  while (performance.now() < until && devices.some(({ answered, due }) => answered < due)) await sleep(50);
  tell({ type: 'finished', states: devices.map(({ states }) => states) });
  for (const device of devices) device.close();
}

function tell(message: FromLoadGenerator): void {
  process.send?.(message);
}

async function follow(message: ToLoadGenerator): Promise<void> {
  if (message.type === 'load') return load(message.options);
  if (message.type === 'pace') return setPace(message.rate, message.discard ?? false);
  if (message.type === 'drop') return drop(message.withinMs, message.share ?? 1);
  if (message.type === 'finish') return finish(message.withinMs);
  return mark(message.latencies ?? false);
}

process.on('message', (message: ToLoadGenerator) => {
  follow(message).catch((error: Error) => {
    process.stderr.write(`load generator: ${error.stack}\n`);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(1));

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
