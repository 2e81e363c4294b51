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

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** @throws UploadRefused for a text that is no ISO 8601 with zone */
export function readTime(text: string): number {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UploadRefused(
      'data-time',
      `dataTime ${JSON.stringify(text.slice(0, 40))}, expected ISO 8601 with zone, e.g. 2026-01-31T08:00:00+08:00`,
    );
  }
  return time;
}
