import { FIRST, handmade, lively, WINDOW_FROM } from '../../test/handmade';
import { END, HOUR } from '../../test/simulated-plants';
import { type FactorScore, type OutletInput, scoreOutlet, sentenceText, standardOptions, type TestCode } from '..';
import { ceilingP, upperTail } from './box';
import { bunchingP } from './exceedance';
import { lowBlocksP } from './fluctuation';
import { brokenCorrelationP, huberLine } from './working-condition';
import { constantRunP, longestZeroRunP } from './zero-constant';

const options = { ...standardOptions, at: END };

function factorOf(input: OutletInput): FactorScore {
  return scoreOutlet(input, options).factors[0]!;
}

function testOf(input: OutletInput, code: TestCode) {
  return factorOf(input).tests.find((test) => test.test === code)!;
}

describe('E 超标检验 (domain 2.3 E)', () => {
  test.each([
    [20, 22, 0, 1.8e-5],
    [20, 22, 15, 0.5],
    [7, 22, 0, 1],
  ])('bunching: n1 = %d, n2 = %d, above = %d → p about %d', (n1, n2, above, p) => {
    if (p === 1) expect(bunchingP(n1, n2, above)).toBe(1);
    else expect(Math.log10(bunchingP(n1, n2, above))).toBeCloseTo(Math.log10(p), 0);
  });

  test('bunching example to two digits: 1.8e-5', () => {
    expect(bunchingP(20, 22, 0)).toBeGreaterThan(1.75e-5);
    expect(bunchingP(20, 22, 0)).toBeLessThan(1.85e-5);
  });

  test('values that stop just under the limit', () => {
    const bunched = testOf(
      handmade({
        limit: 50,
        value: (i, chance) => {
          const x = lively(43, chance);
          return i >= FIRST && x > 47.5 ? 48 + (i % 20) / 10 : x;
        },
      }),
      'E',
    );
    expect(bunched.subscore).toBeLessThan(0.5);
    expect(bunched.sentence.code).toBe('E-bunching');
    expect(bunched.intervals.length).toBeGreaterThanOrEqual(8);
  });

  test('real exceedances lower nothing', () => {
    const honest = handmade({ limit: 40, value: (_, chance) => lively(43, chance) });
    expect(testOf(honest, 'E').subscore).toBe(1);
  });

  test('part 2: marked invalid right after values near the limit', () => {
    const near = (i: number) => i % 24 === 5;
    const off = testOf(
      handmade({
        limit: 50,
        value: (i, chance) => (near(i) ? 46 : lively(30, chance)),
        flag: (i) => (i >= FIRST && i % 24 === 6 && i % 48 > 24 ? 'M' : 'N'),
      }),
      'E',
    );
    expect(off.sentence.code).toBe('E-switching-off');
    expect(off.subscore).toBe(0);
    expect(off.numbers.hits).toBe(15);
  });

  test('marks at any time are no switching off', () => {
    const marks = testOf(
      handmade({
        limit: 50,
        value: (i, chance) => (i % 24 === 5 ? 46 : lively(30, chance)),
        flag: (i) => (i % 24 === 12 ? 'C' : 'N'),
      }),
      'E',
    );
    expect(marks.subscore).toBe(1);
  });

  test('no limit: not applicable', () => {
    const test = testOf(handmade({ value: (_, chance) => lively(43, chance) }), 'E');
    expect([test.applicable, test.subscore, test.reason?.code]).toEqual([false, null, 'no-limit']);
  });
});

describe('F 波动检验 (domain 2.3 F)', () => {
  test('one low block of 30 at z = −20 is clear, at z = −4 it is not', () => {
    expect(lowBlocksP(1, 30, -20)).toBeLessThan(1e-6);
    expect(lowBlocksP(1, 30, -4)).toBeGreaterThan(0.01);
    expect(lowBlocksP(0, 30, 0)).toBe(1);
  });

  test('three nearly flat days are low blocks', () => {
    const flat = testOf(
      handmade({
        value: (i, chance) =>
          i >= FIRST + 240 && i < FIRST + 312 ? 40 + Math.round(10 * chance.normal()) / 100 : lively(40, chance),
      }),
      'F',
    );
    expect(flat.subscore).toBe(0);
    expect(flat.numbers.low).toBe(3);
    expect(flat.intervals[0]!.from).toBe(WINDOW_FROM + 240 * HOUR);
  });

  test('noise alone is floored at 0.7', () => {
    const wild = testOf(
      handmade({ value: (i, chance) => (i < FIRST ? lively(40, chance) : Math.max(1, 40 + 25 * chance.normal())) }),
      'F',
    );
    expect(wild.subscore).toBeCloseTo(0.7, 9);
    expect(wild.sentence.code).toBe('F-high');
  });
});

