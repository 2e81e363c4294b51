import { isoTime } from './time';
import { endOfWorkingDay } from './working-days';

describe('working days (民法典 Art 201, 203; State Council calendars)', () => {
  it.each([
    ['the first day is not counted, the last one ends at 24:00', '2026-11-18T09:00:00', 1, '2026-11-19T23:59:59'],
    ['one minute before midnight is still that day', '2026-11-18T23:59:00', 1, '2026-11-19T23:59:59'],
    ['07:59 of the next day in China is another day than in UTC', '2026-11-19T07:59:00', 1, '2026-11-20T23:59:59'],
    ['begun on a Saturday', '2026-11-21T10:00:00', 1, '2026-11-23T23:59:59'],
    ['5 wd over a weekend', '2026-11-18T09:00:00', 5, '2026-11-25T23:59:59'],
    ['National Day 2026: 1–7 October off, Saturday 10 October worked', '2026-09-30T16:00:00', 3, '2026-10-10T23:59:59'],
    ['Spring Festival 2026: Saturday 14 February worked, 15–23 off', '2026-02-13T09:00:00', 2, '2026-02-24T23:59:59'],
    ['a year not announced yet: Monday to Friday', '2027-06-04T09:00:00', 1, '2027-06-07T23:59:59'],
  ])('%s', (_, start, n, end) => {
    expect(isoTime(endOfWorkingDay(Date.parse(`${start}+08:00`), n)).slice(0, 19)).toBe(end);
  });
});
