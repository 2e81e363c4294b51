import { readBox } from './map.routes';

test('a box is west, south, east, north', () => {
  expect(readBox('118.0, 27,123,31.5')).toEqual([118, 27, 123, 31.5]);
});

test.each(['', '1,2,3', '1,2,3,4,5', '1,2,x,4', '1,,3,4', '3,2,1,4', '1,4,3,2', '1,2,Infinity,4'])(
  '"%s" is refused',
  (text) => {
    expect(() => readBox(text)).toThrow(/query.bbox must be west,south,east,north/);
  },
);
