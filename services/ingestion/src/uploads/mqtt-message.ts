import type { Upload } from '@greenwatch/contracts';
import { UploadRefused } from './upload-refused';

/** First level of the topics: `devices/<mn>/frames` (HJ 212) and `devices/<mn>/readings` (JSON). */
export const MQTT_ROOT = 'devices';
export const MQTT_GROUP = 'ingestion';
/** Uploads in one message. */
const MOST_UPLOADS = 1_000;

/** What a topic is for; undefined: it is none of ours. An MN must be able to be a level of it. */
export function readMqttTopic(topic: string): { mn: string; form: 'frames' | 'readings' } | undefined {
  const [, mn, form] = /^devices\/([A-Za-z0-9_-]{1,32})\/(frames|readings)$/.exec(topic) ?? [];
  return mn === undefined ? undefined : { mn, form: form as 'frames' | 'readings' };
}

/**
 * The uploads of a JSON message: one, or a list. They name no MN: that is the topic's.
 * @param own whether the device's profile says how its own JSON is read: then the whole message is that
 * @throws UploadRefused
 */
export function readUploads(mn: string, raw: Buffer, own: boolean): Upload[] {
  let sent: unknown;
  try {
    sent = JSON.parse(raw.toString('utf8'));
  } catch {
    throw new UploadRefused('structure', 'the message is not JSON');
  }
  if (own) return [{ mn, payload: sent }];
  const list = Array.isArray(sent) ? sent : [sent];
  if (list.length === 0 || list.length > MOST_UPLOADS) {
    throw new UploadRefused('structure', `expected 1 to ${MOST_UPLOADS} uploads in a message`);
  }
  return list.map((one: unknown, i) => {
    const { kind, dataTime, values, ...more } = (typeof one === 'object' && one !== null ? one : {}) as Record<
      string,
      unknown
    >;
    const named = Object.keys(more).find((name) => name !== 'mn');
    if (named !== undefined || (more.mn !== undefined && more.mn !== mn)) {
      throw new UploadRefused(
        'structure',
        `upload ${i}: ${named ?? 'mn'} is not expected here, only kind, dataTime and values`,
      );
    }
    if (typeof kind !== 'string' || typeof dataTime !== 'string' || !isValues(values)) {
      throw new UploadRefused(
        'structure',
        `upload ${i}: expected kind and dataTime as texts, values as {factor: {field: text or number}}`,
      );
    }
    return { mn, kind, dataTime, values };
  });
}

function isValues(value: unknown): value is NonNullable<Upload['values']> {
  const isObject = (one: unknown): one is object => typeof one === 'object' && one !== null && !Array.isArray(one);
  return (
    isObject(value) &&
    Object.values(value).every(
      (fields) =>
        isObject(fields) && Object.values(fields).every((text) => typeof text === 'string' || typeof text === 'number'),
    )
  );
}
