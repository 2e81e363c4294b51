import { Round } from './round';

const FAR = 60_000;
const log = { warn: jest.fn() };
const options = { log, everyMs: FAR, failed: 'it failed' };

test('goes on at once while there is more, then waits', async () => {
  const left = [true, true, false];
  const round = new Round(options, async () => left.shift() ?? false);
  round.start();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(left).toEqual([]);
  await round.stop();
});

test('a poke while it waits, and one while a step is under way, are both looked at', async () => {
  let steps = 0;
  const round: Round = new Round(options, async () => {
    steps += 1;
    if (steps === 1) round.poke();
    return false;
  });
  round.start();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(steps).toBe(2);
  round.poke();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(steps).toBe(3);
  await round.stop();
});

test('a step that fails is said and tried again', async () => {
  let steps = 0;
  const round = new Round({ ...options, againMs: 1 }, async () => {
    steps += 1;
    if (steps === 1) throw new Error('away');
    return false;
  });
  round.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(steps).toBe(2);
  expect(log.warn).toHaveBeenCalledWith({ err: new Error('away') }, 'it failed');
  await round.stop();
});

test('stop waits for the step under way, tells it so, and lets the lease go', async () => {
  const lease = { held: jest.fn(async () => true), release: jest.fn(async () => {}) };
  let goesOn: boolean | undefined;
  const round: Round = new Round({ ...options, lease: lease as never }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    goesOn = await round.goesOn();
    return true;
  });
  round.start();
  await round.stop();
  expect(goesOn).toBe(false);
  expect(lease.release).toHaveBeenCalledTimes(1);
});

test('without the lease nothing is done', async () => {
  const step = jest.fn(async () => true);
  const lease = { held: async () => false, release: async () => {} };
  const round = new Round({ ...options, lease: lease as never }, step);
  round.start();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await round.stop();
  expect(step).not.toHaveBeenCalled();
});
