import { type EarlierRequest, gapRequests, type TimeSpan } from './gap-requests';

const HOUR = 3_600_000;
/** 2026-08-10T00:00:00+08:00 */
const DAY_1 = Date.UTC(2026, 7, 9, 16);
const DAY_2 = DAY_1 + 24 * HOUR;
const NOW = DAY_2 + 30 * HOUR;
const hours = (day: number, from: number, to: number): TimeSpan => ({ from: day + from * HOUR, to: day + to * HOUR });
const asked = (span: TimeSpan, state: EarlierRequest['state'], hoursAgo = 0): EarlierRequest => ({
  ...span,
  state,
  endedAt: state === 'open' ? 0 : NOW - hoursAgo * HOUR,
});

type Case = [string, TimeSpan[], EarlierRequest[], TimeSpan[]];
test.each<Case>([
  ['nothing is missing', [], [], []],
  ['one gap', [hours(DAY_1, 3, 5)], [], [hours(DAY_1, 3, 5)]],
  ['several gaps of a day make one request', [hours(DAY_1, 3, 4), hours(DAY_1, 20, 22)], [], [hours(DAY_1, 3, 22)]],
  [
    'a gap over midnight (UTC+8) makes one request a day, the newer day first',
    [hours(DAY_1, 22, 26)],
    [],
    [hours(DAY_2, 0, 2), hours(DAY_1, 22, 24)],
  ],
  ['it is being asked for', [hours(DAY_1, 3, 5)], [asked(hours(DAY_1, 3, 5), 'open')], []],
  ['the device answered and had no more', [hours(DAY_1, 3, 5)], [asked(hours(DAY_1, 3, 5), 'answered', 100)], []],
  [
    'other hours of the same day are missing now',
    [hours(DAY_1, 3, 5), hours(DAY_1, 8, 9)],
    [asked(hours(DAY_1, 3, 5), 'answered', 30)],
    [hours(DAY_1, 8, 9)],
  ],
  [
    'unanswered a day ago: once more',
    [hours(DAY_1, 3, 5)],
    [asked(hours(DAY_1, 3, 5), 'unanswered', 25)],
    [hours(DAY_1, 3, 5)],
  ],
  [
    'unanswered an hour ago: the device is left alone, for other hours too',
    [hours(DAY_2, 3, 5)],
    [asked(hours(DAY_1, 3, 5), 'unanswered', 1)],
    [],
  ],
  [
    'unanswered three times: given up',
    [hours(DAY_1, 3, 5)],
    [25, 60, 90].map((ago) => asked(hours(DAY_1, 3, 5), 'unanswered', ago)),
    [],
  ],
  [
    'it failed shortly ago, and another one was answered since',
    [hours(DAY_1, 3, 5)],
    [asked(hours(DAY_1, 3, 5), 'unanswered', 5), asked(hours(DAY_2, 1, 2), 'answered', 1)],
    [],
  ],
])('%s', (_name, gaps, earlier, expected) => {
  expect(gapRequests(gaps, earlier, NOW)).toEqual(expected);
});

test('a device that was silent for a week is asked in seven requests at most', () => {
  expect(gapRequests([{ from: DAY_1 - 144 * HOUR, to: DAY_2 }], [], NOW)).toHaveLength(7);
});
