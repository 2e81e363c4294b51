import { services } from '../../system-plan';
import type { Cluster, Step } from '../cluster';
import { backupPlace, type CronJob, operationsJob } from '../restore-job';
import { until } from '../waiting';

const RATE = 200;
const SECONDS = 20;
const FRAMES = 1_500;
const WITHIN_MS = 900_000;

/** A backup by the chart's CronJob, then everything is deleted, then it is there again. */
export const drill: Step = {
  name: 'drill',
  async run(cluster, seen) {
    const { kubectl, release, tags, field, volumes, say } = cluster;
    await cluster.underLoad(RATE, FRAMES, () => cluster.pause(SECONDS));
    await field.settle();
    const before = await field.verdict();

    const name = `${release.of('operations')}-backup`;
    const cronJob = await kubectl.get<CronJob>('cronjob', name);
    const place = backupPlace(cronJob);
    const backupSeconds = await job(cluster, 'drill-backup', () =>
      kubectl.run(['create', 'job', 'drill-backup', `--from=cronjob/${name}`]),
    );
    const saved = await logs(cluster, 'drill-backup');
    seen(`backup by the CronJob in ${backupSeconds} s: ${saved.at(-1)}`, 'the Job succeeds', true);

    say('everything is deleted: the release, and the data of MongoDB and NATS');
    await release.uninstall();
    await until('the pods to be gone', WITHIN_MS, async () => (await kubectl.pods()).length === 0, cluster.signal);
    const { items } = await kubectl.get<{ items: { metadata: { name: string } }[] }>('pvc');
    const data = items.map(({ metadata }) => metadata.name).filter((claim) => claim.startsWith('data-'));
    await kubectl.run(['delete', 'pvc', ...data]);
    await volumes?.removeReleased();

    say('servers without services, and what was saved');
    const none = Object.fromEntries(services.map(({ name: service }) => [service, { enabled: false }]));
    await release.install(tags.first, tags.first, none);
    await kubectl.run(['delete', 'job', 'drill-restore', '--ignore-not-found']);
    const restoreSeconds = await job(cluster, 'drill-restore', () =>
      kubectl.apply([operationsJob(cronJob, 'drill-restore', ['restore', '--from', place])]),
    );
    const restored = await logs(cluster, 'drill-restore');
    const chains = restored.filter((line) => /\bholds$/.test(line.trim())).length;
    const broken = restored.filter((line) => line.includes('BROKEN'));
    seen(
      `${data.length} volumes deleted; restored in ${restoreSeconds} s: ${chains} hash chains hold${broken.map((line) => `; ${line.trim()}`).join('')}`,
      'the Job succeeds, every chain holds',
      data.length >= 2 && chains > 0 && broken.length === 0,
    );
    await release.install(tags.first, tags.first);
    await cluster.calm();
    await field.settle();
    const after = await field.verdict();
    seen(
      `${after.stored} of ${before.stored} packets stored before are there again; lost ${after.lost}, duplicated ${after.duplicated}`,
      'the same, lost 0, duplicated 0',
      before.stored > 0 && after.stored === before.stored && after.lost === 0 && after.duplicated === 0,
    );
    // What was restored works on: devices send, and a log-in of before the drill is still valid.
    await cluster.underLoad(RATE, FRAMES, () => cluster.pause(SECONDS));
    await cluster.exactlyOnce(seen, 'after it, ');
  },
};

/** Begins a Job and waits for its end. @returns seconds @throws Error with what it said when it failed */
async function job(cluster: Cluster, name: string, begin: () => Promise<unknown>): Promise<number> {
  const { kubectl, signal } = cluster;
  await kubectl.run(['delete', 'job', name, '--ignore-not-found']);
  const begun = performance.now();
  await begin();
  await until(
    `job ${name}`,
    WITHIN_MS,
    async () => {
      const { status } = await kubectl.get<{
        status: { succeeded?: number; conditions?: { type: string; status: string }[] };
      }>('job', name);
      const failed = status.conditions?.some(({ type, status: is }) => type === 'Failed' && is === 'True');
      if (failed) return 'failed';
      return (status.succeeded ?? 0) > 0 ? 'succeeded' : undefined;
    },
    signal,
  ).then(async (end) => {
    if (end === 'failed') throw new Error(`job ${name} failed: ${(await logs(cluster, name)).slice(-5).join(' / ')}`);
  });
  return Math.round((performance.now() - begun) / 1_000);
}

async function logs({ kubectl }: Cluster, job: string): Promise<string[]> {
  return (await kubectl.run(['logs', `job/${job}`])).trim().split('\n');
}
