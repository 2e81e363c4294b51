import type { ApiClient } from '../api-client';
import { mnOf } from '../bench-frames';
import type { StoredMoment } from '../sent-ledger';
import { PACKET_KINDS, type PacketKind } from './packet-schedule';
import { patiently } from './patiently';

/** MNs in an address: Node takes heads of 16 KiB. */
const AT_A_TIME = 200;

/** What the API exports of these devices from a time on, device by device. Needs no right but to read them. */
export async function* storedMoments(
  api: ApiClient,
  devices: { first: number; count: number },
  from: number,
): AsyncGenerator<StoredMoment> {
  for (let first = devices.first; first < devices.first + devices.count; first += AT_A_TIME) {
    const count = Math.min(AT_A_TIME, devices.first + devices.count - first);
    const query = new URLSearchParams({ from: new Date(from).toISOString(), format: 'ndjson' });
    for (let i = 0; i < count; i++) query.append('mn', mnOf(first + i));
    // Whole before it is looked at: an export that breaks off is asked for again from its begin.
    yield* await patiently(() => exported(api, query));
  }
}

async function exported(api: ApiClient, query: URLSearchParams): Promise<StoredMoment[]> {
  const { body } = await api.open(`/readings/export?${query}`);
  if (!body) throw new Error('the export has no body');
  const moments: StoredMoment[] = [];
  for await (const moment of momentsOf(body)) moments.push(moment);
  return moments;
}

async function* momentsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<StoredMoment> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield momentOf(line);
  }
  if (rest !== '') throw new Error('the export broke off in the middle of a line');
}

/** A line of an export as the ledger takes it. @throws Error for a kind that no fleet sends */
export function momentOf(line: string): StoredMoment {
  const { mn, kind, dataTime, values, revisions } = JSON.parse(line) as {
    mn: string;
    kind: PacketKind;
    dataTime: string;
    values: Record<string, unknown>;
    revisions: number;
  };
  if (!PACKET_KINDS.includes(kind)) throw new Error(`${mn} has ${kind} data, which no fleet sends`);
  return {
    mn,
    kind,
    dataTime: Date.parse(dataTime),
    factors: Object.keys(values).map((code) => ({ code })),
    revisions,
  };
}
