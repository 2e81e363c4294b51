import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { connectMongo, migrateService, type RunningService, runService } from '@greenwatch/kit';
import {
  serviceEnvironment,
  type TestCertificate,
  type TestServers,
  testCertificate,
  testServers,
  until,
} from '@greenwatch/testkit';
import { ingestionService } from '../src/ingestion.service';

let servers: TestServers;
let service: RunningService | undefined;
let certificate: TestCertificate;
let tlsPort: number;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  servers = await testServers();
  certificate = testCertificate(['devices.example.org']);
  tlsPort = await choosePort();
  env = serviceEnvironment(servers, 'ingestion', {
    HJ212_PORT: '0',
    HJ212_TLS_PORT: String(tlsPort),
    HJ212_TLS_CERT_FILE: certificate.certFile,
    HJ212_TLS_KEY_FILE: certificate.keyFile,
    INGESTION_ADMISSION: 'open',
  });
});
afterAll(async () => {
  await service?.stop();
  await servers.stop();
});

it('main.js migrate takes away the index that old archives keep, and may be repeated', async () => {
  const db = await connectMongo(servers.mongoUri, `${servers.database}_ingestion`, 'test');
  try {
    const archive = db.collection<{ _id: string; mns: string[]; day: string }>('archive');
    await archive.insertOne({ _id: '20260101|1', mns: ['M1'], day: '20260101' });
    await archive.createIndex({ mns: 1, day: 1 });
    await migrateService(ingestionService, env);
    expect(Object.keys(await archive.indexInformation())).toEqual(['_id_', '_id_1_from_1_to_1']);
    await migrateService(ingestionService, env);
    expect(await archive.countDocuments()).toBe(1);
  } finally {
    await db.close();
  }
});

it('a setting without its file stops the start and is named', async () => {
  await expect(runService(ingestionService, { ...env, HJ212_TLS_KEY_FILE: '' })).rejects.toThrow(
    'HJ212_TLS_KEY_FILE is missing, expected a file since HJ212_TLS_PORT is set',
  );
});

class SecureDevice {
  received = '';
  private constructor(readonly socket: TLSSocket) {
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
  }

  static open(ca: Buffer): Promise<SecureDevice> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: tlsPort, host: '127.0.0.1', ca, servername: 'devices.example.org' }, () =>
        resolve(new SecureDevice(socket)),
      );
      socket.once('error', reject);
    });
  }

  async send(time: number): Promise<void> {
    const before = this.answers;
    const head = 'QN=20261122120000000;ST=32;CN=2011;PW=123456;MN=TLS1;Flag=5';
    this.socket.write(buildFrame(`${head};CP=&&DataTime=${formatDataTime(time)};w01018-Rtd=12.5,w01018-Flag=N&&`));
    await until(() => this.answers > before);
  }

  get answers(): number {
    return this.received.split('CN=9014').length - 1;
  }

  get certificate(): string {
    return this.socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  }
}

it('devices speak HJ 212 over TLS; a renewed certificate is taken up without losing a connection', async () => {
  service = await runService(ingestionService, env);
  const first = readFileSync(certificate.certFile);
  const device = await SecureDevice.open(first);
  await device.send(Date.UTC(2026, 10, 1));
  expect(device.certificate).toBe(new X509Certificate(first).fingerprint256);
  const text = await (await fetch(`http://127.0.0.1:${service.healthPort}/metrics`)).text();
  expect(text).toContain('greenwatch_ingestion_connections{way="hj212-tls"} 1\n');
  expect(text).toContain('greenwatch_ingestion_connections{way="hj212"} 0\n');

  testCertificate(['devices.example.org'], path.dirname(certificate.certFile));
  const second = readFileSync(certificate.certFile);
  const renewed = await until(() => SecureDevice.open(second).catch(() => undefined));
  expect(renewed.certificate).toBe(new X509Certificate(second).fingerprint256);
  await renewed.send(Date.UTC(2026, 10, 2));
  await device.send(Date.UTC(2026, 10, 3));

  // Who speaks no TLS there is told nothing.
  const plain = connectTcp(tlsPort, '127.0.0.1', () => plain.write('##0123'));
  await new Promise((resolve) => plain.once('close', resolve).on('error', () => {}));
  device.socket.destroy();
  renewed.socket.destroy();
});
