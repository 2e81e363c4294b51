import { KINDS, type Moment, type readingsGrpc } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Columns of the CSV. Factors differ from device to device, so their fields share one column, as JSON. */
export const CSV_HEADER = 'mn,kind,dataTime,receivedAt,values,revisions\n';

/** A moment of the gRPC export as the API shows it. */
export function momentOf(moment: readingsGrpc.Moment): Moment {
  // Codes come from devices: without a prototype, a code such as `__proto__` is a name like any other.
  const values: Moment['values'] = Object.create(null);
  for (const { code, fields } of moment.factors) {
    const factor: Record<string, string> = Object.create(null);
    for (const { name, value } of fields) factor[name] = value;
    values[code] = factor;
  }
  return {
    mn: moment.mn,
    // Kind 0 is "unspecified" in proto; the names follow in the same order.
    kind: KINDS[moment.kind - 1] ?? 'realtime',
    dataTime: isoTime(moment.dataTime),
    receivedAt: isoTime(moment.receivedAt),
    values,
    revisions: moment.revisions,
  };
}

/** One line, its end included. */
export function exportLine(moment: Moment, format: ExportFormat): string {
  if (format === 'ndjson') return `${JSON.stringify(moment)}\n`;
  const { mn, kind, dataTime, receivedAt, values, revisions } = moment;
  return `${quoted(mn)},${kind},${dataTime},${receivedAt},${quoted(JSON.stringify(values))},${revisions}\n`;
}

/** RFC 4180 §2: quoted where needed, a quote doubled. */
const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
