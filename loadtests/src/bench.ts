import { parseArgs } from 'node:util';
import { OperatorError } from '@greenwatch/infra';
import { backfillBench } from './backfill-bench';
import { missedBounds } from './bounds';
import { burstBench } from './burst-bench';
import { connectionsBench } from './connections-bench';
import { creditBench } from './credit-bench';
import { exportBench } from './export-bench';
import { fraudBench } from './fraud-bench';
import { ingestBench } from './ingest-bench';
import { latencyBench } from './latency-bench';
import { permitsBench } from './permits-bench';
import { reconnectBench } from './reconnect-bench';
import { volumeBench } from './volume-bench';
import { wholeNumber } from './whole-number';

/** Gives the text of an option; undefined where it was left out. */
type Option = (name: string) => string | undefined;

interface Bench {
  /** Its options with what they mean, a line each. */
  options: Record<string, string>;
  /** @returns what is printed; `missed` names the bounds that were not kept, which makes the exit code 1 */
  run(option: Option): Promise<object & { missed?: string[] }>;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

const SYNC = { 'sync-interval': 'when NATS flushes to disk: always (default), or a period such as 2m' };
const ONLY = { only: 'only these services, separated by commas (default: all)' };
const syncInterval = (option: Option) => option('sync-interval');
const only = (option: Option) => option('only')?.split(',');

const BENCHES: Record<string, Bench> = {
  ingest: {
    options: {
      seconds: 'length of the measured part (default 20)',
      warmup: 'seconds of the same load before it, checked but not measured (default 8)',
      connections: 'devices, a TCP connection each (default 100)',
      window: 'packets in flight on each connection (default 4)',
      ...ONLY,
      ...SYNC,
    },
    run: (option) =>
      ingestBench({
        seconds: wholeNumber('seconds', option('seconds') ?? '20', 1, 600),
        warmup: wholeNumber('warmup', option('warmup') ?? '8', 0, 60),
        connections: wholeNumber('connections', option('connections') ?? '100', 1, 10_000),
        window: wholeNumber('window', option('window') ?? '4', 1, 256),
        only: only(option),
        syncInterval: syncInterval(option),
        say,
      }),
  },
  latency: {
    options: {
      connections: 'devices (default 5000)',
      rate: 'packets a second over all of them (default 500)',
      seconds: 'length of the measured part (default 120)',
      warmup: 'seconds before it, twice: for all to come, and again when what was told of that is taken (default 10)',
      alarms: 'exceedances a second (default 1)',
      ...SYNC,
    },
    run: (option) =>
      latencyBench({
        connections: wholeNumber('connections', option('connections') ?? '5000', 1, 15_000),
        rate: wholeNumber('rate', option('rate') ?? '500', 1, 100_000),
        seconds: wholeNumber('seconds', option('seconds') ?? '120', 1, 600),
        warmup: wholeNumber('warmup', option('warmup') ?? '10', 0, 60),
        alarms: wholeNumber('alarms', option('alarms') ?? '1', 1, 100),
        syncInterval: syncInterval(option),
        say,
      }),
  },
  burst: {
    options: {
      connections: 'devices (default 1000)',
      rate: 'the sustained rate, packets a second (default 7000)',
      seconds: 'length of three times that rate (default 120)',
      overload: 'seconds of ten times that rate (default 30)',
      ...ONLY,
      ...SYNC,
    },
    run: (option) =>
      burstBench({
        connections: wholeNumber('connections', option('connections') ?? '1000', 1, 15_000),
        rate: wholeNumber('rate', option('rate') ?? '7000', 1, 100_000),
        seconds: wholeNumber('seconds', option('seconds') ?? '120', 1, 600),
        overload: wholeNumber('overload', option('overload') ?? '30', 1, 300),
        only: only(option),
        syncInterval: syncInterval(option),
        say,
      }),
  },
  volume: {
    options: { readings: 'realtime and minute readings, packed (default 200000000); hours of a month on top' },
    run: (option) =>
      volumeBench({
        readings: wholeNumber('readings', option('readings') ?? '200000000', 100_000, 2_000_000_000),
        say,
      }),
  },
  backfill: {
    options: {
      readings: 'of history, 8 a packet (default 250000)',
      rate: 'live packets a second meanwhile (default 500)',
      connections: 'live devices (default 500)',
      ...SYNC,
    },
    run: (option) =>
      backfillBench({
        readings: wholeNumber('readings', option('readings') ?? '250000', 800, 10_000_000),
        rate: wholeNumber('rate', option('rate') ?? '500', 1, 100_000),
        connections: wholeNumber('connections', option('connections') ?? '500', 1, 15_000),
        syncInterval: syncInterval(option),
        say,
      }),
  },
  reconnect: {
    options: {
      connections: 'devices (default 5000)',
      rate: 'packets a second over all of them (default 500)',
      within: 'seconds within which they come back (default 60)',
      ...ONLY,
      ...SYNC,
    },
    run: (option) =>
      reconnectBench({
        connections: wholeNumber('connections', option('connections') ?? '5000', 1, 15_000),
        rate: wholeNumber('rate', option('rate') ?? '500', 1, 100_000),
        within: wholeNumber('within', option('within') ?? '60', 1, 600),
        only: only(option),
        syncInterval: syncInterval(option),
        say,
      }),
  },
  connections: {
    options: {
      connections: 'most open at a time (default 8000)',
      steps: 'in so many steps, each measured (default 4)',
    },
    run: (option) =>
      connectionsBench({
        connections: wholeNumber('connections', option('connections') ?? '8000', 10, 15_000),
        steps: wholeNumber('steps', option('steps') ?? '4', 2, 10),
        say,
      }),
  },
  export: {
    options: { packets: 'stored and exported (default 1000000)', ...SYNC },
    run: (option) =>
      exportBench({
        packets: wholeNumber('packets', option('packets') ?? '1000000', 100, 2_000_000),
        syncInterval: syncInterval(option),
        say,
      }),
  },
  fraud: {
    options: {
      data: 'folder of labelled series: outlets.csv, pollutants.csv, hourly/, truth/ (needed)',
      out: 'file that gets outlet,score (authenticity, cross-validated by enterprise; needed)',
      window: 'length of a window, days (default 15)',
      baseline: 'length of its baseline, days (default 45)',
      penalty: 'of the logistic regression (default 1)',
    },
    run: async (option) => {
      const [data, out] = [option('data'), option('out')];
      if (!data || !out) throw new OperatorError(`--data and --out are needed\n${usage()}`);
      const penalty = Number(option('penalty') ?? '1');
      if (!(penalty > 0)) throw new OperatorError(`--penalty is "${option('penalty')}": a number above 0 is expected`);
      const windowDays = wholeNumber('window', option('window') ?? '15', 1, 366);
      const baselineDays = wholeNumber('baseline', option('baseline') ?? '45', 1, 1_098);
      return fraudBench({ data, out, windowDays, baselineDays, penalty, say });
    },
  },
  credit: {
    options: { enterprises: 'with three years of events each (default 26200)' },
    run: async (option) => {
      const enterprises = wholeNumber('enterprises', option('enterprises') ?? '26200', 1, 1_000_000);
      const result = await creditBench({ enterprises, say });
      return { ...result, missed: missedSeconds(result.seconds, 60) };
    },
  },
  permits: {
    options: { permits: 'of one sheet, four limits each (default 26000)' },
    run: async (option) => {
      const permits = wholeNumber('permits', option('permits') ?? '26000', 1, 70_000);
      const result = await permitsBench({ permits, say });
      return { ...result, missed: missedSeconds(result.seconds, 180) };
    },
  },
};

const missedSeconds = (value: number, most: number) => missedBounds([{ name: 'seconds', value, most }]);

function usage(): string {
  const lines = Object.entries(BENCHES).flatMap(([name, { options }]) => [
    `  ${name}`,
    ...Object.entries(options).map(([option, meaning]) => `    --${option.padEnd(16)} ${meaning}`),
  ]);
  return ['usage: npm run bench -- NAME [OPTIONS]', ...lines].join('\n');
}

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) throw new OperatorError(usage());
  const options = Object.fromEntries(Object.keys(bench.options).map((option) => [option, { type: 'string' as const }]));
  const { values } = readOptions(args, options);
  const { missed = [], ...result } = await bench.run((option) => values[option] as string | undefined);
  for (const line of missed) say(`missed: ${line}`);
  process.stdout.write(`${JSON.stringify({ ...result, missed })}\n`);
  if (missed.length > 0) process.exitCode = 1;
}

function readOptions(args: string[], options: Record<string, { type: 'string' }>) {
  try {
    return parseArgs({ args, options });
  } catch (error) {
    throw new OperatorError(`${(error as Error).message}\n${usage()}`);
  }
}

main().catch((error) => {
  say(error instanceof OperatorError ? error.message : ((error as Error).stack ?? String(error)));
  process.exitCode = 1;
});
