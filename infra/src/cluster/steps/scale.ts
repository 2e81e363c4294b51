import { type Cluster, DEVICES, NEARLY, type Step } from '../cluster';
import { until } from '../waiting';

const FRAMES = 8_000;
const SHARE_WITHIN_MS = 240_000;
/** Of the devices; the Service chooses at random. */
const LEAST_SHARE = 0.1;

/** Ingestion and rules from one pod to three and back, with devices that send all the time. */
export const scale: Step = {
  name: 'scale',
  async run(cluster, seen) {
    const { options } = cluster;
    const { reconnected, resent } = await cluster.underLoad(options.rate, FRAMES, async () => {
      await cluster.pause(10);
      const up = Math.max(...(await Promise.all([cluster.scale('ingestion', 3), cluster.scale('rules', 3)])));
      seen(`ingestion and rules 1 to 3: ready after ${Math.round(up)} s`, 'ready', true);
      const begun = performance.now();
      const connections = await shared(
        cluster,
        'ingestion',
        'greenwatch_ingestion_connections',
        { way: 'hj212' },
        (counts) => counts.every((count) => count >= DEVICES * LEAST_SHARE),
      );
      const seconds = Math.round((performance.now() - begun) / 1_000);
      seen(
        `devices moved to the new pods by the age of their sockets: ${connections.join(', ')} after ${seconds} s`,
        `each at least ${LEAST_SHARE * 100} % of ${DEVICES}`,
        true,
      );
      const before = await cluster.metric('rules', 'greenwatch_log_delay_seconds_count', { group: 'rules' });
      const handled = await shared(
        cluster,
        'rules',
        'greenwatch_log_delay_seconds_count',
        { group: 'rules' },
        (counts, names) => counts.every((count, i) => count > (before[names[i] ?? ''] ?? 0)),
      );
      seen(
        `partitions spread over rules: ${handled.join(', ')} messages handled`,
        'each of 3 handles some',
        handled.length === 3,
      );
      await cluster.pause(10);
      const down = Math.max(...(await Promise.all([cluster.scale('ingestion', 1), cluster.scale('rules', 1)])));
      const connected = await cluster.connected();
      seen(
        `3 to 1: two pods of each gone within ${Math.round(down)} s, ${connected} devices connected`,
        `${NEARLY * 100} % of ${DEVICES} devices at a time`,
        connected >= NEARLY * DEVICES,
      );
    });
    cluster.say(`${reconnected} connections made again, ${resent} packets sent again`);
    await cluster.exactlyOnce(seen, `${reconnected} connections made again, `);
  },
};

/** A metric of each pod, once it is as wanted. */
async function shared(
  cluster: Cluster,
  service: string,
  name: string,
  labels: Record<string, string>,
  wanted: (values: number[], pods: string[]) => boolean,
): Promise<number[]> {
  return until(
    `${name} as wanted on each pod of ${service}`,
    SHARE_WITHIN_MS,
    async () => {
      const values = await cluster.metric(service, name, labels);
      const counts = Object.values(values);
      return counts.length === 3 && wanted(counts, Object.keys(values)) ? counts : undefined;
    },
    cluster.signal,
  );
}
