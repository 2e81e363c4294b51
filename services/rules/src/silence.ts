/** A stretch of time in which the platform could not receive, ms. */
export interface DeafTime {
  from: number;
  to: number;
}

/** When the platform last could receive, and when it could not before that. */
export interface Listening {
  at: number;
  deaf: DeafTime[];
}

/** Checks further apart than this mean that the platform was down between them. */
export const LISTENING_GAP_MS = 90_000;
const KEPT_MS = 7 * 86_400_000;

/** Notes that the platform can receive at `now`; called every few seconds by every instance. */
export function listen(listening: Listening | undefined, now: number): Listening {
  if (!listening) return { at: now, deaf: [] };
  if (now <= listening.at) return listening;
  const deaf = listening.deaf.filter(({ to }) => now - to < KEPT_MS);
  if (now - listening.at > LISTENING_GAP_MS) deaf.push({ from: listening.at, to: now });
  return { at: now, deaf };
}

/**
 * How long a device has been silent, ms: time by reception in which the platform could receive and did not hear it. A
 * restarted platform must not hold its own absence against the devices.
 */
export function silentFor(lastSeen: number, listening: Listening): number {
  let silent = listening.at - lastSeen;
  for (const { from, to } of listening.deaf) {
    const overlap = Math.min(to, listening.at) - Math.max(from, lastSeen);
    if (overlap > 0) silent -= overlap;
  }
  return Math.max(0, silent);
}
