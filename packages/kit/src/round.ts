import type { Lease } from './lease';
import type { Logger } from './logger';

export interface RoundOptions {
  log: Pick<Logger, 'warn'>;
  /** How long it waits when there is nothing to do, ms. */
  everyMs: number;
  /** How long after a step that failed, ms; left out: the same. */
  againMs?: number;
  /** What the log says of a step that failed. */
  failed: string;
  /** By one instance at a time; left out: every instance takes part. */
  lease?: Lease;
}

/**
 * Work that is never done: a step is taken again at once while it says that there is more, else after a while or when
 * `poke` says so. What is to be done stands in the database, so whoever takes over goes on where the other stopped.
 */
export class Round {
  #stopping = false;
  #poked = false;
  #wake: () => void = () => {};
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: RoundOptions,
    private readonly step: () => Promise<boolean>,
  ) {}

  start(): void {
    this.#done = this.#run();
  }

  /** There is something to do: not at the next look but now. */
  poke(): void {
    this.#poked = true;
    this.#wake();
  }

  /** Whether a long step may go on with its next part. */
  async goesOn(): Promise<boolean> {
    return !this.#stopping && (await this.#held());
  }

  /** Resolves when the step that was under way has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#done;
    await this.options.lease?.release().catch(() => {});
  }

  async #held(): Promise<boolean> {
    return this.options.lease ? this.options.lease.held() : true;
  }

  async #run(): Promise<void> {
    const { log, everyMs, againMs = everyMs, failed } = this.options;
    while (!this.#stopping) {
      this.#poked = false;
      let wait = everyMs;
      try {
        if ((await this.#held()) && (await this.step())) continue;
      } catch (error) {
        if (!this.#stopping) log.warn({ err: error }, failed);
        wait = againMs;
        this.#poked = false;
      }
      if (!this.#poked && !this.#stopping) await this.#pause(wait);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
