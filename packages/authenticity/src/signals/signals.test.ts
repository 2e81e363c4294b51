import { FIRST, HOURS, handmade, lively } from '../../test/handmade';
import { Chance, END, HOUR, START } from '../../test/simulated-plants';
import { type OutletInput, type PeerSeries, scoreOutlet, standardOptions } from '..';

const options = { ...standardOptions, at: END };

/** The strongest of a feature over the outlet, as the model reads it. */
function feature(input: OutletInput, name: string): number {
  const score = scoreOutlet(input, options);
  expect(score.status).toBe('SCORED');
  return score.features[name]!;
}

const value = (_: number, chance: Chance) => lively(40, chance);
/** A wandering value, as processes have it. */
function wandering(seed: number): (i: number) => number {
  const path = new Chance(seed).autoregressive(HOURS, 0.8, 0.15);
  return (i) => Math.round(4_000 * Math.exp(path[i]!)) / 100;
}
const first = wandering(1);
const second = wandering(2);
const inside = (i: number, from: number, hours: number) => i >= FIRST + from && i < FIRST + from + hours;
const load = (kind: 'o2' | 'flow' | 'treatment-kwh', read: (i: number) => number) => ({
  kind,
  points: Array.from({ length: HOURS }, (_, i) => ({ time: START + i * HOUR, value: read(i) })),
});

describe('level-step', () => {
  const stepped = (i: number) => (inside(i, 200, 300) ? 0.4 : 1) * first(i);
  test('to 40 % from one hour to the next', () => {
    expect(feature(handmade({ value: stepped }), 'level-step')).toBeGreaterThan(0.3);
  });
  test('not after a stop, nor when production steps too', () => {
    const gap = (i: number) => inside(i, 190, 10) || inside(i, 500, 10);
    expect(feature(handmade({ value: stepped, missing: gap }), 'level-step')).toBe(0);
    const half = handmade({ value: stepped, load: (i) => (inside(i, 200, 300) ? 500 : 1_000) });
    expect(feature(half, 'level-step')).toBe(0);
  });
  test('a fall after which treatment uses more electricity is abatement', () => {
    const lasting = (i: number) => (i >= FIRST + 200 ? 0.4 : 1) * first(i);
    const input = handmade({ value: lasting });
    expect(feature(input, 'level-step')).toBeGreaterThan(0.3);
    input.loads.push(load('treatment-kwh', (i) => (i >= FIRST + 200 ? 150 : 100)));
    expect(feature(input, 'level-step')).toBe(0);
  });
});

describe('joint-step', () => {
  const two = (beside: (i: number) => number): OutletInput => {
    const one = handmade({ value: (i) => (inside(i, 200, 300) ? 0.3 : 1) * first(i) });
    const other = handmade({ value: beside }).factors[0]!;
    return { ...one, factors: [...one.factors, { ...other, code: 'a21026' }] };
  };
  test('two factors at the same hour', () => {
    expect(
      feature(
        two((i) => (inside(i, 200, 300) ? 2.5 : 1) * second(i)),
        'joint-step',
      ),
    ).toBeGreaterThan(0.3);
  });
  test('one factor alone, or at different times, is none', () => {
    expect(feature(two(second), 'joint-step')).toBe(0);
    expect(
      feature(
        two((i) => (inside(i, 100, 50) ? 2.5 : 1) * second(i)),
        'joint-step',
      ),
    ).toBe(0);
  });
});

describe('calm', () => {
  const still = (i: number, chance: Chance) =>
    inside(i, 100, 96) ? 40 + chance.uniform(-0.05, 0.05) : lively(40, chance);
  test('four days that hardly move under a lively load', () => {
    expect(feature(handmade({ value: still }), 'calm')).toBe(1);
  });
  test('a plant that is calm in its load too is left alone', () => {
    const quiet = (i: number, chance: Chance) => (inside(i, 100, 96) ? 1_000 : 1_000 + 50 * chance.normal());
    expect(feature(handmade({ value: still, load: quiet }), 'calm')).toBe(0);
    expect(feature(handmade({ value }), 'calm')).toBe(0);
  });
});

describe('zero-running', () => {
  test('zeros every night, in window and baseline alike', () => {
    const nights = handmade({ value: (i, chance) => (i % 24 < 5 ? 0 : lively(40, chance)) });
    expect(feature(nights, 'zero-running')).toBe(1);
  });
  test('a plant near its detection limit', () => {
    expect(feature(handmade({ value: (_, chance) => Math.max(0, 1 + chance.normal()) }), 'zero-running')).toBe(0);
  });
});

describe('ceiling-pile', () => {
  test('a third of the values within 0.2 of a ceiling', () => {
    const piled = handmade({ value: (_, chance) => Math.min(lively(40, chance), 42 + chance.uniform(-0.1, 0.1)) });
    expect(feature(piled, 'ceiling-pile')).toBe(1);
    expect(feature(handmade({ value }), 'ceiling-pile')).toBe(0);
  });
});

