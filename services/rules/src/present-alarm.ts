import type { Alarm, rulesFacts } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import type { StoredAlarm } from './alarm.model';

/** An alarm as actions give it; `now` in ms. */
export function presentAlarm(alarm: StoredAlarm, now: number): Alarm {
  // Silence goes on by itself; of everything else we know only what was sent.
  const until = alarm.active && alarm.rule === 'OFFLINE' ? now : alarm.until;
  return {
    id: alarm._id,
    code: alarm.code,
    level: alarm.level,
    enterpriseId: alarm.enterpriseId,
    outletId: alarm.outletId,
    mn: alarm.mn,
    ...(alarm.factor === undefined ? {} : { factor: alarm.factor }),
    active: alarm.active,
    acknowledged: alarm.acknowledged,
    ...(alarm.acknowledgedBy === undefined ? {} : { acknowledgedBy: alarm.acknowledgedBy }),
    startedAt: isoTime(alarm.startedAt),
    ...(alarm.endedAt === undefined ? {} : { endedAt: isoTime(alarm.endedAt) }),
    durationMin: Math.round((until - alarm.startedAt) / 60_000),
    history: alarm.history,
    ...(alarm.multiple > 0 ? { multiple: alarm.multiple } : {}),
    evidence: alarm.evidence.map(({ dataTime, ...evidence }) => ({ dataTime: isoTime(dataTime), ...evidence })),
    divisionPath: alarm.divisionPath,
  };
}

/** The fact of an alarm as it now stands. */
export function alarmChanged(alarm: StoredAlarm): rulesFacts.AlarmChanged {
  return {
    id: alarm._id,
    code: alarm.code,
    level: alarm.level,
    enterpriseId: alarm.enterpriseId,
    outletId: alarm.outletId,
    mn: alarm.mn,
    factor: alarm.factor ?? '',
    active: alarm.active,
    acknowledged: alarm.acknowledged,
    startedAt: alarm.startedAt,
    endedAt: alarm.endedAt ?? 0,
    history: alarm.history,
    multiple: alarm.multiple,
    evidence: alarm.evidence.map((e) => ({
      dataTime: e.dataTime,
      value: e.value,
      field: e.field,
      limit: e.limit ?? 0,
      unit: e.unit ?? '',
      limitId: e.limitId ?? '',
      basis: e.basis ?? '',
    })),
  };
}
