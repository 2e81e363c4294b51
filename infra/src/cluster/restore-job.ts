export interface PodTemplate {
  spec: { containers: { command?: string[]; args?: string[]; [field: string]: unknown }[]; [field: string]: unknown };
  [field: string]: unknown;
}
export interface CronJob {
  spec: { jobTemplate: { spec: { template: PodTemplate; [field: string]: unknown } } };
}

const PROGRAM = ['node', 'main.js'];

/** Where the chart's backup goes: what follows `--out` in its command. @throws Error where it names no place */
export function backupPlace({ spec }: CronJob): string {
  const [container] = spec.jobTemplate.spec.template.spec.containers;
  const words = [...(container?.command ?? []), ...(container?.args ?? [])];
  const place = words[words.indexOf('--out') + 1];
  if (!words.includes('--out') || place === undefined)
    throw new Error(`the backup's command names no --out: ${words.join(' ')}`);
  return place;
}

/** A Job with another command of the operations image, in the same pod as the chart's backup: its volumes, Secrets and rights. */
export function operationsJob(cronJob: CronJob, name: string, args: readonly string[]): object {
  const { template } = cronJob.spec.jobTemplate.spec;
  const [container, ...others] = template.spec.containers;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: {
        ...template,
        spec: { ...template.spec, containers: [{ ...container, command: [...PROGRAM, ...args], args: [] }, ...others] },
      },
    },
  };
}
