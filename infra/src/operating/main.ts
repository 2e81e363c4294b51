import { parseArgs } from 'node:util';
import { issuers } from '../nats-users';
import { OperatorError } from '../operator-error';
import { ROTATED, ROTATION_STEPS, type RotationStep, rotateSecret } from '../secret-rotation';
import { ensureSecrets } from '../secrets';
import { initiateReplicaSet } from '../servers/mongod';
import { findRunningSystem } from '../system';
import { backup, verify } from './backup';
import { type CheckedChain, checkChains } from './chains';
import { dropDeadLetters, listDeadLetters, replayDeadLetters } from './dead-letters';
import { chosenBackup, type Depot, openDepot } from './depot';
import { prune } from './prune';
import { restore } from './restore';
import { s3Depot } from './s3-depot';
import { asYaml, secretManifests } from './secret-manifests';
import { withMongo, withServers, withStreams } from './servers';
import { table } from './table';

const USAGE = `usage: node infra/dist/operating/main.js COMMAND
  secrets --release R --namespace N [--from FOLDER] [--external-mongodb URI] [--external-nats HOST:PORT]
          [--external-valkey URI] [--tls] [--smpp HOST:PORT]
      makes every secret of a deployment, or keeps those in FOLDER (secrets-N-R by default); prints Kubernetes Secrets
  secrets rotate|promote|retire NAME --from FOLDER
      a step of a rotation; NAME: ${ROTATED}
  backup --out DIR|s3 [--keep-days N --keep-last N] [--history SECONDS] [--mongodb-elsewhere]
  verify DIR|s3[:NAME]
  restore --from DIR|s3[:NAME] [--replace] [--replicas N]
  check                            the hash chains of the running system's data
  prune --in DIR|s3 --keep-days N --keep-last N
  dead-letters list [--service S]  what services could not handle and set aside, oldest first
  dead-letters replay NUMBER...|all [--service S]
      publishes them once more where they came from; mend why they failed first
  dead-letters drop NUMBER...|all [--service S]
      takes out what nobody needs any more
  init-mongodb --set NAME --member HOST:PORT
each with --data DIR: on the servers of the system that runs on that folder (npm start); else by the
environment: MONGODB_URI, NATS_URL; COLD_FOLDER where cold storage is a folder; for s3 BACKUP_S3_BUCKET,
  BACKUP_S3_CREDENTIALS_FILE, BACKUP_S3_ENDPOINT, BACKUP_S3_REGION, BACKUP_S3_PREFIX, BACKUP_S3_PATH_STYLE`;

