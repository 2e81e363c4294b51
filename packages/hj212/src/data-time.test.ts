import fc from 'fast-check';
import { formatDataTime, parseDataTime } from './data-time';

test.each([
  ['14 digits, UTC+8', '20160801085857', '2016-08-01T00:58:57Z'],
  ['17 digits: the first 14 count', '20160801085857223', '2016-08-01T00:58:57Z'],
  ['the first second of a day is the day before in UTC', '20240301000000', '2024-02-29T16:00:00Z'],
  ['leap day', '20240229235959', '2024-02-29T15:59:59Z'],
  ['leap day of a year divisible by 400', '20000229120000', '2000-02-29T04:00:00Z'],
  [
    'a future year is a valid time; whether it is plausible is for the caller',
    '20390101000000',
    '2038-12-31T16:00:00Z',
  ],
  ['summer of 1990: no summer time', '19900701120000', '1990-07-01T04:00:00Z'],
])('table 4, YYYYMMDDhhmmss: %s', (_name, text, iso) => {
  expect(parseDataTime(text)).toEqual({ ok: true, time: Date.parse(iso) });
  expect(formatDataTime(Date.parse(iso))).toBe(text.slice(0, 14));
});

test.each([
  ['', 'has 0 characters'],
  ['2016080108585', 'has 13 characters'],
  ['201608010858570', 'has 15 characters'],
  ['2016-8-01085857', 'has 15 characters'],
  ['2016080108585x', 'character 14 is not a digit'],
  ['20160801085857abc', 'character 15 is not a digit'],
  [' 2016080108585', 'character 1 is not a digit'],
  ['２0160801085857', 'character 1 is not a digit'],
  ['00000801085857', 'year 0000'],
  ['20160001085857', 'month 0'],
  ['20161301085857', 'month 13'],
  ['20160800085857', 'day 0'],
  ['20160431085857', 'day 31 does not exist in month 4'],
  ['20230229085857', 'day 29 does not exist in month 2 of 2023'],
  ['21000229085857', 'day 29 does not exist in month 2 of 2100'],
  ['20160801240000', 'hour 24'],
  ['20160801236000', 'minute 60'],
  ['20160801235960', 'second 60'],
])('table 4: %j is refused', (text, reason) => {
  expect(parseDataTime(text)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
});

test('format and parse are inverse for every second of the years 0001 to 9999', () => {
  const first = Date.parse('0000-12-31T16:00:00Z');
  const last = Date.parse('9999-12-31T15:59:59Z');
  fc.assert(
    fc.property(fc.integer({ min: first / 1000, max: last / 1000 }), (second) => {
      expect(parseDataTime(formatDataTime(second * 1000))).toEqual({ ok: true, time: second * 1000 });
    }),
  );
  expect(formatDataTime(first)).toBe('00010101000000');
  expect(() => formatDataTime(first - 1)).toThrow(RangeError);
  expect(() => formatDataTime(last + 1000)).toThrow(RangeError);
  expect(() => formatDataTime(Number.NaN)).toThrow(RangeError);
});
