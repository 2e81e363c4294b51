import { buildFrame, crc16, encryptSegment } from '@greenwatch/hj212';

/**
 * Frames as broken hardware, bad lines and hostile peers send them, made from good ones. Everything comes from a seed, so that what goes
 * wrong can be looked at again.
 */

export interface Mutant {
  kind: string;
  /** What arrives, read by read. */
  chunks: Buffer[];
  /** Good frames that lie in it whole and outside of anything broken: each must be let in at frame level. */
  frames: number;
}

type Random = () => number;

const MN = '010000A8900016F000169DC0';
const HEAD17 = `ST=32;CN=2011;PW=123456;MN=${MN};Flag=5`;

/** Good packets of every edition and kind. `{qn}` is made unique. */
const GOOD = [
  `QN={qn};${HEAD17};CP=&&DataTime=20240601085900;w01018-Rtd=31.2,w01018-Flag=N;w21003-Rtd=1.803,w21003-Flag=N;w00000-Rtd=36.91,w00000-Flag=N&&`,
  `QN={qn};ST=31;CN=2061;PW=123456;MN=${MN};Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20240601080000;a21026-Cou=63.0,a21026-Min=16.4,a21026-Avg=17.5,a21026-Max=20.1,a21026-ZsAvg=18.1,a21026-Flag=N&&`,
  'ST=32;CN=2051;PW=123456;MN=88888880000001;CP=&&DataTime=20240516021000;B01-Cou=200;101-Cou=2.5,101-Min=1.1,101-Avg=1.1,101-Max=1.1&&',
  `QN={qn};ST=32;CN=2021;PW=123456;MN=${MN};Flag=5;CP=&&DataTime=20240601085857;SB1-RS=1;SB2-RS=0&&`,
  `QN={qn};ST=32;CN=3020;PW=123456;MN=${MN};Flag=5;CP=&&DataTime=20240601085857;PolId=w01018;i11001-Info=//清洗管路, 第2次; 完成//&&`,
  `QN={qn};ST=32;CN=2062;PW=123456;MN=${MN};Flag=9;CP=&&DataTime=20240601080000;w01018-SampleRd=15.3;w01018-StandardValue=12;w01018-ResultType=1&&`,
  `QN={qn};ST=45;CN=2011;PW=123456;MN=${MN};Flag=9;CP=&&DataTime=20240601085900;p99101-Rtd=St;p99102-Rtd=1.5&&`,
  `QN={qn};ST=32;CN=1013;PW=123456;MN=${MN};Flag=5;CP=&&PolId=w01018&&`,
  `QN={qn};ST=91;CN=9011;PW=123456;MN=${MN};Flag=4;CP=&&QnRtn=1&&`,
  'ST=91;CN=9012;PW=123456;MN=88888880000001;CP=&&QN=20040516010101001;ExeRtn=1&&',
  `QN={qn};ST=32;CN=1001;PW=123456;MN=;Flag=9;CP=&&i23005-Info=6970000000001ABCDEFG1234;i23006-Info=A800200A8C6D&&`,
] as const;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const whole = (random: Random, below: number) => Math.floor(random() * below);

/** A good data segment; `serial` makes its QN unique. */
export function goodSegment(random: Random, serial: number): string {
  return pick(random, GOOD).replace('{qn}', `20240601${String(serial % 1_000_000_000).padStart(9, '0')}`);
}

/** A frame of bytes that need not be text, with right length and CRC. */
function frameOf(segment: Buffer): Buffer {
  const crc = crc16(segment).toString(16).toUpperCase().padStart(4, '0');
  const length = String(segment.length).padStart(4, '0');
  return Buffer.concat([Buffer.from(`##${length}`), segment, Buffer.from(`${crc}\r\n`)]);
}

const NUMBERS =
  'NaN Infinity -Infinity 1e308 -1e308 1e16 1000000000000001 9999999999999999999999 0x1F 1,5 1.2.3 -- - + . 1e 1e+ １２ 1_0 %d null 00000000000000000000001 -0 1E-05 5. .5 +5 ٣ 1e-400';
const DATES =
  '20240230000000 20230229000000 20241301000000 20240001000000 20240100000000 20240601240000 20240601006000 20240601000060 00000601000000 99991231235959 2024060108590 202406010859001 20240601085900123 2024-06-01T08:59:00 abcdefghijklmn ２０２４０６０１０８５９００ 19000101000000 20240601T85900';
