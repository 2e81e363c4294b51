import type { FleetTraffic } from './fleet-frames';
import { devicesOf, type Mix } from './mix';
import { PacketSchedule } from './packet-schedule';

/** What a fleet is to do, reckoned before anything is sent. */
export interface RunPlan {
  devices: number;
  /** Packets a second over all of them at the mean, at the given speed. */
  meanRate: number;
  /** Most packets of a device: as many as could become due, and some to spare. */
  frames: number;
  traffic: FleetTraffic;
  /** Devices of each process. */
  processes: { firstDevice: number; devices: number }[];
}

/** No data time is ahead of now while it is sent. */
const TO_SPARE_S = 60;
const SPARE_FRAMES = 5;
const HOUR_MS = 3_600_000;
/** The last minute data and the hour, before the first realtime packet of the next. */
const MEANS_OF_AN_HOUR = 2;

/**
 * The plan of a run. Its data times end before `now`, whatever the speed: at ten times the real rate data time goes ten times as fast, so
 * it begins ten times as long before. A phase that passes a full hour has it by shifting all data times back by up to an hour.
 * @param now ms since 1970; @param firstDevice number of the first device; @param most devices a process plays
 */
export function planRun(
  mix: Mix,
  options: { scale: number; speed: number; now: number; firstDevice: number; most: number },
): RunPlan {
  const { scale, speed, now, firstDevice, most } = options;
  const devices = devicesOf(mix, scale);
  const schedule = new PacketSchedule(mix);
  const eachPerSecond = (schedule.packetsPerDay / 86_400) * speed;
  const due = (until: number) =>
    mix.phases.slice(0, until).reduce((sum, { seconds, factor }) => sum + seconds * factor * eachPerSecond, 0);
  // The first packet of each is sent when it connects.
  const frames = Math.ceil(due(mix.phases.length)) + 1 + SPARE_FRAMES;
  const last = schedule.newestAt(now - TO_SPARE_S * 1_000);
  const from = schedule.at(last - frames).dataTime;
  return {
    devices,
    meanRate: devices * eachPerSecond,
    frames,
    traffic: {
      realtimeSeconds: mix.realtimeSeconds,
      minuteMinutes: mix.minuteMinutes,
      dialects: mix.dialects,
      exceeding: mix.exceeding,
      slowClocks: mix.slowClocks,
      from: fullHourAt(mix, schedule, from, due),
    },
    processes: Array.from({ length: Math.ceil(devices / most) }, (_, i) => ({
      firstDevice: firstDevice + i * most,
      devices: Math.min(most, devices - i * most),
    })),
  };
}

/** Where to begin, at or before `from`, so that the phase named `fullHour` begins as an hour ends. */
function fullHourAt(mix: Mix, schedule: PacketSchedule, from: number, due: (until: number) => number): number {
  const phase = mix.phases.findIndex(({ fullHour }) => fullHour);
  const first = schedule.newestAt(from);
  if (phase < 0) return schedule.at(first).dataTime;
  // Sent until then by each: what is due, and the first one.
  const before = Math.ceil(due(phase)) + 1;
  // The full hour that is passed last before the phase, were we to begin at `from`: its last minute data and the hour itself shall
  // be the first packets of the phase.
  const hour = Math.floor(schedule.at(schedule.newestAt(from) + before).dataTime / HOUR_MS) * HOUR_MS;
  let begin = schedule.newestAt(hour) - MEANS_OF_AN_HOUR - before;
  while (schedule.at(begin).kind !== 'realtime') begin--;
  return schedule.at(begin).dataTime;
}
