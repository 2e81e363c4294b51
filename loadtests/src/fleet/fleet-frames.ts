import { buildFrame, crc16, formatDataTime } from '@greenwatch/hj212';
import {
  digits,
  FACTORS,
  type FrameSource,
  LIMIT,
  MN_DIGITS,
  MN_HEAD,
  mnOf,
  NO_ANSWER,
  PASSWORD,
  TimeWriter,
  UPLOAD_ANSWER,
  writeCrc,
  writeDecimal,
  writeTwo,
} from '../bench-frames';
import { type DeviceTraits, DIALECTS, type DialectName, type Diversity, traitsOf } from './device-traits';
import { type Intervals, PACKET_KINDS, type PacketKind, PacketSchedule } from './packet-schedule';

/** What a fleet sends, for every process of it the same. */
export interface FleetTraffic extends Intervals, Diversity {
  /** Data time of the first packet of a device whose clock is right, ms. */
  from: number;
}

const COMMANDS: Record<PacketKind, string> = { realtime: '2011', minute: '2051', hour: '2061', day: '2031' };
/** HJ/T 212-2005 codes of FACTORS. */
const OLD_CODES: Record<string, string> = {
  ...{ a21026: '02', a21002: '03', a34013: '01', a19001: 'S01' },
  ...{ a01011: 'S02', a01012: 'S03', a01013: 'S08', a00000: 'B02' },
};
const MEAN_FIELDS = ['Min', 'Avg', 'Max'];
const DAY_S = 86_400;
const HOUR_S = 3_600;
const UTC8_S = 8 * HOUR_S;
const Q = 'Q'.charCodeAt(0);
/** `##0088QN=20160801085857223;ST=91;CN=9014;`: where QN and the digits of CN begin (HJ 212-2017 6.3). */
const NEW_ANSWER = { qn: 9, cn: 36 };
/** `##0058ST=91;CN=9014;CP=&&QN=20160801085857223;CN=2011&&` (HJ/T 212-2005 annex C 6). */
const OLD_ANSWER = { qn: 28, cn: 15 };

interface Template {
  bytes: Buffer;
  qnAt: number;
  mnAt: number;
  timeAt: number;
  /** Where `00.00` begins, of each factor and within it of each field. */
  valuesAt: number[];
}

/**
 * Frames of a fleet: realtime, minute, hour and day data of 8 gas factors in three dialects. Frame i of a device is the i-th
 * that it owes from its begin on; its QN is its data time with the kind as milliseconds, so that an answer tells its frame. Content hangs
 * only on device, kind and data time: whoever sends a packet again, in this run or the next, sends the same.
 */
export class FleetFrames implements FrameSource {
  readonly schedule: PacketSchedule;
  readonly #traffic: FleetTraffic;
  readonly #templates = new Map<string, Template>();
  readonly #traits = new Map<number, DeviceTraits & { first: number }>();
  readonly #times = new TimeWriter();

  constructor(traffic: FleetTraffic) {
    this.#traffic = traffic;
    this.schedule = new PacketSchedule(traffic);
    for (const dialect of DIALECTS) {
      for (const kind of PACKET_KINDS) this.#templates.set(`${dialect} ${kind}`, templateOf(dialect, kind));
    }
  }

  lengthOf(device: number, frame: number): number {
    const { dialect, first } = this.#of(device);
    return this.#template(dialect, this.schedule.at(first + frame).kind).bytes.length;
  }

  write(target: Buffer, at: number, device: number, frame: number): void {
    const { dialect, first, exceeding } = this.#of(device);
    const { kind, dataTime } = this.schedule.at(first + frame);
    const template = this.#template(dialect, kind);
    template.bytes.copy(target, at);
    writeDecimal(target, at + template.mnAt, MN_DIGITS, device);
    const seconds = dataTime / 1_000 + UTC8_S;
    this.#times.write(target, at + template.qnAt, seconds);
    target[at + template.qnAt + 16] = 48 + PACKET_KINDS.indexOf(kind);
    this.#times.write(target, at + template.timeAt, seconds);
    const fields = kind === 'realtime' ? 1 : MEAN_FIELDS.length;
    for (let factor = 0; factor < FACTORS.length; factor++) {
      const value = hundredthsOf(
        device,
        factor,
        seconds,
        exceeding && factor === 0 && (kind === 'hour' || kind === 'day'),
      );
      for (let field = 0; field < fields; field++) {
        const valueAt = at + (template.valuesAt[factor * fields + field] as number);
        // The extremes of a mean lie a little beside it; a realtime value has none.
        const hundredths = fields === 1 ? value : value + (field - 1) * SWING_WITHIN;
        writeTwo(target, valueAt, Math.floor(hundredths / 100));
        writeTwo(target, valueAt + 3, hundredths % 100);
      }
    }
    const end = at + template.bytes.length - 6;
    writeCrc(target, end, crc16(target, at + 6, end));
  }

