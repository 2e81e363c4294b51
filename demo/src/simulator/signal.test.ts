import { demoProvince } from '../province';
import { effects, script } from './episodes';
import { text as valueText } from './packets';
import { DAY, dayMeans, HOUR, instant, type Mean, means, type OutletModel, TEN_MINUTES } from './signal';

const { simulated } = demoProvince({ seed: 'greenwatch', enterprises: 60 });
const mains = simulated.filter((device) => !device.profile.process && !device.outlet.stopped);
const gas = mains.find((device) => device.outlet.medium === 'gas') as (typeof mains)[number];
const water = mains.find((device) => device.outlet.medium === 'water') as (typeof mains)[number];
const START = Date.parse('2026-11-16T00:00:00+08:00');
const none = () => ({});
const of = (list: Mean[], factor: string) => list.find((mean) => mean.factor === factor) as Mean;
const hourOf = (device: (typeof mains)[number], at: number, effectAt = effects([])) =>
  means(device.outlet, device.profile.factors, at, at + HOUR, effectAt);

describe('the signal of an outlet', () => {
  it('is a function of seed, outlet and time alone', () => {
    const again = demoProvince({ seed: 'greenwatch', enterprises: 60 }).simulated;
    simulated.slice(0, 20).forEach((device, index) => {
      const other = again[index] as typeof device;
      expect(instant(other.outlet, other.profile.factors, START + 12_345, none)).toEqual(
        instant(device.outlet, device.profile.factors, START + 12_345, none),
      );
      expect(hourOf(other, START)).toEqual(hourOf(device, START));
    });
  });

  it('of gas: converted values follow from O2 (HJ 75-2017 app. C)', () => {
    const list = hourOf(gas, START);
    const oxygen = of(list, 'a19001').average;
    const so2 = of(list, 'a21026');
    const reference = gas.outlet.referenceOxygen as number;
    expect(so2.converted?.average).toBeCloseTo((so2.average * (21 - reference)) / (21 - oxygen), 10);
  });

  it('of gas: mass is the measured dry concentration times the volume (domain.md 1.3)', () => {
    const list = hourOf(gas, START);
    const flow = of(list, 'a00000');
    expect(flow.total).toBeCloseTo(flow.average * 3600, 6);
    const so2 = of(list, 'a21026');
    expect(so2.total).toBeCloseTo(so2.average * (flow.total as number) * 1e-6, 10);
  });

  it('of water: the mean is weighted by flow and agrees with -Cou (HJ 212-2017 annex D, HJ 356-2019)', () => {
    const day = dayMeans(water.outlet, water.profile.factors, START, none);
    const volume = of(day, 'w00000').total as number;
    const cod = of(day, 'w01018');
    expect(((cod.total as number) / volume) * 1000).toBeCloseTo(cod.average, 8);
    const hours = Array.from({ length: 24 }, (_, h) => hourOf(water, START + h * HOUR));
    const weighted = hours.reduce((sum, h) => sum + of(h, 'w01018').average * (of(h, 'w00000').total as number), 0);
    expect(weighted / volume).toBeCloseTo(cod.average, 8);
  });

  it('of water: analysers show one sample an hour, so realtime values repeat within it', () => {
    const cod = (at: number) => instant(water.outlet, ['w01018'], at, none)[0]?.value;
    expect(cod(START + 1_000)).toBe(cod(START + HOUR - 1_000));
    expect(cod(START + 1_000)).not.toBe(cod(START + HOUR + 1_000));
  });

  it('changes slowly: an hour resembles the next more than one of another day', () => {
    const so2 = Array.from({ length: 240 }, (_, h) => of(hourOf(gas, START + h * HOUR), 'a21026').average);
    expect(autocorrelation(so2, 1)).toBeGreaterThan(0.5);
    expect(autocorrelation(so2, 1)).toBeGreaterThan(autocorrelation(so2, 37) + 0.2);
  });

  it('no ordinary outlet comes near its limits in three days, or stands still for four hours', () => {
    const found: string[] = [];
    for (const device of mains.slice(0, 24)) {
      const runs = new Map<string, { text: string; length: number }>();
      for (let at = START; at < START + 3 * DAY; at += HOUR) {
        for (const mean of hourOf(device, at)) {
          const pollutant = device.outlet.pollutants.find((p) => p.factor === mean.factor);
          if (!pollutant) continue;
          const judged = mean.converted?.average ?? mean.average;
          const text = valueText(mean.factor, mean.average);
          const run = runs.get(mean.factor);
          const length = run?.text === text ? run.length + 1 : 1;
          runs.set(mean.factor, { text, length });
          if (judged <= 0 || judged >= 0.9 * pollutant.limit || length >= 4) {
            found.push(`${device.outlet.id} ${mean.factor}: ${text} (${length} times)`);
          }
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('a plant that stands still has no flow', () => {
    const stopped = { ...gas.outlet, stopped: true } satisfies OutletModel;
    expect(instant(stopped, ['a00000', 'a21026'], START, none).map((reading) => reading.value)).toEqual([0, 0]);
  });
});

describe('episodes', () => {
  const now = Date.parse('2026-11-20T10:20:00+08:00');
  const cast = [gas, water, water, gas, water].map((device) => device.outlet.id);
  const only = (id: string) => effects(script(cast, now).filter((episode) => episode.id === id));
  const lastHour = Math.floor(now / HOUR) * HOUR - HOUR;

  it('the exceedance is in the last full hours at the first start, and grows', () => {
    const shares = [-2, -1, 0, 1, 2].map((h) => {
      const so2 = of(hourOf(gas, lastHour + h * HOUR, only('so2-builds-up')), 'a21026');
      const limit = gas.outlet.pollutants.find((p) => p.factor === 'a21026')?.limit as number;
      return (so2.converted?.average as number) / limit;
    });
    expect(shares[0]).toBeGreaterThan(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    // domain.md 1.9: at twice the limit (k ≥ 1) it is urgent.
    expect(shares[4]).toBeGreaterThan(1.8);
  });

  it('the stuck value stays equal for more than six full hours while flow goes on', () => {
    const hours = Array.from({ length: 7 }, (_, h) => hourOf(water, lastHour - h * HOUR, only('cod-sticks')));
    expect(new Set(hours.map((list) => of(list, 'w01018').average.toFixed(6))).size).toBe(1);
    expect(new Set(hours.map((list) => of(list, 'w00000').average.toFixed(6))).size).toBe(7);
  });

  it('the treatment is off while production runs, with values just below the limit', () => {
    const effectAt = only('treatment-off');
    expect(effectAt(gas.outlet.id, now + 10 * 60_000)).toMatchObject({ treatmentOff: true });
    expect(effectAt(gas.outlet.id, now)).toEqual({});
    const [so2] = instant(gas.outlet, ['a21026'], now + 10 * 60_000, effectAt);
    const limit = gas.outlet.pollutants.find((p) => p.factor === 'a21026')?.limit as number;
    expect((so2?.converted as number) / limit).toBeGreaterThan(0.85);
    expect((so2?.converted as number) / limit).toBeLessThan(1);
  });

  it('a whole day above the limit shows in the daily mean of water', () => {
    const yesterday = Math.floor((now + 8 * HOUR) / DAY) * DAY - 8 * HOUR - DAY;
    const cod = of(dayMeans(water.outlet, ['w01018'], yesterday, only('cod-too-high')), 'w01018');
    expect(cod.average).toBeGreaterThan(water.outlet.pollutants.find((p) => p.factor === 'w01018')?.limit as number);
  });

  it('ten-minute means and hours agree', () => {
    const slices = Array.from({ length: 6 }, (_, i) =>
      of(means(gas.outlet, ['a21026'], START + i * TEN_MINUTES, START + (i + 1) * TEN_MINUTES, none), 'a21026'),
    );
    const mean = slices.reduce((sum, slice) => sum + slice.average, 0) / 6;
    expect(of(hourOf(gas, START), 'a21026').average).toBeCloseTo(mean, 10);
  });
});

function autocorrelation(values: number[], lag: number): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let covariance = 0;
  for (let i = lag; i < values.length; i++)
    covariance += ((values[i] as number) - mean) * ((values[i - lag] as number) - mean);
  return covariance / variance;
}
