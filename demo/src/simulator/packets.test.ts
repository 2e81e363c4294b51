import { FrameCutter, parseSegment, readMessage, readUpload } from '@greenwatch/hj212';
import { demoProvince } from '../province';
import { type PacketKind, uploadFrames } from './packets';
import { itemsOf } from './uploads';

const { simulated } = demoProvince({ seed: 'greenwatch', enterprises: 200 });
const sorts = new Map(
  simulated.map((device) => {
    const { st, edition, wantsAnswer, sendsStates, factors } = device.profile;
    return [`${st} ${edition} ${wantsAnswer} ${sendsStates} ${factors}`, device];
  }),
);
const moment = Date.parse('2026-11-16T08:00:00+08:00');
const pick = (what: (profile: (typeof simulated)[number]['profile']) => boolean) =>
  simulated.find(({ profile }) => what(profile)) as (typeof simulated)[number];
const packetsOf = ({ profile, outlet }: (typeof simulated)[number], kind: PacketKind) => {
  let qn = 20261116080000000n;
  const frames = uploadFrames(
    profile,
    kind,
    moment,
    itemsOf(profile, outlet, kind, moment, () => ({})),
    () => String(qn++),
  );
  const cutter = new FrameCutter();
  return frames
    .flatMap(({ frame }) => cutter.push(frame))
    .map((piece) => {
      if (piece.type !== 'frame') throw new Error(piece.detail);
      return parseSegment(piece.segment);
    });
};

describe('packets of the simulator, read back by packages/hj212', () => {
  it.each(['realtime', 'minute', 'hour', 'day', 'state'] as const)('%s of every kind of logger', (kind) => {
    // One logger of each sort: medium, edition, process or not, answers or not, states or not.
    for (const device of sorts.values()) {
      if (kind === 'state' && !device.profile.sendsStates) continue;
      const packets = packetsOf(device, kind);
      const factors = packets.flatMap((packet) => readUpload(packet).factors.map((reading) => reading.factor));
      const expected = kind === 'state' ? ['SB1', 'SB2'] : [...device.profile.factors];
      expect([...new Set(factors)].sort()).toEqual(expected.sort());
      for (const packet of packets) {
        expect(readUpload(packet)).toMatchObject({ kind, dataTime: moment });
        expect(packet).toMatchObject({
          mn: device.profile.mn,
          pw: device.profile.password,
          edition: device.profile.edition,
        });
        expect(packet.wantsAnswer).toBe(device.profile.wantsAnswer);
      }
    }
  });

  it('an hour of a waste incinerator is split between factors, each part with its own QN (HJ 212-2017 6.3)', () => {
    const packets = packetsOf(
      pick(({ factors, edition }) => factors.includes('a21024') && edition === '2017'),
      'hour',
    );
    expect(packets.length).toBeGreaterThan(1);
    expect(packets.map((packet) => [packet.pnum, packet.pno])).toEqual(packets.map((_, i) => [packets.length, i + 1]));
    expect(new Set(packets.map((packet) => packet.qn)).size).toBe(packets.length);
    for (const packet of packets) expect(packet.flag & 2).toBe(2);
  });

  it('automatic standard checks and log texts of loggers of 2017', () => {
    const of = pick((profile) => profile.edition === '2017' && !profile.process);
    const [check] = packetsOf(of, 'check').map(readMessage);
    expect(check).toMatchObject({ type: 'standard-check', time: moment });
    const checks = check?.type === 'standard-check' ? check.checks : [];
    expect(checks.map(({ factor }) => factor)).toEqual(of.outlet.pollutants.map(({ factor }) => factor));
    for (const { measured, standard, passed } of checks) {
      expect(passed).toBe(Math.abs(Number(measured) - Number(standard)) <= Number(standard) * 0.1);
    }
    expect(packetsOf(of, 'log').map(readMessage)).toEqual([
      expect.objectContaining({ type: 'log', time: moment, text: expect.stringMatching(/^自动标样核查完成/) }),
    ]);
  });

  it('HJ/T 212-2005 loggers use its codes, and no flags on means', () => {
    const [packet] = packetsOf(
      pick((profile) => profile.edition === '2005'),
      'hour',
    );
    const readings = readUpload(packet as NonNullable<typeof packet>).factors;
    for (const reading of readings) {
      expect(reading.original).toBeDefined();
      expect(reading.fields.map(([name]) => name)).not.toContain('Flag');
    }
  });

  it('HJ 212-2017 table 8: while it is calibrated a logger flags its pollutants, and nothing else', () => {
    const { profile, outlet } = pick(({ edition, process, st }) => edition === '2017' && !process && st === '31');
    const pollutants = outlet.pollutants.map(({ factor }) => factor);
    const items = itemsOf(profile, outlet, 'minute', moment, () => ({ flag: 'C' }));
    for (const item of items) {
      const factor = item.slice(0, item.indexOf('-'));
      expect(item.endsWith(`${factor}-Flag=${pollutants.includes(factor) ? 'C' : 'N'}`)).toBe(true);
    }
    expect(items.some((item) => item.endsWith('=C'))).toBe(true);
    expect(items.some((item) => item.endsWith('=N'))).toBe(true);
  });
});
