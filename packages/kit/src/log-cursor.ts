import { type Consumer, DeliverPolicy } from '@nats-io/jetstream';
import { LogMessage } from './log-consumer';
import { type Nats, READINGS } from './nats';

/** Reads the READINGS log in the order of its sequence, from a place the reader remembers itself: no acknowledgement. */
export class LogCursor {
  #consumer: Consumer | undefined;
  #next = 0;

  constructor(private readonly nats: Nats) {}

  /** Sequence of the newest message. */
  async newest(): Promise<number> {
    return (await this.nats.jsm.streams.info(READINGS)).state.last_seq;
  }

  /** When the log took the oldest message after sequence `after` that it still has, ms; undefined where there is none. */
  async timeAfter(after: number): Promise<number | undefined> {
    const { first_seq, last_seq } = (await this.nats.jsm.streams.info(READINGS)).state;
    if (after >= last_seq) return undefined;
    const message = await this.nats.jsm.streams.getMessage(READINGS, { seq: Math.max(after + 1, first_seq) });
    return message?.time.getTime();
  }

  /** The messages after sequence `after`, at most `max`; waits up to `waitMs` for the first. */
  async read(after: number, max: number, waitMs: number): Promise<LogMessage[]> {
    if (!this.#consumer || this.#next !== after + 1) {
      this.#consumer = await this.nats.js.consumers.get(READINGS, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: after + 1,
      });
      this.#next = after + 1;
    }
    const messages: LogMessage[] = [];
    try {
      for await (const source of await this.#consumer.fetch({ max_messages: max, expires: waitMs })) {
        const partition = Number(source.subject.slice('readings.'.length));
        messages.push(new LogMessage(partition, source.seq, 1, source.data));
      }
    } catch (error) {
      this.#consumer = undefined;
      throw error;
    }
    this.#next = (messages.at(-1)?.sequence ?? after) + 1;
    return messages;
  }
}
