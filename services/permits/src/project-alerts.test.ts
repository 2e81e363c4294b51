import type { EiaClass, ProjectStepName } from '@greenwatch/contracts';
import { addMonths, isoTime } from '@greenwatch/kit';
import { type ProjectState, projectFindings, stepNumberWarning } from './project-alerts';

const at = (day: string) => Date.parse(`${day}T00:00:00+08:00`);
const NOW = at('2026-11-22');
type Steps = Partial<Record<ProjectStepName, string>>;
const project = (eiaClass: EiaClass, steps: Steps, more: Partial<ProjectState> = {}): ProjectState => ({
  name: '年产1万吨染色项目',
  eiaClass,
  steps: Object.entries(steps).map(([step, day]) => ({ step: step as ProjectStepName, at: at(day) })),
  permitted: true,
  ...more,
});
const seenOn = (day: string) => ({ day: at(day), outletId: 'o1', flow: 120.46, productionKwh: 900 });
const said = (state: ProjectState, now = NOW) =>
  projectFindings(state, now).map(({ check, stage, level, clue }) =>
    [check, stage, level, clue].filter(Boolean).join(' '),
  );

describe('domain.md 3.6: EIA_NO_APPROVAL, 未批先建 and 未批先投 (Code 1095)', () => {
  it.each<[string, ProjectState, string[]]>([
    ['received only', project('report', { 'eia-received': '2026-10-20' }), []],
    [
      'building before approval',
      project('report', { 'eia-received': '2026-10-20', 'construction-started': '2026-11-01' }),
      ['EIA_NO_APPROVAL construction high visit'],
    ],
    [
      'the day totals show production before approval',
      project('form', { 'eia-received': '2026-11-10' }, { productionSeen: seenOn('2026-11-20') }),
      ['EIA_NO_APPROVAL production high visit'],
    ],
    [
      'approved before building: nothing',
      project('report', { 'eia-approved': '2026-10-01', 'construction-started': '2026-10-01' }),
      [],
    ],
    [
      'an approval that came after it lowers the level and does not undo it',
      project('report', { 'construction-started': '2026-09-01', 'eia-approved': '2026-10-01' }),
      ['EIA_NO_APPROVAL construction mid visit'],
    ],
    [
      '处罚法 Art 36: two years after the approval it is past',
      project('report', { 'construction-started': '2024-09-01', 'eia-approved': '2024-11-22' }),
      [],
    ],
    [
      'a registration form is filed before operation: building without it is allowed',
      project('registration', { 'construction-started': '2026-09-01' }),
      [],
    ],
    [
      'a registration form: producing without it is not',
      project('registration', { 'production-started': '2026-11-01' }),
      ['EIA_NO_APPROVAL production low desk'],
    ],
    ['a step dated after now has not happened', project('report', { 'construction-started': '2026-11-23' }), []],
  ])('%s', (_, state, expected) => {
    expect(said(state)).toEqual(expected);
  });

  it('says what it rests on, and no more than a suspicion', () => {
    const [finding] = projectFindings(
      project('report', { 'eia-received': '2026-10-20' }, { productionSeen: seenOn('2026-11-20') }),
      NOW,
    );
    expect(finding).toMatchObject({
      since: at('2026-11-20'),
      text: '项目“年产1万吨染色项目”于 2026-11-20 已有投入生产迹象，未见环评批复，疑似未批先投。',
      evidence: [
        { name: '环评受理', value: '2026-10-20' },
        { name: '排放口首日监测', value: '流量 120.5 m³，生产用电 900 kWh', at: at('2026-11-20') },
      ],
    });
  });
});

describe('domain.md 3.6: acceptance within 3 months of completion, at most 12 (国环规环评〔2017〕4号, Code 1100)', () => {
  const built = {
    'eia-approved': '2024-01-01',
    'construction-started': '2024-02-01',
    'production-started': '2026-01-01',
  };
  it.each<[string, string, Steps, string[]]>([
    ['2 months after completion', '2026-09-23', {}, []],
    ['3 months to the day', '2026-08-22', {}, ['EIA_NO_ACCEPTANCE 3-months mid desk']],
    ['12 months', '2025-11-22', {}, ['EIA_NO_ACCEPTANCE 12-months high visit']],
    ['accepted', '2025-11-22', { accepted: '2026-03-01' }, []],
    ['published counts as accepted', '2025-11-22', { 'acceptance-published': '2026-03-01' }, []],
  ])('%s', (_, finished, more, expected) => {
    expect(said(project('report', { ...built, 'construction-finished': finished, ...more }))).toEqual(expected);
  });
  it('built and not producing: nothing to accept yet', () => {
    const { 'production-started': _, ...idle } = built;
    expect(said(project('report', { ...idle, 'construction-finished': '2025-01-01' }))).toEqual([]);
  });
});

