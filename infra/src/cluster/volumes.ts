import { chownSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Kubectl } from './kubectl';

export interface Claim {
  metadata: { name: string; namespace: string };
  spec: {
    volumeName?: string;
    storageClassName?: string;
    selector?: { matchLabels?: Record<string, string> };
    resources: { requests: { storage: string } };
    accessModes: string[];
  };
  status?: { phase?: string };
}

const EVERY_MS = 1_000;
/** Who every pod of ours runs as. */
const USER = 1_000;

/** A volume made for one claim and no other: a folder of the node. */
export function volumeFor(claim: Claim, folder: string): object {
  const { name, namespace } = claim.metadata;
  const { storageClassName, selector, resources, accessModes } = claim.spec;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName(claim), labels: { ...selector?.matchLabels, 'greenwatch/cluster-test': namespace } },
    spec: {
      capacity: { storage: resources.requests.storage },
      accessModes,
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: storageClassName ?? '',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace },
      hostPath: { path: path.join(folder, volumeName(claim)), type: 'Directory' },
    },
  };
}

export const volumeName = ({ metadata }: Claim): string => `${metadata.namespace}-${metadata.name}`;

/** Claims that wait for a volume that somebody makes by hand. */
export const waiting = (claims: readonly Claim[]): Claim[] =>
  claims.filter(({ status, spec }) => status?.phase === 'Pending' && !spec.volumeName && !spec.storageClassName);

/**
 * Where a cluster has no StorageClass an administrator makes the volumes; here it is this: a folder of the node for each claim
 * that waits. The node is this machine.
 */
export class StaticVolumes {
  #looking: NodeJS.Timeout | undefined;
  #busy = false;
  /** Claims that have their volume and are not bound yet. */
  readonly #made = new Set<string>();

  constructor(
    private readonly kubectl: Kubectl,
    private readonly folder: string,
    private readonly say: (line: string) => void,
  ) {}

  start(): void {
    this.#looking = setInterval(() => void this.provide(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  async provide(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const { items } = await this.kubectl.get<{ items: Claim[] }>('pvc');
      const left = waiting(items);
      for (const name of this.#made) {
        if (!left.some((claim) => volumeName(claim) === name)) this.#made.delete(name);
      }
      for (const claim of left.filter((one) => !this.#made.has(volumeName(one)))) {
        this.#made.add(volumeName(claim));
        const at = path.join(this.folder, volumeName(claim));
        mkdirSync(at, { recursive: true });
        chownSync(at, USER, USER);
        await this.kubectl.apply([volumeFor(claim, this.folder)]);
        this.say(`volume for ${claim.metadata.name}`);
      }
    } catch (error) {
      // The API server is asked again in a second. Before there is a namespace there is nothing to provide for.
      this.say(`volumes: ${(error as Error).message.slice(-200)}`);
    } finally {
      this.#busy = false;
    }
  }

  /** Removes the volumes of claims that are gone, with their data: what an administrator does by hand with `Retain`. */
  async removeReleased(): Promise<void> {
    const { items } = await this.kubectl.get<{ items: { metadata: { name: string }; status: { phase: string } }[] }>(
      'pv',
      '-l',
      `greenwatch/cluster-test=${this.kubectl.namespace}`,
    );
    for (const { metadata, status } of items) {
      if (status.phase !== 'Released') continue;
      await this.kubectl.run(['delete', 'pv', metadata.name]);
      rmSync(path.join(this.folder, metadata.name), { recursive: true, force: true });
    }
  }

  /** Removes all of them, when the namespace is gone. */
  async remove(): Promise<void> {
    this.stop();
    await this.kubectl.run([
      'delete',
      'pv',
      '-l',
      `greenwatch/cluster-test=${this.kubectl.namespace}`,
      '--ignore-not-found',
    ]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
