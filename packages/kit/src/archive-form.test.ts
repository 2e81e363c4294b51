import { brotliCompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { type ArchivedFrame, packFrames } from './archive-chain';
import { packChunk, unpackChunk } from './archive-form';

const frame = (mn: string, raw: string | Buffer, receivedAt = 1_795_000_000_000): ArchivedFrame => ({
  ...{ receivedAt, mn },
  raw: Buffer.from(raw),
});
const upload = (mn: string, value: string, head = '##0123') =>
  `${head}QN=20261122120000001;ST=31;CN=2011;PW=123456;MN=${mn};Flag=5;CP=&&DataTime=20261122120000;a21026-Rtd=${value},a21026-Flag=N&&1A2B\r\n`;
const plain = (frames: readonly ArchivedFrame[]) =>
  frames.map(({ receivedAt, mn, raw }) => [receivedAt, mn, Buffer.from(raw).toString('latin1')]);
const again = async (frames: readonly ArchivedFrame[]) => unpackChunk(await packChunk(frames));

describe('the form of an archived chunk (issue 5): frames come back byte for byte in the order of their arrival', () => {
  it.each<[string, ArchivedFrame[]]>([
    ['one frame', [frame('M1', upload('M1', '1.0'))]],
    ['devices in turn', ['M2', 'M1', 'M2', 'M3', 'M1'].map((mn, i) => frame(mn, upload(mn, `${i}.5`), 1_000 - i))],
    ['values of other widths', ['', '7', '12.30', '-0.001'].map((value) => frame('M1', upload('M1', value)))],
    ['another device’s MN in the frame', [frame('M1', upload('M2', '1')), frame('M1', upload('M1', '1'))]],
    ['a long value', ['ab'.repeat(300), 'c', 'd'.repeat(41)].map((value) => frame('M1', upload('M1', value)))],
    ['JSON', [frame('M1', '{"kind":"realtime","values":{"a":{"Rtd":"1.5"}}}'), frame('M1', '{"kind":"hour"}')]],
    ['no value', [frame('M1', ''), frame('M1', 'text'), frame('', '='), frame('M1', '==')]],
    ['Chinese', [frame('站点甲', 'MN=站点甲;状态=运行'), frame('站点甲', 'MN=站点甲;状态=停运')]],
    ['2,500 forms', Array.from({ length: 2_500 }, (_, i) => frame('M1', `x${i}=1;y=${i}`))],
  ])('%s', async (_name, frames) => {
    expect(plain(await again(frames))).toEqual(plain(frames));
  });

  it('any bytes', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
      fc.stringMatching(/^[#&=:;,ab1\r\n\0]{0,30}$/).map((text) => Buffer.from(text)),
      fc.integer({ min: -1e6, max: 1e6 }).map((number) => Buffer.from(upload('M1', String(number / 100)))),
    );
    const any = fc.record({
      receivedAt: fc.integer({ min: 0, max: 2 ** 42 }),
      mn: fc.constantFrom('M1', 'M2', 'a', ''),
      raw: bytes,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 30 }), async (frames) => {
        expect(plain(await again(frames))).toEqual(plain(frames));
      }),
      { numRuns: 300 },
    );
  });

  it('chunks from before there was a version byte are read', async () => {
    const sizes = [1, 100, 100_000].map((size) => [frame('M1', 'a'.repeat(size)), frame('M2', upload('M2', '1.5'))]);
    for (const frames of sizes) {
      const block = packFrames(frames);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_SIZE_HINT]: block.length };
      expect(plain(await unpackChunk(brotliCompressSync(block, { params })))).toEqual(plain(frames));
    }
  });

  it('refuses bytes that end too early', async () => {
    const content = await packChunk([frame('M1', upload('M1', '1.0'))]);
    await expect(unpackChunk(content.subarray(0, -9))).rejects.toThrow();
  });

  it('of 8 noisy readings a packet, 100 devices: less than 25 bytes a packet', async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const frames = Array.from({ length: 3_200 }, (_, i) => {
      const mn = `010000B8E2C4A000${String(Math.floor(random() * 100)).padStart(8, '0')}`;
      const values = Array.from(
        { length: 8 },
        (_, f) => `a0000${f}-Rtd=${(20 + f + random() / 3).toFixed(2)},a0000${f}-Flag=N`,
      );
      const time = 20261122120000 + Math.floor(i / 100);
      const crc = Math.floor(random() * 65_536)
        .toString(16)
        .toUpperCase()
        .padStart(4, '0');
      const text = `##0370QN=${time}000;ST=31;CN=2011;PW=123456;MN=${mn};Flag=5;CP=&&DataTime=${time};${values.join(';')}&&${crc}\r\n`;
      return frame(mn, text, 1_795_000_000_000 + i);
    });
    expect((await packChunk(frames)).length / frames.length).toBeLessThan(25);
  });
});
