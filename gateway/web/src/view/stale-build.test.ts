import { mayReload } from './stale-build';

it.each([
  ['never before', null, true],
  ['a second ago', '99000', false],
  ['a minute ago', '40000', true],
  ['mark is no number', 'x', true],
])('reloads by itself once a minute at most: %s', (_, mark, may) => expect(mayReload(mark, 100_000)).toBe(may));
