import { createHash, randomBytes } from 'node:crypto';
import {
  API_SCOPES,
  type ApiArea,
  type ApiKey,
  type ApiKeyInput,
  type ApiScope,
  type Role,
} from '@greenwatch/contracts';
import {
  type Caller,
  inScope,
  invalid,
  isoTime,
  isoTimeOrNone,
  type Kit,
  newId,
  notFound,
  scopeFilter,
} from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';

export interface ApiKeyDoc {
  _id: string;
  /** SHA-256 of the key: with 256 random bits there is nothing to guess, so no slow hash is needed. */
  hash: string;
  name: string;
  division: string;
  /** The division with those above it: whose administrators see and revoke the key. */
  divisionPath: string[];
  scopes: ApiScope[];
  createdAt: Date;
  createdBy: string;
  lastUsedAt?: Date;
  revokedAt?: Date;
}

const apiKeySchema = new Schema<ApiKeyDoc>(
  {
    _id: { type: String, required: true },
    hash: { type: String, required: true },
    name: { type: String, required: true },
    division: { type: String, required: true },
    divisionPath: { type: [String], required: true },
    scopes: { type: [String], required: true },
    createdAt: { type: Date, required: true },
    createdBy: { type: String, required: true },
    lastUsedAt: Date,
    revokedAt: Date,
  },
  { versionKey: false },
);
apiKeySchema.index({ hash: 1 }, { unique: true });

export const apiKeyModel = (db: Connection): Model<ApiKeyDoc> =>
  db.model<ApiKeyDoc>('api_keys', apiKeySchema, 'api_keys');

/** How exact `lastUsedAt` is: use is written down once in so long. */
const USE_NOTED_MS = 60_000;

export class ApiKeys {
  constructor(
    private readonly kit: Pick<Kit, 'audit' | 'transaction' | 'now' | 'call' | 'config'>,
    private readonly model: Model<ApiKeyDoc>,
  ) {}

  /** @throws DomainError 422 for a division that does not exist, or does not lie in that of `by` */
  async create(input: ApiKeyInput, by: Caller): Promise<ApiKey & { key: string }> {
    const divisionPath = await this.#pathOf(input.division);
    if (!inScope(by, { divisionPath })) {
      throw invalid('division', `must be your division ${by.division} or one within it, not ${input.division}`);
    }
    const key = `gwk_${randomBytes(32).toString('base64url')}`;
    const doc: ApiKeyDoc = {
      _id: newId(),
      hash: hashOf(key),
      name: input.name,
      division: input.division,
      divisionPath,
      scopes: input.scopes ?? ['read'],
      createdAt: new Date(this.kit.now()),
      createdBy: by.name,
    };
    await this.kit.transaction(async (session) => {
      await this.model.create([doc], { session });
      const { name, division, scopes } = doc;
      await this.kit.audit(session, {
        action: 'api-key.create',
        entity: doc._id,
        by,
        detail: { name, division, scopes },
      });
    });
    return { ...shown(doc), key };
  }

  async list(by: Caller): Promise<{ items: ApiKey[] }> {
    return { items: (await this.model.find(scopeFilter(by)).sort({ _id: -1 }).lean()).map(shown) };
  }

  /** Revoking twice changes nothing. @throws DomainError 404, also for another division's key */
  async revoke(id: string, by: Caller): Promise<ApiKey> {
    return this.kit.transaction(async (session) => {
      const doc = await this.model
        .findOne({ $and: [{ _id: id }, scopeFilter(by)] })
        .session(session)
        .lean();
      if (!doc) throw notFound('API key', id);
      if (doc.revokedAt) return shown(doc);
      const revokedAt = new Date(this.kit.now());
      await this.model.updateOne({ _id: id }, { $set: { revokedAt } }, { session });
      await this.kit.audit(session, { action: 'api-key.revoke', entity: id, by });
      return shown({ ...doc, revokedAt });
    });
  }

  /** The caller that a key stands for; undefined for one that is unknown or revoked. */
  async find(key: string): Promise<Caller | undefined> {
    const doc = await this.model.findOne({ hash: hashOf(key), revokedAt: null }).lean();
    if (!doc) return undefined;
    const now = this.kit.now();
    if (!doc.lastUsedAt || now - doc.lastUsedAt.getTime() > USE_NOTED_MS) {
      await this.model.updateOne({ _id: doc._id }, { $set: { lastUsedAt: new Date(now) } });
    }
    const { _id, name, division, scopes } = doc;
    const roles: Role[] = scopes.includes('readings:write') ? ['viewer', 'data-source'] : ['viewer'];
    return { kind: 'api-key', id: `api-key:${_id}`, name, roles, division, scopes };
  }

  /** Gives keys of before `divisionPath` the shortest path that is true: the province's and the division's own. */
  async completePaths(): Promise<void> {
    const path = { $setUnion: [[this.kit.config.PROVINCE], ['$division']] };
    await this.model.collection.updateMany({ divisionPath: { $exists: false } }, [{ $set: { divisionPath: path } }]);
  }

  async #pathOf(code: string): Promise<string[]> {
    // A system that starts empty has its province only.
    if (code === this.kit.config.PROVINCE) return [code];
    const divisions = await this.kit.call('registry.division.list', {});
    const parents = new Map(divisions.map((division) => [division.code, division.parent]));
    if (!parents.has(code)) throw invalid('division', `must be a division of this province; ${code} is not known`);
    const path: string[] = [];
    for (let at: string | undefined = code; at !== undefined && !path.includes(at); at = parents.get(at))
      path.unshift(at);
    return path;
  }
}

/** Whether a key with these scopes may read an area. */
export function scopesAllow(scopes: readonly string[], area: ApiArea): boolean {
  return scopes.includes('read') || scopes.includes(`${area}:read`);
}

/** @throws DomainError 422 naming the scope that does not exist and those that do */
export function readScopes(text: string): ApiScope[] {
  const known: readonly string[] = API_SCOPES;
  const scopes = text.split(',').map((scope) => scope.trim());
  for (const scope of scopes) {
    if (!known.includes(scope)) throw invalid('scopes', `knows no "${scope}"; there are ${known.join(', ')}`);
  }
  return [...new Set(scopes)] as ApiScope[];
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url');

const shown = (doc: ApiKeyDoc): ApiKey => ({
  id: doc._id,
  name: doc.name,
  division: doc.division,
  scopes: doc.scopes,
  createdAt: isoTime(doc.createdAt.getTime()),
  createdBy: doc.createdBy,
  lastUsedAt: isoTimeOrNone(doc.lastUsedAt?.getTime()),
  revokedAt: isoTimeOrNone(doc.revokedAt?.getTime()),
});
