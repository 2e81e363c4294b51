import { readOptions } from './options';

const STEPS = ['main-line', 'scale'];
const read = (...args: string[]) => readOptions(args, STEPS, 'measured.json');

test('without options everything runs, for five minutes of deletions', () => {
  expect(read()).toEqual({
    only: undefined,
    keep: false,
    minutes: 5,
    seed: 1,
    rate: 150,
    out: 'measured.json',
    namespace: 'greenwatch-test',
    release: 'gw',
    volumes: true,
  });
});

test('options are read', () => {
  const given = read('--only', 'scale', '--minutes', '0.5', '--keep', '--tags', 'a,b', '--no-volumes');
  expect(given).toMatchObject({
    only: ['scale'],
    minutes: 0.5,
    keep: true,
    tags: { first: 'a', second: 'b' },
    volumes: false,
  });
});

test.each([
  { args: ['--only', 'scael'], told: '--only scael: expected main-line, scale' },
  { args: ['--minutes', 'five'], told: '--minutes is "five": a number from 0.2 to 600 is expected' },
  { args: ['--rate', '0'], told: '--rate is "0": a number from 1 to 5000 is expected' },
  { args: ['--namespace', 'Test'], told: '--namespace is "Test": small letters' },
  { args: ['--tags', 'one'], told: '--tags: two tags with a comma are expected' },
  { args: ['--fast'], told: "Unknown option '--fast'" },
])('$args is refused, and what was expected is told', ({ args, told }) => {
  expect(() => read(...args)).toThrow(told);
});
