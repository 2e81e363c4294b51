import type { Alarm, Notice, Permit, Task } from '@greenwatch/contracts';
import { buildTimeline } from './timeline';

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
  const timeline = buildTimeline({ alarms: [alarm], tasks: [task], permits: [permit], notices: [notice], people: [] });

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
      buildTimeline({ alarms: [], permits: [], people, tasks, notices: [{ ...notice, recipientPersonId: to }] });
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
    const entries = buildTimeline({ alarms: [], tasks: [reviewed], permits: [], notices: [told], people: [] });
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
    const entries = buildTimeline({ alarms: [silent], tasks: [], permits: [], notices: [], people: [] });
    expect(entries.map(({ verb }) => verb)).toEqual(['raised']);
  });
});
