import { fork } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from '../paths';
import type { FieldApi, FromField, ToField } from './field-api';

/** Starts the field's process. @returns its methods, and how to end it */
export function startField(): { field: FieldApi; stop(): void } {
  const child = fork(path.join(repositoryRoot, 'loadtests', 'dist', 'cluster-field.js'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    // A Ctrl-C is ours to answer: the field ends with us.
    detached: true,
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', ({ id, result, error }: FromField) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error));
  });
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the field's process ended: ${code ?? signal}`));
    waiting.clear();
  });
  const ask = (method: keyof FieldApi, args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      if (!child.connected) return reject(new Error("the field's process is gone"));
      waiting.set(id, { resolve, reject });
      child.send({ id, method, args } satisfies ToField);
    });
  const field = new Proxy({} as FieldApi, {
    get:
      (_, method) =>
      (...args: unknown[]) =>
        ask(method as keyof FieldApi, args),
  });
  return { field, stop: () => child.kill('SIGKILL') };
}
