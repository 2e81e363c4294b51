import { permitsFacts } from '@greenwatch/contracts';
import { type Caller, inScope, type Kit, type NewFact } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { type Coverage, type FieldProblem, overlapProblem, premisesKey } from './check-permit';
import type { PermitContent, PermitModels, StoredPermit } from './permit.model';
import { permitChanged, sameContent, statusAt } from './permit-content';

/** A permit as somebody wants it to be. */
export interface Wanted {
  id: string;
  content: PermitContent;
}

/** Why a permit is not taken in. */
export interface Refusal extends FieldProblem {
  id: string;
  reason: 'PERMIT_NUMBER_TAKEN' | 'PERMITS_OVERLAP' | 'PERMIT_ELSEWHERE';
}

/** The one place where permits are written: version, permit as it stands, fact and timer in one transaction. */
export class PermitStore {
  constructor(
    private readonly kit: Kit,
    private readonly models: PermitModels,
  ) {}

  /**
   * Takes in what is new or changed, in one write a collection however many there are. Permits that stand against others
   * are left out and named.
   * @returns ids that were new or changed, and what was refused
   */
  async takeIn(
    wanted: readonly Wanted[],
    caller: Caller,
    session: ClientSession,
  ): Promise<{ written: string[]; refused: Refusal[] }> {
    const { models, kit } = this;
    const now = kit.now();
    const ids = wanted.map(({ id }) => id);
    const known = await models.permits.find({ _id: { $in: ids } }, null, { session }).lean();
    const byId = new Map(known.map((permit) => [permit._id, permit]));
    const changes = wanted.filter(({ id, content }) => {
      const current = byId.get(id);
      return !current || !sameContent(content, current);
    });
    if (changes.length === 0) return { written: [], refused: [] };
    const foreign = changes.filter(({ id }) => !this.isWithin(caller, byId.get(id)));
    const own = changes.filter((change) => !foreign.includes(change));
    const refused = [...foreign.map(elsewhere), ...(await this.#refusals(own, session))];
    const out = new Set(refused.map(({ id }) => id));
    const taken = changes.filter(({ id }) => !out.has(id));
    if (taken.length === 0) return { written: [], refused };

    const places = await this.#places(
      taken.map(({ content }) => content.enterpriseId),
      session,
    );
    const permits = taken.map(({ id, content }): StoredPermit => {
      const current = byId.get(id);
      return {
        ...content,
        _id: id,
        version: (current?.version ?? 0) + 1,
        sequence: current?.sequence ?? 0,
        divisionPath: places.get(content.enterpriseId) ?? [],
        premisesKey: premisesKey(content.number),
      };
    });
    await models.versions.collection.insertMany(
      permits.map(({ _id, version }, i) => ({
        ...(taken[i] as Wanted).content,
        _id: `${_id}.${version}` as never,
        permitId: _id,
        version,
        recordedAt: now,
      })),
      { session },
    );
    await this.tell(permits, now, session);
    await kit.facts.cancel(
      session,
      permits.map(({ _id }) => timerKey(_id)),
    );
    await kit.facts.appendAll(session, permits.filter((permit) => statusAt(permit, now) === 'valid').map(expiryTimer));
    const detail = { permits: permits.map(({ _id, version }) => `${_id}.${version}`) };
    await kit.audit(session, { action: 'permit.import', entity: permits[0]?._id ?? '', by: caller, detail });
    return { written: permits.map(({ _id }) => _id), refused };
  }

  /** Whether a permit that stands may be changed by the caller; one whose place is not known yet is the province's. */
  isWithin(caller: Caller, current: Pick<StoredPermit, 'divisionPath'> | undefined): boolean {
    if (!current) return true;
    const { divisionPath } = current;
    return inScope(caller, { divisionPath: divisionPath.length > 0 ? divisionPath : [this.kit.config.PROVINCE] });
  }

  /** Stores permits as they stand at `now` and tells them, each with its next sequence. */
  async tell(permits: readonly StoredPermit[], now: number, session: ClientSession): Promise<void> {
    const stored = permits.map((permit) => ({ ...permit, sequence: permit.sequence + 1 }));
    await this.models.permits.collection.bulkWrite(
      stored.map((permit) => ({
        replaceOne: { filter: { _id: permit._id as never }, replacement: { ...permit } as never, upsert: true },
      })),
      { session, ordered: false },
    );
    await this.kit.facts.appendAll(
      session,
      stored.map((permit) => ({
        subject: 'facts.permits.permit.changed',
        codec: permitsFacts.PermitChanged,
        data: permitChanged(permit, now),
        entity: permit._id,
        sequence: permit.sequence,
        occurredAt: now,
        divisionPath: permit.divisionPath,
        enterpriseId: permit.enterpriseId,
      })),
    );
  }

  /** Permits in the way of these, if any: of the same number or premises, or of the same enterprise. */
  async near(wanted: readonly Wanted[], session?: ClientSession): Promise<Coverage[]> {
    const numbers = wanted.map(({ content }) => content.number);
    const enterprises = wanted.filter(({ content }) => content.premises).map(({ content }) => content.enterpriseId);
    const found = await this.models.permits
      .find(
        {
          $or: [
            { number: { $in: numbers } },
            { premisesKey: { $in: numbers.map(premisesKey) } },
            ...(enterprises.length > 0 ? [{ enterpriseId: { $in: enterprises } }] : []),
          ],
        },
        { number: 1, enterpriseId: 1, premises: 1, validFrom: 1, validTo: 1 },
        session ? { session } : {},
      )
      .lean();
    return found.map(({ _id, ...rest }) => ({ id: _id, ...rest }));
  }

  /** Which changes would take another permit's number or share its premises, also among themselves. */
  async #refusals(changes: readonly Wanted[], session: ClientSession): Promise<Refusal[]> {
    const changing = new Set(changes.map(({ id }) => id));
    const neighbours = new Neighbours();
    for (const one of await this.near(changes, session)) if (!changing.has(one.id)) neighbours.add(one);
    return changes.flatMap((change) => neighbours.take(change) ?? []);
  }

