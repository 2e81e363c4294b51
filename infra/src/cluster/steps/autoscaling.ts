import type { Step } from '../cluster';
import { until } from '../waiting';

interface Autoscaler {
  status?: {
    currentReplicas?: number;
    desiredReplicas?: number;
    currentMetrics?: { resource?: { current: { averageUtilization?: number } } }[];
  };
}

const FRAMES = 20_000;
const WITHIN_MS = 420_000;

/** The HorizontalPodAutoscaler of the chart adds a pod of ingestion under load, and takes it away after. */
export const autoscaling: Step = {
  name: 'autoscaling',
  async run(cluster, seen) {
    const { kubectl, release, tags } = cluster;
    const scaled = { enabled: true, minReplicas: 1, maxReplicas: 3, scaleDownAfterSeconds: 30 };
    // The trial's pods ask for so little that even an idle one uses much of it.
    const resources = { requests: { cpu: '120m' } };
    await release.install(tags.first, tags.first, { ingestion: { autoscaling: scaled, resources } }, false);
    await cluster.replicas('ingestion', 1);
    try {
      let most = 0;
      // As much as the devices' windows allow.
      await cluster.underLoad(0, FRAMES, async () => {
        const begun = performance.now();
        await until(
          'a second pod of ingestion by its autoscaler',
          WITHIN_MS,
          async () => {
            const { status } = await kubectl.get<Autoscaler>('hpa', release.of('ingestion'));
            const used = status?.currentMetrics?.[0]?.resource?.current.averageUtilization ?? 0;
            most = Math.max(most, used);
            return (
              (status?.desiredReplicas ?? 0) >= 2 &&
              (await kubectl.running('ingestion')).filter(({ ready }) => ready).length >= 2
            );
          },
          cluster.signal,
        );
        const seconds = Math.round((performance.now() - begun) / 1_000);
        seen(
          `ingestion at ${most} % of the processor it asks for: 2 pods ready after ${seconds} s`,
          'a second pod by CPU',
          true,
        );
      });
      const seconds = await cluster.replicas('ingestion', 1);
      seen(`load gone: 1 pod again after ${Math.round(seconds)} s`, '1 pod', true);
    } finally {
      if (!cluster.signal.aborted) {
        await release.install(tags.first, tags.first, {}, false);
        await cluster.replicas('ingestion', 1);
      }
    }
    await cluster.exactlyOnce(seen);
  },
};
