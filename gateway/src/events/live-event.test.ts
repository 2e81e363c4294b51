import {
  complaintsFacts,
  creditFacts,
  fact,
  fraudFacts,
  ingestionFacts,
  notificationsFacts,
  permitsFacts,
  readingsLog,
  rulesFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import { liveEventOf, readingOf, valuesOf } from './live-event';

const envelope = (data: Uint8Array, fields: Partial<fact.Envelope> = {}) =>
  fact.Envelope.encode({
    id: 'f1',
    type: '',
    entity: 'x',
    sequence: 1,
    occurredAt: 0,
    recordedAt: 0,
    producer: '',
    divisionPath: ['330000', '330400', '330483'],
    enterpriseId: 'e1',
    traceParent: '',
    data,
    ...fields,
  }).finish();

const NOTHING = new Uint8Array();
test.each<[string, Uint8Array, string]>([
  [
    'facts.fraud.suspicion.raised',
    fraudFacts.SuspicionChanged.encode({ ...fraudFacts.SuspicionChanged.decode(NOTHING), id: 'x' }).finish(),
    'suspicion',
  ],
  [
    'facts.permits.check.updated',
    permitsFacts.CheckChanged.encode({ ...permitsFacts.CheckChanged.decode(NOTHING), id: 'x' }).finish(),
    'check',
  ],
  [
    'facts.complaints.complaint.accepted',
    complaintsFacts.ComplaintChanged.encode({ ...complaintsFacts.ComplaintChanged.decode(NOTHING), id: 'x' }).finish(),
    'complaint',
  ],
  [
    'facts.tasking.case.decided',
    taskingFacts.CaseChanged.encode({ ...taskingFacts.CaseChanged.decode(NOTHING), id: 'x' }).finish(),
    'case',
  ],
  [
    'facts.credit.rating.published',
    creditFacts.RatingChanged.encode({ ...creditFacts.RatingChanged.decode(NOTHING), id: 'x' }).finish(),
    'rating',
  ],
  [
    'facts.ingestion.command.accepted',
    ingestionFacts.CommandChanged.encode({ ...ingestionFacts.CommandChanged.decode(NOTHING), id: 'x' }).finish(),
    'command',
  ],
])('%s is shown live with its verb and id', (subject, data, event) => {
  const verb = subject.split('.')[3];
  expect(liveEventOf(subject, envelope(data))).toMatchObject({ event, data: { verb, [event]: { id: 'x' } } });
});
test.each(['facts.tasking.case.due', 'facts.complaints.complaint.due', 'facts.credit.rating.due'])(
  '%s is a timer and no news',
  (subject) => {
    expect(liveEventOf(subject, envelope(NOTHING))).toBeUndefined();
  },
);

describe('liveEventOf', () => {
  test('an alarm with its evidence; what is empty on the wire is absent', () => {
    const changed: rulesFacts.AlarmChanged = {
      id: 'al1',
      code: 'EXC_H',
      level: 'mid',
      enterpriseId: 'e1',
      outletId: 'o1',
      mn: 'MN1',
      factor: 'a21026',
      active: true,
      acknowledged: false,
      startedAt: Date.parse('2026-03-01T10:00:00+08:00'),
      endedAt: 0,
      history: false,
      multiple: 0.4,
      evidence: [0, 1].map((hour) => ({
        dataTime: Date.parse('2026-03-01T10:00:00+08:00') + hour * 3_600_000,
        value: '70.0',
        field: 'ZsAvg',
        limit: 50,
        unit: 'mg/m3',
        limitId: '',
        basis: '',
      })),
    };
    const event = liveEventOf('facts.rules.alarm.raised', envelope(rulesFacts.AlarmChanged.encode(changed).finish()));
    expect(event).toMatchObject({
      event: 'alarm',
      enterpriseId: 'e1',
      data: {
        verb: 'raised',
        alarm: {
          id: 'al1',
          startedAt: '2026-03-01T10:00:00.000+08:00',
          durationMin: 60,
          divisionPath: ['330000', '330400', '330483'],
        },
      },
    });
    const text = JSON.stringify(event?.data);
    expect(text).not.toMatch(/endedAt|limitId|basis/);
  });

  test('a task names the people it concerns; a timer of a task is no news', () => {
    const changed = taskingFacts.TaskChanged.decode(new Uint8Array());
    changed.id = 't1';
    changed.assignees = [{ personId: 'p1', role: 'lead' }];
    changed.watchers = ['p9'];
    const bytes = envelope(taskingFacts.TaskChanged.encode(changed).finish());
    expect(liveEventOf('facts.tasking.task.dispatched', bytes)).toMatchObject({
      data: { verb: 'dispatched' },
      personIds: ['p1', 'p9'],
    });
    const due = envelope(
      taskingFacts.TaskDue.encode({ taskId: 't1', step: 'accept', phase: 'reminder', dueAt: 1 }).finish(),
    );
    expect(liveEventOf('facts.tasking.task.due', due)).toBeUndefined();
  });

  test('a notice is for its recipient', () => {
    const changed = notificationsFacts.NoticeChanged.decode(new Uint8Array());
    changed.recipientPersonId = 'p1';
    const bytes = envelope(notificationsFacts.NoticeChanged.encode(changed).finish());
    expect(liveEventOf('facts.notifications.notice.changed', bytes)?.personIds).toEqual(['p1']);
  });

  test('a device that comes online; an unclaimed one and facts of others are not shown', () => {
    const link = ingestionFacts.DeviceLink.encode({ mn: 'MN1', online: true, at: 0, address: '10.0.0.1' }).finish();
    const event = liveEventOf('facts.ingestion.device.online', envelope(link));
    expect(event?.data).toEqual({ mn: 'MN1', online: true, at: '1970-01-01T08:00:00.000+08:00' });
    expect(liveEventOf('facts.ingestion.device.unclaimed', envelope(link))).toBeUndefined();
    expect(liveEventOf('facts.registry.person.changed', envelope(link))).toBeUndefined();
  });
});

describe('readings', () => {
  test('values keep their exact text by factor and field', () => {
    expect(valuesOf('a21026-Avg=12.30,a21026-Flag=N;w01018-Rtd=-3.5')).toEqual({
      a21026: { Avg: '12.30', Flag: 'N' },
      w01018: { Rtd: '-3.5' },
    });
  });

  test('a code that is a name of Object.prototype changes nothing but its own entry', () => {
    const values = valuesOf('__proto__-Rtd=1,constructor-Rtd=2');
    expect(Object.keys(values)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).Rtd).toBeUndefined();
  });

  test.each([
    [readingsLog.Kind.KIND_REALTIME, 'realtime'],
    [readingsLog.Kind.KIND_DAY, 'day'],
    [readingsLog.Kind.KIND_RUNNING, 'running'],
  ])('kind %p of the log is called %s', (kind, name) => {
    const packet = {
      mn: 'MN1',
      kind,
      dataTime: 0,
      receivedAt: 0,
      fields: '',
      raw: Buffer.alloc(0),
      fieldsAt: 0,
      fieldsSize: 0,
    };
    expect(readingOf(packet).kind).toBe(name);
  });
});
