import { buildFrame } from './build-frame';
import { kindOfPacket } from './commands';
import { type Dialect, inDialect } from './dialect';
import type { Packet } from './packet';

/**
 * The answer 9014 to an upload, as a whole frame in the form of the packet's edition (HJ 212-2017 6.6.2 and annex C.17; HJ/T 212-2005
 * annex C 6). Null when none is due: bit 0 of Flag is not set, or the packet is no upload (90xx is never answered, nor is a request).
 * Send it only when the packet is durable.
 */
export function replyToUpload(packet: Packet): Buffer | null {
  if (!packet.wantsAnswer || kindOfPacket(packet) !== 'upload') return null;
  if (packet.edition !== '2005') return buildFrame(head(packet, '9014') + empty(packet));
  // 2005 names the command answered inside CP and sends neither PW nor MN.
  const items = [`CN=${packet.cn}`];
  if (packet.qn) items.unshift(`QN=${packet.qn}`);
  if (packet.pno !== undefined && packet.pnum !== undefined) items.push(`PNO=${packet.pno}`, `PNUM=${packet.pnum}`);
  return buildFrame(`ST=91;CN=9014;CP=&&${items.join(';')}&&`);
}

/** The answer 9013 to a notice (1013, 2072, 9015 …), under the same conditions. */
export function replyToNotice(packet: Packet): Buffer | null {
  if (!packet.wantsAnswer || kindOfPacket(packet) !== 'notice') return null;
  if (packet.edition !== '2005') return buildFrame(head(packet, '9013') + empty(packet));
  const qn = packet.qn ? `QN=${packet.qn}` : '';
  return buildFrame(`ST=91;CN=9013;${identity(packet)}Flag=0;CP=&&${qn}&&`);
}

/**
 * The answer that is due to a packet of a device: 9014, 9013, or what its dialect wants for a command of no edition, with the CRC that it
 * expects. Null when none is due.
 */
export function answerOf(packet: Packet, dialect?: Dialect): Buffer | null {
  const answer = replyToUpload(packet) ?? replyToNotice(packet);
  if (!dialect) return answer;
  const wanted = answer ? undefined : dialect.answers?.[packet.cn];
  const own = wanted ? buildFrame(head(packet, wanted) + empty(packet)) : answer;
  return own && inDialect(own, dialect);
}

/** QN, PW and MN go back as they came; what did not come is left out. */
function head(packet: Packet, cn: string): string {
  return `${packet.qn ? `QN=${packet.qn};` : ''}ST=91;CN=${cn};${identity(packet)}`;
}

function identity(packet: Packet): string {
  return `${packet.pw ? `PW=${packet.pw};` : ''}MN=${packet.unnamed ? '' : packet.mn};`;
}

/** Replies carry the version bits with both low bits 0 (HJ 212-2017 table 3): 4, and 8 for 2025 and the surface-water stations. */
function empty(packet: Packet): string {
  return `Flag=${packet.flag & 0xfc};CP=&&&&`;
}
