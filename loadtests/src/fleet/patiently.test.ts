import { ApiProblem } from '../api-client';
import { patiently } from './patiently';

/** Fails with each of these in turn, then answers. */
const failing = (...errors: Error[]) => {
  const tries = { count: 0 };
  const ask = async () => {
    const error = errors[tries.count++];
    if (error) throw error;
    return 'answer';
  };
  return { tries, ask };
};
const away = new ApiProblem('/x?mn=1', 503, 'away');
const broken = new TypeError('fetch failed');

test.each([
  ['nothing', [], 1],
  ['a service that is away for a while', [away, away], 3],
  ['a broken connection', [broken], 2],
])('%s is waited for', async (_name, errors, tries) => {
  const one = failing(...errors);
  expect(await patiently(one.ask, 5_000, 1)).toBe('answer');
  expect(one.tries.count).toBe(tries);
});

test.each([
  ['a wrong request', new ApiProblem('/x', 422, 'no')],
  ['a mistake of ours', new RangeError('no')],
])('%s is not asked again', async (_name, error) => {
  const one = failing(error);
  await expect(patiently(one.ask, 5_000, 1)).rejects.toBe(error);
  expect(one.tries.count).toBe(1);
});

test('patience ends', async () => {
  await expect(patiently(failing(away, away, away).ask, -1, 1)).rejects.toBe(away);
});

test('a problem names the path without its query', () => {
  expect(away.message).toBe('/x: 503 away');
});