const HEADS = 'QN ST CN PW MN Flag CP PNUM PNO RF';
const BAD_BYTES = [
  Buffer.from('c7e5cfb4b9dcc2b7', 'hex'), // GBK
  Buffer.from('fffe0000', 'hex'),
  Buffer.from('efbbbf', 'hex'),
  Buffer.from('c0af', 'hex'), // over-long UTF-8
  Buffer.from('eda080', 'hex'), // half a surrogate pair
  Buffer.from('00', 'hex'),
  Buffer.from('0d0a', 'hex'),
  Buffer.from('f09f9880', 'hex'),
  Buffer.from('e280ae', 'hex'), // right-to-left override
  Buffer.from('1b5b324a', 'hex'), // terminal escape
];
const JUNK = [
  '#',
  '##',
  '###',
  '##0',
  '##9999',
  '##1024',
  '##00x1',
  '####0005',
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  '\x16\x03\x01\x02\x00',
  '**',
  '\0\0\0',
  '&&',
  '\r\n\r\n',
  '##0000FFFF',
];

/** Sends a good frame's bytes in pieces, cut anywhere. */
function split(random: Random, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  const most = pick(random, [1, 2, 7, 64, 400]);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + whole(random, most);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Changes the text of a good packet; its frame is right. */
const CONTENT: Record<string, (random: Random, segment: string) => Buffer | string> = {
  'odd-number': (random, segment) =>
    segment.replace(/=[\d.]+(?=[,;&])/g, (value) => (random() < 0.5 ? `=${pick(random, NUMBERS.split(' '))}` : value)),
  'date-that-does-not-exist': (random, segment) =>
    segment.replace(/=20240\d{9}(?=[;&])/, `=${pick(random, DATES.split(' '))}`),
  'missing-field': (random, segment) => {
    const name = pick(random, HEADS.split(' '));
    return segment.replace(new RegExp(`${name}=[^;&]*;?`), random() < 0.5 ? '' : `${name}=;`);
  },
  'repeated-field': (random, segment) => {
    const name = pick(random, HEADS.split(' '));
    const again = new RegExp(`${name}=[^;&]*;`).exec(segment)?.[0] ?? `${name}=1;`;
    return (random() < 0.5 ? again : `${name}=${whole(random, 300)};`) + segment;
  },
  'missing-item': (random, segment) => {
    const items = segment.match(/[\w-]+=[^;,&]*[;,]?/g) ?? [];
    return segment.replace(pick(random, items) ?? '', '');
  },
  'repeated-item': (random, segment) => {
    const item = pick(random, segment.match(/[\w]+-[\w]+=[^;,&]*/g) ?? ['a-Rtd=1']);
    const other = random() < 0.5 ? item : item.replace(/=.*/, `=${whole(random, 100)}`);
    return segment.replace(/&&$/, `;${other}&&`);
  },
  'bad-encoding': (random, segment) => {
    const at = whole(random, segment.length + 1);
    return Buffer.concat([Buffer.from(segment.slice(0, at)), pick(random, BAD_BYTES), Buffer.from(segment.slice(at))]);
  },
  'odd-separators': (random, segment) =>
    segment.replace(/[;,=]/g, (one) =>
      random() < 0.2 ? pick(random, ['', ';;', ',;', '==', ' ', ' = ', '&', '-']) : one,
    ),
  'hostile-name': (random, segment) =>
    segment.replace(
      /[\w]+(?=-\w+=)/,
      pick(random, [
        '__proto__',
        'constructor',
        'a'.repeat(200),
        '-',
        '',
        'a b',
        '../x',
        '$where',
        'w01018-w01018',
        '\u202e',
      ]),
    ),
  'many-items': (random, segment) =>
    segment.replace(/&&$/, `;${pick(random, ['-=', 'a-Rtd=1;', ';,', 'PolId=1;', 'DataTime=', '//']).repeat(60)}&&`),
  'broken-log-text': (random, segment) =>
    segment.replace(
      /&&$/,
      `;i11001-Info=//${pick(random, ['', '/', '//', '//;', '&&', 'x//y', '##0005', '//,//,//'])}&&`,
    ),
  'flipped-bit': (random, segment) => {
    const bytes = Buffer.from(segment);
    for (let times = 1 + whole(random, 4); times > 0; times--) {
      const at = whole(random, bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << whole(random, 8));
    }
    return bytes;
  },
  'random-segment': (random) => Buffer.from(Array.from({ length: whole(random, 300) }, () => whole(random, 256))),
  encrypted: (_random, segment) => encryptSegment(Buffer.from(segment), '0000000000000000'),
};

/** Changes the bytes of a good frame. `turn` counts how often the kind has come up. */
const FRAME: Record<string, (random: Random, frame: Buffer, turn: number) => Buffer | string> = {
  // At every byte, one after the other.
  truncated: (_random, frame, turn) => frame.subarray(0, turn % (frame.length - 2)),
  'beginning-lost': (random, frame) => frame.subarray(1 + whole(random, frame.length - 1)),
  'wrong-length': (random, frame) =>
    `##${String(whole(random, random() < 0.5 ? 1_024 : 10_000)).padStart(4, '0')}${frame.toString('latin1', 6)}`,
  'length-off-by-little': (random, frame) => {
    const length = Number(frame.toString('latin1', 2, 6)) + whole(random, 21) - 10;
    return `##${String(Math.max(0, length)).padStart(4, '0')}${frame.toString('latin1', 6)}`;
  },
  'length-of-another-form': (random, frame) =>
    `##${pick(random, ['', '1', '12', '123', '12345', '000123', '-001', '+100', ' 100', '0x64', '1e2 ', '１２３４', 'NaN!'])}${frame.toString('latin1', 6)}`,
  'wrong-crc': (random, frame) =>
    frame.toString('latin1', 0, frame.length - 6) +
    whole(random, 0x10000).toString(16).padStart(4, '0').toUpperCase() +
    '\r\n',
  'crc-of-another-form': (random, frame) =>
    `${frame.toString('latin1', 0, frame.length - 6)}${pick(random, ['', '1', '1C8', '?A', 'GGGG', '1C80 ', ' 1C8', '0x1C'])}\r\n`,
  'byte-lost': (random, frame) => {
    const at = whole(random, frame.length);
    return Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1)]);
  },
  'byte-inserted': (random, frame) => {
    const at = whole(random, frame.length);
    return Buffer.concat([frame.subarray(0, at), Buffer.from([whole(random, 256)]), frame.subarray(at)]);
  },
  'byte-changed': (random, frame) => {
    const bytes = Buffer.from(frame);
    bytes[whole(random, bytes.length)] = whole(random, 256);
    return bytes;
  },
  junk: (random) => Array.from({ length: 1 + whole(random, 6) }, () => pick(random, JUNK)).join(''),
  'random-bytes': (random) => Buffer.from(Array.from({ length: whole(random, 600) }, () => whole(random, 256))),
};

