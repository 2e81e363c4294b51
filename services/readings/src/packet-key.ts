import type { readingsLog } from '@greenwatch/contracts';

/** What the key of a stored group of packets says. */
export interface PacketKey {
  mn: string;
  kind: readingsLog.Kind;
  /** Day of the data time in UTC+8, `yyyymmdd`. */
  day: string;
  /** Where the packets came from: the message of the READINGS stream. */
  partition: number;
  sequence: number;
}

/**
 * Key of the packets of one device, kind and day that one log message carried. It sorts by device, kind and day: the
 * separator is the space, which no MN can hold and which sorts before every character of one. It is deterministic, so a
 * redelivered message collides with itself.
 */
export function packetKey({ mn, kind, day, partition, sequence }: PacketKey): string {
  return `${mn} ${kind} ${day} ${partition}.${sequence}`;
}

/** Inverse of `packetKey`, with or without a distinguishing suffix `.<hex>`. Throws on a text that is none. */
export function parsePacketKey(key: string): PacketKey {
  const match = /^([!-~]+) (\d) (\d{8}) (\d+)\.(\d+)(\.[0-9a-f]+)?$/.exec(key);
  if (!match) throw new Error(`"${key}" is not the key of stored packets`);
  const [, mn = '', kind, day = '', partition, sequence] = match;
  return {
    mn,
    kind: Number(kind),
    day,
    partition: Number(partition),
    sequence: Number(sequence),
  };
}
