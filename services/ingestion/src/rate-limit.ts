/** What a device may still send at once; refilled with time. */
export interface Allowance {
  packets: number;
  at: number;
}

/**
 * Takes one packet from the allowance of a device: `limit` packets a minute, of which a minute's may come at once (a device
 * that was cut off sends what it kept).
 * @param limit packets a minute; 0: no limit
 * @returns whether the packet is within the limit
 */
export function takeOne(allowance: Allowance, limit: number, now: number): boolean {
  if (limit === 0) return true;
  const elapsed = now - allowance.at;
  if (elapsed > 0) {
    allowance.packets = Math.min(limit, allowance.packets + (elapsed * limit) / 60_000);
    allowance.at = now;
  }
  if (allowance.packets < 1) return false;
  allowance.packets -= 1;
  return true;
}
