import { readFileSync } from 'node:fs';
import { OperatorError } from '@greenwatch/infra';
import { ApiClient } from '../api-client';

/** Who can log in at a deployment. */
export interface Logins {
  names: string[];
  /** @throws OperatorError where the password is not known */
  logIn(target: string, username: string): Promise<ApiClient>;
}

/** Reads `demo-accounts.json` ({"name": "password"}) or `demo-logins.txt` (name, password, words). @throws OperatorError */
export function readLogins(file: string): Logins {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new OperatorError(`--logins ${file} cannot be read: ${(error as Error).message}`);
  }
  const passwords = loginsIn(text);
  return {
    names: Object.keys(passwords),
    logIn(target, username) {
      const password = passwords[username];
      if (!password) throw new OperatorError(`${file} has no password of ${username}`);
      return ApiClient.logIn(target, username, password);
    },
  };
}

export function loginsIn(text: string): Record<string, string> {
  if (text.trimStart().startsWith('{')) return JSON.parse(text) as Record<string, string>;
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [name, password] = line.trim().split(/\s+/);
      return name && password ? [[name, password]] : [];
    }),
  );
}
