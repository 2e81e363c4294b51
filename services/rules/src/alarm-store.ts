import { rulesFacts } from '@greenwatch/contracts';
import { type Kit, newId, onCommit } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import type { StoredAlarm } from './alarm.model';
import type { AlarmChange, AlarmVerb } from './alarm-changes';
import type { Binding, KnownDevice } from './known-source.model';
import { alarmChanged } from './present-alarm';

/** Whom an alarm concerns. */
export type AlarmPlace = Pick<
  StoredAlarm,
  'rule' | 'mn' | 'factor' | 'outletId' | 'enterpriseId' | 'operatorId' | 'divisionPath'
>;

export function placeOf(device: KnownDevice, binding: Binding, rule: StoredAlarm['rule'], factor?: string): AlarmPlace {
  return {
    rule,
    mn: device._id,
    ...(factor === undefined ? {} : { factor }),
    outletId: binding.outletId,
    enterpriseId: binding.enterpriseId,
    ...(device.operatorId ? { operatorId: device.operatorId } : {}),
    divisionPath: binding.divisionPath,
  };
}

/**
 * Writes a change that the rules found, with its fact, in the transaction.
 * @param known when it could be known here, ms: for a new alarm, how long it took is counted from there; 0: not counted
 * @returns the alarm as it now stands
 */
export async function applyChange(
  kit: Kit,
  alarms: Model<StoredAlarm>,
  { alarm, finding, verb }: AlarmChange<StoredAlarm>,
  place: AlarmPlace,
  session: ClientSession,
  known: number,
): Promise<StoredAlarm> {
  const { metrics } = kit;
  if (!alarm) {
    onCommit(session, () => {
      metrics.counter('greenwatch_alarms_total', { kind: finding.code }).add();
      if (known > 0) metrics.histogram('greenwatch_alarm_delay_seconds').observe((kit.now() - known) / 1_000);
    });
  }
  const before = alarm ?? { ...place, _id: newId(), sequence: 0, acknowledged: false };
  const after: StoredAlarm = { ...before, ...finding };
  // An alarm that goes on after all has no end.
  if (finding.endedAt === undefined) delete after.endedAt;
  return tellAlarm(kit, alarms, after, verb, session);
}

/** Stores an alarm as it now stands and tells it, with the next sequence. */
export async function tellAlarm(
  kit: Kit,
  alarms: Model<StoredAlarm>,
  alarm: StoredAlarm,
  verb: AlarmVerb | 'acknowledged',
  session: ClientSession,
): Promise<StoredAlarm> {
  const stored = { ...alarm, sequence: alarm.sequence + 1 };
  await alarms.collection.replaceOne({ _id: stored._id as never }, stored as never, { upsert: true, session });
  await kit.facts.append(session, {
    subject: `facts.rules.alarm.${verb}`,
    codec: rulesFacts.AlarmChanged,
    data: alarmChanged(stored),
    entity: stored._id,
    sequence: stored.sequence,
    occurredAt: verb === 'acknowledged' ? (stored.acknowledgedAt ?? kit.now()) : stored.until,
    divisionPath: stored.divisionPath,
    enterpriseId: stored.enterpriseId,
  });
  return stored;
}
