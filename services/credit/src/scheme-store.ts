import type { CreditSchemeInput } from '@greenwatch/contracts';
import { type Caller, DomainError, invalid, type Kit, notFound } from '@greenwatch/kit';
import type { Collections, SchemeDoc } from './credit.model';
import type { SchemeContent } from './rate';
import { schemeProblems } from './scheme-check';
import { national21 } from './schemes/national-21';
import { points12 } from './schemes/points-12';

/** How long another instance's new version may go unseen. */
const FRESH_MS = 5_000;
/** Before every entry: the schemes that the service brings along. */
const BEGINNING = Date.parse('2013-12-18T00:00:00+08:00');

/** The version in force at a moment; before the first there was none, so the first serves. */
export function versionAt<T extends { validFrom: number; version: number }>(
  versions: readonly T[],
  at: number,
): T | undefined {
  const sorted = [...versions].sort((a, b) => a.validFrom - b.validFrom || a.version - b.version);
  return sorted.findLast(({ validFrom }) => validFrom <= at) ?? sorted[0];
}

/** Schemes as versioned documents; a version never changes. */
export class SchemeStore {
  #versions: SchemeDoc[] = [];
  #readAt = 0;

  constructor(
    private readonly kit: Kit,
    private readonly db: Collections,
  ) {}

  /** Puts the schemes there that came with the service, where there is none of their name. */
  async start(): Promise<void> {
    for (const scheme of [national21, points12]) {
      if (await this.db.schemes.findOne({ id: scheme.id }, { projection: { _id: 1 } })) continue;
      const doc = this.#doc(scheme, 1, BEGINNING, 'greenwatch');
      await this.db.schemes.updateOne({ _id: doc._id }, { $setOnInsert: doc }, { upsert: true });
    }
    await this.versions();
  }

  async versions(): Promise<readonly SchemeDoc[]> {
    const now = this.kit.now();
    if (now - this.#readAt > FRESH_MS || this.#versions.length === 0) {
      const known = new Map(this.#versions.map((doc) => [doc._id, doc]));
      const found = await this.db.schemes.find().sort({ id: 1, version: 1 }).toArray();
      // The same object as before: what is worked out from a scheme is kept by it.
      this.#versions = found.map((doc) => known.get(doc._id) ?? doc);
      this.#readAt = now;
    }
    return this.#versions;
  }

  /** Each scheme as it is in force at `at`. */
  async inForce(at: number): Promise<SchemeDoc[]> {
    const versions = await this.versions();
    const ids = [...new Set(versions.map(({ id }) => id))];
    return ids.flatMap(
      (id) =>
        versionAt(
          versions.filter((doc) => doc.id === id),
          at,
        ) ?? [],
    );
  }

  /** @throws DomainError 404 */
  async get(id: string, at: number, version?: number): Promise<SchemeDoc> {
    const versions = (await this.versions()).filter((doc) => doc.id === id);
    const found = version === undefined ? versionAt(versions, at) : versions.find((doc) => doc.version === version);
    if (!found) throw notFound('scheme', version === undefined ? id : `${id} version ${version}`);
    return found;
  }

  /**
   * The next version of a scheme; everybody is computed again when it comes into force.
   * @throws DomainError 422 with `errors: [{field, expected}]`
   */
  async publish(input: CreditSchemeInput, by: Caller, afterwards: (session: Session, doc: SchemeDoc) => Promise<void>) {
    const { validFrom: from, ...content } = input;
    const errors = schemeProblems(content);
    const [first] = errors;
    if (first) throw new DomainError('INVALID', `${first.field} ${first.expected}`, 422, { errors });
    const now = this.kit.now();
    const validFrom = from === undefined ? now : Date.parse(from);
    if (validFrom < now - 60_000) {
      throw invalid('validFrom', 'must not lie in the past: what was rated by another version stays so');
    }
    const doc = await this.kit.transaction(async (session) => {
      const last = await this.db.schemes.find({ id: content.id }, { session }).sort({ version: -1 }).limit(1).toArray();
      const next = this.#doc(content, (last[0]?.version ?? 0) + 1, validFrom, by.name);
      await this.db.schemes.insertOne(next, { session });
      await this.kit.audit(session, { action: 'credit.scheme.publish', entity: next._id, by });
      await afterwards(session, next);
      return next;
    });
    this.#readAt = 0;
    return doc;
  }

  #doc(content: SchemeContent, version: number, validFrom: number, publishedBy: string): SchemeDoc {
    return {
      ...content,
      _id: `${content.id}.${version}`,
      version,
      validFrom,
      publishedAt: this.kit.now(),
      publishedBy,
    };
  }
}
type Session = Parameters<Parameters<Kit['transaction']>[0]>[0];
