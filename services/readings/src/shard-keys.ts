import type { ShardKey } from '@greenwatch/kit';

/** Keys begin with the device or the outlet, and a clustered collection has no other index that could hold a shard key. */
const BY_KEY = { _id: 1 } as const;

/**
 * How collections that grow with the devices are spread where MongoDB is sharded. All have a key that begins with the MN or
 * the outlet: what is asked for together lies together, and writes go to as many shards as there are devices.
 */
export const SHARD_KEYS: Readonly<Record<string, ShardKey>> = {
  packets: BY_KEY,
  packed_days: BY_KEY,
  cold_months: BY_KEY,
  device_messages: BY_KEY,
  mean_days: BY_KEY,
  mean_months: BY_KEY,
  mean_versions: BY_KEY,
};
