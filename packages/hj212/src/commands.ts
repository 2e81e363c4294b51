import { ItemScanner } from './data-area';
import type { Packet } from './packet';

export type CommandKind = 'upload' | 'notice' | 'reply' | 'request' | 'unknown';

/** Only a host sends these (HJ/T 212-2005 and HJ 212-2017 table 9; from 1015 and 3042 surface water): settings and orders to the device. */
const REQUESTS =
  '1000 1002 1012 1015 1022 1032 1042 1062 1064 1072 3011 3012 3013 3014 3016 3021 3022 3024 ' +
  '3042 3043 3044 3045 3046 3056 3080 3081 3082 3083 3084 3085 3086 3100';

/** Asked for by a host with the same CN with which the device then sends the data, or sent by the device of itself. */
const UPLOADS =
  '1011 1021 1031 1041 1061 1063 2011 2013 2021 2031 2041 2051 2052 2061 2062 2063 2064 2065 2066 2071 2081 2111 3015 3017 3018 3019 3020';

/**
 * 1001 and 1014 are a device's notices of HJ 212-2025; 1001 was a request of 2005, and 1014 with NewSK is a request. A surface-water
 * station answers 1014 with its clock.
 */
const NOTICES = '1001 1013 1014 2012 2022 2072 9015';

const REPLIES = '9011 9012 9013 9014';

const KINDS = new Map<string, CommandKind>(
  (
    [
      [REQUESTS, 'request'],
      [UPLOADS, 'upload'],
      [NOTICES, 'notice'],
      [REPLIES, 'reply'],
    ] as const
  ).flatMap(([list, kind]) => list.split(' ').map((cn) => [cn, kind] as const)),
);

/** Names in a data area that only ask. Anything beside them is data. (2005 answers carry the QN inside CP.) */
const ASKING = new Set(['PolId', 'PolID', 'InfoId', 'BeginTime', 'EndTime', 'QN', 'CalibrationType']);

/**
 * What a device means by a command. Where a host and a device use the same CN (2011 asks for readings and carries them) the answer is
 * for the device's side: 'upload'. 'unknown' for what is in no edition, 9021 (login or heart-beat of many loggers) among it.
 */
export function kindOfCommand(cn: string): CommandKind {
  return KINDS.get(cn) ?? 'unknown';
}

/** The same with the data area looked at, which tells a request from the upload of the same CN: an upload carries data. */
export function kindOfPacket(packet: Packet): CommandKind {
  const kind = kindOfCommand(packet.cn);
  if (kind === 'upload') return carriesData(packet.cp) ? 'upload' : 'request';
  if (packet.cn === '1001') return packet.cp.includes('-Info') ? 'notice' : 'request';
  if (packet.cn === '1014') {
    if (packet.cp.includes('SystemTime')) return 'upload';
    // Empty under ST=21 it is the host's request for that clock.
    return packet.cp.includes('NewSK') || packet.edition === 'unknown' ? 'request' : 'notice';
  }
  return kind;
}

/** Whether a data area holds anything but what asks for data. */
export function carriesData(cp: string): boolean {
  const scanner = new ItemScanner(cp);
  while (scanner.next()) {
    if (scanner.hyphen >= 0 || !ASKING.has(scanner.field)) return true;
  }
  return false;
}