const FRAME_KINDS = Object.keys(FRAME);
const CONTENT_KINDS = Object.keys(CONTENT);
/** Kinds that are good frames only, sent oddly. */
const SENT_ODDLY = ['glued', 'split'] as const;

export const MUTATIONS: readonly string[] = [...FRAME_KINDS, ...CONTENT_KINDS, ...SENT_ODDLY];

/** The mutant with a number: kinds take turns; everything else about it is random. */
export function mutant(random: Random, number: number): Mutant {
  const kind = MUTATIONS[number % MUTATIONS.length] as string;
  const good = goodSegment(random, number);
  const ofFrame = FRAME[kind];
  if (ofFrame) {
    const made = ofFrame(random, buildFrame(good), Math.floor(number / MUTATIONS.length));
    const bytes = typeof made === 'string' ? Buffer.from(made, 'latin1') : made;
    return { kind, chunks: random() < 0.3 ? split(random, bytes) : [bytes], frames: 0 };
  }
  const ofContent = CONTENT[kind];
  if (ofContent) {
    const segment = Buffer.from(ofContent(random, good)).subarray(0, 1024);
    const bytes = frameOf(segment);
    // A head within a segment that has no end is taken for the begin of the next frame.
    const unclear = segment.includes('##') && segment.toString('latin1', segment.length - 2) !== '&&';
    return { kind, chunks: random() < 0.3 ? split(random, bytes) : [bytes], frames: unclear ? 0 : 1 };
  }
  const count = 1 + whole(random, 5);
  const bytes = Buffer.concat(
    Array.from({ length: count }, (_, index) => buildFrame(goodSegment(random, number + index))),
  );
  if (kind === 'glued') return { kind, chunks: [bytes], frames: count };
  return { kind, chunks: Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)), frames: count };
}
