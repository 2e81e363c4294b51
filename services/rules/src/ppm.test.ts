import { inMilligrams } from './ppm';

test.each([
  ['a21026', { avg: '100', zsAvg: '120' }, { avg: '285.982142857', zsAvg: '343.178571429' }],
  ['a21003', { avg: '50', flag: 'N' }, { avg: '66.9866071429', flag: 'N' }],
  ['a21026', { avg: 'x', flag: 'D' }, { flag: 'D' }],
  ['a34013', { avg: '10', flag: 'N' }, { flag: 'N' }],
])('HJ 75-2017 App. C: %s %p ppm', (factor, sent, expected) => {
  expect(inMilligrams({ factor, ...sent })).toEqual(expected);
});
