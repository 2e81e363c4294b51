import { type Level, taskingFacts } from '@greenwatch/contracts';
import { fill, shortTime, TEMPLATES } from './templates';
import {
  type Official,
  officials,
  type TaskVerb,
  type Told,
  toldOfAlarm,
  toldOfBlacklist,
  toldOfCase,
  toldOfCheck,
  toldOfComplaint,
  toldOfDuty,
  toldOfModel,
  toldOfRating,
  toldOfTask,
} from './who-is-told';

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
    [
      '5.1: who stays in public space is told so',
      'dispatched',
      { assignees: [{ personId: 'g', role: 'observer' }] },
      ['g observe +sms'],
    ],
    ['cancelled', 'cancelled', {}, ['lead cancelled +sms', 'second cancelled +sms']],
    ['5.5: to file a case or not is the reviewers’', 'reminded', { remark: 'file:reminder' }, ['boss reminded +sms']],
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

const words = (told: readonly Told[]) =>
  told.map(({ personId, template, sms }) => `${personId} ${template}${sms ? ' +sms' : ''}`);

describe('who is told of what is no task', () => {
  const PEOPLE: Official[] = [
    { id: 'sup', roles: ['supervisor'], divisionCode: '330483' },
    { id: 'town', roles: ['supervisor'], divisionCode: '330483100' },
    { id: 'city', roles: ['supervisor', 'complaint-handler'], divisionCode: '330400' },
    { id: 'prov', roles: ['supervisor'], divisionCode: '330000' },
    { id: 'other', roles: ['supervisor'], divisionCode: '331002' },
    { id: 'off', roles: ['officer'], divisionCode: '330483' },
  ];
  it.each<[string, string[], string, string[]]>([
    ['the county with its towns', ['330000', '330400', '330483'], 'supervisor', ['sup', 'town']],
    ['nobody in the county: the city', ['330000', '330400', '330483'], 'complaint-handler', ['city']],
    ['nobody below: the province', ['330000', '331000', '331082'], 'supervisor', ['prov']],
    ['the province itself', ['330000'], 'supervisor', ['prov']],
    ['a county without a city (domain.md 8.1)', ['330000', '429004'], 'supervisor', ['prov']],
    ['nobody at all', ['330000'], 'complaint-handler', []],
  ])('%s', (_, path, role, expected) => expect(officials(PEOPLE, path, role)).toEqual(expected));

  it.each<[string, string, string, Level, string[]]>([
    ['3.5: raised at mid', 'raised', 'P6', 'mid', ['boss check-own +sms', 'sup check +sms']],
    ['another stage', 'updated', 'P6', 'high', ['boss check-own +sms', 'sup check +sms']],
    ['low is no SMS', 'raised', 'P3', 'low', ['boss check-own', 'sup check']],
    ['settled tells nobody', 'cleared', 'P6', 'high', []],
    [
      '3.6: what the authority does late is not the enterprise’s',
      'raised',
      'EIA_APPROVAL_OVERDUE',
      'mid',
      ['sup check +sms'],
    ],
  ])('a check, %s', (_, verb, check, level, expected) =>
    expect(words(toldOfCheck(verb, { check, level }, 'boss', ['sup']))).toEqual(expected),
  );
  it('a check of an enterprise without a principal is for the supervisors', () =>
    expect(words(toldOfCheck('raised', { check: 'P1', level: 'high' }, '', ['sup']))).toEqual(['sup check +sms']));

  it.each([
    ['opened', []],
    ['reminded', ['boss duty-reminded +sms']],
    ['missed', ['boss duty-missed +sms']],
    ['fulfilled', []],
  ])('3.4: a duty %s', (verb, expected) => expect(words(toldOfDuty(verb, 'boss'))).toEqual(expected));

  it.each<[string, Level, string[]]>([
    ['received', 'mid', ['h complaint-received', 'sup complaint-received']],
    ['received', 'urgent', ['h complaint-received +sms', 'sup complaint-received +sms']],
    ['forwarded', 'mid', ['h complaint-received', 'sup complaint-received']],
    ['review-asked', 'mid', ['h complaint-review', 'sup complaint-review']],
    ['drafted', 'mid', ['h complaint-drafted', 'sup complaint-drafted']],
    ['reminded', 'mid', ['h complaint-due']],
    ['escalated', 'mid', ['h complaint-overdue +sms', 'sup complaint-overdue +sms']],
    ['answered', 'mid', []],
  ])('6: a complaint %s at level %s', (verb, level, expected) =>
    expect(words(toldOfComplaint(verb, { level }, ['h'], ['h', 'sup']))).toEqual(expected),
  );

  it.each([
    ['filed', []],
    ['noticed', ['boss case-noticed +sms']],
    ['statement-recorded', []],
    ['decided', ['boss case-decided +sms']],
    ['withdrawn', ['boss case-withdrawn']],
    ['reminded', ['sup case-due']],
    ['overdue', ['sup case-overdue +sms']],
  ])('5.5: a case %s', (verb, expected) => expect(words(toldOfCase(verb, 'boss', ['sup']))).toEqual(expected));

  it.each([
    ['drafted', []],
    ['noticed', ['boss rating-noticed +sms']],
    ['objected', ['sup rating-objected']],
    ['answered', ['boss rating-answered']],
    ['published', ['boss rating-published']],
    ['final', ['boss rating-final +sms']],
    ['recomputed', []],
  ])('4.4: a rating %s', (verb, expected) => expect(words(toldOfRating(verb, 'boss', ['sup']))).toEqual(expected));

  it('the blacklist and a model that was fitted anew are the province’s, in-app', () => {
    expect(words(toldOfBlacklist('listed', ['prov']))).toEqual(['prov blacklist-listed']);
    expect(words(toldOfBlacklist('lifted', ['prov']))).toEqual(['prov blacklist-lifted']);
    expect(words(toldOfModel('fitted', ['prov']))).toEqual(['prov model-fitted']);
    expect(words(toldOfModel('activated', ['prov']))).toEqual([]);
  });
});
