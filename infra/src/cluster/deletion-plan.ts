/** One deletion: whose pod, after how long, and whether the pod may stop in its own way. */
export interface Deletion {
  service: string;
  afterMs: number;
  /** False: SIGKILL a second after SIGTERM, as when a node dies. */
  gently: boolean;
  /** Which of the service's pods: a number from 0 to below 1 over their list. */
  which: number;
}

const LEAST_PAUSE_MS = 6_000;
const MOST_PAUSE_MS = 16_000;

/**
 * Whose pods are deleted within so many minutes: the same for the same seed. Each round meets every service once, in another
 * order, so that a short run meets as many as it has deletions.
 */
export function deletionPlan(services: readonly string[], minutes: number, seed: number): Deletion[] {
  const random = seededRandom(seed);
  const plan: Deletion[] = [];
  let round: string[] = [];
  for (let atMs = 0; ; ) {
    const afterMs = LEAST_PAUSE_MS + Math.floor(random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS));
    atMs += afterMs;
    if (atMs > minutes * 60_000) return plan;
    if (round.length === 0) round = [...services];
    const [service = ''] = round.splice(Math.floor(random() * round.length), 1);
    plan.push({ service, afterMs, gently: random() < 0.5, which: random() });
  }
}

/** Random numbers from 0 to below 1 that are the same for the same seed (Tommy Ettinger's mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
