import type { Container, PodSpec } from './manifests';

/** Volumes that pod security "restricted" lets a pod have. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * What a pod lacks of pod security "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards) and of ours beside it: no
 * token, a read-only root, bounds. One line each; none: all is well.
 */
export function restrictedFlaws(spec: PodSpec): string[] {
  const { securityContext = {}, volumes = [], containers, initContainers = [] } = spec;
  const flaws: string[] = [];
  const need = (holds: boolean, what: string) => {
    if (!holds) flaws.push(what);
  };
  need(spec.automountServiceAccountToken === false, 'automountServiceAccountToken is not false');
  need(securityContext.runAsNonRoot === true, 'securityContext.runAsNonRoot is not true');
  need((securityContext.runAsUser ?? 0) > 0, 'securityContext.runAsUser is not a user');
  need(
    securityContext.seccompProfile?.type === 'RuntimeDefault',
    'securityContext.seccompProfile is not RuntimeDefault',
  );
  need(!spec.hostNetwork, 'hostNetwork');
  need(!spec.hostPID, 'hostPID');
  need(!spec.hostIPC, 'hostIPC');
  for (const { name, ...kinds } of volumes) {
    for (const kind of Object.keys(kinds)) need(VOLUMES.includes(kind), `volume ${name} is a ${kind}`);
    if (kinds.emptyDir) need(kinds.emptyDir.sizeLimit !== undefined, `volume ${name} has no sizeLimit`);
  }
  for (const container of [...initContainers, ...containers]) {
    flaws.push(...containerFlaws(container).map((flaw) => `container ${container.name}: ${flaw}`));
  }
  return flaws;
}

function containerFlaws({ securityContext = {}, ports = [], resources, volumeMounts = [] }: Container): string[] {
  const flaws: string[] = [];
  const need = (holds: boolean, what: string) => {
    if (!holds) flaws.push(what);
  };
  const { drop = [], add = [] } = securityContext.capabilities ?? {};
  need(securityContext.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation is not false');
  need(securityContext.readOnlyRootFilesystem === true, 'readOnlyRootFilesystem is not true');
  need(securityContext.runAsNonRoot === true, 'runAsNonRoot is not true');
  need(securityContext.privileged !== true, 'privileged');
  need(drop.includes('ALL'), 'capabilities.drop lacks ALL');
  need(add.length === 0, `capabilities.add ${add.join(', ')}`);
  for (const { name, hostPort } of ports) need(hostPort === undefined, `port ${name} has a hostPort`);
  need(resources?.requests?.cpu !== undefined, 'resources.requests.cpu is missing');
  need(resources?.requests?.memory !== undefined, 'resources.requests.memory is missing');
  need(resources?.limits?.memory !== undefined, 'resources.limits.memory is missing');
  need(
    volumeMounts.some(({ mountPath }) => mountPath === '/tmp'),
    'nothing is mounted at /tmp',
  );
  return flaws;
}
