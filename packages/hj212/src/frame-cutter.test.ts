import fc from 'fast-check';
import { buildFrame } from './build-frame';
import { crc16 } from './crc16';
import { type CutResult, FrameCutter } from './frame-cutter';

const A = 'QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&';
const B = 'QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&';
const FRAME_A = buildFrame(A);
const FRAME_B = buildFrame(B);
const BARE_A = FRAME_A.subarray(0, -2);

/** Cuts a whole stream, given in pieces of `size` bytes. */
function cut(stream: Buffer | string, size = Number.POSITIVE_INFINITY, cutter = new FrameCutter()): CutResult[] {
  const bytes = Buffer.from(stream);
  const results: CutResult[] = [];
  for (let at = 0; at < bytes.length; at += size) results.push(...cutter.push(bytes.subarray(at, at + size)));
  return [...results, ...cutter.end()];
}

const segments = (results: CutResult[]) => results.flatMap((r) => (r.type === 'frame' ? [r.segment.toString()] : []));
const refused = (results: CutResult[]) =>
  results.flatMap((r) => (r.type === 'refused' ? [`${r.reason}:${r.raw.toString('latin1')}`] : []));

describe('a frame, HJ 212-2017 6.3.1', () => {
  test.each([
    ['CR LF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
    ['a blank', ' '],
    ['nothing', ''],
    ['** after the CRC', '**\r\n'],
    ['NUL', '\0'],
  ])('with %s for its tail', (_name, tail) => {
    const one = Buffer.concat([BARE_A, Buffer.from(tail)]);
    for (const size of [1, 5, 1000]) {
      const results = cut(Buffer.concat([one, one]), size);
      expect(segments(results)).toEqual([A, A]);
      expect(refused(results)).toEqual([]);
    }
  });

  test('raw takes the tail along that came with it', () => {
    const raw = (tail: string) => cut(Buffer.concat([BARE_A, Buffer.from(tail)])).flatMap((r) => r.raw.toString());
    expect(raw('\r\n')).toEqual([FRAME_A.toString()]);
    expect(raw('\n')).toEqual([`${BARE_A}\n`]);
    expect(raw('')).toEqual([BARE_A.toString()]);
  });

  test('a frame that lies wholly in the chunk is not copied', () => {
    const [result] = new FrameCutter().push(FRAME_A);
    expect(result?.raw.buffer).toBe(FRAME_A.buffer);
    expect(result?.raw.byteOffset).toBe(FRAME_A.byteOffset);
  });

  test('a frame put together from chunks stays as it is when more arrives', () => {
    const cutter = new FrameCutter();
    cutter.push(FRAME_A.subarray(0, 50));
    const [first] = cutter.push(FRAME_A.subarray(50));
    cutter.push(FRAME_B.subarray(0, 50));
    cutter.push(FRAME_B.subarray(50));
    expect(first?.raw.toString()).toBe(FRAME_A.toString());
  });

  test('lower-case CRC', () => {
    expect(segments(cut(`##0101${A}1c80\r\n`))).toEqual([A]);
  });

  test('an empty segment', () => {
    expect(segments(cut('##0000FFFF\r\n'))).toEqual(['']);
  });

  test('##, && and CR LF inside a segment do not end it (encrypted or log text)', () => {
    const text = Buffer.from('ST=32;CN=3020;MN=1;CP=&&i11001-Info=//R:##0087&&\r\n##//&&');
    const crc = crc16(text).toString(16).padStart(4, '0');
    const frame = Buffer.concat([Buffer.from(`##${String(text.length).padStart(4, '0')}`), text, Buffer.from(crc)]);
    for (const size of [1, 9, 1000]) {
      const results = cut(frame, size);
      expect(segments(results)).toEqual([text.toString()]);
      expect(refused(results)).toEqual([]);
    }
  });

  test('maxSegment lets longer segments in', () => {
    const text = 'x'.repeat(1023);
    expect(segments(cut(buildFrame(text), 1, new FrameCutter({ maxSegment: 1023 })))).toEqual([text]);
    expect(refused(cut(buildFrame(text), 400, new FrameCutter({ maxSegment: 1022 })))[0]).toMatch(/^too-long:##1023x/);
    expect(() => new FrameCutter({ maxSegment: 10_000 })).toThrow('expected a whole number from 1 to 9999');
  });
});

describe('refused', () => {
  const wrongCrc = `##0101${A}1C81\r\n`;
  test.each<[string, string, string[]]>([
    ['a wrong CRC', wrongCrc, [`crc:##0101${A}1C81`]],
    ['a length that is too great', `##0888${A}1C80\r\n`, [`length:##0888${A}1C80\r\n`]],
    ['a length that is too small', `##0099${A}1C80\r\n`, [`length:##0099${A}1C80\r\n`]],
    ['a length over the limit', `##9999${A}1C80\r\n`, [`too-long:##9999${A}1C80\r\n`]],
    ['a length of three digits', `##101${A}1C80\r\n`, [`length:##101${A}1C80\r\n`]],
    ['a length of six digits', `##000101${A}1C80\r\n`, [`length:##000101${A}1C80\r\n`]],
    ['no length', '##ABCD\r\n', ['length:##ABCD\r\n']],
    ['bytes outside any frame', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', ['garbage:GET / HTTP/1.1\r\n']],
    ['a run of #', '#######', ['garbage:#######']],
    ['a single #', '#x', ['garbage:#x']],
    ['half a frame, then the end', BARE_A.subarray(0, 60).toString(), [`length:${BARE_A.subarray(0, 60)}`]],
  ])('%s; the good frames around it stay', (_name, bad, expected) => {
    // Followed by enough frames to fill what a wrong length promises.
    const stream = Buffer.concat([FRAME_B, Buffer.from(bad), ...Array.from({ length: 9 }, () => FRAME_B)]);
    for (const size of [1, 3, 64, 5000]) {
      const results = cut(stream, size);
      expect(segments(results)).toEqual(Array.from({ length: 10 }, () => B));
      expect(refused(results)).toEqual(expected);
    }
    expect(refused(cut(bad)).map((text) => text.split(':')[0])).toEqual(expected.map((text) => text.split(':')[0]));
  });

  test('the detail says what was found and what was expected', () => {
    const detail = (bad: string) => cut(bad).map((r) => (r.type === 'refused' ? r.detail : ''));
    expect(detail(wrongCrc)).toEqual(['CRC field 1C81, computed 1C80']);
    expect(detail('##12X4')).toEqual(['length field "12X4", expected exactly 4 digits']);
    expect(detail('##1025abc')).toEqual(['length field says 1025 bytes, at most 1024 are let in']);
    expect(detail('##0002abXXXX')).toEqual([
      'length field says 2, but "XXXX" stands where the 4 hex digits of the CRC should be',
    ]);
    expect(detail('##0100ab')).toEqual(['the stream ended after 8 bytes of a frame of at least 110']);
  });

  test('a wrong CRC is refused at once, with no byte after it', () => {
    expect(refused(new FrameCutter().push(Buffer.from(wrongCrc.trimEnd())))).toHaveLength(1);
  });

  test('an unreadable head is refused at the end of its line', () => {
    expect(refused(new FrameCutter().push(Buffer.from(`##101${A}1C80\n`)))).toHaveLength(1);
  });

  test('a contiguous run of garbage is one result and is counted whole', () => {
    const cutter = new FrameCutter();
    const results = cut(Buffer.concat([Buffer.from('ab\r\ncd\r\nef'), FRAME_A]), 2, cutter);
    expect(refused(results)).toEqual(['garbage:ab\r\n']);
    expect(segments(results)).toEqual([A]);
    expect(cutter.skipped).toBe(10);
  });
});

test('a frame cut off and a good one behind it, when the CRC fits both as one: the good one is let in', () => {
  const good = (digits: string) => `QN=2024060108${digits};ST=32;CN=2011;MN=1;CP=&&&&`;
  let met = 0;
  for (let serial = 0; serial < 1000; serial++) {
    // Cut off so that four digits of the good frame's QN stand where its CRC should be; they are chosen to be it.
    const cutOff = `##0038QN=20240601085${String(serial).padStart(3, '0')}`;
    const before = Buffer.concat([Buffer.from(cutOff), buildFrame(good('0000000'))]).subarray(0, 6 + 38);
    const crc = crc16(before.subarray(6)).toString(16).padStart(4, '0');
    if (!/^\d{4}$/.test(crc)) continue;
    met++;
    const text = good(`00${crc}0`);
    const stream = Buffer.concat([Buffer.from(cutOff), buildFrame(text)]);
    expect(stream.toString('latin1', 44, 48)).toBe(crc);
    expect(segments(cut(stream, 5))).toEqual([text]);
  }
  expect(met).toBeGreaterThan(100);
});

test('the same, when the length of the first leads to the end of the good one', () => {
  let met = 0;
  for (let serial = 0; serial < 3000; serial++) {
    const partial = `QN=20240601085${serial};ST=32;CP=&&`;
    const cutOff = `##${String(partial.length + FRAME_A.length - 6).padStart(4, '0')}${partial}`;
    const stream = Buffer.concat([Buffer.from(cutOff), FRAME_A]);
    if (crc16(stream.subarray(6, -6)) !== crc16(Buffer.from(A))) continue;
    met++;
    expect(segments(cut(stream, 9))).toEqual([A]);
    expect(refused(cut(stream))).toEqual([`length:${cutOff}`]);
  }
  expect(met).toBeGreaterThan(3);
});

test.each([
  ['a whole good frame', true, ''],
  ['a whole good frame and a row of #', true, '###'],
  ['an even row of #', false, '##'],
  ['an odd row of #', false, '###'],
])('the same, with %s between', (_name, good, row) => {
  let met = 0;
  for (let serial = 0; serial < 3000; serial++) {
    const between = `QN=20240601085${serial};ST=32;CP=&&&&`;
    const partial = good ? buildFrame(between) : Buffer.from(between.slice(0, -2));
    const rest = Buffer.concat([partial, Buffer.from(row), FRAME_A]);
    const stream = Buffer.concat([Buffer.from(`##${String(rest.length - 6).padStart(4, '0')}`), rest]);
    if (crc16(stream.subarray(6, -6)) !== crc16(Buffer.from(A))) continue;
    met++;
    expect(segments(cut(stream, 9))).toEqual(good ? [between, A] : [A]);
  }
  expect(met).toBeGreaterThan(5);
});

describe('bounded, whatever arrives', () => {
  const MB = 1024 * 1024;
  test.each([
    [10, 'no line end, no head', 'x'],
    [10, 'only #', '#'],
    [1, 'heads of frames that never come', '##1024'],
    [1, 'heads with hex digits wherever a CRC may be', '##1000AAAA'],
    [10, 'line ends', '\r\n'],
    [10, 'garbage lines', 'a\n'],
  ])('%i MB: %s', (blocks, _name, pattern) => {
    const block = Buffer.alloc(MB, pattern);
    const cutter = new FrameCutter();
    let most = 0;
    let longest = 0;
    let results = 0;
    for (let times = 0; times < blocks; times++) {
      for (let at = 0; at < MB; at += 65_536) {
        for (const result of cutter.push(block.subarray(at, at + 65_536))) {
          results++;
          longest = Math.max(longest, result.raw.length);
        }
        most = Math.max(most, cutter.buffered);
      }
    }
    expect(most).toBeLessThanOrEqual(2048 + 1036);
    expect(longest).toBeLessThanOrEqual(2048);
    expect(results).toBeLessThanOrEqual((blocks * MB) / 6 + 1);
    cutter.end();
    expect(cutter.buffered).toBe(0);
    expect(segments(cutter.push(FRAME_A))).toEqual([A]);
  });
});

describe('properties', () => {
  const text = fc
    .string({ unit: fc.constantFrom(...'QN=;&,#0123456789abcdefMN清'), maxLength: 200 })
    .map((segment) => `${segment}&&`);
  const chunks = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 50 });

  function cutInChunks(stream: Buffer, sizes: number[]): CutResult[] {
    const cutter = new FrameCutter();
    const results: CutResult[] = [];
    for (let at = 0, turn = 0; at < stream.length; turn++) {
      const size = sizes[turn % sizes.length] as number;
      results.push(...cutter.push(stream.subarray(at, at + size)));
      at += size;
    }
    return [...results, ...cutter.end()];
  }

  test('any chunking gives the same frames', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), chunks, (texts, sizes) => {
        const results = cutInChunks(Buffer.concat(texts.map(buildFrame)), sizes);
        expect(segments(results)).toEqual(texts);
        expect(results).toHaveLength(texts.length);
      }),
    );
  });

  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('#', '##', '###', '##0', '##0005', '##0300', '##1024', '##9999', '##00x1', `##0888${A}`)
      .map((s) => Buffer.from(s)),
    fc.nat({ max: BARE_A.length - 1 }).map((length) => BARE_A.subarray(0, length)),
  );

  test('garbage before, between and after frames never loses a good one, and the cut of the stream never matters', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, text), { minLength: 1, maxLength: 6 }), chunks, (parts, sizes) => {
        const frames = parts.map(([, t], index) => `${index}:${t}`);
        const stream = Buffer.concat(parts.flatMap(([junk], index) => [junk, buildFrame(frames[index] as string)]));
        const results = cutInChunks(stream, sizes);
        expect(segments(results).filter((s) => frames.includes(s))).toEqual(frames);
        expect(results.map((r) => [r.type, r.type === 'refused' && r.reason])).toEqual(
          cutInChunks(stream, [stream.length]).map((r) => [r.type, r.type === 'refused' && r.reason]),
        );
      }),
      { numRuns: 400 },
    );
  });
});
