import { type Labels, type Manifest, selects } from './manifests';

interface Peer {
  podSelector?: Record<string, unknown>;
  namespaceSelector?: Record<string, unknown>;
  ipBlock?: object;
}
interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { protocol?: string; port: number }[];
}
interface PolicySpec {
  podSelector: Record<string, unknown>;
  policyTypes: string[];
  ingress?: Rule[];
  egress?: Rule[];
}
type Direction = 'Ingress' | 'Egress';

export const specOf = (policy: Manifest): PolicySpec => policy.spec as unknown as PolicySpec;

/** Policies that speak for a pod in a direction. None: everything is let through. */
export function policiesOf(policies: readonly Manifest[], pod: Labels, direction: Direction): Manifest[] {
  return policies.filter((policy) => {
    const { podSelector, policyTypes } = specOf(policy);
    return policyTypes.includes(direction) && selects(podSelector, pod);
  });
}

/**
 * Whether a pod may connect to another of the same namespace, as NetworkPolicies say: one of the sender's must let it out, and one of the
 * receiver's in. An `ipBlock` is for what lies outside and takes no pod here.
 */
export function mayConnect(policies: readonly Manifest[], from: Labels, to: Labels, port: number): boolean {
  return passes(policies, from, to, port, 'Egress') && passes(policies, to, from, port, 'Ingress');
}

function passes(
  policies: readonly Manifest[],
  pod: Labels,
  other: Labels,
  port: number,
  direction: Direction,
): boolean {
  const mine = policiesOf(policies, pod, direction);
  if (mine.length === 0) return true;
  return mine.some((policy) => {
    const { ingress = [], egress = [] } = specOf(policy);
    const rules = direction === 'Egress' ? egress : ingress;
    return rules.some((rule) => ofPort(rule, port) && ofPeer(direction === 'Egress' ? rule.to : rule.from, other));
  });
}

const ofPort = ({ ports }: Rule, port: number): boolean =>
  ports === undefined || ports.some((open) => (open.protocol ?? 'TCP') === 'TCP' && open.port === port);

/** No list is everybody. A namespaceSelector is for other namespaces than ours. */
const ofPeer = (peers: Peer[] | undefined, pod: Labels): boolean =>
  peers === undefined ||
  peers.some(({ podSelector, namespaceSelector }) => namespaceSelector === undefined && selects(podSelector, pod));

/** Names (app.kubernetes.io/name) that the policies let in or out, with the policy's own name. */
export function namedPeers(policies: readonly Manifest[]): { policy: string; name: string }[] {
  return policies.flatMap((policy) => {
    const { ingress = [], egress = [] } = specOf(policy);
    const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
    return peers.flatMap(({ podSelector, namespaceSelector }) => {
      const name = (podSelector?.matchLabels as Labels | undefined)?.['app.kubernetes.io/name'];
      return name === undefined || namespaceSelector ? [] : [{ policy: policy.metadata.name, name }];
    });
  });
}
