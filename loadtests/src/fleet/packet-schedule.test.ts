import { formatDataTime } from '@greenwatch/hj212';
import { PacketSchedule } from './packet-schedule';

const schedule = new PacketSchedule({ realtimeSeconds: 60, minuteMinutes: 10 });
const MIDNIGHT = Date.parse('2026-11-22T00:00:00+08:00');
const first = schedule.indexOf('realtime', MIDNIGHT) as number;
const said = (index: number) => {
  const { kind, dataTime } = schedule.at(index);
  return `${kind} ${formatDataTime(dataTime).slice(8, 12)}`;
};

test('a day has realtime data each minute, minute data each ten, hours and the day', () => {
  expect(schedule.packetsPerDay).toBe(1_440 + 144 + 24 + 1);
});

test.each([
  ['the first minute', 0, 'realtime 0000'],
  ['the tenth minute', 9, 'realtime 0009'],
  ['behind it the mean of the ten, by its begin (HJ 212-2017 table 9)', 10, 'minute 0000'],
  ['the next period', 11, 'realtime 0010'],
  ['the last period of the hour', 65, 'minute 0050'],
  ['the hour', 66, 'hour 0000'],
  ['the next hour', 67, 'realtime 0100'],
  ['the last hour', 1_607, 'hour 2300'],
  ['the day', 1_608, 'day 0000'],
  ['the day after', 1_609, 'realtime 0000'],
])('%s', (_name, offset, expected) => {
  expect(said(first + offset)).toBe(expected);
});

test('each packet of three days is found again by its kind and time', () => {
  for (let index = first; index < first + 3 * schedule.packetsPerDay; index++) {
    const { kind, dataTime } = schedule.at(index);
    expect(schedule.indexOf(kind, dataTime)).toBe(index);
  }
});

test.each([
  ['realtime between two intervals', 'realtime', 30_000],
  ['minute data of another period', 'minute', 5 * 60_000],
  ['an hour that does not begin at one', 'hour', 60_000],
  ['a day that begins at noon', 'day', 12 * 3_600_000],
] as const)('nobody sends %s', (_name, kind, after) => {
  expect(schedule.indexOf(kind, MIDNIGHT + after)).toBeUndefined();
});

test('the newest realtime packet at a time', () => {
  expect(said(schedule.newestAt(MIDNIGHT + 125_500))).toBe('realtime 0002');
});

test.each([
  [{ realtimeSeconds: 7, minuteMinutes: 10 }, 'realtimeSeconds is 7'],
  [{ realtimeSeconds: 60, minuteMinutes: 7 }, 'minuteMinutes is 7'],
  [{ realtimeSeconds: 0, minuteMinutes: 10 }, 'realtimeSeconds is 0'],
])('intervals that divide nothing are named: %j', (intervals, message) => {
  expect(() => new PacketSchedule(intervals)).toThrow(message);
});
