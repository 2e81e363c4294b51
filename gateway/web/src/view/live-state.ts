import type { AlarmCounts, DeviceCounts, Level, MapPoint } from '../api/types';

/** Levels from the worst on (domain.md 5.2). */
export const LEVELS: readonly Level[] = ['urgent', 'high', 'mid', 'low'];

/** How an enterprise stands now. Each state has its own colour and its own shape (StateGlyph). */
export type LiveState = Level | 'offline' | 'stopped' | 'normal';
export const LIVE_STATES: readonly LiveState[] = [...LEVELS, 'offline', 'stopped', 'normal'];

export const worstLevel = (alarms: AlarmCounts): Level | undefined => LEVELS.find((level) => alarms[level] > 0);

/** The worst active alarm counts; without one, no device on line; without that, whether it produces at all. */
export function liveState(place: {
  alarms: AlarmCounts;
  devices: DeviceCounts;
  status?: MapPoint['status'];
}): LiveState {
  const worst = worstLevel(place.alarms);
  if (worst) return worst;
  if (place.status && place.status !== 'producing') return 'stopped';
  if (place.devices.total > 0 && place.devices.online === 0) return 'offline';
  return 'normal';
}

export const totalAlarms = (alarms: AlarmCounts): number => LEVELS.reduce((sum, level) => sum + alarms[level], 0);

/** Worst level first, then the newest. */
export function byLevelThenNewest(
  a: { level: Level; startedAt: string },
  b: { level: Level; startedAt: string },
): number {
  return LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || Date.parse(b.startedAt) - Date.parse(a.startedAt);
}