describe('Z 零值检验 (domain 2.3 Z)', () => {
  test.each([
    [4, 0.0043],
    [6, 1.1e-5],
  ])('constant: n = 720, q = 0.05, K = %d → p = %d', (equalities, p) => {
    expect(constantRunP(equalities, 720, 0.05) / p).toBeCloseTo(1, 1);
  });

  test('zero runs: longer is less likely, none says nothing', () => {
    expect(longestZeroRunP(6, 0.2, 0.5)).toBeCloseTo(0.00623, 5);
    expect(longestZeroRunP(0, 0.2, 0.5)).toBe(1);
  });

  test('bursts of zeros', () => {
    const zeros = testOf(handmade({ value: (i, chance) => (i >= FIRST && i % 100 < 5 ? 0 : lively(40, chance)) }), 'Z');
    expect(zeros.subscore).toBe(0);
    expect(zeros.sentence.code).toBe('Z-zeros');
  });

  test('a plant that always runs near the detection limit: zeros say nothing', () => {
    const clean = testOf(handmade({ value: (i) => (i % 3 === 0 ? 2 + (i % 7) / 10 : 0.5), resolution: 0.1 }), 'Z');
    expect(clean.numbers.zerosSkipped).toBe(1);
    expect(clean.subscore).toBe(1);
  });

  test('coarse resolution, most neighbours equal: constancy says nothing', () => {
    const coarse = testOf(handmade({ value: (i) => 7 + (Math.floor(i / 10) % 2), resolution: 1 }), 'Z');
    expect(coarse.numbers.constantSkipped).toBe(1);
    expect(coarse.subscore).toBe(1);
  });

  test('equal values on both sides of a gap are not a run', () => {
    const gap = handmade({
      value: (i, chance) => (i >= FIRST + 20 && i < FIRST + 60 ? 40 : lively(40, chance)),
      missing: (i) => i > FIRST + 20 && i < FIRST + 59,
    });
    expect(testOf(gap, 'Z').subscore).toBe(1);
  });
});

describe('B 箱体检验 (domain 2.3 B)', () => {
  test('hard ceiling: 20 visits within a tenth of the excess', () => {
    expect(ceilingP(20, 0.1, 1)).toBeLessThan(1e-6);
    expect(ceilingP(2, 0.1, 1)).toBe(1);
  });

  test('upper tail of a normal curve is about 2.05', () => {
    const normal = Float64Array.from({ length: 2_001 }, (_, i) => i).map((i) => {
      const p = (i + 0.5) / 2_001;
      return 100 + 10 * inverseNormal(p);
    });
    expect(upperTail(normal, 0.01)).toBeCloseTo(2.05, 1);
    expect(upperTail(normal, 10)).toBeNull();
  });

  test.each([
    [47.5, 'B-ceiling'],
    [42, 'B-squeezed'],
  ])('clipped at %d', (ceiling, code) => {
    const clipped = testOf(
      handmade({ value: (i, chance) => (i >= FIRST ? Math.min(ceiling, lively(40, chance)) : lively(40, chance)) }),
      'B',
    );
    expect(clipped.sentence.code).toBe(code);
    expect(clipped.subscore).toBeLessThan(0.2);
  });

  test('a channel a fifth as wide', () => {
    const narrow = testOf(
      handmade({ value: (i, chance) => (i >= FIRST ? 40 + 0.2 * (lively(40, chance) - 40) : lively(40, chance)) }),
      'B',
    );
    expect(narrow.sentence.code).toBe('B-narrow');
    expect(narrow.subscore).toBeLessThan(0.1);
  });

  test('outside the baseline fences alone is floored at 0.5', () => {
    const outside = testOf(
      handmade({
        value: (i, chance) => (i >= FIRST && i % 20 === 0 ? 90 + chance.uniform(0, 60) : lively(40, chance)),
      }),
      'B',
    );
    expect(outside.subscore).toBe(0.5);
    expect(outside.sentence.code).toBe('B-outside');
  });
});