describe('replay', () => {
  const path = wandering(7);
  test.each([
    ['exactly', 0, 1],
    ['with 0.1 % noise', 0.001, 0.3],
  ])('48 hours of the month before, %s', (_, noise, least) => {
    const replayed = handmade({
      value: (i, chance) => (inside(i, 100, 48) ? path(i - 700) * (1 + noise * chance.normal()) : path(i)),
    });
    expect(feature(replayed, 'replay')).toBeGreaterThanOrEqual(least);
  });
  test('a coarse series repeats by itself', () => {
    const coarse = handmade({ resolution: 1, value: (i, chance) => 3 + chance.whole(0, 3) + (i % 2) });
    expect(feature(coarse, 'replay')).toBe(0);
    expect(feature(handmade({ value: path }), 'replay')).toBe(0);
  });
});

describe('copy', () => {
  const mine = wandering(8);
  const theirs = wandering(9);
  const borrowed = (i: number, chance: Chance) =>
    inside(i, 100, 200) ? 0.5 * theirs(i) * (1 + 0.005 * chance.normal()) : mine(i);
  const withPeer = (own: typeof borrowed, other: typeof borrowed): OutletInput => {
    const input = handmade({ value: own });
    const peer: PeerSeries = { ...handmade({ value: other }).factors[0]!, outletId: 'other' };
    return { ...input, peers: [peer] };
  };
  test('200 hours of another outlet: the one that breaks with itself is suspected, the source is not', () => {
    expect(feature(withPeer(borrowed, theirs), 'copy')).toBe(1);
    expect(feature(withPeer(theirs, borrowed), 'copy')).toBe(0);
  });
  test('two outlets of one plant with the same load only', () => {
    const shared = wandering(10);
    const own = (seed: number) => (i: number) => shared(i) * Math.exp(0.2 * new Chance(seed + i).normal());
    expect(feature(withPeer(own(20_000), own(50_000)), 'copy')).toBe(0);
  });
});

describe('invalid-flags', () => {
  test.each([
    ['C', 10, 1],
    ['M', 10, 1],
    ['C', 1, 0],
    ['D', 10, 0],
  ])('flag %s in %d of 24 hours → %d', (flag, hours, expected) => {
    expect(feature(handmade({ value, flag: (i) => (i % 24 < hours ? flag : 'N') }), 'invalid-flags')).toBe(expected);
  });
  test('counts for a factor that so has too little valid data left', () => {
    const input = handmade({ value });
    const hidden = handmade({ value, flag: (i) => (i >= FIRST && i % 24 < 18 ? 'M' : 'N') }).factors[0]!;
    const score = scoreOutlet({ ...input, factors: [...input.factors, { ...hidden, code: 'a21026' }] }, options);
    expect(score.factors[1]!.status).toBe('INSUFFICIENT');
    expect(score.features['invalid-flags']).toBe(1);
  });
});

describe('air-sampled, electricity, digits, night', () => {
  test('oxygen of air while production goes on; not when production stands', () => {
    const o2 = load('o2', (i) => (inside(i, 100, 24) ? 20.8 : 9));
    const working = handmade({ value });
    expect(feature({ ...working, loads: [...working.loads, o2] }, 'air-sampled')).toBe(1);
    const standing = handmade({ value, load: (i) => (inside(i, 100, 24) ? 100 : 1_000) });
    expect(feature({ ...standing, loads: [...standing.loads, o2] }, 'air-sampled')).toBe(0);
  });
  test('half the electricity of treatment at the same production and values', () => {
    const input = handmade({ value });
    const treatment = load('treatment-kwh', (i) => (i >= FIRST ? 50 : 100));
    expect(feature({ ...input, loads: [...input.loads, treatment] }, 'electricity')).toBe(1);
    const risen = handmade({ value: (i, chance) => lively(i >= FIRST ? 60 : 40, chance) });
    expect(feature({ ...risen, loads: [...risen.loads, treatment] }, 'electricity')).toBe(0);
  });
  test('last digits that prefer 0 and 5', () => {
    const rounded = (i: number, chance: Chance) => {
      const x = lively(40, chance);
      return i >= FIRST ? Math.round(x * 20) / 20 : x;
    };
    expect(feature(handmade({ value: rounded }), 'digits')).toBe(1);
    expect(feature(handmade({ value }), 'digits')).toBe(0);
  });
  test('nights at half of what they were', () => {
    const dark = (i: number) => i % 24 < 6;
    const halved = handmade({ value: (i, chance) => lively(i >= FIRST && dark(i) ? 20 : 40, chance) });
    expect(feature(halved, 'night')).toBe(1);
  });
});
