// Its data, not its functions: those compute dates in the machine's own zone and are a day off west of UTC.
import calendar from 'chinese-days/dist/chinese-days.json';

const DAY = 24 * 3_600_000;
/** China keeps UTC+8 all year (domain.md 8.4). */
const OFFSET = 8 * 3_600_000;

/**
 * Last second (23:59:59, UTC+8) of the n-th working day after the day of `start`: the day a period begins is not counted
 * and its last day ends at 24:00 (民法典 Art 201, 203). Public holidays and make-up working days as the State Council
 * announced them (chinese-days); for years not announced yet, Monday to Friday.
 * @param start epoch ms
 * @returns epoch ms
 */
export function endOfWorkingDay(start: number, n: number): number {
  let day = Math.floor((start + OFFSET) / DAY);
  for (let counted = 0; counted < n; ) {
    day += 1;
    if (isWorkingDay(day)) counted += 1;
  }
  return (day + 1) * DAY - OFFSET - 1000;
}

/** @param day days since 1970-01-01, in UTC+8 */
function isWorkingDay(day: number): boolean {
  const date = new Date(day * DAY);
  const key = date.toISOString().slice(0, 10);
  const weekend = date.getUTCDay() === 0 || date.getUTCDay() === 6;
  return key in calendar.workdays || (!weekend && !(key in calendar.holidays));
}
