import { FaultDice, type LinkFaults } from './link-faults';

const none: LinkFaults = { wrongCrc: 0, splitWrites: 0, repeats: 0, dropsPerMinute: 0 };

test('without shares nothing goes wrong', () => {
  const dice = new FaultDice(none, 1);
  for (let i = 0; i < 10_000; i++) {
    expect([dice.corrupts(), dice.cutAt(370), dice.repeats(), [...dice.drops(1_000)].length]).toEqual([
      false,
      0,
      false,
      0,
    ]);
  }
  expect(dice.counts).toEqual({ corrupted: 0, split: 0, repeated: 0, dropped: 0 });
});

test.each([
  ['wrongCrc', 'corrupted', (dice: FaultDice) => dice.corrupts()],
  ['splitWrites', 'split', (dice: FaultDice) => dice.cutAt(370)],
  ['repeats', 'repeated', (dice: FaultDice) => dice.repeats()],
] as const)('%s happens as often as its share says, and is counted', (share, count, roll) => {
  const dice = new FaultDice({ ...none, [share]: 0.1 }, 7);
  let happened = 0;
  for (let i = 0; i < 20_000; i++) if (roll(dice)) happened++;
  expect(happened / 20_000).toBeCloseTo(0.1, 2);
  expect(dice.counts[count]).toBe(happened);
});

test('both parts of a cut write have bytes', () => {
  const dice = new FaultDice({ ...none, splitWrites: 1 }, 3);
  for (let i = 0; i < 1_000; i++) {
    const at = dice.cutAt(5);
    expect(at).toBeGreaterThanOrEqual(1);
    expect(at).toBeLessThanOrEqual(4);
  }
  expect(dice.cutAt(1)).toBe(0);
});

test('1 % of 500 devices a minute: five, though each second has less than one', () => {
  const dice = new FaultDice({ ...none, dropsPerMinute: 0.01 }, 5);
  let drops = 0;
  for (let second = 0; second < 60 * 60; second++) drops += [...dice.drops(500)].length;
  expect(drops / 60).toBeCloseTo(5, 0);
});
