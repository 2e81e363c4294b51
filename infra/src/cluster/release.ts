import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command';
import type { Kubectl } from './kubectl';
import { merged, testValues, type Values } from './values';

export interface ReleaseOptions {
  kubectl: Kubectl;
  helm: string;
  /** A built copy of the charts. */
  charts: string;
  /** Where drafts of values go. */
  folder: string;
  name: string;
  signal?: AbortSignal;
}

const WITHIN_S = 900;

/** The release, by helm. */
export class Release {
  constructor(private readonly options: ReleaseOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** A folder for files of this run. */
  get folder(): string {
    return this.options.folder;
  }

  /** Name of a service's Deployment, Service or budget. */
  of(service: string): string {
    return `${this.options.name}-${service}`;
  }

  /** `helm upgrade --install` to the trial values with the test's and these; resolves when all of it is ready. */
  async install(tag: string, serversTag: string, values: Values = {}, hooks = true): Promise<void> {
    const { charts, folder, name } = this.options;
    const file = path.join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(merged(testValues(tag, serversTag), values)));
    const chart = path.join(charts, 'greenwatch');
    const files = ['--values', path.join(chart, 'ci', 'trial-values.yaml'), '--values', file];
    // Without --wait-for-jobs: a Job that initiates what is initiated already may end later.
    await this.helm([
      ...['upgrade', '--install', name, chart, ...files, '--wait', `--timeout=${WITHIN_S}s`],
      ...(hooks ? [] : ['--no-hooks']),
    ]);
  }

  async rollback(): Promise<void> {
    await this.helm(['rollback', this.options.name, '--wait', `--timeout=${WITHIN_S}s`]);
  }

  /** `helm test`. @returns how many tests succeeded @throws CommandError when one fails */
  async test(): Promise<number> {
    const said = await this.helm(['test', this.options.name, '--timeout=300s']);
    return said.match(/^Phase:\s+Succeeded$/gm)?.length ?? 0;
  }

  async uninstall(): Promise<void> {
    await this.helm(['uninstall', this.options.name, '--wait', `--timeout=${WITHIN_S}s`]);
  }

  async installed(): Promise<boolean> {
    const releases = JSON.parse(await this.helm(['list', '--deployed', '--output', 'json'])) as { name: string }[];
    return releases.some(({ name }) => name === this.options.name);
  }

  private helm(args: string[]): Promise<string> {
    const { kubectl, helm, signal } = this.options;
    const where = ['--kubeconfig', kubectl.kubeconfig, '--namespace', kubectl.namespace];
    return runCommand(helm, [...args, ...where], { signal, timeoutMs: (WITHIN_S + 60) * 1_000 });
  }
}
