import type { OrderedPacket } from './merge';

/**
 * Joins what lies in several places (documents of the log's messages, the packed day, the cold month) and drops what is
 * in an earlier one already: a packet is stored in two of them after a redelivery, which may group it with others, and
 * while a day is being packed. The same packet is the same data time, reception (ms) and text; which message brought it
 * does not count, for documents keep the sequence of the first of theirs. Packets of one place are never dropped for each
 * other: a device may send A, B and A in one millisecond.
 */
export function uniquePackets(places: readonly (readonly OrderedPacket[])[]): OrderedPacket[] {
  const filled = places.filter((packets) => packets.length > 0);
  if (filled.length <= 1) return [...(filled[0] ?? [])];
  const unique: OrderedPacket[] = [];
  const byReception = new Map<number, { packet: OrderedPacket; place: number }[]>();
  for (const [place, packets] of filled.entries()) {
    for (const packet of packets) {
      const together = byReception.get(packet.receivedAt);
      if (together?.some((known) => known.place !== place && isSame(known.packet, packet))) continue;
      if (together) together.push({ packet, place });
      else byReception.set(packet.receivedAt, [{ packet, place }]);
      unique.push(packet);
    }
  }
  return unique;
}

/** Whether two packets received in the same millisecond are one. */
function isSame(a: OrderedPacket, b: OrderedPacket): boolean {
  return a.dataTime === b.dataTime && a.fields === b.fields;
}
