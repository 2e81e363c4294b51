import { seededRandom } from './seeded-random';

/** One kill: who, and how long to wait before it. */
export interface Kill {
  victim: string;
  afterMs: number;
}

const LEAST_PAUSE_MS = 1_500;
const MOST_PAUSE_MS = 4_000;

/**
 * Who is killed, and when: the same for the same seed. Each round kills every victim once, in another order, so that a short
 * run meets them all and a long one meets every order.
 */
export function chaosPlan(victims: readonly string[], kills: number, seed: number): Kill[] {
  const random = seededRandom(seed);
  const plan: Kill[] = [];
  let round: string[] = [];
  while (plan.length < kills) {
    if (round.length === 0) round = [...victims];
    const [victim = ''] = round.splice(Math.floor(random() * round.length), 1);
    plan.push({ victim, afterMs: LEAST_PAUSE_MS + Math.floor(random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS)) });
  }
  return plan;
}
