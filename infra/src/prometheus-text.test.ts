import { samplesOf, sumOf } from './prometheus-text';

const TEXT = `# HELP greenwatch_ingestion_connections open connections
# TYPE greenwatch_ingestion_connections gauge
greenwatch_ingestion_connections{way="hj212"} 40
greenwatch_ingestion_connections{way="mqtt"} 2
greenwatch_log_delay_seconds_count{group="rules"} 12
greenwatch_facts_pending 3
process_cpu_seconds_total 1.5e+1
odd{text="a \\"b\\", c",more="x"} 7 1700000000000
`;

test.each<{ name: string; labels?: Record<string, string>; sum: number }>([
  { name: 'greenwatch_ingestion_connections', labels: undefined, sum: 42 },
  { name: 'greenwatch_ingestion_connections', labels: { way: 'hj212' }, sum: 40 },
  { name: 'greenwatch_ingestion_connections', labels: { way: 'http' }, sum: 0 },
  { name: 'greenwatch_facts_pending', labels: undefined, sum: 3 },
  { name: 'process_cpu_seconds_total', labels: undefined, sum: 15 },
  { name: 'odd', labels: { text: 'a "b", c', more: 'x' }, sum: 7 },
  { name: 'absent', labels: undefined, sum: 0 },
])('$name $labels is $sum', ({ name, labels, sum }) => {
  expect(sumOf(samplesOf(TEXT), name, labels) ?? 0).toBe(sum);
});

const PAGE = `# HELP process_cpu_seconds_total Total
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5

greenwatch_log_pending{group="readings",partition="0"} 3
greenwatch_log_pending{group="rules",partition="1"} 4 1700000000000
x_bucket{le="+Inf",name="a\\"b\\\\c"} 7
y +Inf
`;

test('samples with their labels, time stamps left out', () => {
  expect([...samplesOf(PAGE)]).toEqual([
    { name: 'process_cpu_seconds_total', labels: {}, value: 12.5 },
    { name: 'greenwatch_log_pending', labels: { group: 'readings', partition: '0' }, value: 3 },
    { name: 'greenwatch_log_pending', labels: { group: 'rules', partition: '1' }, value: 4 },
    { name: 'x_bucket', labels: { le: '+Inf', name: 'a"b\\c' }, value: 7 },
    { name: 'y', labels: {}, value: Number.POSITIVE_INFINITY },
  ]);
});

test.each([
  ['over all labels', 'greenwatch_log_pending', 7],
  ['of one sample', 'process_cpu_seconds_total', 12.5],
  ['of none', 'not_there', undefined],
])('the sum %s', (_name, metric, expected) => {
  expect(sumOf(samplesOf(PAGE), metric)).toBe(expected);
});
