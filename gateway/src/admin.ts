import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asDomainError, type Client, connectClient } from '@greenwatch/kit';
import { readScopes } from './keys/api-keys';

const USAGE = `usage: npm run --silent admin -- COMMAND [--data DIR]
       in a pod of the gateway: node node_modules/@greenwatch/gateway/dist/admin.js COMMAND
  api-key create --name N --division CODE [--scopes LIST]   prints the key, this once
  api-key list                                              id, division, scopes, state, name
  api-key revoke --id ID
  --data DIR   data folder of the running system (default .greenwatch; in a pod its environment says where everything is)`;

/** What is wrong with the command or its surroundings: told in one line. */
class AdminError extends Error {}

async function main(): Promise<void> {
  const { positionals, options } = readCommand();
  const run = COMMANDS[positionals.join(' ')];
  if (!run) throw new AdminError(USAGE);
  const work = run(options);
  const { env } = process;
  const client = await (options.data || !env.IDENTITY_PRIVATE_KEY_FILE
    ? connectToFolder(options.data ?? '.greenwatch')
    : connect(env));
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

type Options = { data?: string; name?: string; division?: string; scopes?: string; id?: string };

/** Each reads its options before anything is connected. */
const COMMANDS: Record<string, (options: Options) => (client: Client) => Promise<void>> = {
  'api-key create': (options) => {
    const name = needed(options, 'name');
    const division = needed(options, 'division');
    const scopes = options.scopes === undefined ? undefined : readScopes(options.scopes);
    return async ({ call }) => print((await call('gateway.apiKey.create', { name, division, scopes })).key);
  },
  'api-key list': () => async (client) => {
    const { items } = await client.call('gateway.apiKey.list', {});
    for (const { id, division, scopes, revokedAt, name } of items) {
      print([id, division, scopes.join(','), revokedAt ? `revoked ${revokedAt}` : 'valid', name].join('\t'));
    }
  },
  'api-key revoke': (options) => {
    const id = needed(options, 'id');
    return async ({ call }) => {
      await call('gateway.apiKey.revoke', { id });
    };
  },
};

function readCommand(): { positionals: string[]; options: Options } {
  const text = { type: 'string' } as const;
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { data: text, name: text, division: text, scopes: text, id: text },
    });
    return { positionals, options: values };
  } catch (error) {
    throw new AdminError(`${(error as Error).message}\n${USAGE}`);
  }
}

function needed(options: Options, name: keyof Options): string {
  const value = options[name];
  if (!value) throw new AdminError(`--${name} is needed\n${USAGE}`);
  return value;
}

/** As the service whose environment this is, the gateway's where a pod runs it. */
function connect(environment: NodeJS.ProcessEnv, issuer = 'gateway'): Promise<Client> {
  const { NATS_URL, IDENTITY_PRIVATE_KEY_FILE, IDENTITY_PUBLIC_KEYS_FILE, PROVINCE } = environment;
  return connectClient({
    issuer,
    natsUrl: NATS_URL ?? '',
    privateKeyFile: IDENTITY_PRIVATE_KEY_FILE ?? '',
    publicKeysFile: IDENTITY_PUBLIC_KEYS_FILE ?? '',
    province: PROVINCE,
    services: ['gateway'],
  });
}

/** The system that runs on a data folder: infra's System writes run/system.json there while it runs. */
async function connectToFolder(data: string): Promise<Client> {
  const folder = path.resolve(data);
  const file = path.join(folder, 'run', 'system.json');
  const absent = new AdminError(`no greenwatch runs on ${folder}: start it with npm start`);
  if (!existsSync(file)) throw absent;
  const record = JSON.parse(readFileSync(file, 'utf8')) as { environments?: { admin?: Record<string, string> } };
  const environment = record.environments?.admin;
  const natsUrl = environment?.NATS_URL;
  if (!environment || !natsUrl) throw new AdminError(`${file} names no addresses for admin`);
  // A system that was killed leaves the file; Moleculer would wait for it without end.
  if (!(await answers(natsUrl))) throw absent;
  return connect(environment, 'admin');
}

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port), timeout: 3_000 });
    const done = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
    socket.once('timeout', () => done(false));
  });
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof AdminError || asDomainError(error) !== undefined;
    process.stderr.write(`greenwatch admin: ${known ? (error as Error).message : (error as Error).stack}\n`);
    process.exit(1);
  },
);
