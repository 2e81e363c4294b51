import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { builtCopy } from '../charts/helm';
import { OperatorError } from '../operator-error';
import { Cluster, type Step } from './cluster';
import { startField } from './field';
import { findCluster } from './find-cluster';
import { buildImages, loadImages } from './images';
import { Kubectl } from './kubectl';
import { type RunOptions, readOptions } from './options';
import { Release } from './release';
import { autoscaling } from './steps/autoscaling';
import { budgets } from './steps/budgets';
import { deletions } from './steps/deletions';
import { drill } from './steps/drill';
import { install } from './steps/install';
import { linear } from './steps/linear';
import { mainLine } from './steps/main-line';
import { scale } from './steps/scale';
import { upgrade } from './steps/upgrade';
import { type Row, table, tally } from './table';
import { StaticVolumes } from './volumes';

// `npm run test:cluster`: the whole system on a real cluster, from images to a restored backup. Each step says what it saw.

const STEPS: readonly Step[] = [mainLine, scale, deletions, autoscaling, upgrade, budgets, drill, linear];

/** What no run on this kind of cluster can show. */
const NOTES = [
  'NetworkPolicies are made and accepted, but a bridge network does not enforce them: npm run test:charts holds them as rendered.',
  'Volumes are static PersistentVolumes on the node: the cluster has no StorageClass.',
  'The ScaledObject of KEDA is rendered only (npm run test:charts): its API is not to be had here.',
];

const began = Date.now();
const say = (line: string) =>
  process.stderr.write(`[${String(Math.round((Date.now() - began) / 1_000)).padStart(4)} s] ${line}\n`);

async function main(): Promise<void> {
  const names = STEPS.map(({ name }) => name);
  const options = readOptions(process.argv.slice(2), names, path.join(os.tmpdir(), 'cluster-measured.json'));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      say(`${signal}: cleaning up`);
      stop.abort(new Error('broken off'));
    });
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'greenwatch-cluster-'));
  const rows: Row[] = [];
  try {
    await run(options, folder, rows, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    rows.push({ step: 'the run', seen: 'broken off by a signal', bound: 'every step ends', ok: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (rows.length > 0) {
      process.stdout.write(`\n${table(rows)}\n\n${NOTES.map((note) => `- ${note}\n`).join('')}${tally(rows)}\n`);
    }
  }
  if (rows.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function run(options: RunOptions, folder: string, rows: Row[], signal: AbortSignal): Promise<void> {
  const { kubeconfig, kubectl: program, laboratory } = await findCluster(say, signal);
  const kubectl = new Kubectl(program, kubeconfig, options.namespace, signal);
  const tags = options.tags ?? (await madeImages(folder, laboratory, rows, signal));
  const helm = await builtCopy(path.join(folder, 'charts'));
  const release = new Release({
    kubectl,
    helm: helm.binary,
    charts: helm.charts,
    folder,
    name: options.release,
    signal,
  });
  const place = path.join(os.tmpdir(), `${options.namespace}-volumes`);
  const volumes = options.volumes ? new StaticVolumes(kubectl.unending(), place, say) : undefined;
  const { field, stop } = startField();
  const cluster = new Cluster(kubectl, release, field, volumes, tags, options, say, signal);
  try {
    await perform(install, cluster, rows);
    const installed = rows.every(({ ok }) => ok);
    const wanted = STEPS.filter(({ name }) => !options.only || options.only.includes(name));
    for (const step of installed ? wanted : []) await perform(step, cluster, rows);
  } finally {
    stop();
    volumes?.stop();
    if (options.keep)
      say(`kept: namespace ${options.namespace}, release ${options.release}, --tags ${tags.first},${tags.second}`);
    else await cleanUp(kubectl.unending(), volumes);
  }
}

/** One set of images under two tags: an upgrade replaces every pod, whatever is in it. */
async function madeImages(folder: string, laboratory: string | undefined, rows: Row[], signal: AbortSignal) {
  const first = `test-${began.toString(36)}`;
  const tags = { first, second: `${first}-next` };
  const out = path.join(folder, 'images');
  mkdirSync(out);
  for (const tag of Object.values(tags)) {
    const from = Date.now();
    say(`images ${tag}`);
    await loadImages(await buildImages(out, tag, signal), laboratory, signal);
    const seconds = Math.round((Date.now() - from) / 1_000);
    rows.push({
      step: 'images',
      seen: `all images built without docker and loaded as ${tag} in ${seconds} s`,
      bound: 'loaded',
      ok: true,
    });
  }
  rmSync(out, { recursive: true, force: true });
  return tags;
}

/** Runs a step; one that fails is a row, and the next ones run. @throws only when the run was broken off */
async function perform({ name, run }: Step, cluster: Cluster, rows: Row[]): Promise<void> {
  say(`--- ${name}`);
  const seen = (what: string, bound: string, ok: boolean) => {
    rows.push({ step: name, seen: what, bound, ok });
    say(`${name}: ${what}: ${ok ? 'ok' : `FAILED, expected ${bound}`}`);
  };
  try {
    await run(cluster, seen);
  } catch (error) {
    cluster.signal.throwIfAborted();
    say((error as Error).stack ?? String(error));
    seen((error as Error).message.split('\n')[0]?.slice(0, 400) ?? 'failed', 'the step ends', false);
  }
}

async function cleanUp(kubectl: Kubectl, volumes: StaticVolumes | undefined): Promise<void> {
  say('removing the namespace and its volumes');
  await kubectl.run(['delete', 'namespace', kubectl.namespace, '--ignore-not-found', '--timeout=240s']);
  await volumes?.remove();
}

main().catch((error: Error) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
