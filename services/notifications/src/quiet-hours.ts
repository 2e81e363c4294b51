import type { Level } from '@greenwatch/contracts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** UTC+8 all year. */
const OFFSET = 8 * HOUR;

/** domain.md 7 [D] */
const QUIET_FROM = 22 * HOUR;
const QUIET_TO = 7 * HOUR;
export const SAME_ALERT_MS = 30 * MINUTE;
export const MAX_A_DAY = 20;

const timeOfDay = (ms: number) => (((ms + OFFSET) % DAY) + DAY) % DAY;

/** When an SMS may be sent: at once, or at 07:00 when it comes between 22:00 and 07:00 and is not high or urgent (ms). */
export function smsTime(level: Level, at: number): number {
  if (level === 'urgent' || level === 'high') return at;
  const time = timeOfDay(at);
  if (time >= QUIET_FROM) return at - time + DAY + QUIET_TO;
  if (time < QUIET_TO) return at - time + QUIET_TO;
  return at;
}

/** Start of the day in UTC+8. */
export const dayStart = (at: number): number => at - timeOfDay(at);

/**
 * Why one more SMS to a person must not be sent: at most one in 30 minutes about the same alert, at most 20 a day.
 * @param sent those already sent to the person today and in the last 30 minutes
 */
export function capReached(
  sent: readonly { at: number; alertId: string }[],
  alertId: string,
  now: number,
): 'same-alert' | 'day' | undefined {
  if (sent.some((sms) => sms.alertId === alertId && now - sms.at < SAME_ALERT_MS)) return 'same-alert';
  if (sent.filter((sms) => sms.at >= dayStart(now)).length >= MAX_A_DAY) return 'day';
  return undefined;
}
