import { creditFacts, type PartyKind } from '@greenwatch/contracts';
import { type Caller, endOfWorkingDay, invalid, type Kit, type NewFact, newId, notFound } from '@greenwatch/kit';
import type { ClientSession, mongo } from 'mongoose';
import { momentOf } from './calendar';
import { byParty, type Collections, type EntryDoc, owned, type PartyDoc, type RatingDoc } from './credit.model';
import { ledgerEntry, lineDoc } from './present';
import { type LedgerEntry, type Rated, rate } from './rate';
import { type FlowDays, type FlowVerb, step } from './rating-flow';
import type { SchemeStore } from './scheme-store';

/** Parties a transaction of a run. */
const CHUNK = 200;
/** What one call does: well within the time that a caller waits. */
const PER_CALL = 2_000;
const VERBS: Record<FlowVerb, string> = {
  notify: 'noticed',
  object: 'objected',
  answer: 'answered',
  publish: 'published',
  final: 'final',
  withdraw: 'withdrawn',
};
const timerKey = (id: string) => `rating:${id}`;

export interface RunOptions {
  division: string;
  scheme: string;
  period: string;
  partyKind?: PartyKind;
}

/** Ratings of a period on their way from draft to final (domain.md 4.4). */
export class Ratings {
  constructor(
    private readonly kit: Kit,
    private readonly db: Collections,
    private readonly schemes: SchemeStore,
    private readonly days: FlowDays,
  ) {}

  /**
   * Drafts for every party of a division; a draft is computed again when its ledger or the scheme changed since.
   * @returns how many parties are left for further calls: the caller calls until it is 0
   * @throws DomainError 422 when the period is not over or does not suit the scheme
   */
  async run({ division, scheme: id, period, partyKind }: RunOptions, scope: object, by: Caller) {
    const now = this.kit.now();
    const { basis } = await this.schemes.get(id, now);
    const at = momentOf(basis, period);
    const scheme = await this.schemes.get(id, Math.min(at, now));
    if (at > now) throw invalid('period', `must be over: ${period} is not`);
    const kinds = partyKind ? scheme.parties.filter((kind) => kind === partyKind) : scheme.parties;
    const filter = {
      $and: [scope, { divisionPath: division }, { partyKind: { $in: kinds } }],
    } as mongo.Filter<PartyDoc>;
    let drafted = 0;
    let again = 0;
    let seen = 0;
    let last: string | undefined;
    const total = await this.db.parties.countDocuments(filter);
    while (drafted + again < PER_CALL) {
      const parties = await this.db.parties
        .find(last === undefined ? filter : ({ $and: [filter, { _id: { $gt: last } }] } as mongo.Filter<PartyDoc>))
        .sort({ _id: 1 })
        .limit(CHUNK)
        .toArray();
      last = parties.at(-1)?._id;
      if (last === undefined) break;
      seen += parties.length;
      const done = await this.kit.transaction((session) => this.#draft(parties, scheme, period, at, now, by, session));
      drafted += done.drafted;
      again += done.again;
    }
    if (drafted + again > 0) {
      await this.kit.transaction((session) =>
        this.kit.audit(session, {
          action: 'credit.rating.run',
          entity: `${id}.${period}`,
          by,
          detail: { division, drafted, again },
        }),
      );
    }
    return { drafted, again, further: Math.max(0, total - seen) };
  }

  async #draft(
    parties: PartyDoc[],
    scheme: Awaited<ReturnType<SchemeStore['get']>>,
    period: string,
    at: number,
    now: number,
    by: Caller,
    session: ClientSession,
  ) {
    const keys = parties.map(({ _id }) => _id);
    const found = await this.db.ratings
      .find({ party: { $in: keys }, scheme: scheme.id, period }, { session })
      .toArray();
    const known = new Map(found.map((rating) => [rating.party, rating]));
    const stale = parties.filter((party) => {
      const rating = known.get(party._id);
      if (!rating || rating.state === 'withdrawn') return true;
      const current = rating.schemeVersion === scheme.version && rating.computedAt >= party.changedAt;
      return rating.state === 'draft' && !current;
    });
    if (stale.length === 0) return { drafted: 0, again: 0 };
    const entries = await this.db.entries.find({ party: { $in: stale.map(({ _id }) => _id) } }, { session }).toArray();
    const ledgers = byParty(entries);
    const drafts = stale.map((party): RatingDoc => {
      const old = known.get(party._id);
      const ledger = ledgers.get(party._id) ?? [];
      const rated = rate(scheme, ledger.map(ledgerEntry), at);
      return {
        ...owned(party.partyKind, party.partyId, party.divisionPath),
        _id: old?._id ?? newId(),
        sequence: (old?.sequence ?? 0) + 1,
        partyName: party.name,
        uscc: party.uscc,
        divisionCode: party.divisionCode,
        scheme: scheme.id,
        schemeVersion: scheme.version,
        period,
        at,
        ...scored(rated),
        state: 'draft',
        overdue: false,
        frozen: rated.lines.some(({ entry }) => entry?.status === 'appealed'),
        computedAt: now,
        history: [...(old?.history ?? []), { at: now, verb: 'drafted', by: by.name }],
      };
    });
    await this.db.ratings.bulkWrite(
      drafts.map((draft) => ({ replaceOne: { filter: { _id: draft._id }, replacement: draft, upsert: true } })),
      { session },
    );
    await this.kit.facts.appendAll(
      session,
      drafts.map((draft) => ratingFact(draft, 'drafted', now)),
    );
    const again = drafts.filter(({ party }) => known.has(party)).length;
    return { drafted: drafts.length - again, again };
  }

