import { complaintsFacts, fraudFacts, type Level, permitsFacts, rulesFacts } from '@greenwatch/contracts';
import { leadOfAlarm, leadOfCheck, leadOfComplaint, leadOfSuspicion } from './lead';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-18T09:00:00+08:00');
const NOTHING = new Uint8Array();
const alarm = (more: Partial<rulesFacts.AlarmChanged>) => ({
  ...rulesFacts.AlarmChanged.decode(NOTHING),
  id: 'a',
  level: 'high',
  enterpriseId: 'e1',
  startedAt: NOW,
  ...more,
});
const suspicion = (more: Partial<fraudFacts.SuspicionChanged>) => ({
  ...fraudFacts.SuspicionChanged.decode(NOTHING),
  id: 's',
  enterpriseId: 'e1',
  authenticity: 43.2,
  active: true,
  ...more,
});
const check = (more: Partial<permitsFacts.CheckChanged>) => ({
  ...permitsFacts.CheckChanged.decode(NOTHING),
  id: 'c',
  enterpriseId: 'e1',
  level: 'mid',
  active: true,
  ...more,
});
const complaint = (more: Partial<complaintsFacts.ComplaintChanged>) => ({
  ...complaintsFacts.ComplaintChanged.decode(NOTHING),
  id: 'k',
  level: 'mid',
  category: 'odour',
  ...more,
});

describe('domain.md 5.2, design.md 4: which tasks an alarm makes', () => {
  it.each<[string, Level, string, boolean, number, string[]]>([
    ['urgent: inspected', 'urgent', 'e1', false, NOW, ['EXPLAIN', 'INSPECT']],
    ['high: inspected', 'high', 'e1', false, NOW, ['EXPLAIN', 'INSPECT']],
    ['mid (OFFLINE, CONST): verified', 'mid', 'e1', false, NOW, ['EXPLAIN', 'VERIFY']],
    ['low (warning): the enterprise is told, no more', 'low', 'e1', false, NOW, []],
    ['a device of no enterprise', 'high', '', false, NOW, []],
    ['history of the last 24 h', 'high', 'e1', true, NOW - 24 * HOUR, ['EXPLAIN', 'INSPECT']],
    ['older history', 'high', 'e1', true, NOW - 24 * HOUR - 1, []],
    ['a live alarm, however late this service is', 'high', 'e1', false, NOW - 100 * HOUR, ['EXPLAIN', 'INSPECT']],
  ])('%s', (_, level, enterpriseId, history, startedAt, tasks) => {
    expect(leadOfAlarm(alarm({ level, enterpriseId, history, startedAt }), NOW).tasks).toEqual(tasks);
  });
  it.each([
    ['EXC_H', 'exceedance'],
    ['EXC_D', 'exceedance'],
    ['OFFLINE', 'silence'],
    ['CONST', 'stuck-value'],
    ['TREAT_OFF', 'treatment-off'],
    ['NEW_CODE', 'other'],
  ])('%s is about %s', (code, topic) => expect(leadOfAlarm(alarm({ code }), NOW).topic).toBe(topic));
  it('a level that is none is an error that names the alarm', () => {
    expect(() => leadOfAlarm(alarm({ level: 'loud' }), NOW)).toThrow('alarm a: level "loud"');
  });
});

describe('domain.md 5.3, 2.4: a suspicion', () => {
  it('is inspected at level high, and the enterprise is asked nothing', () => {
    expect(leadOfSuspicion(suspicion({ level: 'strongly-suspect' }))).toMatchObject({
      tasks: ['INSPECT'],
      level: 'high',
      topic: 'authenticity',
      title: '自动监测数据疑似异常（真实性得分 43）',
    });
  });
});

describe('domain.md 3.5, 3.6: a check makes what its clue says', () => {
  it.each<[string, Level, string[]]>([
    ['', 'high', []],
    ['visit', 'mid', ['EXPLAIN', 'VERIFY']],
    ['visit', 'high', ['EXPLAIN', 'INSPECT']],
    ['desk', 'high', ['EXPLAIN']],
    ['town', 'low', ['OBSERVE']],
  ])('clue "%s" at level %s', (clue, level, tasks) => {
    expect(leadOfCheck(check({ check: 'P6', clue, level })).tasks).toEqual(tasks);
  });
  it('a clue that is none is an error', () => expect(() => leadOfCheck(check({ clue: 'raid' }))).toThrow('"raid"'));
  it.each([
    ['P6', 'quota'],
    ['P9', 'duties'],
    ['P1', 'permit'],
    ['EIA_NO_APPROVAL', 'eia'],
    ['PERMIT_MISSING_AFTER_EIA', 'eia'],
  ])('%s is about %s', (code, topic) => expect(leadOfCheck(check({ check: code })).topic).toBe(topic));
});

describe('domain.md 6: a complaint', () => {
  it('that names an enterprise is verified, without asking it: it would learn that somebody complained', () => {
    expect(leadOfComplaint(complaint({ enterpriseId: 'e1' }), 3)).toMatchObject({
      tasks: ['VERIFY'],
      topic: 'exceedance',
    });
  });
  it('that names none is observed at its place', () => {
    expect(leadOfComplaint(complaint({ lon: 120.5, lat: 30.6, place: '某村口' }), 3)).toMatchObject({
      tasks: ['OBSERVE'],
      place: { lon: 120.5, lat: 30.6, address: '某村口' },
    });
  });
});

it('domain.md 1.11: only ever suspected', () => {
  const checks = ['P1', 'P2', 'P4', 'P5', 'P6', 'P7', 'P13', 'EIA_NO_APPROVAL', 'EIA_NO_ACCEPTANCE', 'NEW'];
  const titles = [
    ...['EXC_H', 'EXC_D', 'OFFLINE', 'CONST', 'TREAT_OFF', 'X'].map((code) => leadOfAlarm(alarm({ code }), NOW).title),
    leadOfSuspicion(suspicion({})).title,
    ...checks.map((code) => leadOfCheck(check({ check: code })).title),
    leadOfComplaint(complaint({}), 1).title,
  ];
  for (const title of titles) expect(title).not.toMatch(/造假|伪造|篡改/);
});
