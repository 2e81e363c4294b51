import { FrameCutter, parseSegment, readUpload, replyToUpload } from '@greenwatch/hj212';
import { FACTORS, FrameMaker, mnOf, PASSWORD } from './bench-frames';

// Two seconds before midnight in Beijing, the last day of a year.
const FIRST = Date.UTC(2025, 11, 31, 15, 59, 58);
const frames = new FrameMaker(FIRST);

function read(frame: Buffer) {
  const results = new FrameCutter().push(frame);
  expect(results.map(({ type }) => type)).toEqual(['frame']);
  const [result] = results;
  if (result?.type !== 'frame') throw new Error('no frame');
  return parseSegment(result.segment);
}

test.each([
  [0, 0],
  [7, 1],
  [42, 2],
  [12_345_678, 90_000],
])('HJ 212-2017 6.3: the frame of device %i, second %i, is a whole one with the right CRC', (device, index) => {
  const packet = read(frames.build(device, index));
  expect(packet).toMatchObject({ mn: mnOf(device), pw: PASSWORD, cn: '2011', wantsAnswer: true });
  const upload = readUpload(packet);
  expect(upload.dataTime).toBe(FIRST + index * 1_000);
  expect(upload.factors.map(({ factor }) => factor)).toEqual(FACTORS);
});

test('an answer tells its frame, also over midnight', () => {
  for (const index of [0, 1, 2, 3_600, 86_402, 400_000]) {
    const answer = replyToUpload(read(frames.build(3, index))) as Buffer;
    expect(frames.indexAt(answer, answer.indexOf('QN=') + 3)).toBe(index);
  }
});

test('values have the noise of an instrument: neighbours differ', () => {
  const values = Array.from({ length: 50 }, (_, i) => /a21026-Rtd=([\d.]+)/.exec(frames.build(1, i).toString())?.[1]);
  expect(new Set(values).size).toBeGreaterThan(20);
});
