import { KINDS, type Kind, type Moment, type ReadingRevisions, type readingsGrpc } from '@greenwatch/contracts';
import { decodeFields, type FactorReading } from '@greenwatch/hj212';
import { isoTime } from '@greenwatch/kit';
import type { TimeRange } from './access';
import { type MergedMoment, mergePackets, newestValues, type OrderedPacket } from './merge';
import type { PacketStore } from './packet.model';

/** A merged moment with whose it is. `kind` as in the log (`readingsLog.Kind`). */
export interface DeviceMoment extends MergedMoment {
  mn: string;
  kind: number;
}

/** The number by which the log and the store name a kind. */
export function kindNumber(kind: Kind): number {
  return KINDS.indexOf(kind) + 1;
}

/** The moments of a device and kind within ranges (sorted, without overlaps) by data time; of a day its packets are held. */
export async function* readMoments(
  store: PacketStore,
  mn: string,
  kind: number,
  ranges: readonly TimeRange[],
): AsyncGenerator<DeviceMoment> {
  for (const range of ranges) {
    for await (const packets of store.days(mn, kind, range)) {
      for (const moment of mergePackets(packets)) {
        if (moment.dataTime >= range.from && moment.dataTime < range.to) yield { ...moment, mn, kind };
      }
    }
  }
}

/** A moment with the values that count and nothing of what they were before. */
export interface CountingMoment extends Omit<MergedMoment, 'factors'> {
  values: FactorReading[];
}

/** A moment with the values that count. */
export interface NewestMoment {
  /** ms */
  dataTime: number;
  factors: FactorReading[];
}

/** The same for who needs neither revisions nor reception, a day at a time: nothing is merged where one packet is all there is. */
export async function* readNewest(
  store: PacketStore,
  mn: string,
  kind: number,
  ranges: readonly TimeRange[],
): AsyncGenerator<NewestMoment[]> {
  for (const range of ranges) {
    for await (const packets of store.days(mn, kind, range)) {
      const byTime = new Map<number, OrderedPacket[]>();
      for (const packet of packets) {
        const { dataTime } = packet;
        if (dataTime < range.from || dataTime >= range.to) continue;
        const known = byTime.get(dataTime);
        if (known) known.push(packet);
        else byTime.set(dataTime, [packet]);
      }
      const moments = [...byTime].map(([dataTime, of]) => ({ dataTime, factors: newestOf(of) }));
      yield moments.sort((a, b) => a.dataTime - b.dataTime);
    }
  }
}

/** The values that count of the packets of one moment. */
export function newestOf(packets: readonly OrderedPacket[]): FactorReading[] {
  return newestMoment(packets)?.values ?? [];
}

/** The newest moment of these packets of one device and kind: nothing is merged where one packet is all there is. */
export function newestMoment(packets: readonly OrderedPacket[]): CountingMoment | undefined {
  const [first, second] = packets;
  if (first && !second) {
    const { dataTime, receivedAt } = first;
    const values = decodeFields(first.fields);
    // A factor may stand in a packet twice.
    const each = new Set(values.map(({ factor }) => factor));
    if (each.size === values.length) return { dataTime, receivedAt, revisions: 0, values };
  }
  const moment = [...mergePackets(packets)].at(-1);
  return moment && counting(moment);
}

function counting(moment: MergedMoment): CountingMoment {
  const { dataTime, receivedAt, revisions } = moment;
  return { dataTime, receivedAt, revisions, values: newestValues(moment) };
}

/** Order of moments where several devices are read side by side. */
export function compareMoments(a: { dataTime: number; mn: string }, b: { dataTime: number; mn: string }): number {
  return a.dataTime - b.dataTime || (a.mn < b.mn ? -1 : a.mn > b.mn ? 1 : 0);
}

/** Joins sorted streams into one sorted stream, holding one item of each. */
export async function* mergeSorted<T>(
  streams: AsyncGenerator<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T> {
  const heads: { value: T; stream: AsyncGenerator<T> }[] = [];
  const advance = async (stream: AsyncGenerator<T>) => {
    const { done, value } = await stream.next();
    if (!done) heads.push({ value, stream });
  };
  try {
    for (const stream of streams) await advance(stream);
    while (heads.length > 0) {
      heads.sort((a, b) => compare(a.value, b.value));
      const first = heads.shift();
      if (!first) return;
      yield first.value;
      await advance(first.stream);
    }
  } finally {
    for (const stream of streams) await stream.return(undefined);
  }
}

/** The first `count` items; the stream is closed. */
export async function take<T>(stream: AsyncGenerator<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}

/** As the actions give it. */
export function toMoment(moment: DeviceMoment): Moment {
  return showMoment(moment.mn, moment.kind, counting(moment));
}

export function showMoment(mn: string, kind: number, moment: CountingMoment): Moment {
  const { dataTime, receivedAt, revisions, values } = moment;
  const name = KINDS[kind - 1];
  if (!name) throw new Error(`kind ${kind} of ${mn} is none that this version knows`);
  return {
    mn,
    kind: name,
    dataTime: isoTime(dataTime),
    receivedAt: isoTime(receivedAt),
    values: asRecords(values),
    revisions,
  };
}

/** By factor and field. Loops: a thousand devices are asked for at once, and `Object.fromEntries` takes four times as long. */
function asRecords(values: readonly FactorReading[]): Moment['values'] {
  const records: Moment['values'] = {};
  for (const { factor, fields } of values) {
    const record: Record<string, string> = {};
    for (const [name, value] of fields) record[name] = value;
    records[factor] = record;
  }
  return records;
}

/** Every value of the factors that had more than one. */
export function toRevisions({ mn, dataTime, factors }: DeviceMoment): ReadingRevisions[] {
  return [...factors]
    .filter(([, values]) => values.length > 1)
    .map(([factor, values]) => ({
      ...{ mn, dataTime: isoTime(dataTime), factor },
      values: values.map(({ receivedAt, reading }) => ({
        receivedAt: isoTime(receivedAt),
        fields: Object.fromEntries(reading.fields),
      })),
    }));
}

/** As the export gives it. */
export function toGrpcMoment(moment: DeviceMoment): readingsGrpc.Moment {
  const { mn, kind, dataTime, receivedAt, revisions } = moment;
  const factors = newestValues(moment).map(({ factor, fields }) => ({
    code: factor,
    fields: fields.map(([name, value]) => ({ name, value })),
  }));
  return { mn, kind, dataTime, receivedAt, factors, revisions };
}
