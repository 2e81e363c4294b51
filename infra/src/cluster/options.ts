import { parseArgs } from 'node:util';
import { OperatorError } from '../operator-error';

export interface RunOptions {
  only?: string[];
  keep: boolean;
  minutes: number;
  seed: number;
  rate: number;
  out: string;
  namespace: string;
  release: string;
  /** Images that are loaded already. */
  tags?: { first: string; second: string };
  volumes: boolean;
}

export const usage = (
  steps: readonly string[],
) => `usage: npm run test:cluster -- [--only STEP,STEP] [--minutes N] [--keep]
  --only A,B     after "install" only these of ${steps.join(', ')}
  --minutes N    pods are deleted at random for so long (default 5)
  --seed N       of whose pods are deleted when (default 1)
  --rate N       packets a second of the load beside (default 150)
  --keep         leaves everything as it is at the end; the next run goes on with it
  --namespace N  (default greenwatch-test), made and removed by the test
  --release R    (default gw)
  --out FILE     JSON with what was measured (default cluster-measured.json in the folder of temporary files)
  --tags A,B     images that the nodes have already, in place of building and loading them
  --no-volumes   somebody else makes the volumes (a provisioner, or by hand as charts/greenwatch/ci/trial-cluster.yaml)
environment: KUBECONFIG; without it KUBERNETES_LAB (default ../shared/kubernetes beside the checkout), whose up.sh starts a cluster
             LOAD_IMAGES: command that loads an archive of images onto the nodes, e.g. "kind load image-archive"`;

/** @throws OperatorError with the usage, naming the option and what was expected */
export function readOptions(args: string[], steps: readonly string[], outByDefault: string): RunOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const refuse = (why: string): never => {
    throw new OperatorError(`${why}\n${usage(steps)}`);
  };
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({
      args,
      options: {
        ...{ only: text, minutes: text, seed: text, rate: text, namespace: text, release: text, out: text, tags: text },
        ...{ keep: flag, 'no-volumes': flag, help: flag },
      },
    }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (values.help) refuse('npm run test:cluster: the whole system on a real cluster');
  const given = (name: string, otherwise: string) => (values[name] as string | undefined) ?? otherwise;
  const number = (name: string, otherwise: string, least: number, most: number) => {
    const value = Number(given(name, otherwise));
    if (!(value >= least && value <= most)) {
      refuse(`--${name} is "${given(name, otherwise)}": a number from ${least} to ${most} is expected`);
    }
    return value;
  };
  const named = (name: string, otherwise: string) => {
    const value = given(name, otherwise);
    if (!/^[a-z][a-z0-9-]{0,29}$/.test(value))
      refuse(`--${name} is "${value}": small letters, digits and hyphens are expected`);
    return value;
  };
  const only = (values.only as string | undefined)?.split(',');
  const unknown = only?.find((name) => !steps.includes(name));
  if (unknown !== undefined) refuse(`--only ${unknown}: expected ${steps.join(', ')}`);
  const [first, second, more] = given('tags', '').split(',');
  if (values.tags !== undefined && (!first || !second || more !== undefined))
    refuse('--tags: two tags with a comma are expected');
  return {
    only,
    keep: values.keep === true,
    minutes: number('minutes', '5', 0.2, 600),
    seed: number('seed', '1', 0, 2 ** 31 - 1),
    rate: number('rate', '150', 1, 5_000),
    out: given('out', outByDefault),
    namespace: named('namespace', 'greenwatch-test'),
    release: named('release', 'gw'),
    ...(first && second ? { tags: { first, second } } : {}),
    volumes: values['no-volumes'] !== true,
  };
}
