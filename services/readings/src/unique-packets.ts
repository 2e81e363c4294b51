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
  // A moment has few packets, while a back-fill brings thousands in one millisecond.
  const byMoment = new Map<number, { packet: OrderedPacket; place: number }[]>();
  for (const [place, packets] of filled.entries()) {
    for (const packet of packets) {
      const known = byMoment.get(packet.dataTime);
      if (known?.some((one) => one.place !== place && isSame(one.packet, packet))) continue;
      if (known) known.push({ packet, place });
      else byMoment.set(packet.dataTime, [{ packet, place }]);
      unique.push(packet);
    }
  }
  return unique;
}

/** Whether two packets of one moment are one. */
function isSame(a: OrderedPacket, b: OrderedPacket): boolean {
  return a.receivedAt === b.receivedAt && a.fields === b.fields;
}
