import type { ExportFormat, Moment } from './readings';

/** Columns of the CSV. Factors differ from device to device, so their fields share one column, as JSON. */
export const CSV_HEADER = 'mn,kind,dataTime,receivedAt,values,revisions\n';

/** A moment as a line of an export, its end included. */
export function exportLine(moment: Moment, format: ExportFormat): string {
  if (format === 'ndjson') return `${JSON.stringify(moment)}\n`;
  const { mn, kind, dataTime, receivedAt, values, revisions } = moment;
  return `${quoted(mn)},${kind},${dataTime},${receivedAt},${quoted(JSON.stringify(values))},${revisions}\n`;
}

/** RFC 4180 §2: quoted where needed, a quote doubled. */
const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
