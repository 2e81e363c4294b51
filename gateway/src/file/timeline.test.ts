import type { Alarm, Case, Check, Notice, Permit, Project, Suspicion, Task } from '@greenwatch/contracts';
import { buildTimeline, type TimelineSources } from './timeline';

const nothing: TimelineSources = {
  ...{ alarms: [], tasks: [], permits: [], notices: [], checks: [], projects: [], suspicions: [] },
  ...{ cases: [], complaints: [], entries: [], people: [] },
};

const alarm: Alarm = {
  id: 'al1',
  code: 'EXC_H',
  level: 'mid',
  enterpriseId: 'e1',
  outletId: 'o1',
  mn: 'MN1',
  factor: 'a21026',
  active: false,
  acknowledged: true,
  startedAt: '2026-03-01T10:00:00+08:00',
  endedAt: '2026-03-01T13:00:00+08:00',
  durationMin: 180,
  history: false,
  multiple: 0.4,
  evidence: [
    {
      dataTime: '2026-03-01T10:00:00+08:00',
      value: '70.0',
      field: 'ZsAvg',
      limit: 50,
      unit: 'mg/m3',
      basis: 'GB 13223-2011 4',
    },
  ],
  divisionPath: ['330000'],
};
const task: Task = {
  id: 't1',
  type: 'VERIFY',
  state: 'SUBMITTED',
  level: 'mid',
  title: '核查',
  clueId: 'c1',
  clueSource: 'alarm',
  origins: [{ kind: 'alarm', id: 'al1' }],
  alarmId: 'al1',
  enterpriseId: 'e1',
  enterpriseName: '某厂',
  place: { lon: 120, lat: 30, address: '' },
  assignees: [{ personId: 'p1', name: '王芳', role: 'lead' }],
  watchers: [],
  overdue: [],
  escalation: 'none',
  checkIns: [],
  photos: [],
  finding: { at: '2026-03-01T12:00:00+08:00', personId: 'p1', conclusion: 'instrument-fault', text: '探头堵塞' },
  history: [
    { at: '2026-03-01T03:00:00Z', verb: 'dispatched' },
    { at: '2026-03-01T12:30:00+08:00', verb: 'submitted', by: 'p1', remark: 'ok' },
  ],
  createdAt: '2026-03-01T11:00:00+08:00',
  divisionPath: ['330000'],
};
const permit: Permit = {
  id: 'pm1',
  number: '91330483MA28A12345001P',
  enterpriseId: 'e1',
  managementClass: 'key',
  validFrom: '2024-01-01T00:00:00+08:00',
  validTo: '2028-12-31T00:00:00+08:00',
  issuer: '嘉兴市生态环境局',
  version: 2,
  status: 'valid',
  limits: [],
  outlets: [],
  quotas: [],
  divisionPath: ['330000'],
};
const notice: Notice = {
  id: 'n1',
  recipientPersonId: 'p1',
  title: '新任务',
  body: '',
  subject: { kind: 'task', id: 't1' },
  level: 'mid',
  createdAt: '2026-03-01T11:00:01+08:00',
  deliveries: [{ channel: 'sms', status: 'delivered', at: '2026-03-01T11:00:04+08:00', attempts: 1 }],
};