describe('W 工况检验 (domain 2.3 W)', () => {
  const load = (i: number) => 1_000 + 300 * Math.sin((2 * Math.PI * i) / 24);
  const following = (i: number) => 40 * (load(i) / 1_000) ** 0.8;

  test('Huber line ignores outliers', () => {
    const x = Float64Array.from({ length: 100 }, (_, i) => i / 10);
    const y = x.map((v, i) => 1 + 2 * v + (i % 10 === 0 ? 50 : 0));
    expect(huberLine(x, y).slope).toBeCloseTo(2, 1);
  });

  test('correlation from 0.8 to 0.1 with 100 independent pairs', () => {
    expect(brokenCorrelationP(0.8, 300, 0.1, 100)).toBeLessThan(1e-6);
    expect(brokenCorrelationP(-0.8, 300, -0.7, 100)).toBe(1);
    expect(brokenCorrelationP(0.2, 300, -0.3, 100)).toBe(1);
  });

  test('40 % lower at the same load looks like abatement: floored at 0.4', () => {
    const lower = testOf(
      handmade({ load, value: (i, chance) => (i >= FIRST ? 0.6 : 1) * following(i) * (1 + 0.1 * chance.normal()) }),
      'W',
    );
    expect(lower.subscore).toBe(0.4);
    expect(lower.sentence.code).toBe('W-shift');
  });

  test('not floored when a parameter was changed within 24 h of the shift', () => {
    const changed = testOf(
      handmade({
        load,
        value: (i, chance) => (i >= FIRST ? 0.6 : 1) * following(i) * (1 + 0.1 * chance.normal()),
        events: [{ kind: 'parameter-change', from: WINDOW_FROM - 2 * HOUR, to: WINDOW_FROM - HOUR }],
      }),
      'W',
    );
    expect(changed.subscore).toBeLessThan(0.4);
  });

  test('values that no longer follow the load', () => {
    const broken = testOf(
      handmade({
        load,
        value: (i, chance) => (i >= FIRST ? lively(40, chance) : following(i) * (1 + 0.05 * chance.normal())),
      }),
      'W',
    );
    expect(broken.sentence.code).toBe('W-broken');
    expect(broken.subscore).toBe(0);
  });

  test.each([
    [1, 1],
    [2, 0],
  ])('%d h marked as stopped while producing → %d', (hours, expected) => {
    const conflict = testOf(
      handmade({
        value: (_, chance) => lively(40, chance),
        events: [{ kind: 'mark-conflict', from: WINDOW_FROM, to: WINDOW_FROM + hours * HOUR }],
      }),
      'W',
    );
    expect(conflict.subscore).toBe(expected);
  });

  test('treatment off: 0.2 when the values stay low, nothing when they rise', () => {
    const off = { kind: 'treatment-off' as const, from: WINDOW_FROM + 48 * HOUR, to: WINDOW_FROM + 60 * HOUR };
    const quiet = handmade({ value: (_, chance) => lively(40, chance), events: [off] });
    const risen = handmade({
      value: (i, chance) => lively(i >= FIRST + 48 && i < FIRST + 60 ? 80 : 40, chance),
      events: [off],
    });
    expect(testOf(quiet, 'W').subscore).toBe(0.2);
    expect(testOf(risen, 'W').subscore).toBe(1);
  });

  test('no load: not applicable, and the other four carry the score', () => {
    const factor = factorOf(handmade({ load: null, limit: 50, value: (_, chance) => lively(30, chance) }));
    expect(factor.tests.find((t) => t.test === 'W')).toMatchObject({ applicable: false, reason: { code: 'no-load' } });
    expect(factor.status).toBe('SCORED');
    expect(factor.fiveTestScore).toBeGreaterThan(95);
  });
});

test('every sentence of a score reads in both languages, never as an accusation', () => {
  const factor = factorOf(
    handmade({ limit: 50, value: (i, chance) => (i >= FIRST && i % 50 < 6 ? 0 : lively(40, chance)) }),
  );
  for (const { sentence } of [...factor.tests, ...factor.signals, ...factor.contributions]) {
    for (const language of ['zh', 'en'] as const) {
      const text = sentenceText(sentence, language);
      expect(text).not.toMatch(/[{}?]|造假|伪造|forge|fraud|fake/i);
    }
  }
});

/** Normal quantile by bisection of the integral. */
function inverseNormal(p: number): number {
  let low = -6;
  let high = 6;
  for (let turn = 0; turn < 60; turn++) {
    const middle = (low + high) / 2;
    const t = 1 / (1 + 0.2316419 * Math.abs(middle));
    const tail =
      (Math.exp((-middle * middle) / 2) / Math.sqrt(2 * Math.PI)) *
      t *
      (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    if ((middle < 0 ? tail : 1 - tail) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
