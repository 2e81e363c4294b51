import { runMutated } from './mutated-run';
import { MUTATIONS, mutant } from './mutations';
import { seededRandom } from './seeded-random';

test('mutated frames: no crash, nothing held beyond a frame and its junk, the next good frame is let in, every refusal has its cause', () => {
  const run = runMutated(6_000, 212, Date.now);
  expect(run.lost).toEqual([]);
  expect(run.crashes).toEqual([]);
  expect(run.mostHeld).toBeLessThanOrEqual(2048 + 1036);
  expect(run.good).toBeGreaterThanOrEqual(6_000);
  // All causes of frame and content come up; otherwise the mutations have lost their teeth.
  expect(Object.keys(run.refused)).toEqual(
    expect.arrayContaining([
      'BAD_DATATIME',
      'BAD_FIELD',
      'BAD_VALUE',
      'NO_CN',
      'NO_CP',
      'NO_DATATIME',
      'NO_MN',
      'NO_VALUES',
      'crc',
      'garbage',
      'length',
      'too-long',
    ]),
  );
});

test('the same seed makes the same mutants', () => {
  const bytes = () => {
    const random = seededRandom(7);
    return MUTATIONS.map((_, number) => Buffer.concat(mutant(random, number).chunks));
  };
  expect(bytes()).toEqual(bytes());
});