/** Results go to standard output, progress to standard error. */
const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const now = () => Date.now();
let environment = process.env;
const s3 = (): Promise<Depot> => s3Depot(environment);
const coldFolder = process.env.COLD_FOLDER ? { coldFolder: process.env.COLD_FOLDER } : {};

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const commands: Record<string, (args: string[]) => Promise<void>> = {
  async secrets(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...{ release: text, namespace: text, from: text, 'external-mongodb': text, 'external-nats': text },
        ...{ 'external-valkey': text, tls: flag, smpp: text },
      },
    });
    const [step, name, ...more] = positionals;
    if (step !== undefined) {
      if (!ROTATION_STEPS.includes(step as RotationStep) || name === undefined || more.length > 0) {
        throw new UsageError(`secrets ${positionals.join(' ')} is no command`);
      }
      const folder = wanted(values.from, '--from FOLDER');
      print(rotateSecret(folder, issuers, name, step as RotationStep).join('\n'));
      return;
    }
    const release = named(wanted(values.release, '--release NAME'), '--release');
    const namespace = named(wanted(values.namespace, '--namespace NAME'), '--namespace');
    const folder = values.from ?? `secrets-${namespace}-${release}`;
    const deployment = {
      ...{ release, namespace, tls: values.tls === true, externalMongodb: values['external-mongodb'] },
      ...{ externalNats: values['external-nats'], externalValkey: values['external-valkey'], smpp: values.smpp },
    };
    const secrets = ensureSecrets(folder, issuers);
    process.stdout.write(asYaml(secretManifests(secrets, deployment), deployment));
    say(`the secrets lie in ${folder}: keep it; without its field keys a backup's personal data cannot be read`);
  },

  async backup(args) {
    const { values } = parseArgs({
      args,
      options: { out: text, 'keep-days': text, 'keep-last': text, history: text, 'mongodb-elsewhere': flag },
    });
    const { depot, name } = await openDepot(wanted(values.out, '--out DIR|s3'), s3);
    if (name !== undefined) throw new UsageError('--out is a place: each backup in it is named by its time');
    const retention = retentionOf(values, false);
    const history = values.history === undefined ? {} : { history: whole(values.history, '--history', 1) };
    const mongodbElsewhere = values['mongodb-elsewhere'] === true;
    const version = environment.VERSION || 'dev';
    const manifest = await withServers(environment, ({ mongo, streams }) =>
      backup({ depot, mongo, streams, ...coldFolder, ...history, mongodbElsewhere, version, now, say }),
    );
    if (retention) for (const gone of await prune(depot, retention, now())) say(`${gone}: outdated, taken away`);
    const { databases } = manifest.mongodb;
    const collections = Object.values(databases).flatMap((all) => Object.values(all));
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    print(
      table(
        ['saved', 'what', 'bytes'],
        [
          ['documents', sum(collections.map(({ documents }) => documents)), sum(collections.map(({ bytes }) => bytes))],
          ...Object.entries(manifest.nats.streams).map(([stream, { state }]) => [stream, state.messages, state.bytes]),
          ...(manifest.cold ? [['cold files', manifest.cold.files, manifest.cold.bytes]] : []),
          ['files', Object.keys(manifest.files).length, sum(Object.values(manifest.files).map(({ bytes }) => bytes))],
        ],
      ),
    );
    print(
      `${manifest.name} in ${depot.place} (${(Date.parse(manifest.ended) - Date.parse(manifest.began)) / 1_000} s)`,
    );
  },

  async verify(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    const address = await openDepot(wanted(positionals[0], 'DIR|s3[:NAME]'), s3);
    const name = await chosenBackup(address);
    const { manifest, flaws } = await verify(address.depot, name);
    if (flaws.length > 0) throw new OperatorError(`${name} is not what was saved:\n${flaws.join('\n')}`);
    print(`${name}: ${Object.keys(manifest.files).length} files are what was saved`);
  },

  async restore(args) {
    const { values } = parseArgs({ args, options: { from: text, replace: flag, replicas: text } });
    const address = await openDepot(wanted(values.from, '--from DIR|s3[:NAME]'), s3);
    const name = await chosenBackup(address);
    const replicas = values.replicas === undefined ? {} : { replicas: whole(values.replicas, '--replicas', 1) };
    const { depot } = address;
    const replace = values.replace === true;
    const restored = await withServers(environment, ({ mongo, streams }) =>
      restore({ depot, name, mongo, streams, ...coldFolder, replace, ...replicas, now, say }),
    );
    const slow = Object.entries(restored.streams).flatMap(([stream, { fromTheStart }]) =>
      fromTheStart.map((consumer) => `${stream}/${consumer}`),
    );
    print(
      table(
        ['restored', 'what', 'from after the backup, taken out'],
        [
          ...Object.entries(restored.documents).map(([database, documents]) => [database, documents, 0]),
          ...Object.entries(restored.streams).map(([stream, { messages, takenOut }]) => [stream, messages, takenOut]),
          ['cold files', restored.coldFiles, 0],
        ],
      ),
    );
    if (slow.length > 0)
      print(`nats-server is older than 2.14: handled from the first message again: ${slow.join(', ')}`);
    printChains(restored.chains);
    print(`restored ${name}, as of ${restored.manifest.began}; the services may start`);
  },

  async check(args) {
    parseArgs({ args });
    printChains(await withMongo(environment, checkChains));
  },

  async prune(args) {
    const { values } = parseArgs({ args, options: { in: text, 'keep-days': text, 'keep-last': text } });
    const { depot } = await openDepot(wanted(values.in, '--in DIR|s3'), s3);
    const retention = retentionOf(values, true);
    const gone = retention ? await prune(depot, retention, now()) : [];
    print(gone.length > 0 ? `taken away: ${gone.join(', ')}` : 'nothing is outdated');
  },

  async 'dead-letters'(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { service: text } });
    const [step = '', ...chosen] = positionals;
    const { service } = values;
    const all = step === 'list' ? chosen.length === 0 : chosen.join() === 'all';
    const isCommand = step === 'list' ? all : ['replay', 'drop'].includes(step) && chosen.length > 0;
    if (!isCommand) throw new UsageError(`dead-letters ${positionals.join(' ')} is no command`);
    if (service !== undefined && !all) throw new UsageError('--service goes with "list" and "all", not with numbers');
    const numbers = all ? [] : chosen.map((number) => whole(number, 'NUMBER', 1));
    const letters = await withStreams(environment, async (streams) => {
      if (step === 'list') return listDeadLetters(streams, service);
      const those = all ? (await listDeadLetters(streams, service)).map(({ number }) => number) : numbers;
      return step === 'replay' ? replayDeadLetters(streams, those) : dropDeadLetters(streams, those);
    });
    if (letters.length === 0) {
      print('no dead letters');
      return;
    }
    print(
      table(
        ['number', 'set aside', 'service', 'from', 'tries', 'error'],
        letters.map(({ number, setAside, service: of, subject, tries, error }) => [
          ...[number, setAside.toISOString(), of, subject, tries],
          error.split(' | ')[0] ?? '',
        ]),
      ),
    );
    if (step !== 'list') print(`${step === 'replay' ? 'published again' : 'taken out'}: ${letters.length}`);
  },

  async 'init-mongodb'(args) {
    const { values } = parseArgs({ args, options: { set: text, member: text } });
    const [set, member] = [wanted(values.set, '--set NAME'), wanted(values.member, '--member HOST:PORT')];
    await initiateReplicaSet(member, set);
    print(`${member} is primary of ${set}`);
  },
};

