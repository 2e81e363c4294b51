import { type LogPacket, partitionOf } from '@greenwatch/kit';
import { GroupCommit, type Stored } from './group-commit';
import type { WayIn } from './intake-figures';

/** Packets that may wait for the log, over all ways in, before their senders have to. */
const MAX_PENDING = 20_000;

/**
 * The one way onto the READINGS log, whichever way a packet came in: into the batch of its device's partition.
 */
export class Intake {
  readonly #commits: GroupCommit[];
  #congested = false;

  constructor(
    instance: string,
    partitions: number,
    publish: (partition: number, message: Uint8Array, packets: number) => Promise<unknown>,
  ) {
    this.#commits = Array.from(
      { length: partitions },
      (_, partition) => new GroupCommit(instance, (message, packets) => publish(partition, message, packets)),
    );
  }

  /** Whether so much waits that senders must, too, until half of it has left: what is not read is not answered, and comes again. */
  get congested(): boolean {
    let pending = 0;
    for (const commit of this.#commits) pending += commit.pending;
    this.#congested = pending > (this.#congested ? MAX_PENDING / 2 : MAX_PENDING);
    return this.#congested;
  }

  /** @param stored told once: without an error when the log holds the packet, so that it may be acknowledged */
  append(packet: LogPacket, stored: Stored, way: WayIn): void {
    const commit = this.#commits[partitionOf(packet.mn, this.#commits.length)] as GroupCommit;
    commit.append(packet, stored, way);
  }

  /** Resolves when nothing is left to publish. */
  async idle(): Promise<void> {
    await Promise.all(this.#commits.map((commit) => commit.idle()));
  }
}
