import {
  Chance,
  cheats,
  END,
  honestChanges,
  honestPlant,
  outletOf,
  type Plant,
  plantKinds,
} from '../test/simulated-plants';
import { geometricModel, type OutletScore, scoreOutlet, standardOptions, testCodes } from '.';

const options = { ...standardOptions, at: END };

function scores(seed: number, runs: number, kind: Plant['kind'], change?: (plant: Plant, chance: Chance) => void) {
  const chance = new Chance(seed);
  return Array.from({ length: runs }, (): OutletScore => {
    const plant = honestPlant(kind, chance);
    change?.(plant, chance);
    return scoreOutlet(outletOf(plant), options);
  });
}

const share = (all: OutletScore[], holds: (score: OutletScore) => boolean) => all.filter(holds).length / all.length;
const fiveTestsBelow = (cut: number) => (score: OutletScore) => score.fiveTestScore! < cut;

describe('honest simulated plants raise no alarm (domain 2.4: A < 85 in 0 to 0.1 %)', () => {
  const all = plantKinds.map((kind, i) => scores(i + 1, 100, kind));

  test.each(plantKinds.map((kind, i) => [kind, i] as const))('%s', (_, i) => {
    expect(all[i]!.every((score) => score.status === 'SCORED')).toBe(true);
    expect(share(all[i]!, fiveTestsBelow(70))).toBe(0);
    expect(share(all[i]!, (score) => score.authenticity! < 85)).toBeLessThanOrEqual(0.01);
  });

  it('by test: sub-scores below 0.5 among 400 plants', () => {
    const alarms = Object.fromEntries(
      testCodes.map((code) => {
        const low = all.flat().filter((score) => {
          const test = score.factors[0]!.tests.find((t) => t.test === code)!;
          return test.applicable && test.subscore! < 0.5;
        });
        return [code, low.length];
      }),
    );
    expect(Object.values(alarms).reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(4);
    expect(share(all.flat(), fiveTestsBelow(85))).toBeLessThanOrEqual(0.005);
  });

  test.each(Object.keys(honestChanges))(
    'honest but changed, %s: never below 50 (domain 2.4: a step is "watch")',
    (name) => {
      for (const kind of plantKinds) {
        const changed = scores(11, 10, kind, honestChanges[name]);
        expect(share(changed, fiveTestsBelow(50))).toBe(0);
        expect(share(changed, (score) => score.authenticity! < 70)).toBeLessThanOrEqual(0.04);
      }
    },
  );
});

describe('known cheats are found (domain 2.4, share with A < 85 by the five tests)', () => {
  test.each([
    ['a constant day', 1],
    ['bursts of zeros', 0.8],
    ['clipped at its 90th percentile', 0.8],
    ['a random generator', 1],
    ['a soft ceiling at its 75th percentile', 0.6],
    ['three nearly flat days', 0.4],
    ['slope times 0.6', 0.8],
  ])('%s', (name, least) => {
    for (const kind of plantKinds) {
      expect(share(scores(21, 5, kind, cheats[name]), fiveTestsBelow(85))).toBeGreaterThanOrEqual(least);
    }
  });

  it('a constant day is a suspect by the default model too, and the constant test says so first', () => {
    for (const score of scores(31, 5, 'gas', cheats['a constant day'])) {
      expect(score.level).not.toBe('normal');
      expect(score.factors[0]!.tests.find((t) => t.test === 'Z')!.sentence.code).toBe('Z-constant');
    }
  });

  it('the geometric model gives the same score as the five-test product', () => {
    const plant = honestPlant('gas', new Chance(5));
    cheats['a constant day']!(plant, new Chance(6));
    const score = scoreOutlet(outletOf(plant), options, geometricModel);
    expect(score.authenticity).toBeCloseTo(score.fiveTestScore!, 9);
    expect(score.contributions.reduce((sum, c) => sum + c.points, 0)).toBeCloseTo(100 - score.authenticity!, 9);
  });
});
