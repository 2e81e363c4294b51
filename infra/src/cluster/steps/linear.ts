import { writeFileSync } from 'node:fs';
import { type Cluster, DEVICES, type Seen, type Step, WINDOW } from '../cluster';
import { linearity, type Point, pointsInWords } from '../linearity';

/** Thousandths of a core that each instance may have: so little that the machine has enough for three of each and all else. */
const SHARE_MILLIS = 200;
/** What a packet passes. */
const PINNED = ['ingestion', 'readings', 'rules'];
const INSTANCES = [1, 2, 3];
const FRAMES = 12_000;
const WARM_S = 15;
const MEASURE_S = 30;
/** Of n times one instance. */
const LEAST_LINEARITY = 0.8;
/** Packets a second at which costs are counted, and for how long: longer than a node takes between two readings. */
const COST_RATE = 150;
const COST_S = 45;
const MANY_CONNECTIONS = 1_500;
const FEW_CONNECTIONS = 100;

/** As `npm run capacity -- --linearity FILE --connections FILE` takes it. */
interface Measured {
  cpu_millis: number;
  points: { instances: number; packets_s: number }[];
  packets_s: number;
  cpu_us_per_packet: Record<string, number>;
  /** Absent where the nodes do not count it. */
  network_bytes_per_packet?: Record<string, number>;
  memory_mb: Record<string, number>;
  memory_mb_per_1000_connections: number;
  memory_mb_without: number;
}

/** What instances add, and what a packet and a connection cost. */
export const linear: Step = {
  name: 'linearity',
  async run(cluster, seen) {
    const cost = await costs(cluster, seen);
    const memory = await memoryOfConnections(cluster, seen);
    const points = (await pinned(cluster, seen)).map(({ instances, perSecond }) => ({
      instances,
      packets_s: perSecond,
    }));
    const measured: Measured = { cpu_millis: SHARE_MILLIS, points, ...cost, ...memory };
    writeFileSync(cluster.options.out, `${JSON.stringify(measured)}\n`);
    cluster.say(`measured: ${cluster.options.out}`);
    await cluster.exactlyOnce(seen);
  },
};

/** Processor and bytes of each service a packet, at a steady rate. */
async function costs(cluster: Cluster, seen: Seen) {
  const { field, say } = cluster;
  say(`costs at ${COST_RATE} packets/s`);
  const { result } = await cluster.underLoad(COST_RATE, FRAMES, async () => {
    await cluster.pause(WARM_S);
    const before = (await field.mark()).answered;
    const begun = performance.now();
    const rates = await cluster.ratesWhile(() => cluster.pause(COST_S));
    const perSecond = (((await field.mark()).answered - before) * 1_000) / (performance.now() - begun);
    return { rates, perSecond };
  });
  const { rates, perSecond } = result;
  const of = (value: (service: string) => number, decimals: number) =>
    Object.fromEntries(
      Object.keys(rates)
        .sort()
        .map((service) => [service, Number(value(service).toFixed(decimals))]),
    );
  const cpu = of((service) => (rates[service]?.cpuUs ?? 0) / perSecond, 1);
  const total = Object.values(cpu).reduce((sum, us) => sum + us, 0);
  const busiest = Object.entries(cpu)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([service, us]) => `${service} ${Math.round(us)}`);
  seen(
    `a packet at ${Math.round(perSecond)}/s costs ${Math.round(total)} µs of processor over ${Object.keys(cpu).length} services (${busiest.join(', ')})`,
    'measured',
    perSecond > COST_RATE * 0.9,
  );
  return {
    packets_s: Math.round(perSecond),
    cpu_us_per_packet: cpu,
    ...(Object.values(rates).some(({ networkBytes }) => networkBytes > 0)
      ? { network_bytes_per_packet: of((service) => (rates[service]?.networkBytes ?? 0) / perSecond, 0) }
      : {}),
    memory_mb: of((service) => (rates[service]?.memoryBytes ?? 0) / 1e6, 1),
  };
}

