import { chaosRun } from '../src/chaos-run';

const KILLS = 10;

// The short form of `npm run chaos`: the real system as processes of its own, two instances of each consumer.
test('ten kills under load: nothing acknowledged is lost, nothing is there twice, nothing that was never sent', async () => {
  const told: string[] = [];
  const say = (line: string) => told.push(line);
  const result = await chaosRun({ kills: KILLS, seed: 5, rate: 300, devices: 40, say }).catch((error) => {
    throw new Error(`${(error as Error).stack}\n${told.join('\n')}`);
  });
  const { lost, unexpected, duplicated, unanswered, missed } = result;
  expect({ lost, unexpected, duplicated, unanswered, missed }).toEqual({
    ...{ lost: [], unexpected: [], missed: [] },
    ...{ duplicated: 0, unanswered: 0 },
  });
  expect(Object.values(result.kills).reduce((sum, times) => sum + times, 0)).toBe(KILLS);
  // It was under load: each device sent again what a kill had swallowed.
  expect(result.acknowledged).toBeGreaterThan(1_000);
  expect(result.stored).toBe(result.attempted);
  expect(result.resent).toBeGreaterThan(0);
}, 240_000);
