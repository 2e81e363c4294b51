import type { Kit } from '@greenwatch/kit';

const POLL_MS = 1_000;

/**
 * Work that is never done: `step` is called again at once while it says there is more, else each second, by one instance at
 * a time. What is to be done stands in the database, so whoever takes over goes on where the other stopped.
 */
export class Round {
  #stopping = false;
  #wake: () => void = () => {};
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly kit: Kit,
    private readonly name: string,
    private readonly step: () => Promise<boolean>,
  ) {}

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    const lease = this.kit.lease(this.name);
    while (!this.#stopping) {
      let more = false;
      try {
        if (await lease.held()) more = await this.step();
      } catch (error) {
        this.kit.log.warn({ err: error, round: this.name }, 'a step failed and is tried again');
      }
      if (more || this.#stopping) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await lease.release().catch(() => {});
  }
}
