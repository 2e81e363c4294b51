import type { readingsLog } from '@greenwatch/contracts';

/** Told once: without an error when the log holds the packet; otherwise it may not, and the device has to send it again. */
export type Stored = (error?: unknown) => void;

interface Waiting {
  packet: readingsLog.Packet;
  stored: Stored;
}

const MAX_PACKETS = 4_000;
/** Below NATS's max_payload of 8 MB with room for what protobuf adds. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Group commit on one partition of the log: what arrives while a publish is in flight goes into the next one
 * (design.md 4). So a busy log gets large messages, and a quiet one gets each packet at once.
 */
export class GroupCommit {
  #waiting: Waiting[] = [];
  #publishing: Promise<void> | undefined;

  constructor(private readonly publish: (packets: readingsLog.Packet[]) => Promise<unknown>) {}

  get pending(): number {
    return this.#waiting.length;
  }

  /** A call-back rather than a promise: this is done for every packet of a province. */
  append(packet: readingsLog.Packet, stored: Stored): void {
    this.#waiting.push({ packet, stored });
    // Everything the same read brought goes into one message.
    this.#publishing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      let failure: unknown;
      try {
        await this.publish(batch.map((waiting) => waiting.packet));
      } catch (error) {
        failure = error;
      }
      for (const { stored } of batch) stored(failure);
    }
    this.#publishing = undefined;
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < MAX_PACKETS && bytes < MAX_BYTES) {
      const { raw, fields } = (this.#waiting[count] as Waiting).packet;
      bytes += raw.length + fields.length + 64;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Resolves when nothing is left to publish. */
  async idle(): Promise<void> {
    while (this.#publishing) await this.#publishing;
  }
}
