import type { REFUSAL_REASONS } from '@greenwatch/contracts';
import {
  type Dialect,
  Hj212Error,
  kindOfPacket,
  type Packet,
  readUploadText,
  type UploadText,
} from '@greenwatch/hj212';
import { isListed } from './address-list';
import { keptMessage, type LoggedMessage } from './kept-message';

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What ingestion knows of a registered device. */
export interface KnownDevice {
  mn: string;
  status: 'active' | 'unclaimed' | 'retired';
  /** In clear; undefined where none is set, as for an unclaimed device. */
  password: string | undefined;
  /** Passwords from before a rotation, in clear, and until when each is good, ms. */
  oldPasswords?: readonly { password: string; until: number }[];
  /** Addresses it may connect from; empty: any. */
  addresses: string[];
  /** How its HJ 212 departs from the standard. */
  dialect?: Dialect;
  /** Packets a minute it may send; absent: as the platform has it. */
  packetsPerMinute?: number;
}

/** What is remembered from packet to packet. Asked with every packet, so it answers from memory. */
export interface AdmissionGate {
  /** Until when a password of this device is not looked at from this address, ms; undefined: it is. */
  blockedUntil(address: string, mn: string, now: number): number | undefined;
  /** Takes one packet from a device's allowance. @param limit packets a minute; 0: none */
  tooMany(mn: string, limit: number, now: number): boolean;
  usedOldPassword(mn: string, now: number): void;
}

export interface AdmissionRules {
  /** `open` lets unknown devices in as unclaimed ones. */
  admission: 'open' | 'closed';
  /** How far ahead of now a DataTime may lie, in ms (design.md 4). */
  maxAhead: number;
  /** Packets a minute a device may send unless it has a limit of its own; 0 or absent: no limit. */
  packetsPerMinute?: number;
  gate?: AdmissionGate;
}

/** What becomes of a packet whose frame is right. */
export type Decision =
  /** Goes on the log; `unclaimed` when nobody has registered the device yet. */
  | { type: 'reading'; upload: UploadText; unclaimed: boolean }
  /** An upload without readings, or a notice: archived, kept where it says something, and answered when it asks. */
  | { type: 'other'; unclaimed: boolean; message?: LoggedMessage }
  /** A 90xx reply, a log-in or heart-beat of no edition: never answered, nothing to keep. */
  | { type: 'ignored' }
  | { type: 'refused'; reason: RefusalReason; detail: string };

/** 2000-01-01T00:00:00+08:00: no device reported before. */
const EARLIEST = Date.UTC(2000, 0, 1) - 8 * 3_600_000;

const refused = (reason: RefusalReason, detail: string): Decision => ({ type: 'refused', reason, detail });

/**
 * Decides on one packet: who sends it, whether it may, and whether its content holds (design.md 4, 6).
 * @param device what is known of its MN; undefined: nothing
 * @param address where it comes from
 * @param now reception time, ms
 * @param proven whether this connection was let in for this MN before
 */
export function decide(
  packet: Packet,
  device: KnownDevice | undefined,
  address: string,
  now: number,
  rules: AdmissionRules,
  proven = false,
): Decision {
  const kind = kindOfPacket(packet);
  const wanted = kind === 'unknown' && device?.dialect?.answers?.[packet.cn] !== undefined;
  // Answering a reply would loop (spec 7); 9021 and its like go unanswered in the field but for devices known to wait for it.
  if (kind === 'reply' || (kind === 'unknown' && !wanted)) return { type: 'ignored' };
  const stranger = refuseSender(packet, device, address, now, rules, proven);
  if (stranger) return stranger;
  if (kind === 'request') {
    return refused('structure', `CN ${packet.cn} carries no data: it is a host's request, and a device sends none`);
  }
  const unclaimed = device?.status !== 'active';
  const other = (): Decision => {
    const message = keptMessage(packet, now, (time) => refuseTime(time, now, rules));
    return { type: 'other', unclaimed, ...(message ? { message } : {}) };
  };
  if (kind === 'notice' || kind === 'unknown') return other();
  let upload: UploadText;
  try {
    upload = readUploadText(packet, device?.dialect);
  } catch (error) {
    if (!(error instanceof Hj212Error)) throw error;
    if (error.code === 'NOT_UPLOAD') return other();
    const time = error.code === 'NO_DATATIME' || error.code === 'BAD_DATATIME';
    return refused(time ? 'data-time' : 'value', error.message);
  }
  const wrongTime = refuseTime(upload.dataTime, now, rules);
  if (wrongTime) return refused('data-time', wrongTime);
  return { type: 'reading', upload, unclaimed };
}

/** Why a data time cannot be taken: before 2000, or further ahead of now than the setting allows; undefined: it can. */
export function refuseTime(dataTime: number, now: number, rules: Pick<AdmissionRules, 'maxAhead'>): string | undefined {
  if (dataTime < EARLIEST) return 'DataTime lies before 2000, expected a later one';
  if (dataTime <= now + rules.maxAhead) return undefined;
  const minutes = Math.round((dataTime - now) / 60_000);
  return `DataTime lies ${minutes} minutes ahead, expected at most ${Math.round(rules.maxAhead / 60_000)}`;
}

/**
 * Whether a sender may speak for an MN, and now: what it says of itself against what is registered.
 * @param proven whether this connection was let in for this MN before: a neighbour's wrong password does not end it
 */
export function refuseSender(
  packet: Pick<Packet, 'mn' | 'pw'>,
  device: KnownDevice | undefined,
  address: string,
  now: number,
  rules: AdmissionRules,
  proven = false,
): Decision | undefined {
  if (!device || device.status === 'unclaimed') {
    if (rules.admission === 'open') return refuseMany(packet.mn, undefined, now, rules);
    return refused('unknown-device', `MN ${packet.mn} is not registered, expected a registered device`);
  }
  if (device.status === 'retired') {
    return refused('unknown-device', `MN ${packet.mn} is retired, expected a device in use`);
  }
  const blocked = proven ? undefined : rules.gate?.blockedUntil(address, packet.mn, now);
  if (blocked !== undefined) {
    const seconds = Math.ceil((blocked - now) / 1000);
    return refused(
      'blocked',
      `after repeated wrong passwords from ${address} no PW is looked at for ${seconds} s more`,
    );
  }
  if (device.password !== undefined && packet.pw !== device.password) {
    const old = device.oldPasswords?.some(({ password, until }) => packet.pw === password && now < until);
    if (!old) return refused('wrong-password', 'PW is not the one registered for this MN');
    rules.gate?.usedOldPassword(packet.mn, now);
  }
  if (device.addresses.length > 0 && !isListed(device.addresses, address)) {
    return refused('wrong-address', `the address ${address} is not one of those registered for this MN`);
  }
  return refuseMany(packet.mn, device.packetsPerMinute, now, rules);
}

function refuseMany(mn: string, own: number | undefined, now: number, rules: AdmissionRules): Decision | undefined {
  const limit = own ?? rules.packetsPerMinute ?? 0;
  if (limit === 0 || !rules.gate?.tooMany(mn, limit, now)) return undefined;
  return refused('too-many', `more than ${limit} packets a minute of this MN, expected fewer`);
}
