import type { Level } from '@greenwatch/contracts';
import { dedupKey, inspectionFor, isHigher, mergesInto, taskTitle, topicOf } from './clue';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-18T09:00:00+08:00');

describe('domain.md 5.2: open clues of one enterprise and topic merge within 72 h', () => {
  it.each([
    ['EXC_H', 'EXC_D', true],
    ['EXC_H', 'OFFLINE', false],
    ['CONST', 'TREAT_OFF', false],
  ])('%s and %s are one matter: %s', (a, b, same) => {
    expect(dedupKey('e1', topicOf(a)) === dedupKey('e1', topicOf(b))).toBe(same);
  });
  it('another enterprise is another matter', () => {
    expect(dedupKey('e1', 'exceedance')).not.toBe(dedupKey('e2', 'exceedance'));
  });
  it.each([
    [0, true],
    [72 * HOUR, true],
    [72 * HOUR + 1, false],
    // facts may come out of order
    [-HOUR, true],
  ])('%d ms later: %s', (later, merges) => expect(mergesInto({ openedAt: NOW }, NOW + later)).toBe(merges));
});

describe('domain.md 5.2, design.md 4: which task an alarm makes', () => {
  it.each<[string, Level, string, boolean, number, string | undefined]>([
    ['urgent: inspected', 'urgent', 'e1', false, NOW, 'INSPECT'],
    ['high: inspected', 'high', 'e1', false, NOW, 'INSPECT'],
    ['mid (OFFLINE, CONST): verified', 'mid', 'e1', false, NOW, 'VERIFY'],
    ['low (warning): the enterprise is told, no more', 'low', 'e1', false, NOW, undefined],
    ['a device of no enterprise', 'high', '', false, NOW, undefined],
    ['history of the last 24 h', 'high', 'e1', true, NOW - 24 * HOUR, 'INSPECT'],
    ['older history', 'high', 'e1', true, NOW - 24 * HOUR - 1, undefined],
    ['a live alarm, however late this service is', 'high', 'e1', false, NOW - 100 * HOUR, 'INSPECT'],
  ])('%s', (_, level, enterpriseId, history, startedAt, expected) => {
    expect(inspectionFor({ level, enterpriseId, history, startedAt }, NOW)).toBe(expected);
  });
  it('urgent > high > mid > low', () => {
    expect(isHigher('urgent', 'high') && isHigher('high', 'mid') && isHigher('mid', 'low')).toBe(true);
    expect(isHigher('mid', 'mid')).toBe(false);
  });
});

describe('domain.md 1.11: only ever suspected', () => {
  it.each([
    ['EXC_H', 'DA001 锅炉废气排放口', '二氧化硫', 'DA001 锅炉废气排放口 二氧化硫 小时均值疑似超标'],
    ['OFFLINE', 'DW001', '', 'DW001 监测数据中断'],
    ['NEW_CODE', '', '', '报警 NEW_CODE，疑似异常'],
  ])('%s', (code, outlet, factor, title) => expect(taskTitle(code, outlet, factor)).toBe(title));
  it.each(['EXC_H', 'EXC_D', 'OFFLINE', 'CONST', 'TREAT_OFF', 'X'])('%s says nothing of forgery', (code) => {
    expect(taskTitle(code, '', '')).not.toMatch(/造假|伪造|篡改/);
  });
});
