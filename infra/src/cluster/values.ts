export type Values = { [name: string]: Values | string | number | boolean | null };

/** `over` laid on `base`: maps are merged, everything else is replaced. */
export function merged(base: Values, over: Values): Values {
  const result: Values = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = result[name];
    result[name] = isMap(below) && isMap(value) ? merged(below, value) : value;
  }
  return result;
}

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null;

const PARTITIONS = 6;
/** Servers of the trial, which an upgrade of ours leaves as they are. */
const SERVERS = ['mongodb', 'nats', 'valkey'];

/**
 * What this test sets beside ci/trial-values.yaml. The demo does not play, so that every packet is the test's own; sockets grow
 * old within a minute, so that what takes an hour in the field is seen; nothing else differs.
 */
export function testValues(tag: string, serversTag: string): Values {
  const servers = Object.fromEntries(SERVERS.map((name) => [name, { image: { tag: serversTag } }]));
  return {
    ...servers,
    // Each of one, two or three instances has the same number of them.
    global: { image: { tag }, readings: { partitions: PARTITIONS } },
    demo: { enabled: false },
    ingestion: { settings: { HJ212_MAX_AGE_S: 25, HJ212_DRAIN_S: 5 } },
  };
}
