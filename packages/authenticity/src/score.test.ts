import { FIRST, handmade, lively, WINDOW_FROM } from '../test/handmade';
import { Chance, cheats, DAY, END, HOUR, honestPlant, outletOf, START } from '../test/simulated-plants';
import {
  defaultModel,
  expertModel,
  geometricModel,
  levelOf,
  type OutletInput,
  scoreEnterprise,
  scoreOutlet,
  sentenceText,
  spanToRead,
  standardOptions,
} from '.';

const options = { ...standardOptions, at: END };
const honest = (parts: Partial<Parameters<typeof handmade>[0]> = {}) =>
  handmade({ limit: 80, value: (_, chance) => lively(40, chance), ...parts });

describe('missing data is never guilt (domain 2.2)', () => {
  test.each([
    ['every second hour missing', (i: number) => i % 2 === 1],
    ['five days missing', (i: number) => i > FIRST + 100 && i < FIRST + 220],
    ['missing at random', (i: number) => (i * 7_919) % 13 < 3],
  ])('%s: normal', (_, missing) => {
    const score = scoreOutlet(honest({ missing }), options);
    expect(score.status).toBe('SCORED');
    expect(score.level).toBe('normal');
  });

  test('299 hours in the window: INSUFFICIENT; 300: scored', () => {
    const few = scoreOutlet(honest({ missing: (i) => i >= FIRST + 299 }), options);
    expect(few).toMatchObject({ status: 'INSUFFICIENT', authenticity: null, level: null, minP: null });
    expect(sentenceText(few.factors[0]!.reason!, 'en')).toContain('299 values in the window');
    expect(scoreOutlet(honest({ missing: (i) => i >= FIRST + 300 }), options).status).toBe('SCORED');
  });

  test('899 hours of baseline: INSUFFICIENT', () => {
    expect(scoreOutlet(honest({ missing: (i) => i < FIRST - 899 }), options).status).toBe('INSUFFICIENT');
  });

  test('the least numbers follow the length of the window', () => {
    const short = { ...options, windowDays: 15, baselineDays: 45 };
    expect(scoreOutlet(honest({ missing: (i) => i >= FIRST + 360 && i % 2 === 1 }), short).status).toBe('SCORED');
  });

  test('no series at all: INSUFFICIENT, nothing thrown', () => {
    const empty: OutletInput = { ...honest(), factors: [], loads: [] };
    expect(scoreOutlet(empty, options)).toMatchObject({ status: 'INSUFFICIENT', contributions: [] });
    const silent = honest({ value: () => null });
    expect(scoreOutlet(silent, options).status).toBe('INSUFFICIENT');
  });

  test('hours when the source stands still are left out, also when only flow and production tell', () => {
    const stopped = (i: number) => i >= FIRST + 100 && i < FIRST + 150;
    const input = honest({
      value: (i, chance) => (stopped(i) ? 0 : lively(40, chance)),
      load: (i, chance) => (stopped(i) ? 100 : 1_000 + 50 * chance.normal()),
    });
    const flow = input.loads[0]!.points.map(({ time, value }) => ({ time, value: value! < 500 ? 0 : value! * 3 }));
    expect(scoreOutlet({ ...input, loads: [...input.loads, { kind: 'flow', points: flow }] }, options).level).toBe(
      'normal',
    );
    expect(
      scoreOutlet(honest({ value: (i, chance) => (stopped(i) ? 0 : lively(40, chance)) }), options).level,
    ).not.toBe('normal');
  });

  test('values held between the samples of a 4 h cycle are no constancy', () => {
    const chance = new Chance(3);
    const hourly = honest();
    let held = 40;
    hourly.factors[0]!.points.forEach((point, i) => {
      if (i % 4 === 0) held = lively(40, chance);
      point.value = held;
    });
    const water: OutletInput = { ...hourly, medium: 'water', stepMs: 4 * HOUR };
    const score = scoreOutlet(water, options);
    expect(score.status).toBe('SCORED');
    expect(score.level).toBe('normal');
  });

  test('a window confirmed bad is no baseline', () => {
    const bad = { from: WINDOW_FROM - 20 * DAY, to: WINDOW_FROM - 5 * DAY };
    const input = honest({
      value: (i, chance) => {
        const time = START + i * HOUR;
        return time >= bad.from && time < bad.to ? 40 : lively(40, chance);
      },
    });
    const baselineOf = (confirmedBad: (typeof bad)[]) =>
      scoreOutlet(input, { ...options, confirmedBad }).factors[0]!.tests.find((t) => t.test === 'Z')!.numbers
        .equalShare!;
    expect(baselineOf([])).toBeGreaterThan(0.1);
    expect(baselineOf([bad])).toBe(0.02);
  });
});

