import { type Diversity, traitsOf } from './device-traits';

const diversity: Diversity = {
  dialects: { '2017': 0.8, '2017-unflagged': 0.05, '2005': 0.15 },
  exceeding: 0.01,
  slowClocks: { share: 0.02, minutes: 7 },
};
const DEVICES = 100_000;
const all = Array.from({ length: DEVICES }, (_, device) => traitsOf(device, diversity));
const share = (of: (traits: (typeof all)[number]) => boolean) => all.filter(of).length / DEVICES;

test.each([
  ['dialect 2017', (traits: (typeof all)[number]) => traits.dialect === '2017', 0.8],
  ['no flags', (traits) => traits.dialect === '2017-unflagged', 0.05],
  ['dialect 2005', (traits) => traits.dialect === '2005', 0.15],
  ['exceeding', (traits) => traits.exceeding, 0.01],
  ['slow clock', (traits) => traits.behindMinutes === 7, 0.02],
  ['slow clock and exceeding: one says nothing of the other', (t) => t.exceeding && t.behindMinutes > 0, 0.0002],
] as [string, (traits: (typeof all)[number]) => boolean, number][])('of 100,000 devices: %s', (_name, of, expected) => {
  expect(Math.abs(share(of) - expected)).toBeLessThan(0.004);
});

test('a device is the same in each run', () => {
  expect(traitsOf(4_711, diversity)).toEqual(all[4_711]);
});

test('none of what has no share', () => {
  const plain = { ...diversity, exceeding: 0, slowClocks: { share: 0, minutes: 7 } };
  for (let device = 0; device < 1_000; device++) {
    expect(traitsOf(device, plain)).toMatchObject({ exceeding: false, behindMinutes: 0 });
  }
});
