import { taskingFacts } from '@greenwatch/contracts';
import { fill, shortTime, TEMPLATES } from './templates';
import { type TaskVerb, toldOfAlarm, toldOfTask } from './who-is-told';

const task = (more: Partial<taskingFacts.TaskChanged> = {}): taskingFacts.TaskChanged => ({
  ...taskingFacts.TaskChanged.decode(new Uint8Array()),
  type: 'INSPECT',
  assignees: [
    { personId: 'lead', role: 'lead' },
    { personId: 'second', role: 'second' },
  ],
  watchers: ['boss'],
  ...more,
});
const said = (verb: TaskVerb, more: Partial<taskingFacts.TaskChanged> = {}) =>
  toldOfTask(verb, task(more)).map(({ personId, template, sms }) => `${personId} ${template}${sms ? ' +sms' : ''}`);

describe('domain.md 5.6, 7: who is told what', () => {
  it.each<[string, TaskVerb, Partial<taskingFacts.TaskChanged>, string[]]>([
    ['both inspectors get their task', 'dispatched', {}, ['lead assigned +sms', 'second assigned +sms']],
    [
      'the principal is asked to explain',
      'dispatched',
      { assignees: [{ personId: 'p', role: 'principal' }] },
      ['p explain +sms'],
    ],
    ['a duty officer hands on', 'dispatched', { assignees: [{ personId: 'd', role: 'duty' }] }, ['d duty +sms']],
    ['new hands', 'reassigned', {}, ['lead assigned +sms', 'second assigned +sms']],
    ['80 %', 'reminded', { remark: 'accept:reminder' }, ['lead reminded +sms', 'second reminded +sms']],
    [
      '80 % of the review: not those who have submitted',
      'reminded',
      { remark: 'review:reminder' },
      ['boss reminded +sms'],
    ],
    [
      '100 %: those it lies with and the superior',
      'escalated',
      { remark: 'report:overdue' },
      ['lead overdue +sms', 'second overdue +sms', 'boss escalated +sms'],
    ],
    ['a late review', 'escalated', { remark: 'review:overdue' }, ['boss escalated +sms']],
    ['nobody found', 'escalated', { assignees: [], remark: 'route:nobody' }, ['boss escalated +sms']],
    [
      'somebody with two parts is told once',
      'escalated',
      { watchers: ['second', 'boss'], remark: 'accept:city' },
      ['lead overdue +sms', 'second overdue +sms', 'boss escalated +sms'],
    ],
    ['the level rises', 'level-raised', {}, ['lead level-raised +sms', 'second level-raised +sms']],
    ['reviewers see what waits', 'submitted', {}, ['boss submitted']],
    ['returned', 'returned', {}, ['lead returned +sms', 'second returned +sms']],
    ['approved', 'reviewed', {}, ['lead reviewed', 'second reviewed']],
    ['closed', 'closed', {}, ['lead closed', 'second closed']],
  ])('%s', (_, verb, more, expected) => expect(said(verb, more)).toEqual(expected));

  it.each<[string, string, { code: string; level: string; history: boolean }, number]>([
    ['a warning', 'raised', { code: 'WARN_H', level: 'low', history: false }, 1],
    ['a warning that goes on', 'updated', { code: 'WARN_H', level: 'low', history: false }, 0],
    ['an exceedance has its task', 'raised', { code: 'EXC_H', level: 'high', history: false }, 0],
    ['history', 'raised', { code: 'WARN_D', level: 'low', history: true }, 0],
  ])('%s tells %#', (_, verb, alarm, count) => {
    expect(toldOfAlarm(verb, alarm, 'p')).toHaveLength(count);
    expect(toldOfAlarm(verb, alarm, '')).toEqual([]);
  });
});

describe('domain.md 7, 1.11: texts', () => {
  const all = Object.entries(TEMPLATES).flatMap(([name, locales]) =>
    Object.entries(locales).flatMap(([locale, texts]) =>
      Object.values(texts).map((text) => [name, locale, text as string]),
    ),
  );
  it.each(all)('%s (%s) says nothing of forgery, has no brackets of a signature and no link', (_, __, text) => {
    expect(text).not.toMatch(/造假|伪造|forg|fraud|【|】|http/i);
  });
  it('both languages have the same channels', () => {
    for (const locales of Object.values(TEMPLATES)) expect('sms' in locales.en).toBe('sms' in locales['zh-CN']);
  });
  it('variables are put in; what is not known stays empty', () => {
    expect(fill('{enterprise}：{title}{reason}', { enterprise: '某公司', title: '$& 疑似' })).toBe('某公司：$& 疑似');
  });
  it('times are of UTC+8', () => expect(shortTime(Date.parse('2026-11-18T16:30:00Z'))).toBe('11-19 00:30'));
});
