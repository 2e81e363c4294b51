import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Collector, choosePort, findCollector, ManagedProcess, Reaper, repositoryRoot } from '@greenwatch/infra';
import { LIMIT, mnOf } from '../bench-frames';
import { BenchSystem } from '../bench-system';
import { sleep } from '../connect-to-system';
import { HourSender, lastFullHour } from '../hour-device';
import { printTree, spanTree } from './span-tree';
import { missingStations, traceOf } from './stations';

/**
 * `npm run test:trace`: one packet from its socket to the phone, as one trace in a real OpenTelemetry collector. A device of the real system
 * sends an hour far above its limit; the enterprise's principal gets an SMS from the demo's SMSC. Fails when a station is missing.
 */
const DEVICE = 0;
/** The principal of the device's enterprise (bench-devices.ts), as the SMSC sees the number. */
const PHONE = '8613910000000';
/** Over three times the limit is urgent (domain.md 1.9): it is told at night as well. */
const EXCEEDING = LIMIT * 4;
const SMS_WITHIN_MS = 60_000;
const SPANS_WITHIN_MS = 30_000;
const PASSWORD = 'traced';

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const folder = new Reaper().temporaryFolder('trace');
  const collector = await Collector.start(await findCollector(say), path.join(folder, 'collector'));
  const port = await choosePort();
  const smsc = await startSmsc(folder, port);
  let bench: BenchSystem | undefined;
  try {
    bench = await BenchSystem.start({
      devices: 1,
      environment: {
        SMPP_URL: urlOf(port),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_TRACES_SAMPLER: 'always_on',
        OTEL_BSP_SCHEDULE_DELAY: '500',
      },
      say,
    });
    await exceed(bench);
    const sent = performance.now();
    await until(() => smsTo(folder), SMS_WITHIN_MS, 'no SMS came to the SMSC');
    say(`the SMS came to the SMSC ${Math.round(performance.now() - sent)} ms after the device had its answer`);
    const trace = () => traceOf(mnOf(DEVICE), collector.spans);
    await until(() => missingStations(trace()).length === 0, SPANS_WITHIN_MS).catch(() => {});
    const spans = trace();
    process.stdout.write(`trace ${spans[0]?.traceId ?? '-'}: ${spans.length} spans\n${printTree(spanTree(spans))}\n`);
    const missing = missingStations(spans);
    for (const station of missing) process.stdout.write(`missing: ${station}\n`);
    process.stdout.write(missing.length === 0 ? '1 passed, 0 failed\n' : '0 passed, 1 failed\n');
    process.exitCode = missing.length === 0 ? 0 : 1;
  } finally {
    await bench?.stop();
    await smsc.stop();
    await collector.stop();
  }
}

async function exceed(bench: BenchSystem): Promise<void> {
  const [address] = bench.addresses();
  if (!address) throw new Error('ingestion has no address');
  const sender = await HourSender.connect(address);
  try {
    await sender.send(DEVICE, lastFullHour(), EXCEEDING);
  } finally {
    sender.close();
  }
}

const urlOf = (port: number) => `smpp://greenwatch:${PASSWORD}@127.0.0.1:${port}`;
const smsFile = (folder: string) => path.join(folder, 'sms.jsonl');

/** The demo's SMSC as its own process. */
async function startSmsc(folder: string, port: number): Promise<ManagedProcess> {
  const smsc = new ManagedProcess(
    {
      name: 'smsc',
      command: process.execPath,
      args: [path.join(repositoryRoot, 'demo', 'dist', 'smsc.js')],
      environment: { ...process.env, SMPP_URL: urlOf(port), SMPP_PORT: String(port), DEMO_FOLDER: folder },
      logFile: path.join(folder, 'smsc.log'),
      // Who connects before it listens tries again.
      probe: async () => {},
      readyWithinMs: 10_000,
      stopWithinMs: 5_000,
    },
    false,
  );
  await smsc.start();
  return smsc;
}

function smsTo(folder: string): boolean {
  const file = smsFile(folder);
  if (!existsSync(file)) return false;
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return lines.some((line) => (JSON.parse(line) as { to: string }).to === PHONE);
}

/** @throws Error with `otherwise` when it has not become true in time */
async function until(holds: () => boolean, withinMs: number, otherwise = 'not in time'): Promise<void> {
  for (const end = Date.now() + withinMs; !holds(); await sleep(200)) {
    if (Date.now() > end) throw new Error(otherwise);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
});
