import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AccountInput } from '@greenwatch/contracts';
import { asDomainError, type Client } from '@greenwatch/kit';
import type { DemoAccount, DemoProvince } from './province';
import { writeWhole } from './whole-file';

/** Enterprises, with all that hangs on them, one call takes: far below NATS's message size, quick enough for its time-out. */
const ENTERPRISES_A_CALL = 25;
const PERMITS_A_CALL = 50;
/** Each new password costs the gateway some 20 ms of argon2id. */
const ACCOUNTS_A_CALL = 20;
const CALL_TIMEOUT = 30_000;
const PATIENCE = 120_000;

/**
 * Brings the province into the running system through the same actions that an administrator's import uses. Everything is
 * an upsert, so a load that was killed is completed by the next, and a complete one changes nothing.
 */
export async function loadProvince(call: Client['call'], province: DemoProvince): Promise<{ changed: number }> {
  let changed = 0;
  const ofEnterprises = new Set(province.enterprises.map((enterprise) => enterprise.id));
  const operators = province.enterprises.filter((enterprise) => enterprise.principalPersonId === undefined);
  const authority = province.persons.filter((person) => person.enterpriseId === undefined);
  const staff = province.persons.filter((person) => operators.some((operator) => operator.id === person.enterpriseId));
  const first = {
    ...{ divisions: province.divisions, enterprises: operators, operators: province.operators },
    persons: [...authority, ...staff],
  };
  changed += (await patiently(() => call('registry.import', first, { timeoutMs: CALL_TIMEOUT }))).changed;

  const sources = province.enterprises.filter((enterprise) => enterprise.principalPersonId !== undefined);
  for (const enterprises of chunks(sources, ENTERPRISES_A_CALL)) {
    const ids = new Set(enterprises.map((enterprise) => enterprise.id));
    const input = {
      enterprises,
      outlets: province.outlets.filter((outlet) => ids.has(outlet.enterpriseId)),
      devices: province.devices.filter((device) => device.bindings.some((binding) => ids.has(binding.enterpriseId))),
      persons: province.persons.filter((person) => person.enterpriseId !== undefined && ids.has(person.enterpriseId)),
    };
    changed += (await patiently(() => call('registry.import', input, { timeoutMs: CALL_TIMEOUT }))).changed;
  }
  const permits = province.permits.filter((permit) => ofEnterprises.has(permit.enterpriseId));
  for (const part of chunks(permits, PERMITS_A_CALL)) {
    changed += (await patiently(() => call('permits.import', { permits: part }, { timeoutMs: CALL_TIMEOUT }))).changed;
  }
  return { changed };
}

/** Creates the accounts, those that are shown at the start first. Accounts that exist keep their password. */
export async function loadAccounts(
  call: Client['call'],
  accounts: readonly DemoAccount[],
  passwords: Readonly<Record<string, string>>,
): Promise<{ created: number }> {
  let created = 0;
  const ordered = [...accounts].sort((a, b) => Number(b.named) - Number(a.named));
  for (const part of chunks(ordered, ACCOUNTS_A_CALL)) {
    const input: AccountInput[] = part.map(({ named: _, ...account }) => ({
      ...account,
      password: passwords[account.username] as string,
    }));
    const result = await patiently(() =>
      call('gateway.account.import', { accounts: input }, { timeoutMs: CALL_TIMEOUT }),
    );
    created += result.created;
  }
  return { created };
}

/** The accounts' passwords: made once, kept in `demo-accounts.json` (readable by the owner only). */
export function accountPasswords(folder: string, accounts: readonly DemoAccount[]): Record<string, string> {
  const file = path.join(folder, 'demo-accounts.json');
  let known: Record<string, string> = {};
  try {
    known = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Error(
        `${file} cannot be read; without it nobody knows the demo's passwords: ${(error as Error).message}`,
      );
    }
  }
  const missing = accounts.filter((account) => known[account.username] === undefined);
  if (missing.length === 0) return known;
  const passwords = { ...known };
  // Kept before any account has it: a password that is lost could not be replaced.
  for (const account of missing) passwords[account.username] = randomBytes(9).toString('base64url');
  writeWhole(file, `${JSON.stringify(passwords, null, 2)}\n`, 0o600);
  return passwords;
}

/** Who can log in, as `npm start` prints it: `demo-logins.txt`. */
export function writeLogins(folder: string, province: DemoProvince, passwords: Readonly<Record<string, string>>): void {
  const divisionName = new Map(province.divisions.map((division) => [division.code, division.name]));
  const enterpriseName = new Map(province.enterprises.map((enterprise) => [enterprise.id, enterprise.name]));
  const lines = province.accounts
    .filter((account) => account.named)
    .map((account) => {
      const where = account.enterpriseId
        ? enterpriseName.get(account.enterpriseId)
        : divisionName.get(account.division);
      return `${account.username.padEnd(22)} ${(passwords[account.username] ?? '').padEnd(14)} ${account.roles.join(', ')} · ${where} · ${account.name}`;
    });
  writeWhole(path.join(folder, 'demo-logins.txt'), `${lines.join('\n')}\n`, 0o600);
}

/** Imports may be asked again, so what is away for a while is waited for. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (asDomainError(error)?.status !== 503 || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function* chunks<T>(list: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}
