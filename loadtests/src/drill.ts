import { parseArgs } from 'node:util';
import { drillRun } from './drill-run';
import { runCommand } from './run-command';
import { wholeNumber } from './whole-number';

const USAGE = `usage: npm run drill -- [--devices N] [--rate N] [--seconds N] [--alarms N]
  --devices N   that send before the backup, and as many that send meanwhile (default 60)
  --rate N      new packets a second (default 1000)
  --seconds N   of sending before the backup (default 60)
  --alarms N    outlets that exceed before the backup, and as many meanwhile (default 20)`;

runCommand(USAGE, async () => {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({ options: { devices: number, rate: number, seconds: number, alarms: number } });
  return drillRun({
    devices: wholeNumber('devices', values.devices ?? '60', 2, 10_000),
    rate: wholeNumber('rate', values.rate ?? '1000', 1, 100_000),
    seconds: wholeNumber('seconds', values.seconds ?? '60', 1, 3_600),
    alarms: wholeNumber('alarms', values.alarms ?? '20', 2, 1_000),
    say: (line) => process.stderr.write(`${line}\n`),
  });
});
