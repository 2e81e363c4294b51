import type { CollectedSpan } from '@greenwatch/infra';
import { printTree, spanTree } from './span-tree';
import { missingStations, traceOf } from './stations';

const NATS = { 'messaging.system': 'nats', 'messaging.destination.name': 'x' };
const MONGO = { 'db.system.name': 'mongodb', 'db.namespace': 'x', 'db.operation.name': 'x' };
const MN = 'M1';

/** `service name` of each span under the one before, from the socket to the SMS. */
const WAY: [string, string, CollectedSpan['attributes']][] = [
  ['ingestion', 'packets received', { 'greenwatch.mn': MN, 'greenwatch.packets': 1, 'greenwatch.way': 'hj212' }],
  ['ingestion', 'readings.3 publish', NATS],
  ['rules', 'alarm raised', { 'greenwatch.mn': MN, 'greenwatch.alarm.code': 'EXC_H' }],
  ['rules', 'facts.rules.alarm.raised publish', NATS],
  ['tasking', 'fact facts.rules.alarm.raised', NATS],
  ['tasking', 'facts.tasking.task.dispatched publish', NATS],
  ['notifications', 'fact facts.tasking.task.dispatched', NATS],
  ['notifications', 'sms send', { 'greenwatch.outcome': 'accepted' }],
];
const BESIDE: [string, string, CollectedSpan['attributes']][] = [
  ['rules', 'readings rules', NATS],
  ['readings', 'readings readings', NATS],
  ['readings', 'insert packets', MONGO],
  ['rules', 'update alarms', MONGO],
  ['rules', 'insert outbox', MONGO],
  ['tasking', 'insert tasks', MONGO],
  ['notifications', 'insert notices', MONGO],
  ['notifications', 'sms receipt', { 'greenwatch.outcome': 'delivered' }],
];

function whole(): CollectedSpan[] {
  const span = (id: number, parent: number | undefined, [service, name, attributes]: (typeof WAY)[number]) => ({
    ...{ traceId: 't', spanId: `s${id}`, parentSpanId: parent === undefined ? '' : `s${parent}` },
    ...{ service, name, attributes, startedAt: 1_000 + id, took: 1, failed: false },
  });
  return [
    ...WAY.map((one, i) => span(i, i === 0 ? undefined : i - 1, one)),
    ...BESIDE.map((one, i) => span(100 + i, 0, one)),
  ];
}

describe('missingStations', () => {
  test('a packet seen from socket to SMS misses nothing', () => {
    expect(missingStations(whole())).toEqual([]);
  });

  test.each([...WAY, ...BESIDE].map(([service, name]) => [service, name]))('without %s: %s', (service, name) => {
    const without = whole().filter((span) => span.service !== service || span.name !== name);
    expect(missingStations(without).join('\n')).toContain(service);
  });

  test('a station that is there but not above the SMS is missing: another packet led to it', () => {
    const spans = whole().map((span) => (span.name === 'alarm raised' ? { ...span, parentSpanId: '' } : span));
    expect(missingStations(spans)).toEqual([
      'the socket: ingestion ^packets received$, above the SMS',
      'onto the log: ingestion ^readings\\.\\d+ publish$, above the SMS',
    ]);
  });

  test('a number of a phone has no place in a trace', () => {
    const spans = whole().map((span) =>
      span.name === 'sms send' ? { ...span, attributes: { ...span.attributes, to: '8613910000000' } } : span,
    );
    expect(missingStations(spans)).toEqual(['nothing personal: sms send say a number']);
  });

  test('no trace at all', () => {
    expect(missingStations([]).length).toBeGreaterThan(10);
  });
});

test('traceOf finds the trace in which an alarm of the device was raised', () => {
  const other = whole().map((span) => ({
    ...span,
    traceId: 'u',
    attributes: { ...span.attributes, 'greenwatch.mn': 'M2' },
  }));
  expect(traceOf(MN, [...other, ...whole()])).toEqual(whole());
});

test('printTree shows who called whom, when and for how long', () => {
  expect(printTree(spanTree(whole().slice(0, 2)))).toBe(
    [
      '  +ms       ms  service       span',
      '      0      1.0  ingestion     packets received  mn=M1  packets=1',
      '      1      1.0  ingestion       readings.3 publish',
    ].join('\n'),
  );
});
