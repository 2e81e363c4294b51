import { cellName } from './layout';

test('names of cells', () => {
  expect([cellName(0, 1), cellName(25, 2), cellName(26, 3), cellName(701, 4)]).toEqual(['A1', 'Z2', 'AA3', 'ZZ4']);
});
