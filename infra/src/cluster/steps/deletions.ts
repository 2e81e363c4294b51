import type { Cluster, Step } from '../cluster';
import { deletionPlan } from '../deletion-plan';

/** Frames a device sends in a minute, with room. */
const FRAMES_A_MINUTE = 400;
/** A pod that holds all devices or the log may be gone for so long before they send on. */
const MOST_STALL_S = 60;

/** Pods of everything, the servers too, are deleted at random while devices send. */
export const deletions: Step = {
  name: 'deletions',
  async run(cluster, seen) {
    const { kubectl, options } = cluster;
    const services = [...new Set((await kubectl.running()).map(({ service }) => service))].sort();
    const plan = deletionPlan(services, options.minutes, options.seed);
    const frames = Math.ceil(FRAMES_A_MINUTE * (options.minutes + 6));
    const deleted: Record<string, number> = {};
    const { resent, reconnected, stallS } = await cluster.underLoad(options.rate, frames, async () => {
      for (const { service, afterMs, gently, which } of plan) {
        await cluster.pause(afterMs / 1_000);
        const pod = await deleteOne(cluster, service, which, gently);
        if (pod !== undefined) deleted[service] = (deleted[service] ?? 0) + 1;
      }
      const seconds = await cluster.calm();
      cluster.say(`every pod is ready again after ${Math.round(seconds)} s`);
      await cluster.pause(10);
    });
    const count = Object.values(deleted).reduce((sum, of) => sum + of, 0);
    const kinds = Object.keys(deleted).length;
    seen(
      `${count} pods of ${kinds} kinds deleted within ${options.minutes} min (seed ${options.seed}), half of them killed after 1 s; longest time without an answer ${stallS} s; ${reconnected} connections made again, ${resent} packets sent again`,
      `at least one of each of ${services.length} kinds where time allows; all ready again; an answer every ${MOST_STALL_S} s`,
      count > 0 && kinds === Math.min(services.length, plan.length) && stallS <= MOST_STALL_S,
    );
    await cluster.exactlyOnce(seen);
  },
};

async function deleteOne(
  { kubectl, say }: Cluster,
  service: string,
  which: number,
  gently: boolean,
): Promise<string | undefined> {
  const pods = await kubectl.running(service);
  const pod = pods[Math.floor(which * pods.length)];
  if (!pod) return undefined;
  say(`delete ${pod.name}${gently ? '' : ', killed after 1 s'}`);
  await kubectl.run(['delete', 'pod', pod.name, '--wait=false', ...(gently ? [] : ['--grace-period=1'])]);
  return pod.name;
}
