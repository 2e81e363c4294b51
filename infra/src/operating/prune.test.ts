import { outdated, timeOf } from './prune';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const names = ['20261001T010000Z', '20261023T120000Z', '20261023T115959Z', '20261121T010000Z', '20261122T010000Z'];

describe('which backups go', () => {
  it.each([
    ['those older than the days', { keepDays: 30, keepLast: 1 }, ['20261001T010000Z', '20261023T115959Z']],
    ['none of the newest, however old', { keepDays: 0, keepLast: 3 }, ['20261001T010000Z', '20261023T115959Z']],
    ['none where there are few', { keepDays: 0, keepLast: 9 }, []],
  ])('%s', (_name, retention, gone) => {
    expect(outdated(names, retention, NOW)).toEqual(gone);
  });

  it('reads the time of a name as UTC', () => {
    expect(timeOf('20261023T115959Z')).toBe(Date.parse('2026-10-23T11:59:59Z'));
  });
});
