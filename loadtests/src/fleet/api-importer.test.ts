import { partsOf } from './api-importer';

test.each([
  ['less than one call takes', { a: [1, 2] }, [{ a: [1, 2] }]],
  [
    'two lists, entry by entry',
    { a: [1, 2, 3], b: [4, 5, 6] },
    [
      { a: [1, 2], b: [4, 5] },
      { a: [3], b: [6] },
    ],
  ],
  ['the shorter list is not named when it has ended', { a: [1, 2, 3], b: [4] }, [{ a: [1, 2], b: [4] }, { a: [3] }]],
  ['a list that is not there', { a: [1], b: undefined }, [{ a: [1] }]],
  ['nothing', { a: [] }, []],
])('%s', (_name, params, expected) => {
  expect(partsOf(params, 2)).toEqual(expected);
});
