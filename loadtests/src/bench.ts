import { parseArgs } from 'node:util';
import { OperatorError } from '@greenwatch/infra';
import { creditBench } from './credit-bench';
import { fraudBench } from './fraud-bench';
import { ingestBench } from './ingest-bench';
import { permitsBench } from './permits-bench';

const USAGE = `usage: npm run bench -- ingest [--seconds N] [--warmup N] [--connections N] [--window N] [--only NAMES]
  --seconds N      length of the measured part (default 20)
  --warmup N       seconds of the same load before it, checked but not measured (default 8)
  --connections N  devices, a TCP connection each (default 100)
  --window N       packets in flight on each connection (default 4)
  --only NAMES     only these services, separated by commas (default: all)
       npm run bench -- fraud --data FOLDER --out FILE [--window DAYS] [--baseline DAYS] [--penalty X]
  --data FOLDER    labelled series: outlets.csv, pollutants.csv, hourly/, truth/
  --out FILE       gets outlet,score (authenticity, cross-validated by enterprise)
  --window DAYS    length of a window (default 15)
  --baseline DAYS  length of its baseline (default 45)
  --penalty X      of the logistic regression (default 1)
       npm run bench -- credit [--enterprises N]
  --enterprises N  with three years of events each (default 26200)
       npm run bench -- permits [--permits N]
  --permits N      of one sheet, four limits each (default 26000)`;

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '20' },
        warmup: { type: 'string', default: '8' },
        connections: { type: 'string', default: '100' },
        window: { type: 'string' },
        only: { type: 'string' },
        data: { type: 'string' },
        out: { type: 'string' },
        baseline: { type: 'string', default: '45' },
        penalty: { type: 'string', default: '1' },
        enterprises: { type: 'string', default: '26200' },
        permits: { type: 'string', default: '26000' },
      },
    });
  } catch (error) {
    throw new OperatorError(`${(error as Error).message}\n${USAGE}`);
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new OperatorError(`--${name} is "${text}": a whole number from ${least} to ${most} is expected`);
  }
  return value;
}

async function main(): Promise<void> {
  const { positionals, values } = readOptions();
  if (positionals.length === 1 && positionals[0] === 'fraud') {
    if (!values.data || !values.out) throw new OperatorError(`--data and --out are needed\n${USAGE}`);
    const penalty = Number(values.penalty);
    if (!(penalty > 0)) throw new OperatorError(`--penalty is "${values.penalty}": a number above 0 is expected`);
    const result = fraudBench({
      data: values.data,
      out: values.out,
      windowDays: whole('window', values.window ?? '15', 1, 366),
      baselineDays: whole('baseline', values.baseline, 1, 1_098),
      penalty,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  if (positionals.length === 1 && positionals[0] === 'credit') {
    const result = await creditBench({
      enterprises: whole('enterprises', values.enterprises, 1, 1_000_000),
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    if (result.seconds >= 60) process.exitCode = 1;
    return;
  }
  if (positionals.length === 1 && positionals[0] === 'permits') {
    const result = await permitsBench({
      permits: whole('permits', values.permits, 1, 70_000),
      say: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    if (result.seconds >= 180) process.exitCode = 1;
    return;
  }
  if (positionals.length !== 1 || positionals[0] !== 'ingest') throw new OperatorError(USAGE);
  const result = await ingestBench({
    seconds: whole('seconds', values.seconds, 1, 600),
    warmup: whole('warmup', values.warmup, 0, 60),
    connections: whole('connections', values.connections, 1, 2_000),
    window: whole('window', values.window ?? '4', 1, 64),
    only: values.only?.split(','),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (result.lost > 0 || result.duplicated > 0) process.exitCode = 1;
}

main().catch((error) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
