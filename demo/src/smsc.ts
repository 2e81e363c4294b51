import path from 'node:path';
import { ConfigError, readConfig } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { startSmsc } from './smsc-server';

const Config = Type.Object({
  SMPP_URL: Type.String({ pattern: '^smpp://[^:@/]+:[^:@/]+@', description: 'smpp://user:password@host:port' }),
  SMPP_PORT: Type.Integer({ minimum: 1, maximum: 65535 }),
  BIND_HOST: Type.String({ default: '127.0.0.1', description: 'address the SMPP port listens on' }),
  DEMO_FOLDER: Type.String({ minLength: 1, description: 'where sms.jsonl lies' }),
});

async function main(): Promise<void> {
  const { SMPP_URL, SMPP_PORT, BIND_HOST, DEMO_FOLDER } = readConfig(Config, process.env);
  const { username, password } = new URL(SMPP_URL);
  const smsc = await startSmsc({
    port: SMPP_PORT,
    host: BIND_HOST,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    file: path.join(DEMO_FOLDER, 'sms.jsonl'),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void smsc.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`smsc stops: ${text}\n`);
  process.exit(1);
});
