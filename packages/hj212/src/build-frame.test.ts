import { buildFrame } from './build-frame';

test('HJ 212-2017 annex A: the printed example, byte for byte', () => {
  const segment =
    'QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&';
  expect(buildFrame(segment).toString()).toBe(`##0101${segment}1C80\r\n`);
});

test('6.3.1: the length counts bytes, not characters', () => {
  expect(buildFrame('清洗').toString().slice(0, 6)).toBe('##0006');
});

test('6.3.1: a CRC below 0x1000 is padded to four digits', () => {
  const frames = Array.from({ length: 400 }, (_, index) => buildFrame(`n${index}`).toString());
  const low = frames.filter((frame) => frame.at(-6) === '0');
  expect(low.length).toBeGreaterThan(0);
  for (const frame of frames) expect(frame).toMatch(/^##\d{4}n\d+[0-9A-F]{4}\r\n$/);
  expect(low.some((frame) => /0[0-9A-F]{3}\r\n$/.test(frame))).toBe(true);
});

test('6.3.1: 1024 bytes fit, 1025 are refused', () => {
  expect(buildFrame('x'.repeat(1024))).toHaveLength(1036);
  expect(() => buildFrame('x'.repeat(1025))).toThrow(
    new RangeError('data segment has 1025 bytes, at most 1024 fit a frame: split it'),
  );
});

test('control characters are refused', () => {
  expect(() => buildFrame('MN=1\r\n##')).toThrow('control character 0xd at position 4');
});
