import { readingsLog } from '@greenwatch/contracts';
import { dayOf, startOfDay, varintSize, writeVarint } from '@greenwatch/kit';
import { packetKey } from './packet-key';

const DAY_MS = 86_400_000;

/** Packets of one device, kind and day that log messages carried: what becomes one document. */
export interface PacketGroup {
  key: string;
  mn: string;
  kind: number;
  /** `StoredPackets` on the wire, in the order of the log. */
  packets: Buffer;
  /** The newest data time among them (ms), and the packets of that moment as `StoredPackets`. */
  newest: number;
  newestPackets: Buffer;
  count: number;
  /** When the first of them was received, ms. */
  receivedAt: number;
}

/** What a device said beside readings, as the log carries it. */
export interface LoggedMessage {
  mn: string;
  /** ms */
  dataTime: number;
  /** ms */
  receivedAt: number;
  /** JSON of a `DeviceMessage` without id, mn and times. */
  text: string;
}

/** A message of the READINGS log: where it stands, and `PacketBatch` on the wire. */
export interface Message {
  partition: number;
  sequence: number;
  data: Uint8Array;
}

/** Where a packet's parts lie in its message; `…To` is not included. */
interface PacketRange {
  source: Buffer;
  dataTime: number;
  dataTimeFrom: number;
  dataTimeTo: number;
  receivedFrom: number;
  receivedTo: number;
  fieldsFrom: number;
  fieldsTo: number;
}

interface OpenGroup {
  mn: string;
  kind: number;
  day: string;
  /** The first message that has one of its packets. */
  partition: number;
  sequence: number;
  packets: PacketRange[];
  receivedAt: number;
}

/**
 * Groups what messages of the READINGS log carried by device, kind and day of the data time: the more messages at once, the
 * fewer documents.
 *
 * Written against the protobuf wire format instead of the generated codec, because every packet of the province passes
 * here: times and the text of the values are copied as bytes, never decoded (measured in the README). A test holds it
 * to the generated codec. Throws on bytes that are no `PacketBatch`.
 * @param said takes up what devices say beside readings
 */
