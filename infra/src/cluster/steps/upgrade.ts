import type { Cluster, Seen, Step } from '../cluster';
import { type RequestCount, Requests } from '../requests';

const FRAMES = 8_000;
const REQUESTS_A_SECOND = 20;
/** Of the requests (issue 6). */
const MOST_FAILED = 0.001;
const PATHS = [
  '/',
  '/api/v1/enterprises?limit=5',
  '/api/v1/tasks?limit=5',
  '/api/v1/alarms?limit=5',
  '/api/v1/devices?limit=5',
];
const SERVERS = ['mongodb', 'nats', 'valkey'];

/** To other images and back, while devices send and somebody asks the gateway all the time. */
export const upgrade: Step = {
  name: 'upgrade',
  async run(cluster, seen) {
    const { release, tags, options } = cluster;
    await cluster.underLoad(options.rate, FRAMES, async () => {
      await rolling(cluster, seen, `helm upgrade to ${tags.second} with its migrations`, tags.second, () =>
        release.install(tags.second, tags.first),
      );
      await rolling(cluster, seen, `helm rollback to ${tags.first}`, tags.first, () => release.rollback());
    });
    await cluster.exactlyOnce(seen);
  },
};

async function rolling(
  cluster: Cluster,
  seen: Seen,
  title: string,
  tag: string,
  change: () => Promise<void>,
): Promise<void> {
  const { kubectl, places, apiKey, say, field } = cluster;
  say(title);
  const asking = new Requests(places.gateway, PATHS, { authorization: `Bearer ${apiKey}` }, REQUESTS_A_SECOND);
  let count: RequestCount;
  const begun = performance.now();
  try {
    await cluster.pause(10);
    await field.mark();
    await change();
    await cluster.calm();
    await cluster.pause(15);
  } finally {
    count = await asking.stop();
  }
  const seconds = Math.round((performance.now() - begun) / 1_000) - 25;
  const { stallMs } = await field.mark();
  const others = (await kubectl.running()).filter(
    ({ image, service }) => !SERVERS.includes(service) && !image.endsWith(`:${tag}`),
  );
  const share = count.failed / count.asked;
  const causes = Object.entries(count.causes).map(([cause, times]) => `${times} of ${cause}`);
  seen(
    `${title}: ${seconds} s; ${count.failed} of ${count.asked} requests failed (${(share * 100).toFixed(3)} %${causes.length > 0 ? `: ${causes.join(', ')}` : ''}), the slowest ${Math.round(count.slowestMs)} ms; devices waited ${(stallMs / 1_000).toFixed(1)} s at most; ${others.length} pods of other images`,
    `below ${MOST_FAILED * 100} % of requests fail, all pods are of ${tag}`,
    share < MOST_FAILED && others.length === 0,
  );
}