/** Memory of ingestion with many connections over that with few. */
async function memoryOfConnections(cluster: Cluster, seen: Seen) {
  const { field, say } = cluster;
  say(`${MANY_CONNECTIONS} devices more`);
  await field.register(MANY_CONNECTIONS - DEVICES);
  const memory: number[] = [];
  for (const connections of [FEW_CONNECTIONS, MANY_CONNECTIONS]) {
    // A pod of its own for each, so that what was used before is not counted.
    await cluster.kubectl.run(['rollout', 'restart', `deployment/${cluster.release.of('ingestion')}`]);
    await cluster.kubectl.rolledOut(`deployment/${cluster.release.of('ingestion')}`, 300);
    await cluster.replicas('ingestion', 1);
    await field.begin({ connections, window: WINDOW, frames: 200 });
    await field.pace(100);
    await cluster.pause(30);
    const pods = await cluster.kubectl.running('ingestion');
    const usage = (await cluster.usage()).find(({ pod }) => pod === pods[0]?.name);
    memory.push((usage?.memoryBytes ?? Number.NaN) / 1e6);
    await field.finish();
  }
  const [few = Number.NaN, many = Number.NaN] = memory;
  const per1000 = ((many - few) * 1_000) / (MANY_CONNECTIONS - FEW_CONNECTIONS);
  seen(
    `ingestion: ${few.toFixed(0)} MB with ${FEW_CONNECTIONS} connections, ${many.toFixed(0)} MB with ${MANY_CONNECTIONS}: ${per1000.toFixed(1)} MB per 1,000`,
    'measured',
    Number.isFinite(per1000),
  );
  return {
    memory_mb_per_1000_connections: Number(per1000.toFixed(1)),
    memory_mb_without: Number((few - (per1000 * FEW_CONNECTIONS) / 1_000).toFixed(1)),
  };
}

/** Throughput of 1, 2 and 3 instances of each service that a packet passes, each with the same share of processor. */
async function pinned(cluster: Cluster, seen: Seen): Promise<Point[]> {
  const { kubectl, release, say, field } = cluster;
  const of = (service: string) => `deployment/${release.of(service)}`;
  const rolledOut = () => Promise.all(PINNED.map((service) => kubectl.rolledOut(of(service), 500)));
  const points: Point[] = [];
  let slowest = 0;
  try {
    for (const service of PINNED) await kubectl.run(['set', 'resources', of(service), `--limits=cpu=${SHARE_MILLIS}m`]);
    await rolledOut();
    for (const instances of INSTANCES) {
      await Promise.all(PINNED.map((service) => cluster.scale(service, instances)));
      const perSecond = await throughput(cluster);
      const behind = await field.settle();
      slowest = Math.max(slowest, behind);
      say(
        `${instances} of each at ${SHARE_MILLIS}m: ${Math.round(perSecond)} packets/s, stored and judged ${behind.toFixed(1)} s later`,
      );
      points.push({ instances, perSecond: Math.round(perSecond) });
    }
  } finally {
    if (!cluster.signal.aborted) {
      const unlimited = JSON.stringify([
        { op: 'remove', path: '/spec/template/spec/containers/0/resources/limits/cpu' },
      ]);
      for (const service of PINNED) await kubectl.run(['patch', of(service), '--type=json', '-p', unlimited]);
      await rolledOut();
      await Promise.all(PINNED.map((service) => cluster.scale(service, 1)));
    }
  }
  const worst = linearity(points);
  seen(
    `${PINNED.join(', ')} at ${SHARE_MILLIS} thousandths of a core each: ${pointsInWords(points)}; all stored and judged ${slowest.toFixed(1)} s after the last at most`,
    `at least ${LEAST_LINEARITY} of n times one`,
    worst >= LEAST_LINEARITY,
  );
  return points;
}

/** Packets a second that are acknowledged when devices send as much as their windows allow. */
async function throughput(cluster: Cluster): Promise<number> {
  const { field } = cluster;
  const { result } = await cluster.underLoad(0, FRAMES, async () => {
    await cluster.pause(WARM_S);
    const before = (await field.mark()).answered;
    const begun = performance.now();
    await cluster.pause(MEASURE_S);
    return (((await field.mark()).answered - before) * 1_000) / (performance.now() - begun);
  });
  return result;
}
