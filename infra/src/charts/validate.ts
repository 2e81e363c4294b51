import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../operator-error';
import { cacheFolder } from '../paths';
import { umbrella } from './chart-plan';
import { builtCopy } from './helm';

// `node infra/dist/charts/validate.js`: has a real API server (KUBECONFIG) look at what each example of values renders, without keeping it.
// The namespace, which is made for it and removed, warns of every pod that is not "restricted". The last line says `N passed, N failed`.

const run = promisify(execFile);
/** Any port of the node: a release that is there may have the one of the example. */
const ANY_PORT = ['hj212', 'mqtt', 'console'].flatMap((way) => ['--set', `waysIn.${way}.nodePort=0`]);
const SIZES = ['trial', 'county', 'province', 'national'];
const NAMESPACE = 'greenwatch-validation';
/** The release's namespace in what is rendered, for all that names it. */
const RENDERED = 'environment';
const KUBECTL = process.env.KUBECTL || 'kubectl';

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: NAMESPACE,
    labels: Object.fromEntries(['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted'])),
  },
};

/** Runs kubectl with a text on its standard input. Never rejects but where there is no kubectl. */
function apply(text: string, more: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(KUBECTL, ['apply', '--filename', '-', ...more], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
    child.on('error', () =>
      reject(new OperatorError(`${KUBECTL} cannot be run: put it on PATH, or name it in KUBECTL`)),
    );
    child.on('close', (code) => resolve({ code, said }));
    child.stdin.on('error', () => {});
    child.stdin.end(text);
  });
}

/** What the API server holds against these manifests, one line each. */
async function held(text: string): Promise<string[]> {
  const { code, said } = await apply(text, [
    '--namespace',
    NAMESPACE,
    '--dry-run=server',
    '--server-side',
    '--validate=strict',
  ]);
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return code === 0 ? lines.filter((line) => /warning|violate/i.test(line)) : lines;
}

async function main(): Promise<void> {
  const folder = path.join(cacheFolder, 'charts', `validate-${process.pid}`);
  let [passed, failed] = [0, 0];
  const tell = (title: string, flaws: string[]) => {
    if (flaws.length === 0) passed++;
    else failed++;
    process.stdout.write(`${flaws.length === 0 ? 'ok    ' : 'FAILED'} ${[title, ...flaws].join('\n  ')}\n`);
  };
  try {
    const helm = await builtCopy(folder);
    const { code, said } = await apply(JSON.stringify(namespace), []);
    if (code !== 0) throw new OperatorError(`the API server of KUBECONFIG does not take a namespace: ${said.trim()}`);
    const ci = path.join(helm.charts, umbrella, 'ci');
    for (const size of SIZES) {
      const args = ['--values', path.join(ci, `${size}-values.yaml`), '--kube-version', '1.34.0', ...ANY_PORT];
      const { ok, output, errors } = await helm.template(umbrella, args);
      tell(
        `ci/${size}-values.yaml`,
        ok ? await held(output.replaceAll(`namespace: ${RENDERED}`, `namespace: ${NAMESPACE}`)) : [errors],
      );
      const volumes = path.join(ci, `${size}-volumes.yaml`);
      if (existsSync(volumes)) tell(`ci/${size}-volumes.yaml`, await held(readFileSync(volumes, 'utf8')));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await run(KUBECTL, ['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']).catch(() => {});
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`charts: ${error instanceof OperatorError ? error.message : (error as Error).stack}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
});
