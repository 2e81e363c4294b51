import type { DomainError } from '@greenwatch/kit';
import { type Limit, Throttle } from './throttle';

/** Valkey that is away: what holds then is what this process counts itself. */
const away = {
  multi: () => {
    throw new Error('away');
  },
} as never;
let now = 0;
const throttle = new Throttle(away, () => now);
const HOURLY: Limit[] = [{ count: 2, seconds: 3_600 }];

beforeEach(() => {
  now += 10 * 86_400_000;
});
it('lets so many through and then refuses, saying how many, of what, and until when', async () => {
  await throttle.count('a', 'complaints from one address', HOURLY);
  await throttle.count('a', 'complaints from one address', HOURLY);
  now += 600_000;
  const error: DomainError = await throttle.count('a', 'complaints from one address', HOURLY).catch((e) => e);
  expect(error).toMatchObject({ status: 429, reason: 'TOO_MANY_REQUESTS', detail: { retryAfter: 3_000 } });
  expect(error.message).toBe('At most 2 complaints from one address in 60 min: try again in 50 min.');
});
it('counts names apart, and begins anew when the time is over', async () => {
  for (const name of ['a', 'b', 'a', 'b']) await throttle.count(name, 'x', HOURLY);
  now += 3_600_001;
  await expect(throttle.count('a', 'x', HOURLY)).resolves.toBeUndefined();
});
it('several limits: what the shortest refuses is not counted against the longer one', async () => {
  const limits = [
    { count: 1, seconds: 60 },
    { count: 2, seconds: 86_400 },
  ];
  await throttle.count('p', 'codes', limits);
  await expect(throttle.count('p', 'codes', limits)).rejects.toMatchObject({ detail: { retryAfter: 60 } });
  now += 60_001;
  await throttle.count('p', 'codes', limits);
  now += 60_001;
  await expect(throttle.count('p', 'codes', limits)).rejects.toMatchObject({
    message: expect.stringMatching(/in 24 h/),
  });
});
it('what is given back is not counted', async () => {
  for (let i = 0; i < 10; i++) {
    await throttle.count('t', 'looks', HOURLY);
    await throttle.giveBack('t', HOURLY).catch(() => undefined);
  }
  await expect(throttle.count('t', 'looks', HOURLY)).resolves.toBeUndefined();
});
