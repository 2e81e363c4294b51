import type { Alarm, Notice, Permit, Person, Task, TimelineEntry } from '@greenwatch/contracts';

/** What the parts of an enterprise's file hold of events; a part that is missing is empty. */
export interface TimelineSources {
  alarms: readonly Alarm[];
  tasks: readonly Task[];
  permits: readonly Permit[];
  notices: readonly Notice[];
  /** The enterprise's own people. */
  people: readonly Pick<Person, 'id' | 'name'>[];
}

type Names = ReadonlyMap<string, string>;

/** Everything that happened to an enterprise as one list, newest first; of one moment, the cause stands below its effect. */
export function buildTimeline(sources: TimelineSources): TimelineEntry[] {
  const names = namesOf(sources);
  const entries = [
    ...sources.permits.flatMap(ofPermit),
    ...sources.alarms.flatMap(ofAlarm),
    ...sources.tasks.flatMap((task) => ofTask(task, names)),
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
