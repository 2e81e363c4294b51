import { exactlyOnce, memoryBounds, missedBounds } from './bounds';

test('what is at its bound is kept, what is over it or was not measured is missed', () => {
  const bounds = [
    { name: 'ack_p99_ms', value: 50, most: 50 },
    { name: 'alarm_p99_ms', value: 250.1, most: 250 },
    { name: 'drained_s', value: Number.NaN, most: 30 },
  ];
  expect(missedBounds(bounds)).toEqual([
    'alarm_p99_ms is 250.1, expected at most 250',
    'drained_s is NaN, expected at most 30',
  ]);
});

test('one packet lost or doubled is one too many', () => {
  const verdict = { attempted: 9, acknowledged: 9, stored: 8, lost: 1, unexpected: 0, duplicated: 2 };
  const examples = { lost: ['MN 2026-01-01T00:00:00+08:00'], unexpected: [] };
  expect(missedBounds(exactlyOnce({ ...verdict, examples }))).toEqual([
    'lost is 1, expected at most 0',
    'duplicated is 2, expected at most 0',
  ]);
});

test('the process over its limit is named', () => {
  expect(missedBounds(memoryBounds({ ingestion: 120, readings: 600 }, 512))).toEqual([
    'memory of readings, MB is 600, expected at most 512',
  ]);
});
