const LOOK_EVERY_MS = 30;

/** What is left of a type when it is true. */
type True<T> = Exclude<T, undefined | null | false | 0 | ''>;

/**
 * Waits until `condition` gives something true.
 * @param within ms
 * @param why what to add to the error, for instance a process's log
 * @returns what the condition gave
 * @throws Error when it stays false
 */
export async function until<T>(condition: () => T | Promise<T>, within = 25_000, why?: () => string): Promise<True<T>> {
  const end = Date.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value as True<T>;
    if (Date.now() > end) throw new Error(`It did not become true within ${within} ms. ${why?.() ?? ''}`.trim());
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