  /**
   * Division paths of enterprises. Writing the enterprise's document makes this transaction and the one of its fact meet,
   * and has its checks done again.
   */
  async #places(enterpriseIds: readonly string[], session: ClientSession): Promise<Map<string, string[]>> {
    const ids = [...new Set(enterpriseIds)];
    await this.models.enterprises.bulkWrite(
      ids.map((id) => ({
        updateOne: {
          filter: { _id: id },
          update: { $inc: { imports: 1, dirty: 1 }, $setOnInsert: { sequence: 0, divisionPath: [] } },
          upsert: true,
        },
      })),
      { session, ordered: false },
    );
    const places = await this.models.enterprises.find({ _id: { $in: ids } }, { divisionPath: 1 }, { session }).lean();
    return new Map(places.map(({ _id, divisionPath }) => [_id, divisionPath]));
  }
}

/** Permits that are there already, by what might make another one cover the same premises. */
export class Neighbours {
  readonly #byKey = new Map<string, Coverage[]>();

  add(permit: Coverage): void {
    for (const key of keysOf(permit)) {
      const list = this.#byKey.get(key);
      if (list) list.push(permit);
      else this.#byKey.set(key, [permit]);
    }
  }

  /** Adds a permit unless it stands against one that is there. @returns why it does */
  take({ id, content }: Wanted): Refusal | undefined {
    const mine: Coverage = { ...content, id };
    const beside = keysOf(mine).flatMap((key) => this.#byKey.get(key) ?? []);
    const owner = beside.find((one) => one.number === mine.number && one.id !== id);
    if (owner) {
      const expected = `expected a number of its own, but permit ${owner.id} has ${mine.number}`;
      return { id, field: 'number', expected, reason: 'PERMIT_NUMBER_TAKEN' };
    }
    const overlap = overlapProblem(mine, beside);
    if (overlap) return { id, ...overlap, reason: 'PERMITS_OVERLAP' };
    this.add(mine);
    return undefined;
  }
}

/** A permit of another division stands under this id. */
export const elsewhere = ({ id }: { id: string }): Refusal => ({
  id,
  field: 'number',
  expected: 'expected a permit of your own division',
  reason: 'PERMIT_ELSEWHERE',
});

const keysOf = ({ number, enterpriseId }: Coverage) => [`p ${premisesKey(number)}`, `e ${enterpriseId}`];

const timerKey = (id: string) => `expiry:${id}`;

function expiryTimer({ _id, version, validTo }: StoredPermit): NewFact<permitsFacts.PermitDue> {
  return {
    subject: 'facts.permits.permit.due',
    codec: permitsFacts.PermitDue,
    data: { id: _id, version },
    entity: _id,
    sequence: version,
    occurredAt: validTo,
    publishAt: validTo,
    cancelKey: timerKey(_id),
  };
}
