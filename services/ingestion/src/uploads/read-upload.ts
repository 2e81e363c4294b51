import { KINDS, type Kind, type PayloadMapping, type Upload } from '@greenwatch/contracts';
import { formatDataTime, Hj212Error, type Packet, readUploadText, type UploadText } from '@greenwatch/hj212';
import { mapPayload, type Values } from './map-payload';
import { readTime, UploadRefused } from './upload-refused';

/** HJ 212-2017 table 9. */
const CN: Record<Kind, string> = {
  realtime: '2011',
  state: '2021',
  day: '2031',
  running: '2041',
  minute: '2051',
  hour: '2061',
};

/**
 * Reads one upload of another way than HJ 212 to what a packet of HJ 212 gives, by the same rules: texts stay exact.
 * @param mapping how the device's own JSON is read; absent where its profile says nothing
 * @param receivedAt ms; the data time of a payload that carries none
 * @throws UploadRefused naming the field and what was expected
 */
export function readUploadItem(
  upload: Omit<Upload, 'mn'>,
  mapping: PayloadMapping | undefined,
  receivedAt: number,
): UploadText[] {
  if (upload.payload !== undefined) {
    if (!mapping) {
      throw new UploadRefused('structure', 'payload: the device has no profile that says how its own JSON is read');
    }
    return mapPayload(upload.payload, mapping, receivedAt).map(({ dataTime, values }) =>
      uploadText(mapping.kind, dataTime, values),
    );
  }
  const { kind, dataTime, values } = upload;
  if (kind === undefined || dataTime === undefined || values === undefined) {
    throw new UploadRefused('structure', 'expected kind, dataTime and values, or payload');
  }
  if (!isKind(kind)) {
    throw new UploadRefused('structure', `kind ${JSON.stringify(kind)}, expected one of ${KINDS.join(', ')}`);
  }
  return [uploadText(kind, readTime(dataTime), values)];
}

const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);

/**
 * Values as the upload of HJ 212 that would carry them, judged by the protocol's own reader: a code, a field name or a text
 * that could break out of its place is refused before.
 * @param dataTime ms; a started second counts as its start, as a DataTime of 17 digits does
 */
export function uploadText(kind: Kind, dataTime: number, values: Values): UploadText {
  let cp: string;
  try {
    cp = `DataTime=${formatDataTime(dataTime)}`;
  } catch {
    throw new UploadRefused('data-time', 'dataTime expected a year from 2000 on');
  }
  for (const [code, fields] of Object.entries(values)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(code)) {
      throw new UploadRefused(
        'value',
        `values: factor code ${JSON.stringify(code.slice(0, 40))}, expected 1 to 32 letters, digits, '_', '.' or '-'`,
      );
    }
    let separator = ';';
    for (const [field, value] of Object.entries(fields)) {
      if (!/^[A-Za-z][A-Za-z0-9_]{0,31}$/.test(field)) {
        throw new UploadRefused(
          'value',
          `values.${code}: field ${JSON.stringify(field.slice(0, 40))}, expected 1 to 32 letters or digits`,
        );
      }
      const text = typeof value === 'number' ? String(value) : value.trim();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come in
      if (/[\u0000-\u001f;,&=]/.test(text)) {
        throw new UploadRefused(
          'value',
          `values.${code}.${field} is ${JSON.stringify(text.slice(0, 40))}, expected a text without ; , & = and control characters`,
        );
      }
      cp += `${separator}${code}-${field}=${text}`;
      separator = ',';
    }
  }
  const packet: Packet = { cn: CN[kind], cp, mn: '', flag: 0, edition: 'unknown', wantsAnswer: false, resend: false };
  try {
    return readUploadText(packet);
  } catch (error) {
    if (!(error instanceof Hj212Error)) throw error;
    if (error.code === 'NO_VALUES') throw new UploadRefused('structure', 'values are empty, expected at least one');
    throw new UploadRefused(error.code === 'BAD_DATATIME' ? 'data-time' : 'value', error.message);
  }
}
