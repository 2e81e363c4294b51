import type { REFUSAL_REASONS } from '@greenwatch/contracts';
import { Hj212Error, kindOfPacket, type Packet, readUploadText, type UploadText } from '@greenwatch/hj212';

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What ingestion knows of a registered device. */
export interface KnownDevice {
  mn: string;
  status: 'active' | 'unclaimed' | 'retired';
  /** In clear; undefined where none is set, as for an unclaimed device. */
  password: string | undefined;
  /** Addresses it may connect from; empty: any. */
  addresses: string[];
}

export interface AdmissionRules {
  /** `open` lets unknown devices in as unclaimed ones. */
  admission: 'open' | 'closed';
  /** How far ahead of now a DataTime may lie, in ms (design.md 4). */
  maxAhead: number;
}

/** What becomes of a packet whose frame is right. */
export type Decision =
  /** Goes on the log; `unclaimed` when nobody has registered the device yet. */
  | { type: 'reading'; upload: UploadText; unclaimed: boolean }
  /** An upload without readings, or a notice: archived, and answered when it asks. */
  | { type: 'other'; unclaimed: boolean }
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
 */
export function decide(
  packet: Packet,
  device: KnownDevice | undefined,
  address: string,
  now: number,
  rules: AdmissionRules,
): Decision {
  const kind = kindOfPacket(packet);
  // Answering a reply would loop (spec 7); 9021 and its like go unanswered in the field.
  if (kind === 'reply' || kind === 'unknown') return { type: 'ignored' };
  const stranger = refuseSender(packet, device, address, rules);
  if (stranger) return stranger;
  if (kind === 'request') {
    return refused('structure', `CN ${packet.cn} carries no data: it is a host's request, and a device sends none`);
  }
  const unclaimed = device?.status !== 'active';
  if (kind === 'notice') return { type: 'other', unclaimed };
  let upload: UploadText;
  try {
    upload = readUploadText(packet);
  } catch (error) {
    if (!(error instanceof Hj212Error)) throw error;
    if (error.code === 'NOT_UPLOAD') return { type: 'other', unclaimed };
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

/** Whether a sender may speak for an MN: what it says of itself against what is registered. */
export function refuseSender(
  packet: Pick<Packet, 'mn' | 'pw'>,
  device: KnownDevice | undefined,
  address: string,
  rules: AdmissionRules,
): Decision | undefined {
  if (!device || device.status === 'unclaimed') {
    if (rules.admission === 'open') return undefined;
    return refused('unknown-device', `MN ${packet.mn} is not registered, expected a registered device`);
  }
  if (device.status === 'retired') {
    return refused('unknown-device', `MN ${packet.mn} is retired, expected a device in use`);
  }
  if (device.password !== undefined && packet.pw !== device.password) {
    return refused('wrong-password', 'PW is not the one registered for this MN');
  }
  if (device.addresses.length > 0 && !device.addresses.includes(address)) {
    return refused('wrong-address', `the address ${address} is not one of those registered for this MN`);
  }
  return undefined;
}
