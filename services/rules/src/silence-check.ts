import { isoTime, type Kit } from '@greenwatch/kit';
import type { Connection, Model, mongo } from 'mongoose';
import type { StoredAlarm } from './alarm.model';
import type { AlarmFinding } from './alarm-changes';
import { applyChange, placeOf, tellAlarm } from './alarm-store';
import { bindingAt, type KnownDevice, type KnownSources } from './known-source.model';
import type { LastSeen } from './last-seen';
import { type Listening, listen, silentFor } from './silence';

type StoredListening = Listening & { _id: string };

export interface SilenceParts {
  kit: Kit;
  alarms: Model<StoredAlarm>;
  sources: KnownSources;
  lastSeen: mongo.Collection<LastSeen>;
  /** Silence that makes a device offline, ms. */
  offlineAfterMs: number;
}

/**
 * One look at who is silent, by every instance: raises and clears OFFLINE. Whether the alarm stands is written into the device's own
 * last-seen document in the same transaction, so two instances cannot both raise it.
 */
export async function checkSilence(parts: SilenceParts): Promise<void> {
  const { kit } = parts;
  // While no ingestion answers, nobody can be heard: such time does not count as silence.
  const reachable = await kit.call('ingestion.link.list', { mns: [] }, { timeoutMs: 3_000 }).then(
    () => true,
    () => false,
  );
  if (!reachable) return;
  const listening = await noteListening(kit, kit.now());
  await clearHeard(parts, listening);
  await raiseSilent(parts, listening);
}

async function noteListening(kit: Kit, now: number): Promise<Listening> {
  const collection = listeningCollection(kit.db);
  return kit.transaction(async (session) => {
    const before = await collection.findOne({ _id: 'platform' }, { session });
    const after = listen(before ?? undefined, now);
    const { at, deaf } = after;
    await collection.updateOne({ _id: 'platform' }, { $set: { at, deaf } }, { upsert: true, session });
    return after;
  });
}

const listeningCollection = (db: Connection) => db.collection<StoredListening>('listening');

async function raiseSilent(parts: SilenceParts, listening: Listening): Promise<void> {
  const { lastSeen, sources, offlineAfterMs } = parts;
  const silent = await lastSeen.find({ offlineAlarm: null, at: { $lte: listening.at - offlineAfterMs } }).toArray();
  const candidates = silent.filter(({ at }) => silentFor(at, listening) >= offlineAfterMs);
  if (candidates.length === 0) return;
  const devices = await sources.devices.find({ _id: { $in: candidates.map(({ _id }) => _id) } }).lean();
  const known = new Map(devices.map((device) => [device._id, device]));
  for (const seen of candidates) {
    const device = known.get(seen._id);
    if (device && isExpected(device, listening.at)) await raise(parts, device, seen, listening.at);
  }
}

/** A device in use at an outlet; nobody waits for the others. */
function isExpected(device: KnownDevice, at: number): boolean {
  return device.status === 'active' && bindingAt(device, at) !== undefined;
}

async function raise(parts: SilenceParts, device: KnownDevice, seen: LastSeen, now: number): Promise<void> {
  const { kit, alarms, lastSeen } = parts;
  const binding = bindingAt(device, now);
  if (!binding) return;
  await kit.transaction(async (session) => {
    // Heard or raised by another instance meanwhile: nothing to do.
    const current = await lastSeen.findOne({ _id: seen._id, at: seen.at, offlineAlarm: null }, { session });
    if (!current) return;
    const finding: AlarmFinding = {
      code: 'OFFLINE',
      level: 'mid',
      active: true,
      startedAt: seen.at,
      until: now,
      history: false,
      multiple: 0,
      evidence: [{ dataTime: seen.at, value: isoTime(seen.at), field: 'lastPacket' }],
    };
    const place = placeOf(device, binding, 'OFFLINE');
    const due = seen.at + parts.offlineAfterMs;
    const alarm = await applyChange(kit, alarms, { finding, verb: 'raised' }, place, session, due);
    await lastSeen.updateOne({ _id: seen._id }, { $set: { offlineAlarm: alarm._id } }, { session });
  });
}

/** Clears the alarms of devices that were heard again, or that nobody waits for any more. */
async function clearHeard(parts: SilenceParts, listening: Listening): Promise<void> {
  const { kit, alarms, sources, lastSeen } = parts;
  const offline = await lastSeen.find({ offlineAlarm: { $ne: null } }).toArray();
  if (offline.length === 0) return;
  const devices = await sources.devices.find({ _id: { $in: offline.map(({ _id }) => _id) } }).lean();
  const known = new Map(devices.map((device) => [device._id, device]));
  for (const { _id: mn, offlineAlarm } of offline) {
    const device = known.get(mn);
    const expected = device !== undefined && isExpected(device, listening.at);
    await kit.transaction(async (session) => {
      const seen = await lastSeen.findOne({ _id: mn, offlineAlarm }, { session });
      const alarm = await alarms.findById(offlineAlarm, null, { session }).lean();
      if (!seen || !alarm || (expected && seen.at <= alarm.startedAt)) return;
      const endedAt = seen.at > alarm.startedAt ? seen.at : listening.at;
      await tellAlarm(kit, alarms, { ...alarm, active: false, until: endedAt, endedAt }, 'cleared', session);
      await lastSeen.updateOne({ _id: mn }, { $set: { offlineAlarm: null } }, { session });
    });
  }
}
