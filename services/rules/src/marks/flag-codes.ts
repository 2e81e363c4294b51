/**
 * Flags by which a device says why its data do not count (HJ 212-2017 table 8; P: HJ/T 212-2005), and the mark that says the same
 * (domain.md 1.7). No mark comes of N (normal), of S (set by hand: never valid) and of T (above the range: a possible exceedance must
 * not be marked away).
 */
export const FLAG_CODES: ReadonlyMap<string, string> = new Map([
  ['F', 'stopped'],
  ['M', 'maintenance'],
  ['D', 'fault'],
  ['C', 'calibration'],
  ['B', 'link-lost'],
  ['P', 'fault'],
]);

/** Whether the text of a packet (canonical, packages/hj212) holds a flag of the table. Most do not, and are not looked at closer. */
export const MARKING_FLAG = new RegExp(`-Flag=[${[...FLAG_CODES.keys()].join('')}](?:[,;]|$)`);
