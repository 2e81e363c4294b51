import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { choosePort, ManagedProcess, mongodSpec, natsServerSpec, Reaper } from '@greenwatch/infra';
import {
  serviceEnvironment,
  type TestCertificate,
  type TestServers,
  testCertificate,
  testServers,
} from '@greenwatch/testkit';
import { MongoClient } from 'mongodb';

const reaper = new Reaper();
const stopping: ManagedProcess[] = [];
let certificate: TestCertificate;
let secure: number;
let clear: number;
let servers: TestServers;

/** A nats-server of its own, with TLS where there is a certificate. */
async function natsServer(tls: TestCertificate | undefined): Promise<number> {
  const folder = reaper.temporaryFolder('nats-tls');
  const port = await choosePort();
  const spec = await natsServerSpec({
    folder,
    port,
    logFile: path.join(folder, 'nats.log'),
    pidFile: path.join(folder, 'run', 'nats.pid'),
    syncInterval: '2m',
    environment: process.env,
  });
  if (tls) {
    const { certFile, keyFile } = tls;
    appendFileSync(spec.args.at(-1) ?? '', `tls { cert_file: "${certFile}", key_file: "${keyFile}" }\n`);
  }
  const running = new ManagedProcess(spec, false);
  await running.start();
  stopping.push(running);
  return port;
}

/** A replica set of one, made in clear; then its mongod speaks nothing but TLS. */
async function mongod({ certFile, keyFile }: TestCertificate): Promise<string> {
  const folder = reaper.temporaryFolder('mongod-tls');
  const port = await choosePort();
  const spec = await mongodSpec({
    folder: path.join(folder, 'data'),
    port,
    logFile: path.join(folder, 'mongod.log'),
    pidFile: path.join(folder, 'mongod.pid'),
    cacheGiB: 0.25,
    environment: process.env,
  });
  const making = new ManagedProcess(spec, false);
  await making.start();
  await making.stop();
  const both = path.join(folder, 'both.pem');
  writeFileSync(both, readFileSync(certFile, 'utf8') + readFileSync(keyFile, 'utf8'), { mode: 0o600 });
  // The set knows its member by number, the certificate by name.
  const uri = `mongodb://localhost:${port}/?directConnection=true&tls=true`;
  const probe = async () => {
    const client = new MongoClient(uri, { tlsCAFile: certFile, serverSelectionTimeoutMS: 1_000 });
    try {
      const { isWritablePrimary } = await client.db('admin').command({ hello: 1 });
      if (!isWritablePrimary) throw new Error('mongod is not primary yet');
    } finally {
      await client.close();
    }
  };
  const running = new ManagedProcess(
    { ...spec, args: [...spec.args, '--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', both], probe },
    false,
  );
  await running.start();
  stopping.push(running);
  return uri;
}

/** The pinned Valkey is built without TLS, so TLS ends before it. */
async function valkey(url: string, { certFile, keyFile }: TestCertificate): Promise<string> {
  const behind = new URL(url);
  const relay = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (socket) => {
    const onward = net.connect(Number(behind.port), behind.hostname);
    // However one of them ends, both do.
    pipeline(socket, onward, socket, () => {});
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  relay.unref();
  return `rediss://:${behind.password}@localhost:${(relay.address() as AddressInfo).port}${behind.pathname}`;
}

beforeAll(async () => {
  certificate = testCertificate(['localhost']);
  servers = await testServers();
  [secure, clear] = await Promise.all([natsServer(certificate), natsServer(undefined)]);
});
afterAll(() => Promise.all([servers.stop(), ...stopping.map((running) => running.stop('SIGKILL'))]));

/** What a process says that knows these authorities. */
const run = (script: string, args: string[], authorities = '', environment: NodeJS.ProcessEnv = process.env) =>
  promisify(execFile)(process.execPath, [path.join(__dirname, script), ...args], {
    env: { ...environment, ...(authorities ? { NODE_EXTRA_CA_CERTS: authorities } : {}) },
    timeout: 60_000,
  });
const speak = (url: string, authorities?: string) => run('speak-tls.js', [url], authorities);

describe('NATS_URL tls://', () => {
  it('JetStream and Moleculer speak TLS with a server whose authority NODE_EXTRA_CA_CERTS names', async () => {
    expect((await speak(`tls://localhost:${secure}`, certificate.certFile)).stdout).toBe('1 heard\n');
  });

  it('an authority that nobody named is not believed', async () => {
    await expect(speak(`tls://localhost:${secure}`)).rejects.toThrow(/self-signed|certificate|TLS/i);
  });

  it('a server that offers no TLS is not spoken to in clear', async () => {
    await expect(speak(`tls://localhost:${clear}`, certificate.certFile)).rejects.toThrow(/does not support 'tls'/);
  });
});

describe('a service all of whose servers speak TLS', () => {
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const MONGODB_URI = await mongod(certificate);
    const VALKEY_URL = await valkey(servers.valkeyUrl, certificate);
    const NATS_URL = `tls://localhost:${secure}`;
    environment = serviceEnvironment(servers, 'readings', { MONGODB_URI, NATS_URL, VALKEY_URL });
  }, 120_000);
  const serve = (authorities: string | undefined, more: NodeJS.ProcessEnv = {}) =>
    run('serve-over-tls.js', [], authorities, { ...environment, ...more });

  it('keeps data in MongoDB and caches in Valkey, where it knows their authority', async () => {
    expect((await serve(certificate.certFile)).stdout).toBe('kept, cached\n');
  }, 60_000);

  it('does not start on a MongoDB whose authority it does not know', async () => {
    await expect(serve(undefined, { NATS_URL: servers.natsUrl })).rejects.toThrow(/self-signed certificate/);
  }, 60_000);

  it('does not start on a MongoDB that it should speak to in clear', async () => {
    const MONGODB_URI = environment.MONGODB_URI?.replace('&tls=true', '');
    await expect(serve(certificate.certFile, { MONGODB_URI })).rejects.toThrow(/closed|timed out/);
  }, 60_000);

  it('goes on without a Valkey whose authority it does not know', async () => {
    const strangers = testCertificate(['localhost']);
    const VALKEY_URL = await valkey(servers.valkeyUrl, strangers);
    expect((await serve(certificate.certFile, { VALKEY_URL })).stdout).toBe('kept, Valkey is away\n');
  }, 60_000);
});
