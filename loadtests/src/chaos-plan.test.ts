import { chaosPlan } from './chaos-plan';

const victims = ['ingestion', 'readings', 'nats', 'mongod'];

test('the same seed kills the same in the same order, another seed does not', () => {
  expect(chaosPlan(victims, 60, 7)).toEqual(chaosPlan(victims, 60, 7));
  expect(chaosPlan(victims, 60, 7)).not.toEqual(chaosPlan(victims, 60, 8));
});

test('every round meets every victim once, and the pauses differ', () => {
  const plan = chaosPlan(victims, 10, 3);
  expect(plan).toHaveLength(10);
  for (const from of [0, 4]) {
    expect(
      plan
        .slice(from, from + 4)
        .map(({ victim }) => victim)
        .sort(),
    ).toEqual([...victims].sort());
  }
  expect(plan.every(({ afterMs }) => afterMs >= 1_500 && afterMs < 4_000)).toBe(true);
  expect(new Set(plan.map(({ afterMs }) => afterMs)).size).toBeGreaterThan(5);
});
