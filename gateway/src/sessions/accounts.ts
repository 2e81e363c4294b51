import { writeFile } from 'node:fs/promises';
import type { AccountInput } from '@greenwatch/contracts';
import { type Caller, DomainError, invalid, isDuplicateKey, type Kit, newId, requireProvince } from '@greenwatch/kit';
import type { Model } from 'mongoose';
import type { AccountDoc } from './account.model';
import { hashPassword, oneTimePassword, verifyPassword } from './password';

/** Hashing takes 19 MiB each: an import of hundreds works on so many at a time. */
const HASHES_AT_ONCE = 4;

export class Accounts {
  constructor(
    private readonly kit: Pick<Kit, 'audit' | 'transaction' | 'now' | 'log' | 'identity' | 'config'>,
    private readonly model: Model<AccountDoc>,
  ) {}

  /** @throws DomainError 401 that does not tell whether the name or the password is wrong */
  async authenticate(username: string, password: string, address: string): Promise<AccountDoc> {
    const account = await this.model.findOne({ username }).lean();
    const good = await verifyPassword(account?.passwordHash, password);
    if (!account || !good) throw new DomainError('BAD_CREDENTIALS', 'The user name or the password is wrong.', 401);
    await this.#audited('session.open', account, { address });
    return account;
  }

  /** @throws DomainError 401 when `current` is wrong, 422 when `next` is the same */
  async changePassword(accountId: string, current: string, next: string): Promise<AccountDoc> {
    const account = await this.model.findById(accountId).lean();
    if (!account || !(await verifyPassword(account.passwordHash, current))) {
      throw new DomainError('BAD_CREDENTIALS', 'The current password is wrong.', 401);
    }
    if (current === next) throw invalid('body.next', 'must differ from the current password');
    const changed = { passwordHash: await hashPassword(next), mustChangePassword: false };
    await this.#audited('account.password', account, {}, { $set: changed });
    return { ...account, ...changed };
  }

  /**
   * Creates the accounts whose names are not taken; the others stay as they are, their passwords too.
   * @throws DomainError 403 unless of the province: an account may have any role and division
   */
  async import(inputs: readonly AccountInput[], by: Caller): Promise<{ created: number; existing: number }> {
    requireProvince(by, this.kit.config.PROVINCE);
    const names = inputs.map(({ username }) => username);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw invalid('accounts', `must name ${twice} once only`);
    const taken = new Set(await this.model.distinct('username', { username: { $in: names } }));
    const missing = inputs.filter(({ username }) => !taken.has(username));
    const docs: AccountDoc[] = [];
    for (let at = 0; at < missing.length; at += HASHES_AT_ONCE) {
      docs.push(...(await Promise.all(missing.slice(at, at + HASHES_AT_ONCE).map((input) => this.#docOf(input)))));
    }
    if (docs.length > 0) {
      await this.kit.transaction(async (session) => {
        await this.model.insertMany(docs, { session });
        const usernames = docs.map(({ username }) => username);
        await this.kit.audit(session, { action: 'account.import', entity: 'accounts', by, detail: { usernames } });
      });
    }
    return { created: docs.length, existing: taken.size };
  }

  /**
   * Makes `admin` with a one-time password when there is no account at all.
   * @param file where `admin <password>` is written (mode 0600); without, it goes to standard output once
   */
  async ensureFirst(division: string, file: string | undefined): Promise<void> {
    if (await this.model.exists({})) return;
    const password = oneTimePassword();
    const input = { username: 'admin', name: '管理员', password, roles: ['administrator' as const], division };
    const doc = { ...(await this.#docOf(input)), mustChangePassword: true };
    try {
      await this.kit.transaction(async (session) => {
        await this.model.create([doc], { session });
        // Before the commit: an account whose password nobody could read would lock everybody out.
        if (file) await writeFile(file, `${doc.username} ${password}\n`, { mode: 0o600 });
      });
    } catch (error) {
      // Another instance started at the same moment and was first.
      if (isDuplicateKey(error)) return;
      throw error;
    }
    if (file) this.kit.log.info({ file }, 'the one-time password of the first administrator "admin" lies in this file');
    else process.stdout.write(`first administrator: admin, one-time password: ${password}\n`);
  }

  async #docOf({ password, ...input }: AccountInput): Promise<AccountDoc> {
    return {
      _id: newId(),
      ...input,
      passwordHash: await hashPassword(password),
      mustChangePassword: false,
      createdAt: new Date(this.kit.now()),
    };
  }

  async #audited(action: string, account: AccountDoc, detail: object, update?: object): Promise<void> {
    const { _id: id, name, roles, division } = account;
    const by: Caller = { kind: 'user', id, name, roles, division, scopes: [] };
    await this.kit.transaction(async (session) => {
      if (update) await this.model.updateOne({ _id: id }, update, { session });
      await this.kit.audit(session, { action, entity: id, by, detail: { ...detail } });
    });
  }
}
