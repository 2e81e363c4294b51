import { buildFrame } from './build-frame';
import { decryptSegment, encryptSegment } from './cipher';
import { crcOf, type DeviceCodec, inDialect, sealFrame } from './dialect';
import { type CutResult, FrameCutter } from './frame-cutter';
import { parseSegment } from './packet';
import { answerOf, replyToUpload } from './replies';
import { readUpload } from './upload';
import { readUploadText } from './upload-text';

/** HJ 212-2025 annex A.2: sixteen times `0`. */
const KEY = '0000000000000000';
const MN = '010000A8900016F000169DC0';
const SEGMENT = `QN=20240520210700000;ST=31;CN=2051;PW=123456;MN=${MN};Flag=9;CP=&&DataTime=20240520210600;a00000-Avg=1.5,a00000-Flag=N&&`;
const codec = (part: Partial<DeviceCodec>): DeviceCodec => ({ dialect: { cipher: 'sm4' }, keys: [KEY], ...part });

function cut(stream: Buffer, known: DeviceCodec | undefined, size = stream.length): CutResult[] {
  const cutter = new FrameCutter({ codecOf: (mn) => (mn === MN ? known : undefined) });
  const results: CutResult[] = [];
  for (let at = 0; at < stream.length; at += size) results.push(...cutter.push(stream.subarray(at, at + size)));
  return [...results, ...cutter.end()];
}
const segments = (results: CutResult[]) => results.map((r) => (r.type === 'frame' ? r.segment.toString() : r.reason));

describe('HJ 212-2025 6.4 and annex A.2: SM4', () => {
  // The example prints the cipher bytes as {0xE4,…}: these are they. Frame of 295 bytes, CRC 2200 of the plain segment.
  const CIPHER =
    'e43e159acfab242cb53155fb8b9281a1a242577abfaed881be88b72d69fc55ed1a80119faac8b3cd33d285cc76f57f2ca7f88b9573c6647e0f07e24609bd6b63' +
    'eb20c5b9784f28e71d2f4994ff61d9e1c2b3075592b4d1e09c4d8bb27be97b559e3da6643781a6f477769deeb009b10dfff3426922725d607dc4480f0cac5f70' +
    'db2587b124bcb281592721d6e4bc180a97e5e111499cbe822e31c8d77615' +
    '53543aa24207c290997bbde64f9266bc5f529a172e381c1d898ca1a0d771a914a7b2d7467c70b94f1d4a7b0350a48dbf8b41';
  const HEAD = `QN=20240520210700000;ST=31;CN=2051;PW=123456;MN=${MN};Flag=9;CP=&&`;
  const wire = Buffer.concat([Buffer.from(HEAD), Buffer.from(CIPHER, 'hex'), Buffer.from('&&')]);
  const frame = Buffer.concat([
    Buffer.from(`##${String(wire.length).padStart(4, '0')}`),
    wire,
    Buffer.from('2200\r\n'),
  ]);

  test('the example of annex A.2 is read, its CRC being that of the plain text', () => {
    expect(wire).toHaveLength(295);
    const [result] = cut(frame, codec({}));
    expect(result).toMatchObject({ type: 'frame', raw: frame });
    const { kind, factors } = readUpload(parseSegment(result?.type === 'frame' ? result.segment : ''));
    expect(kind).toBe('minute');
    expect(factors).toHaveLength(3);
    if (result?.type === 'frame') expect(encryptSegment(result.segment, KEY)).toEqual(wire);
  });

  test('what is left over after groups of sixteen stays plain, and the length does not change', () => {
    const plain = Buffer.from(SEGMENT);
    const sealed = encryptSegment(plain, KEY);
    const from = plain.indexOf('CP=&&') + 5;
    const rest = (plain.length - 2 - from) % 16;
    expect(sealed).toHaveLength(plain.length);
    expect(sealed.subarray(0, from)).toEqual(plain.subarray(0, from));
    expect(sealed.subarray(-2 - rest)).toEqual(plain.subarray(-2 - rest));
    expect(sealed.subarray(from, from + 16)).not.toEqual(plain.subarray(from, from + 16));
    expect(decryptSegment(sealed, KEY)).toEqual(plain);
  });

  test('plain and encrypted packets of one device are both read, in any cut of the stream', () => {
    const stream = Buffer.concat([sealFrame(SEGMENT, {}, KEY), buildFrame(SEGMENT), sealFrame(SEGMENT, {}, KEY)]);
    for (const size of [1, 7, 100, 10_000])
      expect(segments(cut(stream, codec({}), size))).toEqual([SEGMENT, SEGMENT, SEGMENT]);
  });

  test('while a key changes, packets under the old and the new one are read', () => {
    const keys = ['1111111111111111', KEY];
    const stream = Buffer.concat(keys.map((key) => sealFrame(SEGMENT, {}, key)));
    const used: string[] = [];
    const opened = (key: string) => used.push(key);
    expect(segments(cut(stream, codec({ keys, opened })))).toEqual([SEGMENT, SEGMENT]);
    // Whose turn it was is told.
    expect(used).toEqual(keys);
  });

  test('without the key, or without the setting, it is refused by its CRC', () => {
    const sealed = sealFrame(SEGMENT, {}, KEY);
    for (const known of [undefined, codec({ keys: [] }), codec({ keys: ['x'.repeat(16)] }), codec({ dialect: {} })]) {
      expect(segments(cut(sealed, known))).toEqual(['crc']);
    }
  });

  test('nearly all packets whose cipher bytes have the CRC of the plain text by chance are decrypted all the same', () => {
    let met = 0;
    for (let value = 0; value < 5_000; value++) {
      const text = `${SEGMENT.slice(0, -2)};a01012-Avg=${value}.25,a01012-Flag=N&&`;
      const frame = sealFrame(text, {}, KEY);
      const plain = new FrameCutter().push(frame)[0];
      if (plain?.type !== 'frame') continue;
      met++;
      expect(segments(cut(frame, codec({})))).toEqual([text]);
    }
    expect(met).toBeGreaterThan(5);
  });

  test('an area of cipher bytes that holds ## and && is one frame', () => {
    let met = 0;
    for (let value = 0; value < 3_000; value++) {
      const items = Array.from({ length: 20 }, (_, index) => `a${10000 + index}-Avg=${value}.${index}`);
      const text = `${SEGMENT.slice(0, -2)};${items.join(';')}&&`;
      const sealed = sealFrame(text, {}, KEY);
      if (sealed.indexOf('##', 2) < 0) continue;
      met++;
      expect(segments(cut(sealed, codec({}), 50))).toEqual([text]);
    }
    expect(met).toBeGreaterThan(5);
  });
});

