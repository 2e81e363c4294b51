import { mayBegin, sheetIdOf, uploadedBefore } from './sheet-life';

/** What people call it. */
const said = { sheet: 'sheet', rows: 'rows' };

test.each([
  ['ready', 0, false, true],
  ['ready', 3, true, true],
  ['committing', 3, false, false],
  ['committed', 0, false, false],
] as const)('%s with %i wrong rows, skipped %p: begins %p', (state, wrong, skip, begins) => {
  expect(mayBegin({ state, wrong }, skip, said)).toBe(begins);
});

test.each([
  ['parsing', 0, 'WRONG_STATE', 'The sheet is parsing; only one that is ready can be taken over.'],
  ['refused', 0, 'WRONG_STATE', 'The sheet is refused; only one that is ready can be taken over.'],
  ['ready', 2, 'SHEET_HAS_ERRORS', '2 rows have errors: mend the sheet, or take over the others with skipWrong.'],
] as const)('%s with %i wrong rows is a conflict: %s', (state, wrong, reason, message) => {
  expect(() => mayBegin({ state, wrong }, false, said)).toThrow(
    expect.objectContaining({ code: 409, reason, message }),
  );
});

test('the same bytes of another division are another sheet', () => {
  const digest = 'ab'.repeat(32);
  expect(sheetIdOf('330000', digest)).toBe(`330000-${'ab'.repeat(20)}`);
  expect(sheetIdOf('330400', digest)).not.toBe(sheetIdOf('330000', digest));
});

test('without a key everything follows', () => {
  expect(uploadedBefore(undefined)).toEqual({});
});
