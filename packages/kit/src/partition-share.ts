/** What one instance knows of its group when it looks. */
export interface Share {
  partitions: number;
  /** Instances of the group that are known to live, this one included. */
  instances: number;
  /** Partitions that this instance holds. */
  held: readonly number[];
}

/**
 * Which partitions an instance gives up, so that those who came later get their part of the work: what it holds beyond
 * an even share, rounded up. None is given up to nobody: alone, an instance keeps them all.
 */
export function surplus({ partitions, instances, held }: Share): number[] {
  return held.slice(Math.ceil(partitions / Math.max(1, instances)));
}
