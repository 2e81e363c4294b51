import type { CollectedSpan } from '@greenwatch/infra';

/** Where a packet that exceeds its limit must be seen on its way to the phone of whoever answers for it. */
interface Station {
  says: string;
  service: string;
  name: RegExp;
  /** Attributes that it must have, with their values where these are known. */
  attributes: Record<string, RegExp>;
}

const nats = { 'messaging.system': /^nats$/, 'messaging.destination.name': /./ };
const mongo = { 'db.system.name': /^mongodb$/, 'db.namespace': /./, 'db.operation.name': /./ };

/** From the socket to the SMS: each lies under the one before. */
const WAY: readonly Station[] = [
  {
    says: 'the socket',
    service: 'ingestion',
    name: /^packets received$/,
    attributes: { 'greenwatch.mn': /./, 'greenwatch.packets': /^[1-9]/, 'greenwatch.way': /^hj212$/ },
  },
  { says: 'onto the log', service: 'ingestion', name: /^readings\.\d+ publish$/, attributes: nats },
  {
    says: 'the alarm',
    service: 'rules',
    name: /^alarm raised$/,
    attributes: { 'greenwatch.mn': /./, 'greenwatch.alarm.code': /^EXC_H$/ },
  },
  { says: 'its fact told', service: 'rules', name: /^facts\.rules\.alarm\.raised publish$/, attributes: nats },
  { says: 'its fact taken', service: 'tasking', name: /^fact facts\.rules\.alarm\.raised$/, attributes: nats },
  { says: 'the task told', service: 'tasking', name: /^facts\.tasking\.task\.dispatched publish$/, attributes: nats },
  {
    says: 'the task taken',
    service: 'notifications',
    name: /^fact facts\.tasking\.task\.dispatched$/,
    attributes: nats,
  },
  { says: 'the SMS', service: 'notifications', name: /^sms send$/, attributes: { 'greenwatch.outcome': /^accepted$/ } },
];

/** Beside that way, anywhere in the trace. */
const BESIDE: readonly Station[] = [
  // The alarm goes on from its own packet's message; the batch in which rules took it may hold others'.
  { says: 'off the log', service: 'rules', name: /^readings rules$/, attributes: { 'messaging.system': /^nats$/ } },
  { says: 'readings off the log', service: 'readings', name: /^readings readings$/, attributes: {} },
  {
    says: 'the readings in MongoDB',
    service: 'readings',
    name: /^(insert|update|bulkWrite) packets/,
    attributes: mongo,
  },
  { says: 'the alarm in MongoDB', service: 'rules', name: /^update alarms$/, attributes: mongo },
  { says: 'the alarm in the outbox', service: 'rules', name: /^insert outbox$/, attributes: mongo },
  { says: 'the task in MongoDB', service: 'tasking', name: /^(insert|update) tasks$/, attributes: mongo },
  { says: 'the notice in MongoDB', service: 'notifications', name: /^insert notices$/, attributes: mongo },
  { says: 'the receipt', service: 'notifications', name: /^sms receipt$/, attributes: { 'greenwatch.outcome': /./ } },
];

/** A phone number or what was written to it has no place in a trace. */
const PERSONAL = /1[3-9]\d{9}/;

/** Spans of the trace of the packet that this device sent first; empty: there is none. */
export function traceOf(mn: string, spans: readonly CollectedSpan[]): CollectedSpan[] {
  const exceeding = spans.filter(
    ({ name, attributes }) => name === 'alarm raised' && attributes['greenwatch.mn'] === mn,
  );
  const ids = new Set(exceeding.map(({ traceId }) => traceId));
  return spans.filter(({ traceId }) => ids.has(traceId));
}

/** What is missing in a trace, in words; empty: nothing. */
export function missingStations(trace: readonly CollectedSpan[]): string[] {
  const missing: string[] = [];
  if (new Set(trace.map(({ traceId }) => traceId)).size > 1) missing.push('it is more than one trace');
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const orphans = trace.filter(({ parentSpanId }) => parentSpanId && !byId.has(parentSpanId));
  if (orphans.length > 0) missing.push(`the parents of ${orphans.map(({ name }) => name).join(', ')}`);

  // From the SMS upwards: who is told and for what reason is one line of spans, not just one id.
  const last = WAY.at(-1) as Station;
  const ways = trace.filter((span) => isAt(last, span)).map((span) => upwards(span, byId));
  const lacking = ways.map((way) => WAY.filter((station) => !way.some((span) => isAt(station, span))));
  const best = lacking.sort((a, b) => a.length - b.length)[0];
  for (const station of best ?? WAY.filter((one) => !trace.some((span) => isAt(one, span)))) {
    missing.push(`${station.says}: ${station.service} ${station.name.source}${best ? ', above the SMS' : ''}`);
  }
  for (const station of BESIDE.filter((one) => !trace.some((span) => isAt(one, span)))) {
    missing.push(`${station.says}: ${station.service} ${station.name.source}`);
  }
  const personal = trace.filter((span) => PERSONAL.test(JSON.stringify(span.attributes)));
  if (personal.length > 0)
    missing.push(`nothing personal: ${personal.map(({ name }) => name).join(', ')} say a number`);
  return missing;
}

function upwards(span: CollectedSpan, byId: ReadonlyMap<string, CollectedSpan>): CollectedSpan[] {
  const parent = byId.get(span.parentSpanId);
  return parent ? [span, ...upwards(parent, byId)] : [span];
}

function isAt({ service, name, attributes }: Station, span: CollectedSpan): boolean {
  return (
    span.service === service &&
    name.test(span.name) &&
    Object.entries(attributes).every(([key, value]) => value.test(String(span.attributes[key] ?? '')))
  );
}
