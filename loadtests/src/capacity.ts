import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OperatorError, repositoryRoot } from '@greenwatch/infra';
import { areaOf, capacityPage, type Measured } from './capacity-page';
import { wholeNumber } from './whole-number';

/**
 * `npm run capacity`: writes docs/capacity.md from measured.json. With a bench's output (its last line in a file) that part of
 * measured.json is replaced first. With `--enterprises N` it prints what such an area needs and writes nothing.
 */
const USAGE = `usage: npm run capacity -- [--ingest FILE] [--ingest-unsynced FILE] [--latency FILE] [--volume FILE] [--connections FILE] [--linearity FILE] [--machine TEXT] [--note TEXT]
       npm run --silent capacity -- --enterprises N`;

export const MEASURED_FILE = path.join(repositoryRoot, 'loadtests', 'measured.json');
export const PAGE_FILE = path.join(repositoryRoot, 'docs', 'capacity.md');

export const readMeasured = (): Measured => JSON.parse(readFileSync(MEASURED_FILE, 'utf8')) as Measured;

/** The last line of a file, which is what a bench printed. */
function lastLine<T>(file: string): T {
  if (!existsSync(file)) throw new OperatorError(`${file} does not exist`);
  const line = readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new OperatorError(`${file}: its last line is expected to be a bench's JSON object`);
  }
}

function main(): void {
  const text = { type: 'string' } as const;
  const names = {
    ingest: text,
    'ingest-unsynced': text,
    latency: text,
    volume: text,
    connections: text,
    linearity: text,
    machine: text,
    note: text,
    enterprises: text,
  };
  const { values } = parseArgs({ options: names });
  const measured = readMeasured();
  if (values.enterprises !== undefined) {
    const enterprises = wholeNumber('enterprises', values.enterprises, 1, 100_000_000);
    process.stdout.write(`${JSON.stringify(areaOf(measured, enterprises))}\n`);
    return;
  }
  if (values.ingest) measured.ingest = lastLine(values.ingest);
  if (values['ingest-unsynced']) measured.ingest_unsynced = lastLine(values['ingest-unsynced']);
  if (values.latency) measured.latency = lastLine(values.latency);
  if (values.volume) measured.volume = lastLine(values.volume);
  if (values.connections) measured.connections = lastLine(values.connections);
  if (values.linearity) measured.linearity = lastLine(values.linearity);
  if (values.machine) measured.machine = values.machine;
  if (values.note) measured.note = values.note;
  writeFileSync(MEASURED_FILE, `${JSON.stringify(measured, null, 2)}\n`);
  writeFileSync(PAGE_FILE, capacityPage(measured));
}

if (require.main === module) {
  try {
    main();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    process.stderr.write(`${message}\n${code?.startsWith('ERR_PARSE_ARGS') ? `${USAGE}\n` : ''}`);
    process.exitCode = 1;
  }
}
