import { formatDataTime } from '@greenwatch/hj212';
import { ClockSamples } from './clock-skew';

const NOW = Date.UTC(2026, 10, 22, 4);
const qnOf = (ms: number) => formatDataTime(ms) + String(ms % 1000).padStart(3, '0');
const realtime = (dataTime: number) => `DataTime=${formatDataTime(dataTime)};w01018-Rtd=1`;

/** What samples say of a device that is `ahead` ms ahead and whose packets take `delays` ms, ten seconds apart. */
function figureOf(ahead: number, delays: number[], resend: (n: number) => boolean = () => false) {
  const samples = new ClockSamples();
  delays.forEach((delay, n) => {
    const at = NOW + n * 10_000;
    samples.take({ qn: qnOf(at - delay + ahead), cn: '2051', cp: '', resend: resend(n) }, at);
  });
  return samples.figure();
}

describe('clock skew by QN (HJ 212-2017 table 3: QN is the time of sending)', () => {
  it.each<[string, number, number[], number, number]>([
    ['a right clock', 0, [20, 30, 25, 20, 30], -25, 5],
    ['five minutes ahead', 300_000, [20, 30, 25], 299_975, 5],
    ['an hour behind', -3_600_000, [0, 0, 0], -3_600_000, 0],
    ['two of five held back for an hour', 0, [20, 3_600_000, 20, 3_600_000, 20], -20, 0],
  ])('%s', (_name, ahead, delays, expected, spread) => {
    expect(figureOf(ahead, delays)).toEqual({ ahead: expected, spread, samples: delays.length });
  });

  it('keeps the newest 31', () => {
    const figure = figureOf(0, [...Array<number>(40).fill(9_000), ...Array<number>(31).fill(0)]);
    expect(figure).toEqual({ ahead: 0, spread: 0, samples: 31 });
  });

  it('says nothing of two samples, and nothing of packets sent again (RF=1)', () => {
    expect(figureOf(0, [20, 20])).toBeUndefined();
    expect(figureOf(0, [20, 20, 20, 20], (n) => n > 1)).toBeUndefined();
  });
});

describe('devices whose QN is no clock', () => {
  it.each<[string, string | undefined]>([
    ['the example of the standard in every packet', '20160801085857223'],
    ['none', undefined],
    ['other digits', '1'],
    ['a day that does not exist', '20260230000000000'],
  ])('%s: by DataTime of realtime packets', (_name, qn) => {
    const samples = new ClockSamples();
    for (let n = 0; n < 5; n++) {
      const at = NOW + n * 30_000;
      samples.take({ qn, cn: '2011', cp: realtime(at + 60_000), resend: false }, at);
    }
    expect(samples.figure()?.ahead).toBe(60_000);
  });

  it('an hour packet says nothing of the clock', () => {
    const samples = new ClockSamples();
    for (let n = 0; n < 5; n++) samples.take({ qn: '1', cn: '2061', cp: realtime(0), resend: false }, NOW + n);
    expect(samples.figure()).toBeUndefined();
  });
});
