import type {
  Alarm,
  Case,
  Check,
  ComplaintsInFile,
  CreditEntry,
  Notice,
  Permit,
  Person,
  Project,
  Suspicion,
  Task,
  TimelineEntry,
} from '@greenwatch/contracts';

/** What the parts of an enterprise's file hold of events; a part that is missing is empty. */
export interface TimelineSources {
  alarms: readonly Alarm[];
  tasks: readonly Task[];
  permits: readonly Permit[];
  notices: readonly Notice[];
  checks: readonly Check[];
  projects: readonly Project[];
  suspicions: readonly Suspicion[];
  cases: readonly Case[];
  complaints: ComplaintsInFile['items'];
  entries: readonly CreditEntry[];
  /** The enterprise's own people. */
  people: readonly Pick<Person, 'id' | 'name'>[];
}

type Names = ReadonlyMap<string, string>;

/** Everything that happened to an enterprise as one list, newest first; of one moment, the cause stands below its effect. */
export function buildTimeline(sources: TimelineSources): TimelineEntry[] {
  const names = namesOf(sources);
  const entries = [
    ...sources.permits.flatMap(ofPermit),
    ...sources.projects.flatMap(ofProject),
    ...sources.complaints.flatMap(ofComplaint),
    ...sources.alarms.flatMap(ofAlarm),
    ...sources.checks.flatMap(ofCheck),
    ...sources.suspicions.flatMap(ofSuspicion),
    ...sources.tasks.flatMap((task) => ofTask(task, names)),
    ...sources.cases.flatMap((file) => ofCase(file, names)),
    ...sources.entries.map(ofEntry),
    ...sources.notices.map((notice) => ofNotice(notice, names)),
  ];
  // Causes come first in `entries`; reversing a stable ascending order puts the effect above.
  return entries
    .map((entry) => ({ entry, at: Date.parse(entry.at) }))
    .sort((a, b) => a.at - b.at)
    .reverse()
    .map(({ entry }) => entry);
}

/** Whoever the sources name anywhere: one task's assignee may be told of another task. */
function namesOf({ people, tasks }: TimelineSources): Names {
  const assignees = tasks.flatMap((task) => task.assignees);
  return new Map([
    ...people.map(({ id, name }) => [id, name] as const),
    ...assignees.map(({ personId, name }) => [personId, name] as const),
  ]);
}

/** `by: name`, or `byId: id` where no source knows the name: an id is never given for a name. */
function person(key: 'by' | 'to', id: string | undefined, names: Names): Record<string, string> {
  if (!id) return {};
  const name = names.get(id);
  return name ? { [key]: name } : { [`${key}Id`]: id };
}

function ofPermit(permit: Permit): TimelineEntry[] {
  const subject = { kind: 'permit', id: permit.id } as const;
  const detail = {
    managementClass: permit.managementClass,
    issuer: permit.issuer,
    version: String(permit.version),
    status: permit.status,
  };
  return [
    { at: permit.validFrom, kind: 'permit', verb: 'valid-from', subject, title: permit.number, detail },
    { at: permit.validTo, kind: 'permit', verb: 'valid-to', subject, title: permit.number, detail },
  ];
}

function ofAlarm(alarm: Alarm): TimelineEntry[] {
  const subject = { kind: 'alarm', id: alarm.id } as const;
  const { level, code } = alarm;
  const place = texts({ outletId: alarm.outletId, mn: alarm.mn, factor: alarm.factor });
  const exceeding = alarm.evidence
    .filter((evidence) => evidence.limit !== undefined)
    .map((evidence): TimelineEntry => {
      const { dataTime, value, field, limit, unit, basis } = evidence;
      const detail = { ...place, ...texts({ value, field, limit, unit, basis }) };
      return { at: dataTime, kind: 'reading', verb: 'exceeded', subject, level, title: code, detail };
    });
  const raised: TimelineEntry = {
    at: alarm.startedAt,
    kind: 'alarm',
    verb: 'raised',
    subject,
    level,
    title: code,
    detail: { ...place, ...texts({ multiple: alarm.multiple, history: alarm.history || undefined }) },
  };
  if (!alarm.endedAt) return [...exceeding, raised];
  const cleared: TimelineEntry = { ...raised, at: alarm.endedAt, verb: 'cleared', detail: place };
  return [...exceeding, raised, cleared];
}

