import type { TaskType } from '@greenwatch/contracts';
import { covers, dedupKey, isHigher, isSecret, mergesInto } from './clue';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-18T09:00:00+08:00');

describe('domain.md 5.2: open clues of one enterprise and topic merge within 72 h', () => {
  it('another enterprise or another topic is another matter', () => {
    expect(dedupKey('e1', 'exceedance')).not.toBe(dedupKey('e2', 'exceedance'));
    expect(dedupKey('e1', 'exceedance')).not.toBe(dedupKey('e1', 'silence'));
  });
  it.each([
    [0, true],
    [72 * HOUR, true],
    [72 * HOUR + 1, false],
    // facts may come out of order
    [-HOUR, true],
  ])('%d ms later: %s', (later, merges) => expect(mergesInto({ openedAt: NOW }, NOW + later)).toBe(merges));
  it('urgent > high > mid > low', () => {
    expect(isHigher('urgent', 'high') && isHigher('high', 'mid') && isHigher('mid', 'low')).toBe(true);
    expect(isHigher('mid', 'mid')).toBe(false);
  });
});

describe('domain.md 5.1: which task does the work of another', () => {
  it.each<[TaskType, TaskType, boolean]>([
    ['INSPECT', 'VERIFY', true],
    ['VERIFY', 'OBSERVE', true],
    ['OBSERVE', 'VERIFY', false],
    ['EXPLAIN', 'VERIFY', false],
    ['VERIFY', 'EXPLAIN', false],
  ])('%s for %s: %s', (there, wanted, done) => expect(covers(there, wanted)).toBe(done));
});

it('domain.md 5.3, 6: what the enterprise must not learn of', () => {
  expect(['alarm', 'check', 'suspicion', 'complaint', 'manual'].map((source) => isSecret(source as 'alarm'))).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});
