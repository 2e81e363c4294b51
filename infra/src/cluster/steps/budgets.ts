import type { Step } from '../cluster';

interface Budget {
  metadata: { name: string };
  status: { disruptionsAllowed: number; currentHealthy: number; desiredHealthy: number };
}

const FRAMES = 3_000;
const SERVICE = 'ingestion';

/** What draining a node asks for: evictions, which the disruption budgets allow one at a time. */
export const budgets: Step = {
  name: 'budgets',
  async run(cluster, seen) {
    const { kubectl, options } = cluster;
    const { items } = await kubectl.get<{ items: Budget[] }>('pdb');
    const stuck = items.filter(({ status }) => status.disruptionsAllowed < 1).map(({ metadata }) => metadata.name);
    seen(
      `${items.length} budgets: each lets one pod go when all is well${stuck.length > 0 ? `, but for ${stuck.join(', ')}` : ''}`,
      'none keeps a node from being drained',
      items.length > 0 && stuck.length === 0,
    );
    await cluster.underLoad(options.rate, FRAMES, async () => {
      await cluster.scale(SERVICE, 2);
      try {
        await cluster.pause(5);
        const [first, second] = await kubectl.running(SERVICE);
        if (!first || !second) throw new Error(`${SERVICE} has no two pods`);
        const went = await kubectl.evict(first.name);
        const refused = !(await kubectl.evict(second.name));
        const seconds = Math.round(await cluster.replicas(SERVICE, 2));
        const later = await kubectl.evict(second.name);
        seen(
          `two pods of ${SERVICE}: the first eviction ${went ? 'allowed' : 'refused'}, the second at once ${refused ? 'refused (429)' : 'allowed'}, after ${seconds} s with its replacement ready ${later ? 'allowed' : 'refused'}`,
          'allowed, refused, allowed',
          went && refused && later,
        );
        await cluster.replicas(SERVICE, 2);
      } finally {
        if (!cluster.signal.aborted) await cluster.scale(SERVICE, 1);
      }
    });
    await cluster.exactlyOnce(seen);
  },
};
