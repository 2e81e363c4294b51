import { surplus } from './partition-share';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

test.each([
  ['alone: keeps all', 16, 1, 16, 0],
  ['a second one came: gives half', 16, 2, 16, 8],
  ['an even share: gives nothing', 16, 2, 8, 0],
  ['shares that do not come out even are rounded up', 4, 3, 4, 2],
  ['fewer than its share', 16, 4, 1, 0],
  ['more instances than partitions: one each', 4, 9, 3, 2],
  ['nothing is known of the others, not even itself', 4, 0, 4, 0],
])('design.md 4, instances share partitions: %s', (_name, partitions, instances, held, given) => {
  const up = surplus({ partitions, instances, held: range(held) });
  expect(up).toEqual(range(held).slice(held - given));
});
