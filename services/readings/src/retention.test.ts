import { firstKeptDay, readRetention } from './retention';

test.each<[string, [string, number][]]>([
  ['', []],
  ['realtime=1830', [['realtime', 1_830]]],
  [
    'realtime=1830, minute=400',
    [
      ['realtime', 1_830],
      ['minute', 400],
    ],
  ],
])('issue 5, retention by data class: %j', (text, expected) => {
  expect([...readRetention(text)]).toEqual(expected);
});

test.each(['realtime', 'second=3', 'hour=0', 'hour=-1', 'hour=1.5', 'hour=1;minute=2'])('%j is refused', (text) => {
  expect(() => readRetention(text)).toThrow('KEEP_DAYS');
});

test('a day is kept so many days after it began, in UTC+8; a class without a number for ever', () => {
  const now = Date.parse('2026-11-22T00:30:00+08:00');
  const retention = readRetention('minute=30');
  expect(firstKeptDay(retention, 'minute', now)).toBe('20261023');
  expect(firstKeptDay(retention, 'hour', now)).toBeUndefined();
});
