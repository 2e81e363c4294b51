import { connectMongo, dayOf, encodeBatch, type LogPacket, startOfDay } from '@greenwatch/kit';
import { groupPackets } from '../group-packets';
import { storePacked } from '../packed/packer';
import { PacketStore } from '../packet.model';
import { EVERY_MS, FACTORS, realisticDay } from './realistic-readings';

const DAY_MS = 86_400_000;
const REALTIME = 1;
const HOUR = 3;
/** Writes at a time: each waits for the journal. */
const AT_ONCE = 16;
/** Of the READINGS log. */
const PARTITIONS = 16;

/** What `npm run bench -- volume` asks of one process that loads, as JSON in VOLUME_LOAD. */
interface Work {
  /** MN of every device, and which of them are this process's. */
  mns: string[];
  from: number;
  to: number;
  /** Days of realtime and minute data, and of hours, before `until` (ms, start of a day). */
  days: number;
  hourDays: number;
  until: number;
  /** Minutes of realtime packets after `until` that are recent. */
  recentMinutes: number;
}

/** Packs devices' days and stores recent packets by the functions that the service does it with. Prints what it did. */
async function load(): Promise<void> {
  const work = JSON.parse(process.env.VOLUME_LOAD ?? '') as Work;
  const { MONGODB_URI = '', MONGODB_DATABASE = 'greenwatch_readings' } = process.env;
  const db = await connectMongo(MONGODB_URI, MONGODB_DATABASE, 'load-volume');
  const store = new PacketStore(db);
  await store.prepare();
  const done = { days: 0, readings: 0, hourReadings: 0, bytes: 0, hourBytes: 0, recentReadings: 0, recentDocuments: 0 };

  const pack = async ({ mn, device, kind, day }: DeviceDay) => {
    const packets = realisticDay(device, kind, day);
    const bytes = await storePacked(store.packed, { mn, kind, day: dayOf(day), before: 0 }, packets);
    if (bytes === undefined) throw new Error(`${mn} ${kind} ${dayOf(day)} is packed already`);
    done.days++;
    done[kind === HOUR ? 'hourBytes' : 'bytes'] += bytes;
    done[kind === HOUR ? 'hourReadings' : 'readings'] += packets.length * FACTORS;
  };
  // In the order of the keys, as a back-fill is packed. (Night by night, pages written anew leave as much free space
  // behind as one night's pages take, which the next night uses.)
  const days = deviceDays(work);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = days.next(); !next.done; next = days.next()) await pack(next.value);
    }),
  );

  const recent = work.mns.slice(work.from, work.to).map((mn, i) => {
    const packets = realisticDay(work.from + i, REALTIME, startOfDay(work.until)).slice(0, work.recentMinutes);
    return packets.map((packet): LogPacket => ({ ...packet, mn, kind: REALTIME, raw: Buffer.alloc(0) }));
  });
  for (let minute = 0; minute < work.recentMinutes; minute++) {
    // What one look at the log brings: a minute of the devices of one partition, a packet each. All wait for one journal.
    const written = Array.from({ length: PARTITIONS }, async (_, partition) => {
      const packets = recent.flatMap((one, i) => (i % PARTITIONS === partition ? one.slice(minute, minute + 1) : []));
      if (packets.length === 0) return;
      const groups = groupPackets([{ partition, sequence: minute + 1, data: encodeBatch(packets) }]);
      await store.insert(groups);
      done.recentReadings += packets.length * FACTORS;
      done.recentDocuments += groups.length;
    });
    await Promise.all(written);
  }
  await db.close();
  process.stdout.write(`${JSON.stringify(done)}\n`);
}

interface DeviceDay {
  mn: string;
  device: number;
  kind: number;
  day: number;
}

function* deviceDays({ mns, from, to, days, hourDays, until }: Work): Generator<DeviceDay, undefined> {
  for (let device = from; device < to; device++) {
    const mn = mns[device] as string;
    for (const kind of Object.keys(EVERY_MS).map(Number)) {
      for (let ago = kind === HOUR ? hourDays : days; ago > 0; ago--) {
        yield { mn, device, kind, day: startOfDay(until) - ago * DAY_MS };
      }
    }
  }
}

load().catch((error) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
