import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { choosePort, ManagedProcess, natsServerSpec, Reaper } from '@greenwatch/infra';
import { type TestCertificate, testCertificate } from '@greenwatch/testkit';

const reaper = new Reaper();
const stopping: ManagedProcess[] = [];
let certificate: TestCertificate;
let secure: number;
let clear: number;

/** A nats-server of its own, with TLS where there is a certificate. */
async function server(tls: TestCertificate | undefined): Promise<number> {
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

beforeAll(async () => {
  certificate = testCertificate(['localhost']);
  secure = await server(certificate);
  clear = await server(undefined);
});
afterAll(() => Promise.all(stopping.map((running) => running.stop('SIGKILL'))));

/** What a process says that knows these authorities. */
const speak = (url: string, authorities?: string) =>
  promisify(execFile)(process.execPath, [path.join(__dirname, 'speak-tls.js'), url], {
    env: { ...process.env, ...(authorities ? { NODE_EXTRA_CA_CERTS: authorities } : {}) },
    timeout: 60_000,
  });

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