describe('authenticity (domain 2.4)', () => {
  test.each([
    [85, 'normal'],
    [84.9, 'watch'],
    [70, 'watch'],
    [69.9, 'suspect'],
    [50, 'suspect'],
    [49.9, 'strongly-suspect'],
  ])('%d is %s', (authenticity, level) => {
    expect(levelOf(authenticity, defaultModel.levelCuts)).toBe(level);
  });

  test('one decisive test gives 55, two give 30', () => {
    const flat = honest({
      load: (i) => 1_000 + 300 * Math.sin((2 * Math.PI * i) / 24),
      value: (i, chance) => (i >= FIRST + 240 && i < FIRST + 312 ? 40 : lively(40, chance)),
    });
    const score = scoreOutlet(flat, options, geometricModel);
    const zero = score.factors[0]!.tests.filter((test) => test.applicable && test.subscore! <= 0.05);
    expect(zero.map((test) => test.test)).toEqual(['F', 'Z']);
    expect(score.authenticity).toBeCloseTo(100 * 0.05 ** 0.4, 6);
    expect(score.level).toBe('strongly-suspect');
  });

  test('contributions add up to what is missing from 100, the largest first', () => {
    const plant = honestPlant('gas', new Chance(2));
    cheats['a constant day']!(plant, new Chance(3));
    for (const model of [defaultModel, expertModel, geometricModel]) {
      const score = scoreOutlet(outletOf(plant), options, model);
      const points = score.contributions.map((c) => c.points);
      expect(points.reduce((a, b) => a + b, 0)).toBeCloseTo(100 - score.authenticity!, 9);
      expect(points.filter((_, i) => score.contributions[i]!.feature !== 'prior')).toEqual(
        [...points.filter((_, i) => score.contributions[i]!.feature !== 'prior')].sort((a, b) => b - a),
      );
    }
  });

  test('the outlet is never above its lowest factor, the enterprise is its lowest outlet', () => {
    const plant = honestPlant('gas', new Chance(4));
    const clean = outletOf(plant);
    cheats['a random generator']!(plant, new Chance(5));
    const cheating = outletOf(plant);
    const both = scoreOutlet(
      { ...clean, factors: [...clean.factors, { ...cheating.factors[0]!, code: 'a21026' }] },
      options,
    );
    expect(both.authenticity!).toBeLessThanOrEqual(Math.min(...both.factors.map((f) => f.authenticity!)) + 1e-9);
    const alone = scoreOutlet({ ...clean, outletId: 'clean' }, options);
    const none = scoreOutlet({ ...clean, outletId: 'none', factors: [] }, options);
    expect(scoreEnterprise([alone, both, none])).toMatchObject({
      status: 'SCORED',
      authenticity: both.authenticity,
      worstOutletId: 'simulated',
      mean: (alone.authenticity! + both.authenticity!) / 2,
    });
    expect(scoreEnterprise([none])).toMatchObject({ status: 'INSUFFICIENT', authenticity: null, level: null });
  });

  test('the same input gives the same score', () => {
    const input = outletOf(honestPlant('water', new Chance(6)));
    expect(scoreOutlet(input, options)).toEqual(scoreOutlet(input, options));
  });

  test('what is read covers window and baseline', () => {
    expect(spanToRead(options)).toEqual({ from: START, to: END });
    expect(spanToRead({ ...options, at: END - 30 * DAY, baselineDaysAfter: 30 })).toEqual({ from: START, to: END });
  });
});

describe('bad input is named', () => {
  const input = honest();
  const withFactor = (part: object): OutletInput => ({ ...input, factors: [{ ...input.factors[0]!, ...part }] });
  const twice = [input.factors[0]!.points[0]!, input.factors[0]!.points[0]!];
  test.each<[RegExp, () => unknown]>([
    [/resolution of series a21002 is 0/, () => scoreOutlet(withFactor({ resolution: 0 }), options)],
    [/points of series a21002: ascending/, () => scoreOutlet(withFactor({ points: twice }), options)],
    [
      /value of series a21002 at \d+: a finite number/,
      () => scoreOutlet(withFactor({ points: [{ ...twice[0]!, value: Number.NaN }] }), options),
    ],
    [/stepMs is 0/, () => scoreOutlet({ ...input, stepMs: 0 }, options)],
    [/windowDays is -1/, () => scoreOutlet(input, { ...options, windowDays: -1 })],
    [/at is NaN/, () => scoreOutlet(input, { ...options, at: Number.NaN })],
    [/baselineDaysAfter is 91/, () => scoreOutlet(input, { ...options, baselineDaysAfter: 91 })],
    [/weights.X/, () => scoreOutlet(input, options, { ...defaultModel, weights: { X: 1 } })],
    [/weights.Z .* is -1/, () => scoreOutlet(input, options, { ...defaultModel, weights: { Z: -1 } })],
    [/add up to 1/, () => scoreOutlet(input, options, { ...geometricModel, weights: { E: 1 } })],
    [
      /levelCuts/,
      () => scoreOutlet(input, options, { ...defaultModel, levelCuts: { normal: 50, watch: 70, suspect: 85 } }),
    ],
    [/not known/, () => sentenceText({ code: 'nothing', values: {} }, 'en')],
  ])('%s', (message, act) => {
    expect(act).toThrow(RangeError);
    expect(act).toThrow(message);
  });
});