  /** Tells the parties their drafts: from now on they may object. */
  async notify({ division, scheme, period }: RunOptions, scope: object, by: Caller) {
    const filter = {
      $and: [scope, { divisionPath: division, scheme, period, state: 'draft' }],
    } as mongo.Filter<RatingDoc>;
    let noticed = 0;
    while (noticed < PER_CALL) {
      const done = await this.kit.transaction(async (session) => {
        const drafts = await this.db.ratings.find(filter, { session }).sort({ _id: 1 }).limit(CHUNK).toArray();
        const now = this.kit.now();
        const noticed = drafts.map((draft) => this.#stepped(draft, 'notify', now, { by: by.name }));
        if (noticed.length === 0) return 0;
        await this.db.ratings.bulkWrite(
          noticed.map((rating) => ({ replaceOne: { filter: { _id: rating._id }, replacement: rating } })),
          { session },
        );
        await this.kit.facts.appendAll(
          session,
          noticed.map((rating) => ratingFact(rating, 'noticed', now)),
        );
        await this.kit.facts.appendAll(
          session,
          noticed.map((rating) => this.#timer(rating)),
        );
        return drafts.length;
      });
      noticed += done;
      if (done < CHUNK) break;
    }
    if (noticed > 0) {
      await this.kit.transaction((session) =>
        this.kit.audit(session, {
          action: 'credit.rating.notify',
          entity: `${scheme}.${period}`,
          by,
          detail: { division, noticed },
        }),
      );
    }
    return { noticed, further: await this.db.ratings.countDocuments(filter) };
  }

  /**
   * One step of one rating by somebody.
   * @throws DomainError 404 outside the scope; 409 as `step` says
   */
  async act(
    id: string,
    verb: FlowVerb,
    scope: object,
    by: Caller,
    remark?: string,
    edit?: (rating: RatingDoc) => Partial<RatingDoc>,
  ): Promise<RatingDoc> {
    return this.kit.transaction(async (session) => {
      const rating = await this.db.ratings.findOne({ $and: [{ _id: id }, scope] } as mongo.Filter<RatingDoc>, {
        session,
      });
      if (!rating) throw notFound('rating', id);
      const note = { by: by.name, ...(remark ? { remark } : {}) };
      const after = await this.#advance({ ...rating, ...edit?.(rating) }, verb, session, note);
      await this.kit.audit(session, { action: `credit.rating.${verb}`, entity: id, by });
      if (after.objection?.state !== 'upheld') return after;
      // The authority agreed: what is published is computed from the ledger as it now stands.
      const entries = await this.db.entries.find({ party: rating.party }, { session }).toArray();
      return this.#compute(after, entries.map(ledgerEntry), session);
    });
  }

  object(id: string, text: string, scope: object, by: Caller): Promise<RatingDoc> {
    const now = this.kit.now();
    const dueAt = endOfWorkingDay(now, this.days.answerWorkingDays);
    return this.act(id, 'object', scope, by, undefined, () => ({
      objection: { state: 'open', at: now, by: by.name, text, dueAt },
    }));
  }

  answer(id: string, decision: 'upheld' | 'rejected', reason: string, scope: object, by: Caller): Promise<RatingDoc> {
    const decided = { state: decision, decidedAt: this.kit.now(), decidedBy: by.name, reason };
    return this.act(id, 'answer', scope, by, reason, ({ objection }) =>
      objection ? { objection: { ...objection, ...decided } } : {},
    );
  }

  /** A clock ran out: publicity when nobody objected, final when publicity is over, overdue when no answer came. */
  async due(due: creditFacts.RatingDue, session: ClientSession): Promise<void> {
    const rating = await this.db.ratings.findOne({ _id: due.ratingId }, { session });
    // It went on in the meantime, or has another clock.
    if (!rating || rating.state !== due.state || rating.dueAt !== due.dueAt) return;
    if (rating.state === 'notice') await this.#advance(rating, 'publish', session);
    else if (rating.state === 'publicity' && !rating.frozen) await this.#advance(rating, 'final', session);
    else if (rating.state === 'objection') await this.#save({ ...rating, overdue: true }, 'overdue', session);
  }

  /** An entry's status changed: appeals freeze what it is part of; what no longer counts is taken out of what is rated. */
  async entryChanged(entry: EntryDoc, entries: LedgerEntry[], session: ClientSession): Promise<void> {
    const open = new Set(entries.filter(({ status }) => status === 'appealed').map(({ id }) => id));
    const ratings = await this.db.ratings
      .find({ party: entry.party, 'lines.entryId': entry._id, state: { $ne: 'withdrawn' } }, { session })
      .toArray();
    for (const rating of ratings) {
      const frozen = rating.state !== 'final' && rating.lines.some(({ entryId }) => entryId && open.has(entryId));
      let now = rating;
      if (entry.status === 'cancelled' || entry.status === 'repaired')
        now = await this.#compute(rating, entries, session);
      if (frozen === rating.frozen) continue;
      now = await this.#save({ ...now, frozen }, frozen ? 'frozen' : 'released', session);
      // Its time may have run out while it was frozen.
      if (!frozen && now.state === 'publicity') await this.kit.facts.append(session, this.#timer(now));
    }
  }

  async #compute(rating: RatingDoc, entries: LedgerEntry[], session: ClientSession): Promise<RatingDoc> {
    const scheme = await this.schemes.get(rating.scheme, rating.at, rating.schemeVersion);
    const rated = scored(rate(scheme, entries, rating.at));
    if (rated.score === rating.score && rated.colour === rating.colour) return rating;
    const { veto: _, ...rest } = rating;
    const remark = `${rating.score} → ${rated.score}`;
    return this.#save({ ...rest, ...rated, computedAt: this.kit.now() }, 'recomputed', session, { remark });
  }

  /** The rating after a step, with its history; not written yet. */
  #stepped(rating: RatingDoc, verb: FlowVerb, now: number, note: { by?: string; remark?: string }): RatingDoc {
    // A timer may come a moment before this instance's own clock says so.
    const at = note.by === undefined ? Math.max(now, rating.dueAt ?? now) : now;
    const { dueAt: _, ...rest } = rating;
    return {
      ...rest,
      ...step(rating, verb, at, this.days),
      overdue: false,
      sequence: rating.sequence + 1,
      history: [...rating.history, { at: now, verb: VERBS[verb], ...note }],
    };
  }

  async #advance(
    rating: RatingDoc,
    verb: FlowVerb,
    session: ClientSession,
    note: { by?: string; remark?: string } = {},
  ): Promise<RatingDoc> {
    const now = this.kit.now();
    const stepped = this.#stepped(rating, verb, now, note);
    const after =
      stepped.state === 'final'
        ? { ...stepped, finalAt: now, ...(await this.becomesLatest(rating, session)) }
        : stepped;
    await this.#write(after, VERBS[verb], session);
    await this.kit.facts.cancel(session, timerKey(rating._id));
    if (after.dueAt !== undefined) await this.kit.facts.append(session, this.#timer(after));
    return after;
  }

  /** Makes a final rating the one the public sees, unless one of a later period is. */
  async becomesLatest(
    rating: Pick<RatingDoc, '_id' | 'party' | 'scheme' | 'period'>,
    session: ClientSession,
  ): Promise<{ latest?: true }> {
    const { party, scheme, period } = rating;
    const newer = await this.db.ratings.findOne(
      { party, scheme, latest: true, period: { $gt: period } },
      { session, projection: { _id: 1 } },
    );
    if (newer) return {};
    await this.db.ratings.updateMany(
      { party, scheme, latest: true, _id: { $ne: rating._id } },
      { $unset: { latest: '' } },
      { session },
    );
    return { latest: true };
  }

  #timer({ _id, state, dueAt = this.kit.now(), sequence }: RatingDoc): NewFact<creditFacts.RatingDue> {
    return {
      subject: 'facts.credit.rating.due',
      codec: creditFacts.RatingDue,
      data: { ratingId: _id, state, dueAt },
      entity: _id,
      sequence,
      occurredAt: dueAt,
      publishAt: dueAt,
      cancelKey: timerKey(_id),
    };
  }

