/** Fields that hold a number (HJ 212-2017 table 4; ZsCou is seen in the field). */
const NUMBERS = 'Rtd Avg Min Max Cou ZsRtd ZsAvg ZsMin ZsMax ZsCou RS RT Data DayData NightData'.split(' ');

/** Fields that hold a text. A name that is in neither list is a text too. */
const TEXTS = 'Flag EFlag SampleTime Info SN'.split(' ');

const NUMERIC = new Set(NUMBERS);

export function isNumericField(name: string): boolean {
  return NUMERIC.has(name);
}

const SLOTS = 256;
const TABLE: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
for (const name of [...NUMBERS, ...TEXTS]) TABLE[slot(name, 0, name.length)] ??= name;

/**
 * `text.slice(start, end)`, but one and the same string for each of the names above: a packet has one name for each value, and
 * neither cutting them out nor comparing them costs anything this way.
 */
export function fieldName(text: string, start: number, end: number): string {
  const known = start < end ? TABLE[slot(text, start, end)] : undefined;
  if (known === undefined || known.length !== end - start) return text.slice(start, end);
  for (let at = 0; at < known.length; at++) {
    if (known.charCodeAt(at) !== text.charCodeAt(start + at)) return text.slice(start, end);
  }
  return known;
}

/** Chosen so that the names above fall into slots of their own; one that did not would merely be cut out. */
function slot(text: string, start: number, end: number): number {
  const middle = text.charCodeAt((start + end) >> 1);
  return (text.charCodeAt(start) + middle + text.charCodeAt(end - 1) * 8 + end - start) & (SLOTS - 1);
}
