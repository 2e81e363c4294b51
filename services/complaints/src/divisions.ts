import type { Kit } from '@greenwatch/kit';

interface DivisionDoc {
  _id: string;
  name: string;
  nameEn?: string;
  level: string;
  path: string[];
}
const FRESH_MS = 10 * 60_000;

/** The registry's divisions, kept here too, so that complaints are taken while the registry is away. */
export class Divisions {
  #known = new Map<string, DivisionDoc>();
  #askedAt = 0;

  constructor(private readonly kit: Kit) {}

  async find(code: string): Promise<DivisionDoc | undefined> {
    return (await this.all()).get(code);
  }

  async all(): Promise<ReadonlyMap<string, DivisionDoc>> {
    const { kit } = this;
    if (this.#known.size > 0 && kit.now() - this.#askedAt < FRESH_MS) return this.#known;
    const kept = kit.db.collection<DivisionDoc>('divisions');
    try {
      const answered = await kit.call('registry.division.list', {}, { timeoutMs: 3_000 });
      const docs = answered
        .filter(({ validTo }) => !validTo || Date.parse(validTo) > kit.now())
        .map(({ code, name, nameEn, level, path }) => ({ _id: code, name, ...(nameEn && { nameEn }), level, path }));
      if (docs.length > 0) {
        await kept.bulkWrite(
          docs.map((doc) => ({ replaceOne: { filter: { _id: doc._id }, replacement: doc, upsert: true } })),
        );
        await kept.deleteMany({ _id: { $nin: docs.map(({ _id }) => _id) } });
      }
      this.#known = new Map(docs.map((doc) => [doc._id, doc]));
    } catch (error) {
      kit.log.debug({ err: error }, 'the registry does not tell the divisions; those known before are used');
      if (this.#known.size === 0) this.#known = new Map((await kept.find().toArray()).map((doc) => [doc._id, doc]));
    }
    // Not asked again at once while it is away.
    this.#askedAt = this.#known.size > 0 ? kit.now() : 0;
    return this.#known;
  }
}
