export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Asks again and again until the answer is there.
 * @param what for the error, e.g. `three pods of ingestion`
 * @returns the answer @throws Error when it does not come within the time, with the last error
 */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined | false>,
  signal?: AbortSignal,
): Promise<T> {
  let last = '';
  for (const end = Date.now() + withinMs; ; await sleep(1_000)) {
    signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = `: ${(error as Error).message.slice(-300)}`;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${Math.round(withinMs / 1_000)} s${last}`);
  }
}
