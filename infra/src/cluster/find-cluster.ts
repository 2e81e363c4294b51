import { existsSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../operator-error';
import { repositoryRoot } from '../paths';
import { runCommand } from './command';

export interface FoundCluster {
  kubeconfig: string;
  kubectl: string;
  /** Folder of the laboratory's scripts, where it is one of its clusters. */
  laboratory?: string;
}

const UP_WITHIN_MS = 2_400_000;

/**
 * The cluster of KUBECONFIG, or the laboratory's, which is started if need be.
 * @throws OperatorError where there is neither, or no kubectl
 */
export async function findCluster(say: (line: string) => void, signal: AbortSignal): Promise<FoundCluster> {
  const folder = process.env.KUBERNETES_LAB ?? path.resolve(repositoryRoot, '..', 'shared', 'kubernetes');
  const script = path.join(folder, 'up.sh');
  const laboratory = existsSync(script) ? folder : undefined;
  let kubeconfig = process.env.KUBECONFIG;
  if (!kubeconfig) {
    if (!laboratory) {
      throw new OperatorError(
        `no cluster: set KUBECONFIG, or KUBERNETES_LAB to the folder of the test cluster's up.sh (${folder} has none)`,
      );
    }
    say('starting the test cluster; the first time it is built, which takes some 15 minutes');
    const said = await runCommand(script, [], { signal, timeoutMs: UP_WITHIN_MS });
    kubeconfig = /^export KUBECONFIG=(.+)$/m.exec(said)?.[1];
    if (!kubeconfig) throw new OperatorError(`${script} names no KUBECONFIG`);
  }
  // The laboratory keeps its own kubectl: <its home>/bin beside <its home>/run/cfg/admin.kubeconfig.
  const own = path.resolve(path.dirname(kubeconfig), '..', '..', 'bin', 'kubectl');
  const kubectl = existsSync(own) ? own : 'kubectl';
  await runCommand(kubectl, ['--kubeconfig', kubeconfig, 'version'], { signal, timeoutMs: 60_000 }).catch(
    (error: Error) => {
      throw new OperatorError(`the cluster of ${kubeconfig} does not answer ${kubectl}: ${error.message}`);
    },
  );
  return { kubeconfig, kubectl, laboratory };
}
