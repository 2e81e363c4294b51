import { createHash } from 'node:crypto';
import { type DeviceMessage, MESSAGE_TYPES, type MessageType } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import type { LoggedMessage } from '../group-packets';

/** A message as it lies in `device_messages`. `_id` = `<mn> <time, ms, 15 digits> <digest of what it says>`. */
export interface StoredMessage {
  _id: string;
  type: MessageType;
  /** The first reception, ms. */
  receivedAt: number;
  /** What it says: `DeviceMessage` without id, mn, type and times. */
  said: Omit<DeviceMessage, 'id' | 'mn' | 'type' | 'time' | 'receivedAt'>;
}

const TIME_DIGITS = 15;

/** The beginning of the keys of a device's messages of a time (ms). */
export function messageKey(mn: string, time: number): string {
  return `${mn} ${String(time).padStart(TIME_DIGITS, '0')}`;
}

/**
 * A message of the log as it is stored; undefined where it is none that this version knows. The same said of the same
 * time has the same key, so what is delivered or sent again collides with itself.
 */
export function storedMessage({ mn, dataTime, receivedAt, text }: LoggedMessage): StoredMessage | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { type, ...said } = read as StoredMessage['said'] & { type?: unknown };
  const known = MESSAGE_TYPES.find((one) => one === type);
  if (!known) return undefined;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { _id: `${messageKey(mn, dataTime)} ${digest}`, type: known, receivedAt, said };
}

/** Device and time (ms) of a stored message, and the digest that tells it from others of that time. */
export function parseMessageKey(key: string): { mn: string; time: number; digest: string } {
  const [mn = '', time = '', digest = ''] = key.split(' ');
  return { mn, time: Number(time), digest };
}

/** As it is given out. */
export function toDeviceMessage({ _id, type, receivedAt, said }: StoredMessage): DeviceMessage {
  const { mn, time } = parseMessageKey(_id);
  return { id: _id.replaceAll(' ', '_'), mn, type, time: isoTime(time), receivedAt: isoTime(receivedAt), ...said };
}

/** The newest first; of one time by device, then by digest, each from the last to the first. */
export function compareMessages(a: StoredMessage, b: StoredMessage): number {
  const [x, y] = [parseMessageKey(a._id), parseMessageKey(b._id)];
  return y.time - x.time || (x.mn === y.mn ? order(y.digest, x.digest) : order(y.mn, x.mn));
}

/** Keys of a device's messages that come after one in that order are below this one. */
export function keyAfter(last: string, mn: string): string {
  const { mn: lastMn, time } = parseMessageKey(last);
  if (mn === lastMn) return last;
  // `~` sorts after the space that follows the time; without it none of that time is below.
  return mn < lastMn ? `${messageKey(mn, time)}~` : messageKey(mn, time);
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
