import { levelOf, type Report, reportersLately } from './level';

const DAY = 24 * 3_600_000;
const by = (...reports: [reporter: string, day: number][]): Report[] =>
  reports.map(([reporter, day]) => ({ reporter, at: day * DAY }));

describe('domain.md 6: three or more reporters in 30 d raise the level; an emergency is urgent at once', () => {
  it.each<[string, boolean, Report[], string]>([
    ['one reporter', false, by(['a', 1]), 'mid'],
    ['two', false, by(['a', 1], ['b', 2]), 'mid'],
    ['three', false, by(['a', 1], ['b', 2], ['c', 3]), 'high'],
    ['three reports of one person are one', false, by(['a', 1], ['a', 2], ['a', 3]), 'mid'],
    ['the first is 30 d old when the third comes', false, by(['a', 1], ['b', 20], ['c', 31]), 'mid'],
    ['the first is 29 d old', false, by(['a', 2], ['b', 20], ['c', 31]), 'high'],
    ['an emergency of one', true, by(['a', 1]), 'urgent'],
    ['an emergency of many', true, by(['a', 1], ['b', 1], ['c', 1], ['d', 1]), 'urgent'],
  ])('%s', (_, emergency, reports, level) => {
    expect(levelOf(emergency, reports)).toBe(level);
  });
  it('counts people, in whatever order they are told', () => {
    expect(reportersLately(by(['c', 3], ['a', 1], ['b', 2]))).toBe(3);
  });
});