/** @throws OperatorError when one does not hold */
function printChains(chains: readonly CheckedChain[]): void {
  if (chains.length === 0) print('no chain has begun');
  else
    print(
      table(
        ['chain', 'links', ''],
        chains.map(({ chain, links, broken }) => [chain, links, broken === undefined ? 'holds' : `BROKEN: ${broken}`]),
      ),
    );
  const broken = chains.filter((chain) => chain.broken !== undefined);
  if (broken.length > 0) throw new OperatorError(`${broken.length} chains do not hold`);
}

class UsageError extends OperatorError {}

function wanted(value: string | undefined, what: string): string {
  if (!value) throw new UsageError(`${what} is missing`);
  return value;
}

function whole(value: string, name: string, least: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least) {
    throw new UsageError(`${name} is "${value}": a whole number from ${least} is expected`);
  }
  return number;
}

/** As a name in Kubernetes (RFC 1123). */
function named(value: string, option: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(value)) {
    throw new UsageError(`${option} is "${value}": small letters, digits and hyphens are expected, at most 53`);
  }
  return value;
}

function retentionOf(values: { 'keep-days'?: string; 'keep-last'?: string }, needed: boolean) {
  const { 'keep-days': days, 'keep-last': last } = values;
  if (!needed && days === undefined && last === undefined) return undefined;
  return {
    keepDays: whole(wanted(days, '--keep-days N'), '--keep-days', 0),
    keepLast: whole(wanted(last, '--keep-last N'), '--keep-last', 1),
  };
}

async function main([command = '', ...args]: string[]): Promise<void> {
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!run) throw new UsageError(command === '' ? 'a command is missing' : `${command} is no command`);
  const at = args.indexOf('--data');
  if (at >= 0) {
    const [, data] = args.splice(at, 2);
    environment = { ...process.env, ...findRunningSystem(wanted(data, '--data DIR')).environments.operations };
  }
  await run(args);
}

main(process.argv.slice(2)).catch((error: Error & { code?: unknown }) => {
  // Errors of servers have numbers.
  const usage = error instanceof UsageError || String(error.code).startsWith('ERR_PARSE_ARGS');
  const shown = error instanceof OperatorError || usage ? error.message : error.stack;
  process.stderr.write(`greenwatch: ${shown}\n${usage ? `${USAGE}\n` : ''}`);
  process.exitCode = 1;
});
