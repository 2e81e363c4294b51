import net from 'node:net';
import type { Kubectl } from './kubectl';
import { sleep } from './waiting';

interface ServiceObject {
  spec: { ports: { nodePort?: number }[] };
}
interface NodeObject {
  status: { addresses: { type: string; address: string }[] };
}

const OPEN_WITHIN_MS = 60_000;

/** A Service of this test's own, for what is not reached from outside otherwise: NATS, and the export of readings. */
export const door = (release: string, service: string, component: string, port: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `test-door-${service}` },
  spec: {
    type: 'NodePort',
    selector: {
      'app.kubernetes.io/name': service,
      'app.kubernetes.io/instance': release,
      'app.kubernetes.io/component': component,
    },
    ports: [{ name: service, port, targetPort: port, protocol: 'TCP' }],
  },
});

/** Address of a node. */
export async function nodeAddress(kubectl: Kubectl): Promise<string> {
  const { items } = await kubectl.get<{ items: NodeObject[] }>('nodes');
  const address = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
  if (address === undefined) throw new Error('no node of the cluster has an address');
  return address;
}

export async function nodePort(kubectl: Kubectl, service: string): Promise<number> {
  const { spec } = await kubectl.get<ServiceObject>('service', service);
  const port = spec.ports[0]?.nodePort;
  if (port === undefined) throw new Error(`service ${service} has no NodePort`);
  return port;
}

/** Resolves when something answers there: rules for a new Service take the node a moment. */
export async function opened(host: string, port: number): Promise<void> {
  for (const until = Date.now() + OPEN_WITHIN_MS; ; await sleep(500)) {
    if (await answers(host, port)) return;
    if (Date.now() > until) throw new Error(`${host}:${port} does not answer; it must be reached from this machine`);
  }
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2_000 });
    const done = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
}
