import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { ProcessSpec } from '../managed-process';
import { obtainServer } from './obtain';

export interface ValkeyOptions {
  folder: string;
  logFile: string;
  pidFile?: string;
  port: number;
  password: string;
  /** Databases, numbered from 0. */
  databases?: number;
  environment: NodeJS.ProcessEnv;
}

export function valkeyUri(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/** Valkey without persistence: it holds only what may be lost (design.md 5). */
export async function valkeySpec(options: ValkeyOptions): Promise<ProcessSpec> {
  const { folder, port, password } = options;
  mkdirSync(folder, { recursive: true });
  // By file, since a command line can be read by everybody on the machine.
  const configFile = path.join(folder, 'valkey.conf');
  const config = [
    ...['bind 127.0.0.1', `port ${port}`, `dir "${folder}"`, `requirepass ${password}`, 'save ""', 'appendonly no'],
    ...[`databases ${options.databases ?? 16}`, 'maxmemory 256mb', 'maxmemory-policy volatile-lru'],
  ];
  writeFileSync(configFile, `${config.join('\n')}\n`, { mode: 0o600 });
  return {
    name: 'valkey',
    command: await obtainServer('valkey-server'),
    args: [configFile],
    environment: options.environment,
    logFile: path.resolve(options.logFile),
    pidFile: options.pidFile,
    probe: () => ping(port, password),
    readyWithinMs: 15_000,
    stopWithinMs: 3_000,
  };
}

/** Rejects until the server on the port answers to the password. */
function ping(port: number, password: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let answer = '';
    socket.setEncoding('latin1').setTimeout(1_000, () => socket.destroy(new Error('valkey does not answer')));
    socket.on('data', (text: string) => {
      answer += text;
      if (answer === '+OK\r\n+PONG\r\n') resolve();
      else if (/^-/m.test(answer)) reject(new Error(`valkey answers ${answer.trim()}`));
      else return;
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('valkey closed the connection')));
  });
}
