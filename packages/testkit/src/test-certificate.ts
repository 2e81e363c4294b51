import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { reaper } from './reaper';

export interface TestCertificate {
  /** PEM. Signed by itself, so it is also the authority that vouches for it. */
  certFile: string;
  keyFile: string;
}

const DAY_MS = 86_400_000;

/** A certificate for these host names that nobody trusts but who is told to. @param folder to write it over another one */
export function testCertificate(
  names: readonly string[],
  folder = reaper.temporaryFolder('certificate'),
): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const name = sequence(set(sequence(oid('550403'), element(0x0c, Buffer.from(names[0] ?? 'test')))));
  const subjectNames = sequence(...names.map((one) => element(0x82, Buffer.from(one))));
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    element(
      0xa3,
      sequence(
        // Basic constraints, critical: an authority. Subject alternative names.
        sequence(oid('551d13'), element(0x01, Buffer.from([255])), octets(sequence(element(0x01, Buffer.from([255]))))),
        sequence(oid('551d11'), octets(subjectNames)),
      ),
    ),
  );
  const signature = element(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  const files = { certFile: path.join(folder, 'tls.crt'), keyFile: path.join(folder, 'tls.key') };
  writeFileSync(files.certFile, pem('CERTIFICATE', sequence(body, ecdsaWithSha256, signature)));
  writeFileSync(files.keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  return files;
}

/** One element of DER (X.690). */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
const sequence = (...parts: Buffer[]) => element(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => element(0x31, Buffer.concat(parts));
const octets = (content: Buffer) => element(0x04, content);
const oid = (hex: string) => element(0x06, Buffer.from(hex, 'hex'));
/** UTCTime: yymmddhhmmssZ. */
const time = (at: number) =>
  element(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const pem = (label: string, der: Buffer) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})(?!$)/g, '$1\n')}\n-----END ${label}-----\n`;
