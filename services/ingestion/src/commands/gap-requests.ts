/** A time from its beginning to before its end, ms. */
export interface TimeSpan {
  from: number;
  to: number;
}

/** A request for hours that was made before. */
export interface EarlierRequest extends TimeSpan {
  state: 'open' | 'answered' | 'unanswered';
  /** When it ended; 0 while it is open. */
  endedAt: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** China's days (UTC+8). */
const ZONE = 8 * HOUR;
/** Hours are asked for this often, if nothing comes of it. */
const MOST_TRIES = 3;
/** And not sooner again than this. */
const AGAIN_AFTER = 6 * HOUR;
/** A device that answered no request is left alone for this long: it may not speak CN 2061 at all. */
const SILENT_FOR = DAY;

/**
 * Which hours to ask a device for (CN 2061), at most one request a day of data: from the first to the last missing hour of the
 * day, since what is sent again changes nothing. Not asked for are hours that are being asked for, hours that the device
 * was asked for and answered (it has no more of them), and what it did not answer several times.
 * @param gaps missing hours, whole ones
 * @param earlier requests for gaps of this device
 * @returns spans of one day (UTC+8) each, the newest first: what happened lately matters most
 */
export function gapRequests(gaps: readonly TimeSpan[], earlier: readonly EarlierRequest[], now: number): TimeSpan[] {
  const ended = earlier.filter(({ state }) => state !== 'open').sort((a, b) => b.endedAt - a.endedAt);
  if (ended[0]?.state === 'unanswered' && now - ended[0].endedAt < SILENT_FOR) return [];
  const wanted = new Map<number, TimeSpan>();
  for (const { from, to } of gaps) {
    for (let hour = from; hour < to; hour += HOUR) {
      const before = earlier.filter((request) => request.from <= hour && hour < request.to);
      const settled = before.some(({ state }) => state !== 'unanswered');
      const recent = before.some(({ endedAt }) => now - endedAt < AGAIN_AFTER);
      if (settled || recent || before.length >= MOST_TRIES) continue;
      const day = Math.floor((hour + ZONE) / DAY);
      const span = wanted.get(day);
      wanted.set(day, { from: Math.min(span?.from ?? hour, hour), to: Math.max(span?.to ?? 0, hour + HOUR) });
    }
  }
  return [...wanted.values()].sort((a, b) => b.from - a.from);
}
