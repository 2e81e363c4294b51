import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { goInstall } from '../go-tools';
import { OperatorError } from '../operator-error';
import { cacheFolder } from '../paths';
import { chartsFolder, ownCharts, serviceCharts, umbrella } from './chart-plan';

const run = promisify(execFile);

/** The version that is built where there is none. */
const HELM = 'v3.19.2';
const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * Helm 3: of PATH, or built once from the Go module proxy into `.cache`.
 * @throws OperatorError where there is neither it nor Go
 */
export async function findHelm(): Promise<string> {
  if (await isHelm3('helm')) return 'helm';
  const folder = path.join(cacheFolder, 'tools', `helm-${HELM}`);
  const built = path.join(folder, 'helm');
  if (existsSync(built)) return built;
  try {
    await goInstall(`helm.sh/helm/v3/cmd/helm@${HELM}`, folder);
  } catch (error) {
    const why = (error as Error).message;
    throw new OperatorError(`Helm 3 is missing and cannot be built: ${why}. Put helm 3 or go on PATH`);
  }
  return built;
}

async function isHelm3(command: string): Promise<boolean> {
  try {
    const { stdout } = await run(command, ['version', '--template', '{{.Version}}']);
    return stdout.startsWith('v3.');
  } catch {
    return false;
  }
}

/** What Helm said: its output, or why it refused. */
export interface HelmAnswer {
  ok: boolean;
  output: string;
  errors: string;
}

export class Helm {
  constructor(
    readonly binary: string,
    /** Where the charts lie, with what they are made of. */
    readonly charts: string,
  ) {}

  async ask(args: string[]): Promise<HelmAnswer> {
    // Nothing of the person's own Helm (plugins, repositories) has a say, and there is no cluster to ask.
    const own = path.join(cacheFolder, 'helm');
    const env = { PATH: process.env.PATH, HOME: own, KUBECONFIG: '/dev/null' };
    try {
      const { stdout, stderr } = await run(this.binary, args, { env, cwd: this.charts, maxBuffer: MOST_OUTPUT });
      return { ok: true, output: stdout, errors: stderr };
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
      return { ok: false, output: stdout, errors: stderr || message };
    }
  }

  /** Manifests of a chart. */
  template(chart: string, args: string[] = []): Promise<HelmAnswer> {
    return this.ask(['template', 'greenwatch', path.join(this.charts, chart), '--namespace', 'environment', ...args]);
  }
}

/** All charts but the library and the umbrella, in any order; the umbrella packs them in. */
export function partCharts(charts: string): string[] {
  const known = [...serviceCharts, ...ownCharts.filter((name) => name !== umbrella), 'watching'];
  return known.filter((name) => existsSync(path.join(charts, name, 'Chart.yaml')));
}

/**
 * Puts into each chart what it is made of (`helm dependency build`; everything lies beside it, nothing is fetched).
 * @throws OperatorError with Helm's own words
 */
export async function buildCharts(helm: Helm): Promise<void> {
  for (const chart of [...partCharts(helm.charts), umbrella]) {
    const folder = path.join(helm.charts, chart);
    rmSync(path.join(folder, 'charts'), { recursive: true, force: true });
    rmSync(path.join(folder, 'Chart.lock'), { force: true });
    const { ok, errors } = await helm.ask(['dependency', 'build', '--skip-refresh', folder]);
    if (!ok) throw new OperatorError(`charts/${chart}: ${errors.trim()}`);
  }
}

/** A copy of the charts, built: tests leave the checkout as it is. */
export async function builtCopy(folder: string): Promise<Helm> {
  rmSync(folder, { recursive: true, force: true });
  for (const name of readdirSync(chartsFolder)) {
    if (name === 'test') continue;
    cpSync(path.join(chartsFolder, name), path.join(folder, name), { recursive: true });
  }
  const helm = new Helm(await findHelm(), folder);
  await buildCharts(helm);
  return helm;
}
