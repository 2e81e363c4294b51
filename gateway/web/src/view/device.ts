import type { DeviceState, Refusal, RefusalCount } from '@greenwatch/contracts/src/ingestion';
import { DAY, formatTime, HOUR } from './time';

/** Every cause for which a packet is refused, in the order of the way through ingestion. */
export const REFUSAL_REASONS = [
  ...(['garbage', 'too-long', 'length', 'crc', 'structure', 'slow'] as const),
  ...(['unknown-device', 'wrong-password', 'wrong-address', 'blocked', 'too-many'] as const),
  ...(['data-time', 'value'] as const),
] satisfies readonly Refusal['reason'][];

/** How long a period of counts may be, in days. */
export const PERIODS = [1, 7, 30, 90] as const;

/** First and last day (UTC+8) of the newest `days` days at `now` (epoch ms), as the API takes them. */
export function periodOf(days: number, now: number): { from: string; to: string } {
  return { from: formatTime(now - (days - 1) * DAY, 'day'), to: formatTime(now, 'day') };
}

export type LinkState = 'online' | 'offline' | 'never';
export const linkStateOf = ({ online, lastSeen }: Pick<DeviceState, 'online' | 'lastSeen'>): LinkState =>
  online ? 'online' : lastSeen ? 'offline' : 'never';

export const refusedTotal = (refused: readonly RefusalCount[]): number =>
  refused.reduce((sum, { count }) => sum + count, 0);

/** The causes with the most refusals, and how many more causes there are. */
export function mainCauses(refused: readonly RefusalCount[], most = 2): { shown: RefusalCount[]; more: number } {
  const shown = [...refused].sort((a, b) => b.count - a.count).slice(0, most);
  return { shown, more: Math.max(0, refused.length - shown.length) };
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
/** From here on a reading of a minute stands in the wrong minute [D]. */
const OFF_S = MINUTE_S;
/** From here on a minute or hour mean is of another period; beyond an hour ahead packets are refused [D]. */
const FAR_OFF_S = 5 * MINUTE_S;

/** How far a clock is off, by the tones of the chips; '' is near enough. */
export function clockTone(aheadSeconds: number): '' | 'mid' | 'high' {
  const off = Math.abs(aheadSeconds);
  return off >= FAR_OFF_S ? 'high' : off >= OFF_S ? 'mid' : '';
}

/** `+1.5 s`, `−3 min`, `+8 h`: how far a clock is ahead (+) or behind (−). */
export function clockText(aheadSeconds: number): string {
  const off = Math.abs(aheadSeconds);
  const [value, unit] =
    off >= 2 * HOUR_S ? [off / HOUR_S, 'h'] : off >= 2 * MINUTE_S ? [off / MINUTE_S, 'min'] : [off, 's'];
  const text = value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
  return `${text === '0' ? '±' : aheadSeconds < 0 ? '−' : '+'}${text} ${unit}`;
}

export interface HourCount {
  /** its start, epoch ms */
  at: number;
  accepted: number;
  refused: number;
}

/** One count for each hour from `from` up to `to` (epoch ms), also for those in which nothing came. */
export function everyHour(
  hours: readonly { at: string; accepted: number; refused: readonly RefusalCount[] }[],
  from: number,
  to: number,
): HourCount[] {
  const known = new Map(hours.map((hour) => [Date.parse(hour.at), hour]));
  const all: HourCount[] = [];
  for (let at = Math.floor(from / HOUR) * HOUR; at < to; at += HOUR) {
    const hour = known.get(at);
    all.push({ at, accepted: hour?.accepted ?? 0, refused: hour ? refusedTotal(hour.refused) : 0 });
  }
  return all;
}
