import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { FromLoadGenerator, LoadMark, LoadOptions, ToLoadGenerator } from './load-messages';

/** The time-out of a wireless link (HJ 212-2017 6.2, table 1). */
const RESEND_MS = 10_000;
const FINISHED_WITHIN_MS = 60_000;

export type Load = Omit<LoadOptions, 'resendMs'> & Partial<Pick<LoadOptions, 'resendMs'>>;

/** The process that plays the devices: thousands in one. */
export class LoadProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor() {
    this.#child = fork(path.join(__dirname, '..', 'dist', 'load-generator.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#ended = new Promise((_, reject) => {
      this.#child.once('exit', (code, signal) => reject(new Error(`the load generator ended: ${code ?? signal}`)));
    });
    this.#ended.catch(() => {});
  }

  /** Starts it; resolves when each device is connected and has its first frame acknowledged. Nothing more is sent yet. */
  static async start(options: Load): Promise<LoadProcess> {
    const started = new LoadProcess();
    try {
      await started.#ask({ type: 'load', options: { resendMs: RESEND_MS, ...options } }, 'loaded');
      return started;
    } catch (error) {
      started.stop();
      throw error;
    }
  }

  /** @param rate new packets a second over all devices; absent: as many as the window allows */
  async pace(rate?: number, discard = false): Promise<void> {
    await this.#ask({ type: 'pace', ...(rate === undefined ? {} : { rate }), discard }, 'paced');
  }

  /** Every device, or this share of them, drops its connection and comes back at its own moment within the time. */
  async drop(withinMs: number, share = 1): Promise<void> {
    await this.#ask({ type: 'drop', withinMs, share }, 'dropped');
  }

  /** @param latencies whether their counts are wanted too, to be put together with those of other processes */
  mark(latencies = false): Promise<LoadMark> {
    return this.#ask({ type: 'mark', latencies }, 'mark');
  }

  /** Nothing new; waits for what was due. For each device one byte a frame: NOT_SENT, SENT or ACKED. */
  async finish(withinMs = FINISHED_WITHIN_MS): Promise<Uint8Array[]> {
    return (await this.#ask({ type: 'finish', withinMs }, 'finished')).states;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  stop(): void {
    this.#child.removeAllListeners('exit').kill('SIGKILL');
  }

  #ask<T extends FromLoadGenerator['type']>(
    message: ToLoadGenerator,
    answer: T,
  ): Promise<Extract<FromLoadGenerator, { type: T }>> {
    const answered = new Promise<Extract<FromLoadGenerator, { type: T }>>((resolve) => {
      const listen = (got: FromLoadGenerator) => {
        if (got.type !== answer) return;
        this.#child.off('message', listen);
        resolve(got as Extract<FromLoadGenerator, { type: T }>);
      };
      this.#child.on('message', listen);
    });
    this.#child.send(message);
    return Promise.race([answered, this.#ended]);
  }
}