describe('dialects', () => {
  test.each([
    ['modbus', 0x4b37],
    ['modbus-swapped', 0x374b],
    ['arc', 0xbb3d],
    ['arc-swapped', 0x3dbb],
  ] as const)('the check value of CRC %s', (kind, expected) => {
    expect(crcOf(kind, Buffer.from('123456789'))).toBe(expected);
  });

  test.each(['modbus', 'modbus-swapped', 'arc', 'arc-swapped', 'hj212-swapped'] as const)(
    'a device with the CRC %s is read and answered by it; no other device is',
    (crc) => {
      const frame = sealFrame(SEGMENT, { crc });
      expect(segments(cut(frame, { dialect: { crc }, keys: [] }, 20))).toEqual([SEGMENT]);
      expect(segments(cut(frame, undefined))).toEqual(['crc']);
      expect(segments(cut(buildFrame(SEGMENT), { dialect: {}, keys: [] }))).toEqual([SEGMENT]);
      expect(inDialect(buildFrame(SEGMENT), { crc })).toEqual(frame);
    },
  );

  test('longer segments of a device that is known for them; the limit holds for all others', () => {
    const items = Array.from({ length: 60 }, (_, index) => `a${10000 + index}-Avg=1.25,a${10000 + index}-Flag=N`);
    const text = `${SEGMENT.slice(0, -2)};${items.join(';')}&&`;
    const crc = crcOf('hj212', Buffer.from(text)).toString(16).toUpperCase().padStart(4, '0');
    const frame = Buffer.from(`##${text.length}${text}${crc}\r\n`);
    expect(text.length).toBeGreaterThan(1500);
    const stream = Buffer.concat([frame, buildFrame(SEGMENT), frame]);
    for (const size of [1, 64, 10_000]) {
      expect(segments(cut(stream, { dialect: { maxSegment: 2500 }, keys: [] }, size))).toEqual([text, SEGMENT, text]);
      for (const known of [undefined, { dialect: { maxSegment: 1500 }, keys: [] }, { dialect: {}, keys: [] }]) {
        expect(segments(cut(stream, known, size))).toEqual(['too-long', SEGMENT, 'too-long']);
      }
    }
  });

  test('its own factor codes and ST count as what they stand for, and the code sent is kept', () => {
    const packet = parseSegment(`ST=80;CN=2011;MN=1;CP=&&DataTime=20240520210600;SO2-Rtd=1.5;011-Rtd=7&&`);
    const dialect = { st: '32', codes: { SO2: 'a21026' } };
    expect(readUpload(packet, dialect).factors).toEqual([
      { factor: 'a21026', original: 'SO2', fields: [['Rtd', '1.5']] },
      { factor: 'w01018', original: '011', fields: [['Rtd', '7']] },
    ]);
    expect(readUploadText(packet, dialect).fields).toBe('a21026-@=SO2,a21026-Rtd=1.5;w01018-@=011,w01018-Rtd=7');
    expect(readUpload(packet).factors.map(({ factor }) => factor)).toEqual(['SO2', '011']);
    const six = parseSegment(`ST=31;CN=2011;MN=1;CP=&&DataTime=20240520210600;a99999-Rtd=1.5&&`);
    expect(readUploadText(six, { codes: { a99999: 'a21026' } }).fields).toBe('a21026-@=a99999,a21026-Rtd=1.5');
  });

  test('what it wants answered is answered, by its CRC; the standard holds for the rest', () => {
    const login = parseSegment(`QN=20240520210700000;ST=91;CN=9021;PW=123456;MN=${MN};Flag=4;CP=&&&&`);
    const answer = 'QN=20240520210700000;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&';
    expect(answerOf(login)).toBeNull();
    expect(answerOf(login, { answers: { '9022': '9014' } })).toBeNull();
    expect(answerOf(login, { answers: { '9021': '9014' } })).toEqual(buildFrame(answer));
    expect(answerOf(login, { crc: 'modbus', answers: { '9021': '9014' } })).toEqual(
      sealFrame(answer, { crc: 'modbus' }),
    );
    const upload = parseSegment(SEGMENT);
    expect(answerOf(upload)).toEqual(replyToUpload(upload));
    expect(answerOf(upload, { crc: 'arc' })).not.toEqual(replyToUpload(upload));
  });
});
