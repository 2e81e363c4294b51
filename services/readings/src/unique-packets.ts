import type { OrderedPacket } from './merge';

/**
 * Joins what lies in several places (documents of the log's messages, the packed day, the cold month) and drops what is
 * in an earlier one already: a packet is stored in two of them after a redelivery, and while a day is being packed. The
 * same packet is the same data time, reception, text and log sequence, where both have one (packed days keep it only
 * where it decides, `packDay`). Packets of one place are never dropped for each other: a device may send A, B and A.
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
  const sameMessage = a.sequence === b.sequence || a.sequence === 0 || b.sequence === 0;
  return sameMessage && a.dataTime === b.dataTime && a.fields === b.fields;
}
