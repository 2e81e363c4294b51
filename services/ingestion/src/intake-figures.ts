import type { Counter, Histogram, Metrics } from '@greenwatch/kit';
import type { RefusalReason } from './admission';

export type WayIn = 'hj212' | 'mqtt' | 'http' | 'grpc' | 'sheet';

/** What is counted of every packet. All bound here, so that a packet costs some additions. */
export class IntakeFigures {
  readonly #packets: Record<WayIn, Counter>;
  readonly #bytes: Record<WayIn, Counter>;
  readonly #answer: Histogram;
  readonly #unanswered: Counter;
  readonly #refusals: Record<RefusalReason, Counter>;

  constructor(
    metrics: Metrics,
    private readonly now: () => number,
  ) {
    this.#packets = metrics.counters('greenwatch_ingestion_packets_total', 'way');
    this.#bytes = metrics.counters('greenwatch_ingestion_bytes_total', 'way');
    this.#answer = metrics.histogram('greenwatch_ingestion_answer_seconds');
    this.#unanswered = metrics.counter('greenwatch_ingestion_unanswered_total');
    this.#refusals = metrics.counters('greenwatch_ingestion_refusals_total', 'cause');
  }

  /** The log has a packet. */
  logged(way: WayIn, bytes: number): void {
    this.#packets[way].add();
    this.#bytes[way].add(bytes);
  }

  /** The log has a packet of HJ 212 over TCP, and its 9014 leaves. @param cutAt when its frame was whole, ms */
  answered(bytes: number, cutAt: number): void {
    this.logged('hj212', bytes);
    this.#answer.observe((this.now() - cutAt) / 1_000);
  }

  /** The log has not taken these packets. */
  unanswered(packets: number): void {
    this.#unanswered.add(packets);
  }

  refused(cause: RefusalReason): void {
    this.#refusals[cause].add();
  }
}
