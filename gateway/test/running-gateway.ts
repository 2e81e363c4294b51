import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AccountInput } from '@greenwatch/contracts';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient, type RunningService, runService } from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers } from '@greenwatch/testkit';
import { gatewayService } from '../src/gateway.service';
import type { Problem } from '../src/problems';

export interface Answer {
  status: number;
  type: string;
  headers: Headers;
  // The tests say what they expect of it.
  body: Record<string, never> & Partial<Problem>;
  text: string;
}

/** Somebody at the API: a browser with its cookie, or a system with its key. */
export class Visitor {
  cookie: string | undefined;
  key: string | undefined;

  constructor(readonly base: string) {}

  async ask(method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const isForm = body instanceof FormData;
    const response = await fetch(`${this.base}${url}`, {
      method,
      headers: {
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(this.key ? { authorization: `Bearer ${this.key}` } : {}),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const set = response.headers.get('set-cookie');
    if (set) this.cookie = /gw_session=;/.test(set) ? undefined : set.split(';')[0];
    const text = await response.text();
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const parsed = /[/+]json$/.test(type) ? JSON.parse(text) : undefined;
    return { status: response.status, type, headers: response.headers, body: parsed, text };
  }
  get(url: string) {
    return this.ask('GET', url);
  }
  post(url: string, body?: unknown) {
    return this.ask('POST', url, body);
  }
  async logIn(username: string, password: string): Promise<Answer> {
    return this.post('/api/v1/sessions', { username, password });
  }
}

export interface RunningGateway {
  base: string;
  /** `admin <password>` as written at the first start. */
  firstPassword: string;
  firstPasswordFile: string;
  service: RunningService;
  visitor(): Visitor;
  /** A visitor logged in as an account made for it. */
  as(account: Partial<AccountInput> & Pick<AccountInput, 'roles'>): Promise<Visitor>;
  /** Speaks to the gateway's actions as `admin` does. */
  admin: Client;
  stop(): Promise<void>;
}

let accounts = 0;

/** The real gateway in this process against the test's servers. */
export async function runningGateway(
  servers: TestServers,
  environment: Record<string, string> = {},
): Promise<RunningGateway> {
  const firstPasswordFile = path.join(mkdtempSync(path.join(tmpdir(), 'gateway-')), 'first.txt');
  const port = await choosePort();
  const service = await runService(
    gatewayService,
    serviceEnvironment(servers, 'gateway', {
      GATEWAY_PORT: String(port),
      READINGS_GRPC: '127.0.0.1:1',
      FIRST_PASSWORD_FILE: firstPasswordFile,
      ...environment,
    }),
  );
  const admin = await connectClient({ ...asIssuer(servers, 'admin'), services: ['gateway'] });
  const base = `http://127.0.0.1:${port}`;
  return {
    base,
    firstPassword: readFileSync(firstPasswordFile, 'utf8').trim().split(' ')[1] ?? '',
    firstPasswordFile,
    service,
    admin,
    visitor: () => new Visitor(base),
    async as(account) {
      const username = account.username ?? `somebody${accounts++}`;
      const password = 'a long password';
      const input = { name: username, division: '330000', ...account, username, password };
      await admin.call('gateway.account.import', { accounts: [input] });
      const visitor = new Visitor(base);
      const answer = await visitor.logIn(username, password);
      if (answer.status !== 201) throw new Error(answer.text);
      return visitor;
    },
    async stop() {
      await admin.close();
      await service.stop();
    },
  };
}

export async function eventually<T>(check: () => Promise<T | undefined | false>, withinMs = 10_000): Promise<T> {
  for (const until = Date.now() + withinMs; Date.now() < until; ) {
    const found = await check();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`did not happen within ${withinMs} ms`);
}
