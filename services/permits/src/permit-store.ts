import { permitsFacts } from '@greenwatch/contracts';
import type { Caller, Kit, NewFact } from '@greenwatch/kit';
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
  reason: 'PERMIT_NUMBER_TAKEN' | 'PERMITS_OVERLAP';
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
    const refused = await this.#refusals(changes, session);
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

  /** Which changes would take another permit's number or share its premises, also among themselves. */
  async #refusals(changes: readonly Wanted[], session: ClientSession): Promise<Refusal[]> {
    const numbers = changes.map(({ content }) => content.number);
    const enterprises = changes.filter(({ content }) => content.premises).map(({ content }) => content.enterpriseId);
    const near = await this.models.permits
      .find(
        {
          $or: [
            { number: { $in: numbers } },
            { premisesKey: { $in: numbers.map(premisesKey) } },
            ...(enterprises.length > 0 ? [{ enterpriseId: { $in: enterprises } }] : []),
          ],
        },
        { number: 1, enterpriseId: 1, premises: 1, validFrom: 1, validTo: 1 },
        { session },
      )
      .lean();
    const changing = new Set(changes.map(({ id }) => id));
    const others = neighbours(
      near.filter(({ _id }) => !changing.has(_id)).map(({ _id, ...rest }) => ({ id: _id, ...rest })),
    );
    const refused: Refusal[] = [];
    for (const { id, content } of changes) {
      const mine: Coverage = { ...content, id };
      const beside = others.of(mine);
      const owner = beside.find((one) => one.number === content.number);
      const overlap = owner ? undefined : overlapProblem(mine, beside);
      if (owner) {
        const expected = `expected a number of its own, but permit ${owner.id} has ${content.number}`;
        refused.push({ id, field: 'number', expected, reason: 'PERMIT_NUMBER_TAKEN' });
      } else if (overlap) refused.push({ id, ...overlap, reason: 'PERMITS_OVERLAP' });
      else others.add(mine);
    }
    return refused;
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

/** Permits by what might make them cover the same premises. */
function neighbours(known: readonly Coverage[]) {
  const byKey = new Map<string, Coverage[]>();
  const keys = ({ number, enterpriseId }: Coverage) => [`p ${premisesKey(number)}`, `e ${enterpriseId}`];
  const add = (permit: Coverage) => {
    for (const key of keys(permit)) byKey.set(key, [...(byKey.get(key) ?? []), permit]);
  };
  for (const permit of known) add(permit);
  return { add, of: (permit: Coverage) => keys(permit).flatMap((key) => byKey.get(key) ?? []) };
}

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
