/** What kubelet's /stats/summary tells of a pod, as far as it is looked at (k8s.io/kubelet/pkg/apis/stats/v1alpha1). */
export interface PodStats {
  podRef: { name: string; namespace: string };
  containers?: {
    cpu?: { time: string; usageCoreNanoSeconds?: number };
    memory?: { workingSetBytes?: number };
  }[];
  network?: { time: string; rxBytes?: number; txBytes?: number };
}
export interface StatsSummary {
  pods: PodStats[];
}

/** A pod's counters at the moment they were read on its node, which is up to some seconds ago. */
export interface PodUsage {
  pod: string;
  /** ms since 1970. */
  cpuAt: number;
  cpuUs: number;
  memoryBytes: number;
  networkAt: number;
  networkBytes: number;
}

/** Pods of a namespace that have been measured. */
export function usageOf(summary: StatsSummary, namespace: string): PodUsage[] {
  return summary.pods.flatMap(({ podRef, containers = [], network }) => {
    const [first] = containers;
    if (podRef.namespace !== namespace || first?.cpu?.usageCoreNanoSeconds === undefined) return [];
    const sum = (of: (container: (typeof containers)[number]) => number) =>
      containers.reduce((total, container) => total + of(container), 0);
    return [
      {
        pod: podRef.name,
        cpuAt: Date.parse(first.cpu.time),
        cpuUs: sum(({ cpu }) => cpu?.usageCoreNanoSeconds ?? 0) / 1_000,
        memoryBytes: sum(({ memory }) => memory?.workingSetBytes ?? 0),
        networkAt: Date.parse(network?.time ?? first.cpu.time),
        networkBytes: (network?.rxBytes ?? 0) + (network?.txBytes ?? 0),
      },
    ];
  });
}

/** What a service's pods used a second between two readings; a pod that is in one of them only does not count. */
export interface Rate {
  pods: number;
  /** µs of processor a second. */
  cpuUs: number;
  /** Bytes a second that came and went. */
  networkBytes: number;
  /** Bytes now. */
  memoryBytes: number;
}

/**
 * By service, from what its pods' counters did between two readings. Each pod's own times are taken, since a node measures its
 * pods one after the other.
 * @param serviceOf by a pod's name; undefined for a pod that is nobody's
 */
export function ratesOf(
  before: readonly PodUsage[],
  after: readonly PodUsage[],
  serviceOf: (pod: string) => string | undefined,
): Record<string, Rate> {
  const rates: Record<string, Rate> = {};
  for (const last of after) {
    const first = before.find(({ pod }) => pod === last.pod);
    const service = serviceOf(last.pod);
    if (!first || service === undefined || last.cpuAt <= first.cpuAt) continue;
    rates[service] ??= { pods: 0, cpuUs: 0, networkBytes: 0, memoryBytes: 0 };
    const rate = rates[service];
    rate.pods++;
    rate.cpuUs += ((last.cpuUs - first.cpuUs) * 1_000) / (last.cpuAt - first.cpuAt);
    const networkMs = last.networkAt - first.networkAt;
    if (networkMs > 0) rate.networkBytes += ((last.networkBytes - first.networkBytes) * 1_000) / networkMs;
    rate.memoryBytes += last.memoryBytes;
  }
  return rates;
}
