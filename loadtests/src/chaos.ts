import { OperatorError, System } from '@greenwatch/infra';
import type { Client } from '@greenwatch/kit';
import { registerDevices } from './bench-devices';
import { connectToSystem, drained, exportAddress, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { PatientDevice } from './patient-device';

/**
 * `npm run chaos`: kill -9 of each service, NATS and MongoDB, one after the other, while devices send; then every acknowledged
 * packet must be in the export exactly once. Prints a row a kill and one JSON object last; exit code 1 when anything is lost or
 * doubled.
 */
const DEVICES = 60;
/** About 600 packets a second in all: enough that every kill meets work in flight. */
const EVERY_MS = 100;
const SETTLE_MS = 4_000;

const say = (line: string) => process.stderr.write(`${line}\n`);

async function chaos(): Promise<{
  killed: string[];
  acknowledged: number;
  resent: number;
  lost: number;
  duplicated: number;
}> {
  const system = new System({ announce: say });
  const devices: PatientDevice[] = [];
  let client: Client | undefined;
  try {
    const urls = await system.start();
    client = await connectToSystem(system, ['registry', 'readings']);
    await registerDevices(client, DEVICES);
    const [host = '', port] = urls.hj212.split(':');
    const frames = 20_000;
    const firstTime = Math.floor(Date.now() / 1_000) * 1_000 - (frames + 60) * 1_000;
    for (let device = 0; device < DEVICES; device++) {
      devices.push(
        new PatientDevice({
          device,
          host,
          port: Number(port),
          firstTime,
          frames,
          window: 4,
          everyMs: EVERY_MS,
          resendMs: 3_000,
        }),
      );
    }
    for (const device of devices) device.start();
    await sleep(SETTLE_MS);
    const victims = [...system.names()];
    for (const victim of victims) {
      const before = total(devices);
      const at = Date.now();
      system.kill(victim, 'SIGKILL');
      await sleep(300);
      await system.ready(victim);
      const back = Date.now() - at;
      await sleep(SETTLE_MS);
      say(
        `killed ${victim.padEnd(14)} back after ${(back / 1_000).toFixed(1)} s, ${total(devices) - before} acknowledged`,
      );
    }
    await Promise.all(devices.map((device) => device.finish(60_000)));
    await drained(client);
    const acked = devices.map((device) => device.acked);
    const verdict = await checkExactlyOnce(client, exportAddress(system), acked, firstTime);
    const resent = devices.reduce((sum, device) => sum + device.resent, 0);
    return { killed: victims, acknowledged: total(devices), resent, ...verdict };
  } finally {
    for (const device of devices) device.stop();
    await client?.close();
    await system.stop();
  }
}

const total = (devices: PatientDevice[]) =>
  devices.reduce((sum, device) => sum + device.acked.reduce((count, flag) => count + flag, 0), 0);

chaos()
  .then((result) => {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    if (result.lost > 0 || result.duplicated > 0) process.exitCode = 1;
  })
  .catch((error) => {
    say(error instanceof OperatorError ? error.message : ((error as Error).stack ?? String(error)));
    process.exitCode = 1;
  });