  async #save(
    rating: RatingDoc,
    verb: string,
    session: ClientSession,
    note: { by?: string; remark?: string } = {},
  ): Promise<RatingDoc> {
    const history = [...rating.history, { at: this.kit.now(), verb, ...note }];
    const after = { ...rating, sequence: rating.sequence + 1, history };
    await this.#write(after, verb, session);
    return after;
  }

  async #write(rating: RatingDoc, verb: string, session: ClientSession): Promise<void> {
    await this.db.ratings.replaceOne({ _id: rating._id }, rating, { session });
    await this.kit.facts.append(session, ratingFact(rating, verb, this.kit.now()));
  }
}

/** What a rating keeps of a computation. */
export const scored = ({ score, colour, veto, base, lines }: Rated) => ({
  score,
  colour,
  ...(veto === undefined ? {} : { veto }),
  base,
  lines: lines.map(lineDoc),
});

/** The party learns of its rating from the notice on: a draft is the authority's own. */
export const seenByParty = { state: { $nin: ['draft', 'withdrawn'] } };

export function ratingFact(rating: RatingDoc, verb: string, now: number): NewFact<creditFacts.RatingChanged> {
  const shown = rating.state !== 'draft' && rating.enterpriseId !== undefined;
  return {
    subject: `facts.credit.rating.${verb}`,
    codec: creditFacts.RatingChanged,
    data: {
      id: rating._id,
      partyKind: rating.partyKind,
      partyId: rating.partyId,
      scheme: rating.scheme,
      schemeVersion: rating.schemeVersion,
      period: rating.period,
      score: rating.score,
      colour: rating.colour,
      state: rating.state,
      veto: rating.veto ?? '',
      dueAt: rating.dueAt ?? 0,
      partyName: rating.partyName,
    },
    entity: rating._id,
    sequence: rating.sequence,
    occurredAt: now,
    divisionPath: rating.divisionPath,
    ...(shown ? { enterpriseId: rating.enterpriseId } : {}),
  };
}
