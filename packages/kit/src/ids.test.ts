import { newId, partitionOf } from './ids';

describe('newId', () => {
  it('sorts by creation, also within one millisecond', () => {
    const ids = Array.from({ length: 2_000 }, () => newId(1_795_000_000_000));
    expect(new Set(ids).size).toBe(2_000);
    expect([...ids].sort()).toEqual(ids);
    expect(newId(1_795_000_000_001) > (ids.at(-1) as string)).toBe(true);
    expect(ids[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it('goes on upwards when the clock is set back', () => {
    const before = newId(1_795_000_100_000);
    expect(newId(1_795_000_000_000) > before).toBe(true);
  });
});

describe('partitionOf', () => {
  // Stored data depends on these: a change of the hash would tear a device's history apart.
  it.each([
    ['010000A8900016F000169DC0', 16, 6],
    ['M1', 16, 11],
    ['', 16, 5],
  ])('%s of %i is %i for ever', (mn, partitions, partition) => {
    expect(partitionOf(mn, partitions)).toBe(partition);
  });

  it('spreads devices over all partitions', () => {
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 26_000; i++) {
      const partition = partitionOf(`010000B8E2C4A000${String(i).padStart(8, '0')}`, 16);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.2);
  });
});
