import {
  type Alarm,
  type Command,
  complaintsFacts,
  creditFacts,
  fact,
  fraudFacts,
  ingestionFacts,
  KINDS,
  type LiveEvents,
  type Moment,
  type Notice,
  notificationsFacts,
  permitsFacts,
  type readingsLog,
  rulesFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone } from '@greenwatch/kit';

/** One event on its way to the pages, with what decides who may see it. */
export interface LiveEvent<K extends keyof LiveEvents = keyof LiveEvents> {
  event: K;
  data: LiveEvents[K];
  divisionPath: string[];
  enterpriseId?: string;
  /** People it concerns, wherever they are. */
  personIds?: string[];
}

/**
 * Makes the live event of a fact as it came over NATS; undefined for facts that the pages do not show.
 * @param subject `facts.<producer>.<entity>.<verb>`
 * @throws Error when the bytes are no envelope
 */
export function liveEventOf(subject: string, bytes: Uint8Array): LiveEvent | undefined {
  const [, producer, entity, verb = ''] = subject.split('.');
  const read = READERS[`${producer}.${entity}`];
  if (!read) return undefined;
  const envelope = fact.Envelope.decode(bytes);
  const event = read(envelope, verb);
  return event && { divisionPath: envelope.divisionPath, enterpriseId: envelope.enterpriseId || undefined, ...event };
}

type Reader = (envelope: fact.Envelope, verb: string) => Omit<LiveEvent, 'divisionPath'> | undefined;

const READERS: Record<string, Reader> = {
  'rules.alarm': ({ data, divisionPath }, verb) => ({
    event: 'alarm',
    data: { verb, alarm: { ...alarmOf(rulesFacts.AlarmChanged.decode(data)), divisionPath } },
  }),
  'tasking.task': ({ data }, verb) => {
    // The timer of a task's next step is no news for anybody.
    if (verb === 'due') return undefined;
    const changed = taskingFacts.TaskChanged.decode(data);
    return {
      event: 'task',
      data: { verb, task: taskOf(changed), remark: changed.remark || undefined },
      personIds: [...changed.assignees.map(({ personId }) => personId), ...changed.watchers],
    };
  },
  'tasking.case': ({ data }, verb) => {
    if (verb === 'due') return undefined;
    const { id, number, state, partyKind, partyId, partyName, act, taskId } = taskingFacts.CaseChanged.decode(data);
    const shown = { id, number, state, partyKind, partyId, partyName, act, taskId: taskId || undefined };
    return { event: 'case', data: { verb, case: shown as LiveEvents['case']['case'] } };
  },
  'fraud.suspicion': ({ data }, verb) => {
    const changed = fraudFacts.SuspicionChanged.decode(data);
    const { id, enterpriseId, outletId, authenticity, level, active } = changed;
    const verdict = changed.verdict || undefined;
    return {
      event: 'suspicion',
      data: { verb, suspicion: { id, enterpriseId, outletId, authenticity, level, active, verdict } },
    };
  },
  'permits.check': ({ data }, verb) => {
    const changed = permitsFacts.CheckChanged.decode(data);
    const { id, check, enterpriseId, enterpriseName, active, text } = changed;
    return {
      event: 'check',
      data: {
        verb,
        check: {
          id,
          check,
          enterpriseId,
          enterpriseName,
          outletId: changed.outletId || undefined,
          level: changed.level as Alarm['level'],
          stage: changed.stage || undefined,
          active,
          text,
        },
      },
    };
  },
  'complaints.complaint': ({ data }, verb) => {
    if (verb === 'due') return undefined;
    const changed = complaintsFacts.ComplaintChanged.decode(data);
    const { id, number, category, state, place } = changed;
    return {
      event: 'complaint',
      data: {
        verb,
        complaint: {
          id,
          number,
          category,
          state,
          level: changed.level as Alarm['level'],
          place,
          enterpriseId: changed.enterpriseId || undefined,
        },
      },
    };
  },
  'credit.rating': ({ data }, verb) => {
    if (verb === 'due') return undefined;
    const { id, partyKind, partyId, partyName, scheme, period, score, colour, state } =
      creditFacts.RatingChanged.decode(data);
    return {
      event: 'rating',
      data: { verb, rating: { id, partyKind, partyId, partyName, scheme, period, score, colour, state } },
    };
  },
  'notifications.notice': ({ data }) => {
    const notice = noticeOf(notificationsFacts.NoticeChanged.decode(data));
    return { event: 'notice', data: { notice }, personIds: [notice.recipientPersonId] };
  },
  'ingestion.command': ({ data, enterpriseId }, verb) => {
    const changed = ingestionFacts.CommandChanged.decode(data);
    const { id, mn, command, cn, sends, packets } = changed;
    return {
      event: 'command',
      data: {
        verb,
        command: {
          ...{ id, mn, command, cn, sends, packets },
          cause: changed.cause as Command['cause'],
          state: changed.state as Command['state'],
          reason: changed.reason || undefined,
          enterpriseId: enterpriseId || undefined,
        },
      },
    };
  },
  'ingestion.device': ({ data }, verb) => {
    if (verb !== 'online' && verb !== 'offline') return undefined;
    const link = ingestionFacts.DeviceLink.decode(data);
    return { event: 'link', data: { mn: link.mn, online: link.online, at: isoTime(link.at) } };
  },
};