describe('buildTimeline', () => {
  const timeline = buildTimeline({ ...nothing, alarms: [alarm], tasks: [task], permits: [permit], notices: [notice] });

  test('newest first over every source and whatever the zone of the text; a cause below its effect', () => {
    expect(timeline.map(({ kind, verb }) => `${kind} ${verb}`)).toEqual([
      'permit valid-to',
      'alarm cleared',
      'task submitted',
      'finding recorded',
      'notice sent',
      'task dispatched',
      'alarm raised',
      'reading exceeded',
      'permit valid-from',
    ]);
  });

  test('an exceeding reading names value, limit and the clause it was judged by', () => {
    expect(timeline.find(({ kind }) => kind === 'reading')).toMatchObject({
      subject: { kind: 'alarm', id: 'al1' },
      detail: { value: '70.0', limit: '50', unit: 'mg/m3', field: 'ZsAvg', factor: 'a21026', basis: 'GB 13223-2011 4' },
    });
  });

  test('a person is named where the task knows the name; the system has none', () => {
    const of = (verb: string) => timeline.find((entry) => entry.verb === verb)?.detail;
    expect(of('submitted')).toEqual({ type: 'VERIFY', by: '王芳', remark: 'ok' });
    expect(of('dispatched')).toEqual({ type: 'VERIFY' });
    expect(of('recorded')).toEqual({ by: '王芳', conclusion: 'instrument-fault', text: '探头堵塞' });
  });

  test('a notice says to whom it went; a name of one task, or of the enterprise, serves everywhere', () => {
    const other: Task = { ...task, id: 't2', assignees: [], finding: undefined };
    const detailsOf = (people: { id: string; name: string }[], tasks: Task[], to: string) =>
      buildTimeline({ ...nothing, people, tasks, notices: [{ ...notice, recipientPersonId: to }] });
    const told = (to: string, people: { id: string; name: string }[] = []) =>
      detailsOf(people, [task], to).find(({ kind }) => kind === 'notice')?.detail;
    expect(told('p1')).toEqual({ to: '王芳', channels: 'sms:delivered' });
    expect(told('e1-001', [{ id: 'e1-001', name: '陈厂长' }])).toMatchObject({ to: '陈厂长' });
    const submitted = detailsOf([], [task, other], 'p1').filter(({ verb }) => verb === 'submitted');
    expect(submitted.map(({ detail }) => detail.by)).toEqual(['王芳', '王芳']);
  });

  test('an id that nobody names is given as an id, never as a name', () => {
    const reviewed: Task = {
      ...task,
      history: [{ at: '2026-03-01T13:00:00+08:00', verb: 'reviewed', by: 'supervisor-330000' }],
      finding: undefined,
    };
    const told: Notice = { ...notice, recipientPersonId: 'p9' };
    const entries = buildTimeline({ ...nothing, tasks: [reviewed], notices: [told] });
    expect(entries.map(({ detail }) => detail)).toEqual([
      { type: 'VERIFY', byId: 'supervisor-330000' },
      { toId: 'p9', channels: 'sms:delivered' },
    ]);
  });

  test('an alarm without a limit (silence) has no exceeding reading, an active one no end', () => {
    const silent: Alarm = {
      ...alarm,
      code: 'OFFLINE',
      endedAt: undefined,
      active: true,
      evidence: alarm.evidence.map((evidence) => ({ ...evidence, limit: undefined })),
    };
    const entries = buildTimeline({ ...nothing, alarms: [silent] });
    expect(entries.map(({ verb }) => verb)).toEqual(['raised']);
  });

  test('what the other services know stands in the same line, each with the subject that leads to it', () => {
    const project = {
      id: 'pr1',
      name: '二期扩建',
      steps: [{ step: 'eia-received', at: '2026-02-01T09:00:00+08:00', number: '浙环受〔2026〕1号' }],
    } as Project;
    const check = {
      id: 'ch1',
      check: 'EIA_NO_APPROVAL',
      level: 'high',
      text: '疑似未批先投',
      basis: '环评法 Art 31',
      openedAt: '2026-02-03T09:00:00+08:00',
      closedAt: '2026-02-20T09:00:00+08:00',
    } as Check;
    const suspicion = {
      id: 's1',
      outletId: 'o1',
      level: 'suspect',
      authenticity: 61.5,
      raisedAt: '2026-02-04T09:00:00+08:00',
      judgedAt: '2026-02-19T09:00:00+08:00',
      verdict: 'confirmed',
      indications: [{ factor: 'w01018', sentence: { zh: '波动疑似异常', en: 'fluctuation suspected abnormal' } }],
    } as Suspicion;
    const file = {
      id: 'ca1',
      number: '桐环立〔2026〕1号',
      act: 'falsified-monitoring',
      history: [{ at: '2026-02-10T09:00:00+08:00', verb: 'filed', by: 'p1' }],
    } as Case;
    const entries = buildTimeline({
      ...nothing,
      projects: [project],
      checks: [check],
      suspicions: [suspicion],
      cases: [file],
      people: [{ id: 'p1', name: '王芳' }],
      complaints: [
        {
          ...{ id: 'co1', number: 'TS1', category: 'odour', state: 'closed', level: 'mid', substantiated: 'yes' },
          receivedAt: '2026-02-05T09:00:00+08:00',
          closedAt: '2026-02-15T09:00:00+08:00',
        },
      ],
    });
    expect(entries.map(({ kind, verb, subject }) => `${kind} ${verb} ${subject.kind} ${subject.id}`)).toEqual([
      'check cleared check ch1',
      'suspicion judged suspicion s1',
      'complaint closed complaint co1',
      'case filed case ca1',
      'complaint received complaint co1',
      'suspicion raised suspicion s1',
      'check raised check ch1',
      'project eia-received project pr1',
    ]);
    expect(entries.find(({ kind }) => kind === 'case')?.detail).toEqual({ act: 'falsified-monitoring', by: '王芳' });
    expect(entries.find(({ verb }) => verb === 'judged')?.detail).toEqual({ verdict: 'confirmed', outletId: 'o1' });
  });
});
