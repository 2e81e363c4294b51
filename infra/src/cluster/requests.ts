import { Agent, type ClientRequest, request } from 'node:http';

/** What became of the requests since it began. */
export interface RequestCount {
  asked: number;
  failed: number;
  /** Why, with how often. */
  causes: Record<string, number>;
  slowestMs: number;
}

const TIMEOUT_MS = 15_000;
const CONNECTIONS = 4;

/**
 * Asks the gateway without a pause, as a page or another system does: over connections that are kept. An answer of 400 and
 * above, none within 15 s, or a broken connection is a failure. One thing is asked again: what was sent over a kept connection
 * that the other side was closing at that moment (RFC 9110 9.2.2: an idempotent request may be), as every browser does.
 */
export class Requests {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #count: RequestCount = { asked: 0, failed: 0, causes: {}, slowestMs: 0 };
  readonly #timer: NodeJS.Timeout;
  #under = 0;
  #turn = 0;

  /** @param paths asked in turn */
  constructor(
    private readonly base: string,
    private readonly paths: readonly string[],
    private readonly headers: Record<string, string>,
    perSecond: number,
  ) {
    this.#timer = setInterval(() => void this.#ask(), 1_000 / perSecond);
  }

  get count(): RequestCount {
    return { ...this.#count, causes: { ...this.#count.causes } };
  }

  /** Asks nothing more and waits for the last answers. */
  async stop(): Promise<RequestCount> {
    clearInterval(this.#timer);
    while (this.#under > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    this.#agent.destroy();
    return this.count;
  }

  async #ask(): Promise<void> {
    const path = this.paths[this.#turn++ % this.paths.length] as string;
    const begun = performance.now();
    this.#under++;
    this.#count.asked++;
    const cause = await this.#once(path, true);
    this.#under--;
    this.#count.slowestMs = Math.max(this.#count.slowestMs, performance.now() - begun);
    if (cause === undefined) return;
    this.#count.failed++;
    this.#count.causes[cause] = (this.#count.causes[cause] ?? 0) + 1;
  }

  /** @returns why it failed; undefined when it did not */
  #once(path: string, again: boolean): Promise<string | undefined> {
    return new Promise((resolve) => {
      const sent: ClientRequest = request(
        new URL(path, this.base),
        { agent: this.#agent, headers: this.headers, timeout: TIMEOUT_MS },
        (answer) => {
          const status = answer.statusCode ?? 0;
          answer.resume();
          answer.on('close', () => resolve(status >= 400 ? `${status} ${path}` : undefined));
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (again && sent.reusedSocket && error.code === 'ECONNRESET') resolve(this.#once(path, false));
        else resolve(`${error.code ?? error.message} ${path}`);
      });
      sent.end();
    });
  }
}