function alarmOf(changed: rulesFacts.AlarmChanged): Omit<LiveEvents['alarm']['alarm'], 'divisionPath'> {
  const { id, mn, active, acknowledged, startedAt, endedAt, history } = changed;
  return {
    id,
    code: changed.code as Alarm['code'],
    level: changed.level as Alarm['level'],
    enterpriseId: changed.enterpriseId || undefined,
    outletId: changed.outletId || undefined,
    mn,
    factor: changed.factor || undefined,
    active,
    acknowledged,
    startedAt: isoTime(startedAt),
    endedAt: isoTimeOrNone(endedAt),
    durationMin: durationMin(changed),
    history,
    multiple: changed.multiple || undefined,
    evidence: changed.evidence.map(({ dataTime, value, field, limit, unit, limitId, basis }) => ({
      dataTime: isoTime(dataTime),
      value,
      field,
      limit: limit || undefined,
      unit: unit || undefined,
      limitId: limitId || undefined,
      basis: basis || undefined,
    })),
  };
}

/** From start to end, or to the newest evidence while it lasts. */
function durationMin({ startedAt, endedAt, evidence }: rulesFacts.AlarmChanged): number {
  const end = endedAt || Math.max(startedAt, ...evidence.map(({ dataTime }) => dataTime));
  return Math.round((end - startedAt) / 60_000);
}

function taskOf(changed: taskingFacts.TaskChanged): LiveEvents['task']['task'] {
  const { id, title, clueId, watchers } = changed;
  return {
    id,
    type: changed.type as LiveEvents['task']['task']['type'],
    state: changed.state as LiveEvents['task']['task']['state'],
    level: changed.level as LiveEvents['task']['task']['level'],
    title,
    clueId,
    clueSource: changed.clueSource as LiveEvents['task']['task']['clueSource'],
    caseId: changed.caseId || undefined,
    alarmId: changed.alarmId || undefined,
    enterpriseId: changed.enterpriseId || undefined,
    enterpriseName: changed.enterpriseName || undefined,
    outletId: changed.outletId || undefined,
    linkedTaskId: changed.linkedTaskId || undefined,
    assignees: changed.assignees.map(({ personId, role }) => ({
      personId,
      role: role as LiveEvents['task']['task']['assignees'][number]['role'],
    })),
    watchers,
    acceptBy: isoTimeOrNone(changed.acceptBy),
    arriveBy: isoTimeOrNone(changed.arriveBy),
    reportBy: isoTimeOrNone(changed.reportBy),
    reviewBy: isoTimeOrNone(changed.reviewBy),
  };
}

function noticeOf(changed: notificationsFacts.NoticeChanged): LiveEvents['notice']['notice'] {
  const { id, recipientPersonId, title, body, subjectId } = changed;
  return {
    id,
    recipientPersonId,
    title,
    body,
    subject: { kind: changed.subjectKind as Notice['subject']['kind'], id: subjectId },
    level: changed.level as Notice['level'],
    createdAt: isoTime(changed.createdAt),
    readAt: isoTimeOrNone(changed.readAt),
    deliveries: changed.deliveries.map(({ channel, status, at, providerId, error }) => ({
      channel: channel as Notice['deliveries'][number]['channel'],
      status: status as Notice['deliveries'][number]['status'],
      at: isoTime(at),
      providerId: providerId || undefined,
      error: error || undefined,
    })),
  };
}

/** A packet of the readings log as its watchers get it. */
export function readingOf(packet: readingsLog.Packet): LiveEvents['reading'] {
  return {
    mn: packet.mn,
    // Kind 0 is "unspecified" in proto; the names follow in the same order.
    kind: KINDS[packet.kind - 1] ?? 'realtime',
    dataTime: isoTime(packet.dataTime),
    receivedAt: isoTime(packet.receivedAt),
    values: valuesOf(packet.fields),
  };
}

/** `a01-Avg=1,a01-Flag=N;a02-Rtd=2` → `{a01: {Avg: '1', Flag: 'N'}, a02: {Rtd: '2'}}`. */
export function valuesOf(fields: string): Moment['values'] {
  // Codes come from devices: without a prototype, a code such as `__proto__` is a name like any other.
  const values: Moment['values'] = Object.create(null);
  for (const pair of fields.split(/[;,]/)) {
    const equals = pair.indexOf('=');
    const dash = pair.lastIndexOf('-', equals);
    if (dash < 1) continue;
    const code = pair.slice(0, dash);
    values[code] ??= Object.create(null) as Record<string, string>;
    values[code][pair.slice(dash + 1, equals)] = pair.slice(equals + 1);
  }
  return values;
}
