import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import type { Instant, Mean } from './signal';

/** How one logger speaks. */
export interface LoggerProfile {
  mn: string;
  password: string;
  edition: '2005' | '2017';
  /** System code: 31 gas, 32 water, 51 and 52 their process monitoring (HJ 212-2017 table 5). */
  st: string;
  /** Whether it sets the bit that asks for 9014. */
  wantsAnswer: boolean;
  /** A process logger: currents and states, no concentrations. */
  process: boolean;
  sendsStates: boolean;
  /** HJ 212-2017 codes. */
  factors: readonly string[];
  /** Facilities whose state it sends: SB1 production, SB2 treatment. */
  facilities?: string[];
}

/** `check`: results of automatic standard checks (标样核查), `log`: log text. */
export type PacketKind = 'realtime' | 'minute' | 'hour' | 'day' | 'state' | 'check' | 'log';
const COMMANDS: Record<PacketKind, string> = {
  realtime: '2011',
  minute: '2051',
  hour: '2061',
  day: '2031',
  state: '2021',
  check: '2062',
  log: '3020',
};

/** The data area of one packet may have this many characters (HJ 212-2017 table 3: CP 950 with `CP=&&` and `&&`). */
const AREA_LIMIT = 940;

/** HJ/T 212-2005 codes of what the demo sends. */
const OLD_CODES: Record<string, string> = {
  a34013: '01',
  a21026: '02',
  a21002: '03',
  a21005: '04',
  a21024: '08',
  a19001: 'S01',
  a01011: 'S02',
  a01012: 'S03',
  a01014: 'S05',
  a01013: 'S08',
  a00000: 'B02',
  w01018: '011',
  w21003: '060',
  w21001: '065',
  w21011: '101',
  w01001: '001',
  w00000: 'B01',
  w20116: '023',
  w20121: '028',
  w20122: '029',
};
/**
 * Decimals sent; the others have two. Enough that an outlet whose values hardly move does not say the same for hours on end: what counts
 * as stuck the enterprise is asked about, and of a suspicion it must learn nothing.
 */
const DECIMALS: Record<string, number> = {
  w21011: 4,
  w21001: 3,
  w20116: 3,
  w20121: 3,
  w20122: 3,
  a01013: 3,
  w21003: 3,
  a00000: 3,
};

const codeOf = (profile: LoggerProfile, factor: string) =>
  profile.edition === '2005' ? (OLD_CODES[factor] ?? factor) : factor;
/** A value as it is sent. */
export const text = (factor: string, value: number) => value.toFixed(DECIMALS[factor] ?? 2);

/** One factor of a realtime packet. */
export function realtimeItem(profile: LoggerProfile, reading: Instant, flag: string): string {
  const code = codeOf(profile, reading.factor);
  const fields = [`${code}-Rtd=${text(reading.factor, reading.value)}`];
  if (reading.converted !== undefined) fields.push(`${code}-ZsRtd=${text(reading.factor, reading.converted)}`);
  fields.push(`${code}-Flag=${flag}`);
  return fields.join(',');
}

/** One factor of a minute, hourly or daily packet. HJ/T 212-2005 has no flag on means. */
export function meanItem(profile: LoggerProfile, mean: Mean, flag: string): string {
  const { factor, converted } = mean;
  const code = codeOf(profile, factor);
  const fields: string[] = [];
  if (mean.total !== undefined) fields.push(`${code}-Cou=${mean.total.toFixed(4)}`);
  fields.push(
    `${code}-Min=${text(factor, mean.lowest)}`,
    `${code}-Avg=${text(factor, mean.average)}`,
    `${code}-Max=${text(factor, mean.highest)}`,
  );
  if (converted) {
    fields.push(
      `${code}-ZsMin=${text(factor, converted.lowest)}`,
      `${code}-ZsAvg=${text(factor, converted.average)}`,
      `${code}-ZsMax=${text(factor, converted.highest)}`,
    );
  }
  if (profile.edition === '2017') fields.push(`${code}-Flag=${flag}`);
  return fields.join(',');
}

export const stateItem = (facility: string, on: boolean) => `${facility}-RS=${on ? 1 : 0}`;

/** One factor's automatic standard check: what was measured of a standard solution or gas, and whether that is within 10 %. */
export function checkItem(factor: string, measured: number, standard: number): string {
  const [sent, against] = [text(factor, measured), text(factor, standard)];
  const passed = Math.abs(Number(sent) - Number(against)) <= Number(against) * 0.1;
  const fields = [`Check=${sent}`, `StandardValue=${against}`, `ResultType=${passed ? 1 : 0}`];
  return fields.map((field) => `${factor}-${field}`).join(',');
}

/** Log text (HJ 212-2017 C.40) of an analyser. */
export const logItems = (factor: string, entry: string) => [`PolId=${factor}`, `i11001-Info=//${entry}//`];

/**
 * The frames of one upload: one, or several when its items do not fit one, split between factors (HJ 212-2017 6.3). Each is
 * complete with its own QN and DataTime.
 * @param nextQn gives a new QN (17 digits) for each frame
 */
export function uploadFrames(
  profile: LoggerProfile,
  kind: PacketKind,
  dataTime: number,
  items: readonly string[],
  nextQn: () => string,
): { qn: string; frame: Buffer }[] {
  const head = `DataTime=${formatDataTime(dataTime)}`;
  const areas: string[] = [];
  let area = head;
  for (const item of items) {
    if (area.length + 1 + item.length > AREA_LIMIT && area !== head) {
      areas.push(area);
      area = head;
    }
    area += `;${item}`;
  }
  areas.push(area);
  const version = profile.edition === '2005' ? 0 : 4;
  const flag = version + (areas.length > 1 ? 2 : 0) + (profile.wantsAnswer ? 1 : 0);
  return areas.map((content, index) => {
    const qn = nextQn();
    const numbers = areas.length > 1 ? `PNUM=${areas.length};PNO=${index + 1};` : '';
    const start = `QN=${qn};ST=${profile.st};CN=${COMMANDS[kind]};PW=${profile.password};MN=${profile.mn};Flag=${flag};`;
    return { qn, frame: buildFrame(`${start}${numbers}CP=&&${content}&&`) };
  });
}
