import { parseArgs } from 'node:util';
import { chaosRun } from './chaos-run';
import { runCommand } from './run-command';
import { wholeNumber } from './whole-number';

const USAGE = `usage: npm run chaos -- [--kills N] [--seed N] [--rate N] [--devices N] [--sync-interval always|PERIOD]
  --kills N          kill -9 of ingestion, readings, rules (two instances each), nats, mongod, valkey (default 60)
  --seed N           of who is killed when (default 1)
  --rate N           new packets a second (default 600)
  --devices N        that send them and keep what is not acknowledged (default 60)
  --sync-interval P  when NATS flushes to disk: always (default), or a period such as 2m`;

runCommand(USAGE, async () => {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { kills: number, seed: number, rate: number, devices: number, 'sync-interval': number },
  });
  return chaosRun({
    kills: wholeNumber('kills', values.kills ?? '60', 1, 10_000),
    seed: wholeNumber('seed', values.seed ?? '1', 0, 2 ** 31 - 1),
    rate: wholeNumber('rate', values.rate ?? '600', 1, 100_000),
    devices: wholeNumber('devices', values.devices ?? '60', 1, 10_000),
    syncInterval: values['sync-interval'],
    say: (line) => process.stderr.write(`${line}\n`),
  });
});