export function groupPackets(messages: readonly Message[], said?: LoggedMessage[]): PacketGroup[] {
  const groups = new Map<string, OpenGroup>();
  for (const message of messages) {
    const { data } = message;
    const wire = new Wire(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    while (wire.at < wire.end) {
      const tag = wire.varint();
      // PacketBatch.packets = 3
      if (tag !== 26) wire.skip(tag);
      else readPacket(wire, wire.varint(), message, groups, said);
    }
  }
  const documents: PacketGroup[] = [];
  for (const group of groups.values()) documents.push(encodeGroup(group));
  return documents;
}

function readPacket(
  wire: Wire,
  length: number,
  message: Message,
  groups: Map<string, OpenGroup>,
  said: LoggedMessage[] | undefined,
): void {
  const end = wire.at + length;
  if (end > wire.end) throw new Error('packet longer than its message');
  let mn = '';
  let kind = 0;
  let rawFrom = 0;
  let fieldsAt = 0;
  let fieldsSize = 0;
  let receivedAt = 0;
  const range: PacketRange = {
    source: wire.bytes,
    dataTime: 0,
    dataTimeFrom: 0,
    dataTimeTo: 0,
    receivedFrom: 0,
    receivedTo: 0,
    fieldsFrom: 0,
    fieldsTo: 0,
  };
  while (wire.at < end) {
    const tag = wire.varint();
    switch (tag) {
      case 10: {
        const size = wire.varint();
        mn = wire.bytes.toString('latin1', wire.at, wire.at + size);
        wire.at += size;
        break;
      }
      case 16:
        kind = wire.varint();
        break;
      case 24:
        range.dataTimeFrom = wire.at;
        range.dataTime = wire.varint();
        range.dataTimeTo = wire.at;
        break;
      case 32:
        range.receivedFrom = wire.at;
        receivedAt = wire.varint();
        range.receivedTo = wire.at;
        break;
      case 42: {
        const size = wire.varint();
        range.fieldsFrom = wire.at;
        wire.at += size;
        range.fieldsTo = wire.at;
        break;
      }
      case 50: {
        const size = wire.varint();
        rawFrom = wire.at;
        wire.at += size;
        break;
      }
      case 56:
        fieldsAt = wire.varint();
        break;
      case 64:
        fieldsSize = wire.varint();
        break;
      default:
        wire.skip(tag);
    }
  }
  if (wire.at !== end) throw new Error('packet shorter than its fields');
  // Carries no readings: the archive of raw frames takes it, and whoever keeps what devices say.
  if (kind === readingsLog.Kind.KIND_OTHER) {
    const text = wire.bytes.toString('utf8', range.fieldsFrom, range.fieldsTo);
    if (text !== '') said?.push({ mn, dataTime: range.dataTime, receivedAt, text });
    return;
  }
  if (fieldsSize > 0) {
    range.fieldsFrom = rawFrom + fieldsAt;
    range.fieldsTo = range.fieldsFrom + fieldsSize;
    if (range.fieldsTo > end) throw new Error('the text of the values ends behind its frame');
  }
  const day = dayNameOf(range.dataTime);
  const name = `${mn} ${kind} ${day}`;
  const group = groups.get(name);
  if (group) {
    group.packets.push(range);
    if (receivedAt < group.receivedAt) group.receivedAt = receivedAt;
  } else {
    const { partition, sequence } = message;
    groups.set(name, { mn, kind, day, partition, sequence, packets: [range], receivedAt });
  }
}

let day = { from: 0, to: 0, name: '' };

/** `dayOf`, remembering the last: almost every packet is of the same day as the one before it. */
function dayNameOf(time: number): string {
  if (time < day.from || time >= day.to) {
    const from = startOfDay(time);
    day = { from, to: from + DAY_MS, name: dayOf(time) };
  }
  return day.name;
}

function encodeGroup(group: OpenGroup): PacketGroup {
  const { mn, kind } = group;
  let size = 0;
  let newest = Number.NEGATIVE_INFINITY;
  for (const packet of group.packets) {
    const body = bodySize(packet);
    size += 1 + varintSize(body) + body;
    if (packet.dataTime > newest) newest = packet.dataTime;
  }
  const target = Buffer.allocUnsafe(size);
  const ofNewest: Buffer[] = [];
  let at = 0;
  for (const packet of group.packets) {
    const start = at;
    // StoredPackets.packets = 1
    target[at++] = 10;
    at = writeVarint(target, at, bodySize(packet));
    at = copyPart(packet.source, packet.dataTimeFrom, packet.dataTimeTo, target, at, 8);
    at = copyPart(packet.source, packet.receivedFrom, packet.receivedTo, target, at, 16);
    const text = packet.fieldsTo - packet.fieldsFrom;
    if (text > 0) {
      target[at] = 26;
      at = writeVarint(target, at + 1, text);
      packet.source.copy(target, at, packet.fieldsFrom, packet.fieldsTo);
      at += text;
    }
    if (packet.dataTime === newest) ofNewest.push(target.subarray(start, at));
  }
  const newestPackets = ofNewest.length === 1 && ofNewest[0] ? ofNewest[0] : Buffer.concat(ofNewest);
  const { receivedAt, packets } = group;
  return { key: packetKey(group), mn, kind, packets: target, newest, newestPackets, count: packets.length, receivedAt };
}

/** Size of the `StoredPacket` of a packet: each part it has, with one byte of tag. */
function bodySize(packet: PacketRange): number {
  const text = packet.fieldsTo - packet.fieldsFrom;
  return (
    partSize(packet.dataTimeFrom, packet.dataTimeTo) +
    partSize(packet.receivedFrom, packet.receivedTo) +
    (text === 0 ? 0 : 1 + varintSize(text) + text)
  );
}

function partSize(from: number, to: number): number {
  return to === from ? 0 : 1 + to - from;
}

function copyPart(source: Buffer, from: number, to: number, target: Buffer, at: number, tag: number): number {
  if (to === from) return at;
  target[at] = tag;
  source.copy(target, at + 1, from, to);
  return at + 1 + to - from;
}

/** Cursor over protobuf's wire format (https://protobuf.dev/programming-guides/encoding). */
class Wire {
  at = 0;
  readonly end: number;

  constructor(readonly bytes: Buffer) {
    this.end = bytes.length;
  }

  /** Whole numbers up to 2^53: times before the year 287396, lengths, tags. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 8; count++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error('message ends inside a number');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw new Error('number longer than 8 bytes');
  }

  /** Steps over a field that is not read here. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === 0) this.varint();
    else if (type === 1) this.at += 8;
    else if (type === 2) {
      const size = this.varint();
      this.at += size;
    } else if (type === 5) this.at += 4;
    else throw new Error(`unknown wire type ${type}`);
    if (this.at > this.end) throw new Error('field longer than its message');
  }
}
