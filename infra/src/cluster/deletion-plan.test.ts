import { deletionPlan } from './deletion-plan';

const SERVICES = ['ingestion', 'readings', 'rules', 'nats', 'mongodb', 'valkey'];

test('the same seed deletes the same, another one another', () => {
  expect(deletionPlan(SERVICES, 5, 7)).toEqual(deletionPlan(SERVICES, 5, 7));
  expect(deletionPlan(SERVICES, 5, 7)).not.toEqual(deletionPlan(SERVICES, 5, 8));
});

test('it goes on for its minutes and not longer, with time between two deletions', () => {
  const plan = deletionPlan(SERVICES, 5, 1);
  const total = plan.reduce((sum, { afterMs }) => sum + afterMs, 0);
  expect(total).toBeLessThanOrEqual(300_000);
  expect(total).toBeGreaterThan(280_000);
  expect(plan.every(({ afterMs }) => afterMs >= 6_000 && afterMs <= 16_000)).toBe(true);
});

test('each round meets every service once; some stop in their own way, some are killed', () => {
  const plan = deletionPlan(SERVICES, 60, 3);
  for (let from = 0; from + SERVICES.length <= plan.length; from += SERVICES.length) {
    const round = plan.slice(from, from + SERVICES.length).map(({ service }) => service);
    expect(round.sort()).toEqual([...SERVICES].sort());
  }
  const gentle = plan.filter(({ gently }) => gently).length;
  expect(gentle).toBeGreaterThan(plan.length / 3);
  expect(gentle).toBeLessThan((plan.length * 2) / 3);
});
