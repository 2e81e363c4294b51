/** domain.md 7: one UCS-2 message holds 70 UTF-16 units; of several parts each holds 67, its header takes 6 bytes. */
export const SINGLE_UNITS = 70;
export const PART_UNITS = 67;
/** More than two parts are not read and cost more. */
export const MAX_PARTS = 2;

/** Splits at graphemes, so that no emoji and no combined character is cut in two. */
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

/** The parts in which a text is sent; one when it fits a single message. */
export function partsOf(text: string): string[] {
  if (text.length <= SINGLE_UNITS) return [text];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of graphemes.segment(text)) {
    if (part.length + segment.length > PART_UNITS) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}

/** A variable as it may stand in an SMS: full-width brackets belong to the signature alone, and lines end nowhere. */
export function cleanVariable(text: string): string {
  return text.replaceAll('【', '〔').replaceAll('】', '〕').replace(/\s+/g, ' ').trim();
}

/**
 * The text of an SMS: `【signature】` and the message, in at most two parts. The device list is shortened to what fits, as
 * the template says 等 after it; a text too long for other reasons ends with an ellipsis.
 * @param message the message with the list of devices put in
 */
export function smsText(signature: string, message: (devices: string) => string, devices: readonly string[]): string {
  const text = (shown: readonly string[]) => `【${signature}】${message(shown.join('、'))}`;
  const fits = (candidate: string) => partsOf(candidate).length <= MAX_PARTS;
  for (let shown = devices.length; shown > 1; shown--) {
    const candidate = text(devices.slice(0, shown));
    if (fits(candidate)) return candidate;
  }
  return shortened(text(devices.slice(0, 1)), fits);
}

function shortened(text: string, fits: (candidate: string) => boolean): string {
  if (fits(text)) return text;
  const segments = [...graphemes.segment(text)].map(({ segment }) => segment);
  while (!fits(`${segments.join('')}…`)) segments.pop();
  return `${segments.join('')}…`;
}

/** User data header that joins parts: concatenated message with an 8-bit reference (3GPP TS 23.040, 9.2.3.24.1). */
export function partHeader(reference: number, total: number, number: number): Buffer {
  return Buffer.from([5, 0, 3, reference & 0xff, total, number]);
}

/** UCS-2 as SMPP sends it: UTF-16, big-endian. */
export function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** Mainland mobile numbers (domain.md 8.3). */
export const isMobile = (phone: string): boolean => /^1[3-9]\d{9}$/.test(phone);

/** 138****1234, as records show it (domain.md 8.3). */
export const maskedPhone = (phone: string): string => phone.replace(/^(\d{3})\d+(\d{4})$/, '$1****$2');