  /** A frame of its own. */
  build(device: number, frame: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.lengthOf(device, frame));
    this.write(bytes, 0, device, frame);
    return bytes;
  }

  answered(bytes: Uint8Array, at: number, size: number, device: number): number {
    const { qn, cn } = bytes[at + 6] === Q ? NEW_ANSWER : OLD_ANSWER;
    if (size < Math.max(qn + 17, cn + 4) || digits(bytes, at + cn, 4) !== UPLOAD_ANSWER) return NO_ANSWER;
    const kind = PACKET_KINDS[digits(bytes, at + qn + 14, 3)];
    if (!kind) return NO_ANSWER;
    const date = digits(bytes, at + qn, 8);
    const day = Date.UTC(Math.floor(date / 10_000), (Math.floor(date / 100) % 100) - 1, date % 100);
    const two = (offset: number) => digits(bytes, at + qn + offset, 2);
    const ofDay = two(8) * HOUR_S + two(10) * 60 + two(12);
    return this.frameOf(device, kind, day + (ofDay - UTC8_S) * 1_000) ?? NO_ANSWER;
  }

  /** Which frame of a device is of this kind and time; undefined where the fleet sends none such. May lie outside what was sent. */
  frameOf(device: number, kind: PacketKind, dataTime: number): number | undefined {
    const index = this.schedule.indexOf(kind, dataTime);
    return index === undefined ? undefined : index - this.#of(device).first;
  }

  /** Kind and data time of a frame. */
  momentOf(device: number, frame: number): { kind: PacketKind; dataTime: number } {
    return this.schedule.at(this.#of(device).first + frame);
  }

  #of(device: number): DeviceTraits & { first: number } {
    const known = this.#traits.get(device);
    if (known) return known;
    const traits = traitsOf(device, this.#traffic);
    const first = this.schedule.newestAt(this.#traffic.from - traits.behindMinutes * 60_000);
    this.#traits.set(device, { ...traits, first });
    return { ...traits, first };
  }

  #template(dialect: DialectName, kind: PacketKind): Template {
    return this.#templates.get(`${dialect} ${kind}`) as Template;
  }
}

function templateOf(dialect: DialectName, kind: PacketKind): Template {
  const old = dialect === '2005';
  const fields = kind === 'realtime' ? ['Rtd'] : MEAN_FIELDS;
  // HJ/T 212-2005 has no flag on means.
  const flagged = dialect === '2017' || (old && kind === 'realtime');
  const items = FACTORS.map((factor) => {
    const code = old ? OLD_CODES[factor] : factor;
    const values = fields.map((field) => `${code}-${field}=00.00`);
    return [...values, ...(flagged ? [`${code}-Flag=N`] : [])].join(',');
  });
  const time = formatDataTime(0);
  const head = `QN=${time}000;ST=31;CN=${COMMANDS[kind]};PW=${PASSWORD};MN=${mnOf(0)};Flag=${old ? 1 : 5};`;
  const bytes = buildFrame(`${head}CP=&&DataTime=${time};${items.join(';')}&&`);
  const valuesAt: number[] = [];
  for (let at = bytes.indexOf('=00.00'); at >= 0; at = bytes.indexOf('=00.00', at + 1)) valuesAt.push(at + 1);
  const after = (text: string) => bytes.indexOf(text) + text.length;
  return { bytes, qnAt: after('QN='), mnAt: after(MN_HEAD), timeAt: after('DataTime='), valuesAt };
}

/** A mean's extremes are so many hundredths away from it. */
const SWING_WITHIN = 40;

/**
 * A value in hundredths, from 10.00 to 69.00: the plant's day (a swing of 6.00, each device at its own hours), a wave of an hour (3.00) and an
 * instrument's noise. `exceeding`: twice the limit of SO2 instead.
 * @param seconds since 1970-01-01T00:00:00+08:00
 */
function hundredthsOf(device: number, factor: number, seconds: number, exceeding: boolean): number {
  if (exceeding) return LIMIT * 200;
  const day = triangle((seconds + device * 977) / DAY_S) * 600;
  const hour = triangle((seconds + device * 61) / HOUR_S) * 300;
  let noise =
    Math.imul(seconds + 1, 0x9e3779b1) ^ Math.imul(device + 1, 0x85ebca6b) ^ Math.imul(factor + 1, 0xc2b2ae35);
  noise = Math.imul(noise ^ (noise >>> 15), 0x2c1b3c6d);
  noise = Math.imul(noise ^ (noise >>> 13), 0x297a2d39);
  return 1_100 + factor * 680 + Math.floor(day + hour) + (noise >>> 27);
}

/** From 0 up to 1 and down to 0 again, once in each whole number. */
function triangle(at: number): number {
  const part = at - Math.floor(at);
  return part < 0.5 ? part * 2 : 2 - part * 2;
}
