import { ApiProblem } from '../api-client';
import { sleep } from '../connect-to-system';

const PATIENCE_MS = 120_000;
const RETRY_MS = 2_000;

/** Asks again while a service is busy or away: for what may be asked twice. @throws what the last try threw, after two minutes */
export async function patiently<T>(ask: () => Promise<T>, patienceMs = PATIENCE_MS, retryMs = RETRY_MS): Promise<T> {
  for (const until = Date.now() + patienceMs; ; await sleep(retryMs)) {
    try {
      return await ask();
    } catch (error) {
      if (!passes(error) || Date.now() > until) throw error;
    }
  }
}

/** 503, or a connection that was broken off (undici says so by a TypeError). */
const passes = (error: unknown) => (error instanceof ApiProblem ? error.status === 503 : error instanceof TypeError);
