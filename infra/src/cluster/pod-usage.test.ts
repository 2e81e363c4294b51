import { ratesOf, type StatsSummary, usageOf } from './pod-usage';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, second)).toISOString();
const summary = (second: number, cpuMs: Record<string, number>): StatsSummary => ({
  pods: Object.entries(cpuMs).map(([name, ms]) => ({
    podRef: { name, namespace: name.startsWith('other') ? 'other' : 'gw' },
    containers: [
      {
        cpu: { time: at(second), usageCoreNanoSeconds: ms * 1e6 },
        memory: { workingSetBytes: 100e6 },
      },
    ],
    network: { time: at(second), rxBytes: ms * 10, txBytes: ms * 30 },
  })),
});

const serviceOf = (pod: string) => /^(?:ingestion|mongodb)/.exec(pod)?.[0];

test('only the namespace is read, and a pod that has not been measured is left out', () => {
  const read = summary(0, { 'ingestion-a': 10, 'other-a': 5 });
  read.pods.push({ podRef: { name: 'ingestion-new', namespace: 'gw' }, containers: [] });
  expect(usageOf(read, 'gw')).toEqual([
    expect.objectContaining({ pod: 'ingestion-a', cpuUs: 10_000, memoryBytes: 100e6, networkBytes: 400 }),
  ]);
});

test('pods of one service are added up, each over its own time; who came or went in between does not count', () => {
  const before = usageOf(
    summary(0, { 'ingestion-a': 100, 'ingestion-b': 100, 'ingestion-gone': 50, stranger: 1 }),
    'gw',
  );
  const after = usageOf(
    summary(20, { 'ingestion-a': 300, 'ingestion-b': 500, 'ingestion-new': 50, stranger: 2 }),
    'gw',
  );
  expect(ratesOf(before, after, serviceOf)).toEqual({
    ingestion: { pods: 2, cpuUs: 30_000, networkBytes: 1_200, memoryBytes: 200e6 },
  });
});

test('a pod whose counters were not read again in between tells no rate', () => {
  const read = usageOf(summary(0, { 'mongodb-0': 100 }), 'gw');
  expect(ratesOf(read, read, serviceOf)).toEqual({});
});