function ofProject(project: Project): TimelineEntry[] {
  const subject = { kind: 'project', id: project.id } as const;
  return project.steps.map(({ step, at, number }) => ({
    at,
    kind: 'project',
    verb: step,
    subject,
    title: project.name,
    detail: texts({ number }),
  }));
}

function ofCheck(check: Check): TimelineEntry[] {
  const subject = { kind: 'check', id: check.id } as const;
  const { level, outletId, factor, stage, basis } = check;
  const raised: TimelineEntry = {
    at: check.openedAt,
    kind: 'check',
    verb: 'raised',
    subject,
    level,
    title: check.check,
    detail: texts({ text: check.text, outletId, factor, stage, basis }),
  };
  if (!check.closedAt) return [raised];
  return [raised, { ...raised, at: check.closedAt, verb: 'cleared', detail: texts({ outletId, factor }) }];
}

function ofSuspicion(suspicion: Suspicion): TimelineEntry[] {
  const subject = { kind: 'suspicion', id: suspicion.id } as const;
  const title = suspicion.level;
  const raised: TimelineEntry = {
    at: suspicion.raisedAt,
    kind: 'suspicion',
    verb: 'raised',
    subject,
    title,
    detail: texts({
      outletId: suspicion.outletId,
      authenticity: suspicion.authenticity,
      factor: suspicion.indications[0]?.factor,
      text: suspicion.indications[0]?.sentence.zh,
    }),
  };
  if (!suspicion.judgedAt) return [raised];
  const detail = texts({ verdict: suspicion.verdict, outletId: suspicion.outletId });
  return [raised, { at: suspicion.judgedAt, kind: 'suspicion', verb: 'judged', subject, title, detail }];
}

function ofCase(file: Case, names: Names): TimelineEntry[] {
  const subject = { kind: 'case', id: file.id } as const;
  return file.history.map(({ at, verb, by, remark }) => ({
    at,
    kind: 'case',
    verb,
    subject,
    title: file.number,
    detail: { ...texts({ act: file.act, remark }), ...person('by', by, names) },
  }));
}

function ofComplaint(complaint: ComplaintsInFile['items'][number]): TimelineEntry[] {
  const { id, number, category, level, receivedAt, closedAt, substantiated, summary } = complaint;
  const subject = { kind: 'complaint', id } as const;
  const received: TimelineEntry = {
    at: receivedAt,
    kind: 'complaint',
    verb: 'received',
    subject,
    level,
    title: number,
    detail: { category },
  };
  if (!closedAt) return [received];
  const detail = texts({ category, substantiated, text: summary });
  return [received, { ...received, at: closedAt, verb: 'closed', detail }];
}

function ofEntry(entry: CreditEntry): TimelineEntry {
  const { id, event, topic, occurredAt, status, caseNo, effects } = entry;
  return {
    at: occurredAt,
    kind: 'credit',
    verb: 'recorded',
    subject: { kind: 'entry', id },
    title: effects[0]?.name.zh ?? event,
    detail: texts({ event, topic, status, caseNo, points: effects.find(({ points }) => points !== undefined)?.points }),
  };
}

function ofTask(task: Task, names: Names): TimelineEntry[] {
  const subject = { kind: 'task', id: task.id } as const;
  const { level, title } = task;
  const entries = task.history.map(
    ({ at, verb, by, remark }): TimelineEntry => ({
      at,
      kind: 'task',
      verb,
      subject,
      level,
      title,
      detail: { ...texts({ type: task.type, remark }), ...person('by', by, names) },
    }),
  );
  if (task.finding) {
    const { at, personId, conclusion, text } = task.finding;
    const detail = { ...person('by', personId, names), ...texts({ conclusion, text }) };
    entries.push({ at, kind: 'finding', verb: 'recorded', subject, level, title, detail });
  }
  if (task.explanation) {
    const { at, personId, text } = task.explanation;
    const detail = { ...person('by', personId, names), text };
    entries.push({ at, kind: 'explanation', verb: 'given', subject, level, title, detail });
  }
  return entries;
}

function ofNotice(notice: Notice, names: Names): TimelineEntry {
  const channels = notice.deliveries.map(({ channel, status }) => `${channel}:${status}`).join(' ');
  return {
    at: notice.createdAt,
    kind: 'notice',
    verb: 'sent',
    subject: notice.subject,
    level: notice.level,
    title: notice.title,
    detail: { ...person('to', notice.recipientPersonId, names), ...texts({ channels: channels || undefined }) },
  };
}

/** Those that are there, as texts. */
function texts(values: Record<string, string | number | boolean | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