describe('domain.md 3.6: approval in 60 d (report) or 30 d (form) from receipt', () => {
  it.each<[EiaClass, string, string[]]>([
    ['report', '2026-09-24', []],
    ['report', '2026-09-23', ['EIA_APPROVAL_OVERDUE mid']],
    ['form', '2026-10-24', []],
    ['form', '2026-10-23', ['EIA_APPROVAL_OVERDUE mid']],
    ['registration', '2026-01-01', []],
  ])('%s received %s', (eiaClass, received, expected) => {
    expect(said(project(eiaClass, { 'eia-received': received }))).toEqual(expected);
  });
});

describe('domain.md 3.6: EIA_LAPSED, approved more than 5 years before the start', () => {
  it.each<[string, Steps, string[]]>([
    ['not started, 5 years to the day', { 'eia-approved': '2021-11-22' }, ['EIA_LAPSED idle low']],
    ['not started, a day less', { 'eia-approved': '2021-11-23' }, []],
    [
      'started after it had lapsed',
      { 'eia-approved': '2020-01-01', 'construction-started': '2025-01-02' },
      ['EIA_LAPSED started mid desk'],
    ],
    ['started in time', { 'eia-approved': '2020-01-01', 'construction-started': '2024-12-31' }, []],
  ])('%s', (_, steps, expected) => {
    expect(said(project('report', steps))).toEqual(expected);
  });
});

describe('domain.md 3.6: PERMIT_MISSING_AFTER_EIA', () => {
  const steps: Steps = { 'eia-approved': '2026-01-01', 'construction-started': '2026-02-01' };
  const finished: Steps = { ...steps, 'construction-finished': '2026-10-01' };
  it.each<[string, ProjectState, string[]]>([
    ['building', project('form', steps, { permitted: false }), []],
    [
      'built, not applied for',
      project('form', finished, { permitted: false }),
      ['PERMIT_MISSING_AFTER_EIA before-production low'],
    ],
    ['built, applied for', project('form', { ...finished, 'permit-applied': '2026-10-02' }, { permitted: false }), []],
    [
      'producing without',
      project('form', finished, { permitted: false, productionSeen: seenOn('2026-10-05') }),
      ['PERMIT_MISSING_AFTER_EIA production high desk'],
    ],
    ['producing with', project('form', finished, { productionSeen: seenOn('2026-10-05') }), []],
  ])('%s', (_, state, expected) => {
    expect(said(state)).toEqual(expected);
  });
});

it.each<[EiaClass, string, string]>([
  ['report', '2026-08-14', '《环境影响评价法》第三十一条'],
  ['report', '2026-08-15', '《生态环境法典》第1095条：报告书'],
  ['form', '2026-08-15', '《生态环境法典》第1095条：报告表'],
])('domain.md 0: the law in force on the day: %s begun on %s', (eiaClass, day, basis) => {
  const [finding] = projectFindings(project(eiaClass, { 'construction-started': day }), NOW);
  expect(finding?.basis).toContain(basis);
});

it('the order in which steps became known changes nothing', () => {
  const state = project('report', {
    'eia-received': '2026-01-01',
    'construction-started': '2026-02-01',
    'construction-finished': '2026-03-01',
  });
  expect(projectFindings({ ...state, steps: [...state.steps].reverse() }, NOW)).toEqual(projectFindings(state, NOW));
});

it.each([
  ['2026-01-31', 1, '2026-02-28'],
  ['2026-11-22', 3, '2027-02-22'],
  ['2024-02-29', 12, '2025-02-28'],
])('%s and %d months is %s', (from, months, to) => {
  expect(isoTime(addMonths(at(from), months)).slice(0, 10)).toBe(to);
});

describe('domain.md 3.6: numbers are free text, a pattern only warns', () => {
  it.each<[EiaClass, ProjectStepName, string, boolean]>([
    ['report', 'eia-approved', '嘉环建〔2022〕12号', false],
    ['form', 'eia-approved', '2022-12', true],
    ['registration', 'eia-approved', '202633048300000123', false],
    ['registration', 'eia-approved', '嘉环建〔2022〕12号', true],
    ['report', 'eia-received', 'anything', false],
  ])('%s %s %s', (eiaClass, step, number, warns) => {
    expect(stepNumberWarning(eiaClass, step, number) !== undefined).toBe(warns);
  });
});
