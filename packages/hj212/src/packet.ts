import { Hj212Error, quoted } from './hj212-error';

export type Edition = '2005' | '2017' | '2025' | 'unknown';

/** A data segment taken apart (HJ 212-2017 6.3.2, table 3). Texts are as sent, without blanks around them; empty ones are absent. */
export interface Packet {
  /** YYYYMMDDhhmmsszzz, names one exchange; some devices send other digits. Not unique: match an answer by QN and MN. */
  qn?: string;
  /** System code, two characters (three have been seen). */
  st?: string;
  /** Command, four digits. */
  cn: string;
  pw?: string;
  /** Identity of the data logger, 1 to 32 printable characters. */
  mn: string;
  /** A logger of 2025 that has no MN yet says so by 1001 (annex C.2): its serial stands for the MN until 1002 gives it one. */
  unnamed?: true;
  /** 0..255, 0 when absent. */
  flag: number;
  edition: Edition;
  /** Bit 0 of Flag. */
  wantsAnswer: boolean;
  /** Number of packets and number of this one, when the message is split. Taken from the fields, not from bit 1 of Flag. */
  pnum?: number;
  pno?: number;
  /** RF=1: sent again later (HJ 212-2017). */
  resend: boolean;
  /** The data area: what stands between `CP=&&` and the last `&&`. */
  cp: string;
  /** Where `cp` begins in the segment, in bytes; absent where a character of the segment may be several. */
  cpAt?: number;
}

const MN_LIMIT = 32;

/** For the other fields of the head. Wider than any standard (PW of 24 has been seen), and short enough that an answer fits a frame. */
const TEXT_LIMIT = 64;

/**
 * Edition by the version bits of Flag (bits 7..2: 0 is 2005, 1 is 2017, 2 is 2025). A Flag of 8 or more under ST=21 is 'unknown':
 * surface-water stations have sent these bits since 2019 with their own command set.
 */
export function editionOf(packet: { flag: number; st?: string }): Edition {
  switch (packet.flag >> 2) {
    case 0:
      return '2005';
    case 1:
      return '2017';
    case 2:
      return packet.st === '21' ? 'unknown' : '2025';
    default:
      return 'unknown';
  }
}

/**
 * Reads a data segment. Tolerant about what devices really send: any order of fields, QN, ST, PW and Flag absent or empty, blanks around
 * names and values, unknown fields, a missing `;` before CP (so in the standard's own example C.19).
 * Throws Hj212Error: NO_MN, NO_CN, NO_CP when these are absent or empty, BAD_FIELD when a field has not the form it must have.
 */
export function parseSegment(segment: Buffer | string): Packet {
  const text = typeof segment === 'string' ? segment : segment.toString('utf8');
  const head = findCp(text);
  const fields: Head = { qn: '', st: '', cn: '', pw: '', mn: '', flag: '', pnum: '', pno: '', rf: '' };
  readHead(text, head.end, fields);
  const { qn, st, cn, pw } = fields;
  const unnamed = fields.mn === '' && cn === '1001';
  const mn = unnamed ? serialOf(text) : fields.mn;
  if (mn === '')
    throw new Hj212Error('NO_MN', 'MN', 'MN is missing or empty, expected the identity of the data logger');
  if (mn.length > MN_LIMIT || mn.includes(' ')) {
    throw new Hj212Error('BAD_FIELD', 'MN', `MN is ${quoted(mn)}, expected 1 to ${MN_LIMIT} characters without blanks`);
  }
  if (cn === '') throw new Hj212Error('NO_CN', 'CN', 'CN is missing or empty, expected a command of 4 digits');
  if (cn.length !== 4 || digits(cn) < 0) {
    throw new Hj212Error('BAD_FIELD', 'CN', `CN is ${quoted(cn)}, expected a command of 4 digits`);
  }
  const flag = fields.flag === '' ? 0 : digits(fields.flag);
  if (flag < 0 || flag > 255) {
    throw new Hj212Error('BAD_FIELD', 'Flag', `Flag is ${quoted(fields.flag)}, expected a whole number from 0 to 255`);
  }
  const packet: Packet = {
    qn: qn === '' ? undefined : qn,
    st: st === '' ? undefined : st,
    cn,
    pw: pw === '' ? undefined : pw,
    mn,
    flag,
    edition: 'unknown',
    wantsAnswer: (flag & 1) === 1,
    pnum: fields.pnum === '' ? undefined : packetNumber('PNUM', fields.pnum),
    pno: fields.pno === '' ? undefined : packetNumber('PNO', fields.pno),
    resend: fields.rf === '1',
    cp: cut(segment, text, head.cpStart, closeCp(text, head.cpStart)),
    cpAt: isAscii(segment, text) ? head.cpStart : undefined,
  };
  packet.edition = editionOf(packet);
  if (unnamed) packet.unnamed = true;
  return packet;
}

