import { creditFacts } from '@greenwatch/contracts';
import { type Caller, conflict, type Kit } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { type BlacklistDoc, type Collections, owned, type PartyDoc } from './credit.model';

export interface Listing {
  reason: string;
  caseNo?: string;
  caseId?: string;
}

/** Operators that may take on no devices until lifted (domain.md 4.3; Guangxi). The registry refuses them by its fact. */
export class Blacklist {
  constructor(
    private readonly kit: Kit,
    private readonly db: Collections,
  ) {}

  /** @throws DomainError 409 when it is listed already */
  async list(operator: PartyDoc, listing: Listing, session: ClientSession, by?: Caller): Promise<BlacklistDoc> {
    const before = await this.db.blacklist.findOne({ _id: operator.partyId }, { session });
    // One decision lists once: what was lifted since stays lifted.
    if (before && listing.caseId !== undefined && before.caseId === listing.caseId) return before;
    if (before?.listed) {
      if (by) throw conflict('ALREADY_LISTED', `The operator ${operator.partyId} is on the blacklist already.`);
      return before;
    }
    const now = this.kit.now();
    const { liftedAt: _, caseId: __, caseNo: ___, ...rest } = before ?? { sequence: 0, history: [] };
    return this.#save(
      {
        ...rest,
        ...owned('operator', operator.partyId, operator.divisionPath),
        ...listing,
        _id: operator.partyId,
        listed: true,
        since: now,
        history: [...rest.history, note(now, 'listed', listing.reason, by)],
      },
      session,
      by,
    );
  }

  /** @throws DomainError 409 when it is not listed */
  async lift(operatorId: string, reason: string, session: ClientSession, by?: Caller): Promise<BlacklistDoc> {
    const before = await this.db.blacklist.findOne({ _id: operatorId }, { session });
    if (!before?.listed) throw conflict('NOT_LISTED', `The operator ${operatorId} is not on the blacklist.`);
    const now = this.kit.now();
    const history = [...before.history, note(now, 'lifted', reason, by)];
    return this.#save({ ...before, listed: false, liftedAt: now, history }, session, by);
  }

  /** The case that listed it was withdrawn: it stands no more. What people listed, people lift. */
  async caseWithdrawn(caseId: string, session: ClientSession): Promise<void> {
    const listed = await this.db.blacklist.findOne({ caseId, listed: true }, { session });
    if (listed) await this.lift(listed._id, `case ${listed.caseNo ?? caseId} withdrawn`, session);
  }

  async #save(doc: BlacklistDoc, session: ClientSession, by?: Caller): Promise<BlacklistDoc> {
    const after = { ...doc, sequence: doc.sequence + 1 };
    const verb = doc.listed ? 'listed' : 'lifted';
    await this.db.blacklist.replaceOne({ _id: doc._id }, after, { upsert: true, session });
    await this.kit.facts.append(session, {
      subject: `facts.credit.blacklist.${verb}`,
      codec: creditFacts.BlacklistChanged,
      data: {
        operatorId: doc._id,
        listed: doc.listed,
        reason: doc.history.at(-1)?.remark ?? doc.reason,
        since: doc.since,
        liftedAt: doc.liftedAt ?? 0,
        caseNo: doc.caseNo ?? '',
      },
      entity: doc._id,
      sequence: after.sequence,
      occurredAt: this.kit.now(),
      divisionPath: doc.divisionPath,
    });
    await this.kit.audit(session, {
      action: `credit.blacklist.${verb}`,
      entity: doc._id,
      by: by ?? this.kit.identity.self,
      detail: { reason: doc.history.at(-1)?.remark, caseNo: doc.caseNo },
    });
    return after;
  }
}

const note = (at: number, verb: string, remark: string, by?: Caller) => ({
  at,
  verb,
  remark,
  ...(by ? { by: by.name } : {}),
});
