import type { Connection } from 'mongoose';
import { isDuplicateKey } from './mongo';

const LEASE_MS = 5_000;

/** Work that one instance of a service does at a time. Whoever holds it must ask again before each piece of work. */
export class Lease {
  readonly #leases;
  #until = 0;

  constructor(
    db: Connection,
    private readonly name: string,
    private readonly instance: string,
  ) {
    this.#leases = db.collection<{ _id: string; holder: string; until: number }>('leases');
  }

  /** Whether this instance holds it, for at least two seconds more. Another one takes over five seconds after the last call. */
  async held(): Promise<boolean> {
    const now = Date.now();
    if (this.#until - LEASE_MS / 2 > now) return true;
    const until = now + LEASE_MS;
    try {
      await this.#leases.updateOne(
        { _id: this.name, $or: [{ holder: this.instance }, { until: { $lt: now } }] },
        { $set: { holder: this.instance, until } },
        { upsert: true },
      );
      this.#until = until;
      return true;
    } catch (error) {
      // The upsert collides with the lease that another instance holds.
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Lets another instance take over at once. */
  async release(): Promise<void> {
    this.#until = 0;
    await this.#leases.deleteOne({ _id: this.name, holder: this.instance });
  }
}