interface Head {
  qn: string;
  st: string;
  cn: string;
  pw: string;
  mn: string;
  flag: string;
  pnum: string;
  pno: string;
  rf: string;
}

/** The serial of a logger in its 1001, '' when there is none. */
function serialOf(text: string): string {
  return /[&;,]i23005-Info=(\w{1,32})[&;,]/.exec(text)?.[1] ?? '';
}

/** Where the head ends and the data area begins. */
function findCp(text: string): { end: number; cpStart: number } {
  const at = text.indexOf('CP=&&');
  if (at >= 0) return { end: at, cpStart: at + 5 };
  const spaced = /CP\s*=\s*&&/.exec(text);
  if (spaced) return { end: spaced.index, cpStart: spaced.index + spaced[0].length };
  const open = /(?:^|;)\s*CP\s*=/.test(text);
  if (open) throw new Hj212Error('BAD_FIELD', 'CP', 'CP does not begin with &&, expected CP=&&…&&');
  throw new Hj212Error('NO_CP', 'CP', 'CP is missing, expected CP=&&…&&');
}

/** Where the data area ends: at the last `&&`, behind which only blanks and `;` may stand. */
function closeCp(text: string, start: number): number {
  const end = text.lastIndexOf('&&');
  if (end < start) throw new Hj212Error('BAD_FIELD', 'CP', 'CP has no closing &&, expected CP=&&…&&');
  if (end + 2 < text.length && !/^[\s;]*$/.test(text.slice(end + 2))) {
    throw new Hj212Error(
      'BAD_FIELD',
      'CP',
      `CP: ${quoted(text.slice(end + 2))} follows its closing &&, expected nothing`,
    );
  }
  return end;
}

/**
 * `text.slice(start, end)`, read from the bytes again where each byte is a character: V8's slice would keep pointing into `text`, and
 * scanning such a string character by character takes twice as long as reading the bytes a second time.
 */
function cut(segment: Buffer | string, text: string, start: number, end: number): string {
  return isAscii(segment, text) ? segment.toString('latin1', start, end) : text.slice(start, end);
}

function isAscii(segment: Buffer | string, text: string): segment is Buffer {
  return typeof segment !== 'string' && segment.length === text.length;
}

function readHead(text: string, end: number, head: Head): void {
  let at = 0;
  while (at < end) {
    let stop = text.indexOf(';', at);
    if (stop < 0 || stop > end) stop = end;
    let equals = text.indexOf('=', at);
    if (equals < 0 || equals > stop) equals = stop;
    const name = text.slice(at, equals).trim();
    const value = text.slice(equals + 1, stop).trim();
    at = stop + 1;
    switch (name) {
      case 'QN':
        head.qn = once(name, head.qn, value);
        break;
      case 'ST':
        head.st = once(name, head.st, value);
        break;
      case 'CN':
        head.cn = once(name, head.cn, value);
        break;
      case 'PW':
        head.pw = once(name, head.pw, value);
        break;
      case 'MN':
        head.mn = once(name, head.mn, value);
        break;
      case 'Flag':
        head.flag = once(name, head.flag, value);
        break;
      case 'PNUM':
        head.pnum = once(name, head.pnum, value);
        break;
      case 'PNO':
        head.pno = once(name, head.pno, value);
        break;
      case 'RF':
        head.rf = once(name, head.rf, value);
        break;
    }
  }
}

/** These values are echoed in answers and stored, so they must be printable ASCII; two different ones leave open who is meant. */
function once(name: string, before: string, value: string): string {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) {
      throw new Hj212Error('BAD_FIELD', name, `${name} is ${quoted(value)}, expected printable ASCII characters`);
    }
  }
  if (value.length > TEXT_LIMIT) {
    throw new Hj212Error('BAD_FIELD', name, `${name} has ${value.length} characters, expected at most ${TEXT_LIMIT}`);
  }
  if (before !== '' && value !== before) {
    throw new Hj212Error(
      'BAD_FIELD',
      name,
      `${name} is sent twice, ${quoted(before)} and ${quoted(value)}, expected once`,
    );
  }
  return value;
}

function packetNumber(name: string, text: string): number {
  const value = digits(text);
  if (value < 0 || text.length > 4) {
    throw new Hj212Error('BAD_FIELD', name, `${name} is ${quoted(text)}, expected a whole number of up to 4 digits`);
  }
  return value;
}

/** Value of a text of digits only, or -1. */
function digits(text: string): number {
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
