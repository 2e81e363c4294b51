import { mayConnect, namedPeers } from './connections';
import { bytes, cores, type Manifest, type PodSpec, podsOf, readManifests, selects } from './manifests';
import { restrictedFlaws } from './restricted';

// The tests of the charts are only worth what their checks are: each of these shows that a check refuses what it is for.

const good = (): PodSpec => ({
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'rules',
      image: 'greenwatch/rules:1',
      securityContext: {
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '64Mi' } },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    },
  ],
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Mi' } }],
});

describe('pod security "restricted"', () => {
  test('a pod that has it all has no flaws', () => expect(restrictedFlaws(good())).toEqual([]));

  type Change = (pod: PodSpec, container: PodSpec['containers'][number]) => unknown;
  test.each<[string, Change, string]>([
    ['a token', (pod) => delete pod.automountServiceAccountToken, 'automountServiceAccountToken'],
    ['root may run it', (pod) => delete pod.securityContext?.runAsNonRoot, 'securityContext.runAsNonRoot'],
    ['it runs as root', (pod) => Object.assign(pod.securityContext ?? {}, { runAsUser: 0 }), 'runAsUser'],
    ['no seccomp', (pod) => delete pod.securityContext?.seccompProfile, 'seccompProfile'],
    ['no security at all', (pod) => delete pod.securityContext, 'seccompProfile'],
    ["the machine's network", (pod) => Object.assign(pod, { hostNetwork: true }), 'hostNetwork'],
    ["the machine's processes", (pod) => Object.assign(pod, { hostPID: true }), 'hostPID'],
    ["the machine's memory", (pod) => Object.assign(pod, { hostIPC: true }), 'hostIPC'],
    ['a folder of the machine', (pod) => pod.volumes?.push({ name: 'h', hostPath: {} }), 'volume h is a hostPath'],
    ['a folder without bound', (pod) => pod.volumes?.push({ name: 'e', emptyDir: {} }), 'volume e has no sizeLimit'],
    ['more privileges', (_, one) => delete one.securityContext?.allowPrivilegeEscalation, 'allowPrivilegeEscalation'],
    ['a root that is written', (_, one) => delete one.securityContext?.readOnlyRootFilesystem, 'readOnlyRoot'],
    ['a container of root', (_, one) => delete one.securityContext?.runAsNonRoot, 'container rules: runAsNonRoot'],
    ['privileged', (_, one) => Object.assign(one.securityContext ?? {}, { privileged: true }), 'privileged'],
    ['all capabilities', (_, one) => delete one.securityContext?.capabilities, 'drop lacks ALL'],
    [
      'one capability',
      (_, one) =>
        one.securityContext?.capabilities && Object.assign(one.securityContext.capabilities, { add: ['NET_RAW'] }),
      'NET_RAW',
    ],
    [
      "the machine's port",
      (_, one) => Object.assign(one, { ports: [{ name: 'p', containerPort: 1, hostPort: 1 }] }),
      'hostPort',
    ],
    ['no request of processor', (_, one) => delete one.resources?.requests?.cpu, 'requests.cpu'],
    ['no request of memory', (_, one) => delete one.resources?.requests?.memory, 'requests.memory'],
    ['no bound of memory', (_, one) => delete one.resources?.limits, 'limits.memory'],
    ['no /tmp', (_, one) => delete one.volumeMounts, '/tmp'],
    [
      'a first container',
      (pod) => Object.assign(pod, { initContainers: [{ name: 'first', image: 'a:1' }] }),
      'container first',
    ],
  ])('%s is told', (_, change, flaw) => {
    const pod = good();
    change(pod, pod.containers[0] as PodSpec['containers'][number]);
    expect(restrictedFlaws(pod).join('\n')).toContain(flaw);
  });
});

describe('who may connect', () => {
  const peer = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });
  const labels = (name: string) => ({ 'app.kubernetes.io/name': name });
  const policy = (name: string, spec: object): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: { podSelector: { matchLabels: labels(name) }, policyTypes: ['Ingress', 'Egress'], ...spec },
  });
  const called = policy('called', { ingress: [{ from: [peer('caller')], ports: [{ port: 1 }] }] });
  const caller = policy('caller', { egress: [{ to: [peer('called')], ports: [{ port: 1 }] }] });
  const ask = (policies: Manifest[], from = 'caller', to = 'called', port = 1) =>
    mayConnect(policies, labels(from), labels(to), port);

  test.each<[string, boolean, boolean]>([
    ['both sides name the other', ask([called, caller]), true],
    ['no policies', ask([]), true],
    ['another port', ask([called, caller], 'caller', 'called', 2), false],
    ['another caller', ask([called, caller], 'other'), false],
    ['the way back', ask([called, caller], 'called', 'caller'), false],
    ['the caller lets nothing out', ask([called, policy('caller', {})]), false],
    ['the called lets nothing in', ask([policy('called', {}), caller]), false],
    ['everybody may come', ask([policy('called', { ingress: [{ ports: [{ port: 1 }] }] }), caller]), true],
    ['addresses are not pods', ask([policy('called', { ingress: [{ from: [{ ipBlock: {} }] }] }), caller]), false],
    [
      'other namespaces are not ours',
      ask([policy('called', { ingress: [{ from: [{ namespaceSelector: {}, ...peer('caller') }] }] }), caller]),
      false,
    ],
    [
      'by UDP',
      ask([policy('called', { ingress: [{ from: [peer('caller')], ports: [{ protocol: 'UDP', port: 1 }] }] }), caller]),
      false,
    ],
    ['it is denied, and let through by another policy', ask([policy('called', {}), called, caller]), true],
  ])('%s', (_, may, expected) => expect(may).toBe(expected));

  test('names of both directions are found', () => {
    expect(namedPeers([called, caller]).map(({ name }) => name)).toEqual(['caller', 'called']);
  });
});

describe('manifests', () => {
  test('a key that is there twice is no manifest', () => {
    expect(() => readManifests('a: 1\na: 2\n')).toThrow('unique');
  });

  test('a selector of another kind is refused, not passed over', () => {
    expect(() => selects({ matchExpressions: [] }, {})).toThrow('matchExpressions');
  });

  test('pods of jobs by the clock are found', () => {
    const text =
      'kind: CronJob\nmetadata: {name: b}\nspec: {jobTemplate: {spec: {template: {metadata: {}, spec: {containers: []}}}}}\n';
    expect(podsOf(readManifests(text)).map(({ owner }) => owner)).toEqual(['CronJob b']);
  });

  test.each([
    ['250m', 0.25],
    [2, 2],
    ['0.5', 0.5],
  ])('%s are %d cores', (text, expected) => expect(cores(text)).toBe(expected));

  test('512Mi are bytes', () => expect(bytes('512Mi')).toBe(536_870_912));
});
