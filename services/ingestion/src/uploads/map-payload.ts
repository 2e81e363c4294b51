import type { PayloadMapping } from '@greenwatch/contracts';
import { parseDataTime } from '@greenwatch/hj212';
import { readTime, UploadRefused } from './upload-refused';

/** Factor code → HJ 212 field → value. */
export type Values = Record<string, Record<string, string | number>>;

/** More members than that are no message of one device. */
const MOST_MEMBERS = 1_000;

/**
 * Reads a maker's own JSON as its device profile says: where each value stands, what it is multiplied with, which words
 * stand for which flags. A path at which nothing stands gives no value; at least one must give one.
 * @throws UploadRefused naming the path and what was expected there
 */
export function mapPayload(
  payload: unknown,
  mapping: PayloadMapping,
  receivedAt: number,
): { dataTime: number; values: Values }[] {
  if (mapping.each === undefined) return [mapOne(payload, mapping, receivedAt, 'payload')];
  const list = at(payload, mapping.each);
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_MEMBERS) {
    throw new UploadRefused('structure', `payload.${mapping.each}, expected a list of 1 to ${MOST_MEMBERS} members`);
  }
  return list.map((member, i) => mapOne(member, mapping, receivedAt, `payload.${mapping.each}.${i}`));
}

function mapOne(payload: unknown, mapping: PayloadMapping, receivedAt: number, name: string) {
  const values: Values = {};
  let found = false;
  for (const { path, factor, field, scale = 1, offset = 0, words } of mapping.items) {
    const sent = at(payload, path);
    if (sent === undefined || sent === null) continue;
    found = true;
    values[factor] ??= {};
    (values[factor] as Record<string, string | number>)[field] = valueAt(sent, `${name}.${path}`, scale, offset, words);
  }
  if (!found) {
    const paths = mapping.items.map(({ path }) => path).slice(0, 5);
    throw new UploadRefused('structure', `${name} has no value at ${paths.join(', ')}`);
  }
  return { dataTime: timeOf(payload, mapping.time, receivedAt, name), values };
}

function valueAt(
  sent: unknown,
  name: string,
  scale: number,
  offset: number,
  words: Record<string, string> | undefined,
): string | number {
  const text = typeof sent === 'boolean' ? String(sent) : sent;
  if (typeof text !== 'string' && typeof text !== 'number') {
    throw new UploadRefused('value', `${name}, expected a number, a text or true or false`);
  }
  const word = words?.[String(text)];
  if (word !== undefined) return word;
  if (words && Object.keys(words).length > 0 && scale === 1 && offset === 0 && typeof text === 'string') {
    throw new UploadRefused(
      'value',
      `${name} is ${JSON.stringify(text.slice(0, 40))}, expected one of ${Object.keys(words).join(', ')}`,
    );
  }
  if (scale === 1 && offset === 0) return text;
  const number = typeof text === 'number' ? text : text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) {
    throw new UploadRefused('value', `${name} is ${JSON.stringify(String(text).slice(0, 40))}, expected a number`);
  }
  // Without the dust of binary fractions: 12.3 × 0.001 is 0.0123.
  return Number((number * scale + offset).toPrecision(12));
}

function timeOf(payload: unknown, time: PayloadMapping['time'], receivedAt: number, name: string): number {
  if (!time) return receivedAt;
  const sent = at(payload, time.path);
  const wrong = (expected: string) =>
    new UploadRefused(
      'data-time',
      `${name}.${time.path} is ${JSON.stringify(sent)?.slice(0, 40)}, expected ${expected}`,
    );
  switch (time.format) {
    case 'iso':
      if (typeof sent !== 'string') throw wrong('ISO 8601 with zone');
      return readTime(sent);
    case 'local': {
      const parsed = parseDataTime(String(sent).replace(/[-/: T]/g, ''));
      if (!parsed.ok) throw wrong('YYYY-MM-DD hh:mm:ss or 14 digits (UTC+8)');
      return parsed.time;
    }
    default: {
      const number = Number(sent);
      if (typeof sent === 'boolean' || sent === null || sent === '' || !Number.isFinite(number)) {
        throw wrong(`${time.format === 's' ? 'seconds' : 'milliseconds'} since 1970`);
      }
      return time.format === 's' ? number * 1000 : number;
    }
  }
}

/** What stands at a path of keys and list indices; undefined: nothing. Only own properties, so no prototype is reached. */
function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}
