const BUCKETS_PER_MS = 10;
const MOST_MS = 60_000;

/** Latencies in steps of 0.1 ms up to a minute: counting one costs nothing, whatever their number. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(MOST_MS * BUCKETS_PER_MS + 1);
  #total = 0;

  add(ms: number): void {
    const bucket = Math.min(Math.max(0, Math.floor(ms * BUCKETS_PER_MS)), MOST_MS * BUCKETS_PER_MS);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#total++;
  }

  /** The latency that this share of all do not exceed, ms, to the upper end of its step; 0 when there is none. */
  at(share: number): number {
    let left = Math.ceil(this.#total * share);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket] as number;
      if (left <= 0) return (bucket + 1) / BUCKETS_PER_MS;
    }
    return MOST_MS;
  }

  /** Pairs of a step's number and how many fell into it, of the steps that are not empty. */
  pairs(): number[] {
    const pairs: number[] = [];
    for (const [bucket, count] of this.#counts.entries()) if (count > 0) pairs.push(bucket, count);
    return pairs;
  }

  /** Takes over what another one counted. */
  addPairs(pairs: readonly number[]): void {
    for (let i = 0; i < pairs.length; i += 2) {
      const [bucket = 0, count = 0] = [pairs[i], pairs[i + 1]];
      this.#counts[bucket] = (this.#counts[bucket] as number) + count;
      this.#total += count;
    }
  }

  get total(): number {
    return this.#total;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
