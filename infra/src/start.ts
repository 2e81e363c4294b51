import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { OperatorError } from './operator-error';
import { defaultDataFolder, System } from './system';

const USAGE = `usage: npm start [-- [--no-demo | --servers-only] [--data DIR]]
  --no-demo       start empty: no demo province, no device simulator
  --servers-only  start MongoDB, NATS and Valkey alone, to restore a backup into them (docs/operating.md)
  --data DIR      keep data in DIR (default .greenwatch/)
environment: HJ212_PORT (9212), GATEWAY_PORT (8080), MQTT_PORT (any free one), HJ212_HOST, MQTT_HOST and GATEWAY_HOST
             (127.0.0.1),
             INGESTION_ADMISSION (closed|open), MONGODB_URI, NATS_URL, VALKEY_URL (instead of servers of our own)`;

/** npm passes on a Ctrl-C that the terminal has sent already: the same one, not a second. */
const SAME_SIGNAL_MS = 1_000;

function readOptions(): { demo: boolean; data: string; only?: string[] } {
  try {
    const flag = { type: 'boolean' } as const;
    const { values } = parseArgs({ options: { 'no-demo': flag, 'servers-only': flag, data: { type: 'string' } } });
    const data = values.data ?? defaultDataFolder();
    return values['servers-only'] ? { demo: false, data, only: [] } : { demo: !values['no-demo'], data };
  } catch (error) {
    throw new OperatorError(`${(error as Error).message.split('.')[0]}\n${USAGE}`);
  }
}

function readPort(variable: string, fallback: number): number {
  const text = process.env[variable] || String(fallback);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OperatorError(`${variable} is "${text}": a port from 0 (any free one) to 65535 is expected`);
  }
  return port;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { demo, data, only } = readOptions();
  const began = Date.now();
  const system = new System({
    data,
    demo,
    ...(only ? { only } : {}),
    hj212Port: readPort('HJ212_PORT', 9212),
    mqttPort: process.env.NATS_URL ? 0 : readPort('MQTT_PORT', 0),
    gatewayPort: readPort('GATEWAY_PORT', 8080),
    announce: say,
  });
  stopOnSignals(system);
  const urls = await system.start();

  if (only) {
    say('the servers run, and no service');
    return;
  }
  say('');
  say(`console      ${urls.console}`);
  say(`HJ 212       ${urls.hj212} (TCP)`);
  if (urls.mqtt) say(`MQTT         ${urls.mqtt}`);
  say(`data, logs   ${system.folder.root}`);
  const { firstPasswordFile } = system;
  if (existsSync(firstPasswordFile) && statSync(firstPasswordFile).mtimeMs >= began) {
    say(`first administrator's log-in, valid once: ${readFileSync(firstPasswordFile, 'utf8').trim()}`);
  }
  const notes = system.demoNotes();
  if (notes) say(notes);
  say(`greenwatch ready: ${urls.console}`);
}

/** When the first signal to stop came, in epoch ms. */
let signalled: number | undefined;

function stopOnSignals(system: System): void {
  const onSignal = (signal: string) => {
    if (signalled === undefined) {
      signalled = Date.now();
      say(`${signal}: stopping; once more kills`);
      system.stop().then(
        () => {
          say('stopped');
          process.exit(0);
        },
        (error: unknown) => {
          process.stderr.write(`${String((error as Error).stack)}\n`);
          process.exit(1);
        },
      );
    } else if (Date.now() - signalled > SAME_SIGNAL_MS) {
      system.stopNow();
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // npm killed without a word to us: nobody is left who could stop us.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === 'start') {
    setInterval(() => {
      if (process.ppid !== parent && signalled === undefined) onSignal('npm has ended');
    }, 1_000).unref();
  }
}

main().catch((error: unknown) => {
  // Stopped while starting: the signal's handler says so and ends the process.
  if (signalled) return;
  const text = error instanceof OperatorError ? `greenwatch: ${error.message}` : String((error as Error).stack);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
