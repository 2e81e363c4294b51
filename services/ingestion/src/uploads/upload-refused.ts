import { parseDataTime } from '@greenwatch/hj212';
import type { RefusalReason } from '../admission';

/** Why an upload is not taken, as the refusal log says it. */
export class UploadRefused extends Error {
  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** ISO 8601 with zone as ms; undefined for another text, or a day or an hour that does not exist. */
export function parseIsoTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second = '00'] = TIME.exec(text) ?? [];
  // Date.parse takes the 31st of February for the 3rd of March.
  if (!parseDataTime(`${year}${month}${day}${hour}${minute}${second}`).ok) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** @throws UploadRefused for a text that is no ISO 8601 with zone */
export function readTime(text: string): number {
  const time = parseIsoTime(text);
  if (time === undefined) {
    throw new UploadRefused(
      'data-time',
      `dataTime ${JSON.stringify(text.slice(0, 40))}, expected ISO 8601 with zone, e.g. 2026-01-31T08:00:00+08:00`,
    );
  }
  return time;
}
