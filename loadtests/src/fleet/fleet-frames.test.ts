import { buildFrame, FrameCutter, parseSegment } from '@greenwatch/hj212';
import { FACTORS, mnOf, NO_ANSWER } from '../bench-frames';
import { DIALECTS, traitsOf } from './device-traits';
import { FleetFrames, type FleetTraffic } from './fleet-frames';

const traffic: FleetTraffic = {
  realtimeSeconds: 60,
  minuteMinutes: 10,
  dialects: { '2017': 0.4, '2017-unflagged': 0.3, '2005': 0.3 },
  exceeding: 0.1,
  slowClocks: { share: 0.2, minutes: 7 },
  from: Date.parse('2026-11-22T09:55:00+08:00'),
};
const frames = new FleetFrames(traffic);
const deviceWith = (fits: (traits: ReturnType<typeof traitsOf>) => boolean) => {
  for (let device = 0; ; device++) if (fits(traitsOf(device, traffic))) return device;
};
const segmentOf = (frame: Buffer): string => {
  const [result] = [...new FrameCutter().push(frame)];
  if (result?.type !== 'frame') throw new Error(`no frame: ${frame.toString()}`);
  return result.segment.toString();
};

test.each(DIALECTS)('dialect %s: length and CRC of every kind are right, and the packet says what it is', (dialect) => {
  const device = deviceWith((traits) => traits.dialect === dialect && traits.behindMinutes === 0 && !traits.exceeding);
  const kinds = new Set<string>();
  for (let frame = 0; frame < frames.schedule.packetsPerDay; frame++) {
    const packet = parseSegment(Buffer.from(segmentOf(frames.build(device, frame))));
    const { kind } = frames.momentOf(device, frame);
    kinds.add(kind);
    expect(packet.mn).toBe(mnOf(device));
    expect(packet.cn).toBe({ realtime: '2011', minute: '2051', hour: '2061', day: '2031' }[kind]);
    expect(packet.wantsAnswer).toBe(true);
  }
  expect([...kinds].sort()).toEqual(['day', 'hour', 'minute', 'realtime']);
});

test('a packet begins at the given time and holds 8 factors with their flags', () => {
  const device = deviceWith(({ dialect, behindMinutes }) => dialect === '2017' && behindMinutes === 0);
  const text = segmentOf(frames.build(device, 0));
  expect(text).toContain('QN=20261122095500000;ST=31;CN=2011;');
  expect(text).toContain('DataTime=20261122095500;');
  for (const factor of FACTORS) expect(text).toMatch(new RegExp(`${factor}-Rtd=\\d\\d\\.\\d\\d,${factor}-Flag=N`));
});

test('the sixth behind 09:55 is the mean of ten minutes, the seventh the hour', () => {
  const device = deviceWith(({ dialect, behindMinutes }) => dialect === '2017' && behindMinutes === 0);
  expect(segmentOf(frames.build(device, 5))).toMatch(/CN=2051;.*DataTime=20261122095000;a21026-Min=/);
  expect(segmentOf(frames.build(device, 6))).toMatch(/CN=2061;.*DataTime=20261122090000;a21026-Min=/);
});

test('HJ/T 212-2005: old codes, Flag=1, no flag on means', () => {
  const device = deviceWith(({ dialect, behindMinutes }) => dialect === '2005' && behindMinutes === 0);
  expect(segmentOf(frames.build(device, 0))).toMatch(/Flag=1;CP=&&DataTime=\d{14};02-Rtd=\d\d\.\d\d,02-Flag=N;03-Rtd=/);
  expect(segmentOf(frames.build(device, 5))).not.toContain('-Flag=');
});

test('a slow clock: the same packets, seven minutes behind', () => {
  const device = deviceWith(({ behindMinutes }) => behindMinutes === 7);
  expect(frames.momentOf(device, 0)).toEqual({ kind: 'realtime', dataTime: Date.parse('2026-11-22T09:48:00+08:00') });
});

test('an exceeding device: its hours are twice the limit, its realtime values are not', () => {
  const device = deviceWith((traits) => traits.exceeding && traits.dialect === '2017' && traits.behindMinutes === 0);
  expect(segmentOf(frames.build(device, 6))).toContain('a21026-Avg=70.00');
  expect(segmentOf(frames.build(device, 0))).toMatch(/a21026-Rtd=[12]\d\.\d\d/);
});

test('values swing: in a day no two hours are alike, and none leaves its two digits', () => {
  const device = deviceWith(({ behindMinutes, exceeding }) => behindMinutes === 0 && !exceeding);
  const seen = new Set<string>();
  for (let frame = 0; frame < frames.schedule.packetsPerDay; frame++) {
    if (frames.momentOf(device, frame).kind !== 'hour') continue;
    seen.add(/CP=.*/.exec(segmentOf(frames.build(device, frame)))?.[0].replace(/DataTime=\d+/, '') ?? '');
  }
  expect(seen.size).toBe(24);
});

test('each answer tells its frame, in both forms of the 9014', () => {
  for (const dialect of ['2017', '2005'] as const) {
    const device = deviceWith((traits) => traits.dialect === dialect);
    for (const frame of [0, 5, 6, 700]) {
      const qn = /QN=(\d{17})/.exec(segmentOf(frames.build(device, frame)))?.[1];
      const answer = buildFrame(
        dialect === '2005'
          ? `ST=91;CN=9014;CP=&&QN=${qn};CN=2011&&`
          : `QN=${qn};ST=91;CN=9014;PW=123456;MN=${mnOf(device)};Flag=4;CP=&&&&`,
      );
      expect(frames.answered(answer, 0, answer.length, device)).toBe(frame);
    }
  }
});

test.each([
  ['a request of the platform', 'QN=20261122095500000;ST=91;CN=1011;PW=123456;MN=1;Flag=5;CP=&&&&'],
  ['a 9013', 'QN=20261122095500000;ST=91;CN=9013;PW=123456;MN=1;Flag=4;CP=&&&&'],
  ['a QN that is none of ours', 'QN=20261122095500777;ST=91;CN=9014;PW=123456;MN=1;Flag=4;CP=&&&&'],
])('%s answers nothing', (_name, segment) => {
  const answer = buildFrame(segment);
  expect(frames.answered(answer, 0, answer.length, 0)).toBe(NO_ANSWER);
});
