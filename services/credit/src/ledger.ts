import { type Colour, creditFacts, type PartyKind } from '@greenwatch/contracts';
import type { Kit, NewFact } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import {
  byParty,
  type Collections,
  type EntryDoc,
  owned,
  type PartyDoc,
  partyKey,
  type SchemeDoc,
  type StandingDoc,
} from './credit.model';
import type { EntryFromFact, Outcome, Source } from './entry-source';
import { ledgerEntry } from './present';
import { concerns, type LedgerEntry, rate, rulesFor, validUntil } from './rate';
import type { Ratings } from './ratings';
import type { SchemeStore } from './scheme-store';

/** The fields of an entry that count; a computation of everybody reads them by the hundred thousand. */
const COUNTS = {
  ...{ party: 1, event: 1, topic: 1, severity: 1, value: 1, caseNo: 1 },
  ...{ occurredAt: 1, validUntil: 1, status: 1, repairedAt: 1 },
};

/** The newest fact about a party, as registry tells it. */
export interface PartyFact {
  partyKind: PartyKind;
  partyId: string;
  sequence: number;
  name: string;
  uscc: string;
  divisionCode: string;
  divisionPath: string[];
}

/** The one way entries change: the entry, its fact, what the party stands at, in the caller's transaction. */
export class Ledger {
  constructor(
    private readonly kit: Kit,
    private readonly db: Collections,
    private readonly schemes: SchemeStore,
    private readonly ratings: Ratings,
  ) {}

  /**
   * The party, locked until the transaction ends: whoever else changes its ledger waits or comes again. One that the
   * registry has not told of yet is there without a name.
   */
  async lock(kind: PartyKind, id: string, session: ClientSession, name = ''): Promise<PartyDoc> {
    const now = this.kit.now();
    const party = await this.db.parties.findOneAndUpdate(
      { _id: partyKey(kind, id) },
      {
        $inc: { touched: 1 },
        $set: { changedAt: now },
        $setOnInsert: { ...owned(kind, id, []), name, uscc: '', divisionCode: '', sequence: 0 },
      },
      { upsert: true, returnDocument: 'after', session },
    );
    return party as PartyDoc;
  }

  /** Takes over what registry says of a party: its name and place go to all of its records. */
  async takeParty(fact: PartyFact, session: ClientSession): Promise<void> {
    const { partyKind, partyId, divisionPath, ...rest } = fact;
    const before = await this.lock(partyKind, partyId, session, rest.name);
    if (before.sequence >= fact.sequence) return;
    await this.db.parties.updateOne({ _id: before._id }, { $set: { ...rest, divisionPath } }, { session });
    const moved = before.divisionPath.join() !== divisionPath.join();
    const renamed = before.name !== rest.name || before.uscc !== rest.uscc || before.divisionCode !== rest.divisionCode;
    if (before.sequence > 0 && !moved && !renamed) return;
    const party = { ...before, ...rest, divisionPath };
    const where = { party: before._id };
    if (moved && before.touched > 1) {
      await this.db.entries.updateMany(where, { $set: { divisionPath } }, { session });
      if (partyKind === 'operator') await this.db.blacklist.updateMany(where, { $set: { divisionPath } }, { session });
    }
    const { name: partyName, uscc, divisionCode } = rest;
    // Touched for the first time, it has none.
    if (before.touched > 1) {
      await this.db.ratings.updateMany(where, { $set: { partyName, uscc, divisionCode, divisionPath } }, { session });
    }
    await this.refresh(party, session);
  }

  /** Whether a fact of a source is newer than every one before: the newest counts, whatever order they come in. */
  async isNewest(source: Source, sequence: number, session: ClientSession): Promise<boolean> {
    const id = idOf(source);
    const seen = await this.db.sources.findOne({ _id: id }, { session });
    if (seen && seen.sequence >= sequence) return false;
    await this.db.sources.updateOne({ _id: id }, { $set: { sequence } }, { upsert: true, session });
    return true;
  }

  /**
   * What the newest fact of another service makes of a party's ledger. What the party has brought about since (appeal,
   * repair) stays.
   */
  async takeOutcome(source: Source, outcome: Outcome, session: ClientSession): Promise<EntryDoc | undefined> {
    const id = idOf(source);
    const entry = await this.db.entries.findOne({ _id: id }, { session });
    if (outcome === 'none') {
      if (!entry || entry.takenBack) return undefined;
      // What was cancelled or repaired before stays so; what the source takes away is cancelled.
      return this.change({ ...entry, status: 'cancelled', takenBack: true }, 'withdrawn', session);
    }
    if (!entry) {
      if (!(await this.#concernsAnybody({ ...outcome, id, status: 'effective' }))) return undefined;
      return this.record(id, outcome, source, `service:${source.kind}`, session);
    }
    const content = this.#contentOf(outcome);
    const status = entry.takenBack ? ('effective' as const) : entry.status;
    const { takenBack: _, ...rest } = entry;
    const after = { ...rest, ...content, status };
    if (!entry.takenBack && JSON.stringify(this.#contentOf(entry)) === JSON.stringify(content)) return undefined;
    return this.change(after, entry.takenBack ? 'restored' : 'corrected', session);
  }

  async record(
    id: string,
    content: EntryFromFact & { value?: number; validUntil?: number },
    source: EntryDoc['source'],
    by: string,
    session: ClientSession,
  ): Promise<EntryDoc> {
    const { partyKind, partyId, partyName, ...rest } = content;
    const party = await this.lock(partyKind, partyId, session, partyName);
    const now = this.kit.now();
    const entry: EntryDoc = {
      ...rest,
      ...owned(partyKind, partyId, party.divisionPath),
      _id: id,
      sequence: 1,
      source,
      status: 'effective',
      recordedAt: now,
      recordedBy: by,
      history: [{ at: now, verb: 'recorded', by }],
    };
    await this.db.entries.insertOne(entry, { session });
    await this.kit.facts.append(session, await this.#fact(entry, 'recorded'));
    await this.refresh(party, session);
    return entry;
  }

  /** Many entries of an import in few writes; each is told, and what their parties stand at. */
  async recordAll(
    rows: readonly (Omit<EntryFromFact, 'partyName'> & { id: string; value?: number; validUntil?: number })[],
    by: string,
    session: ClientSession,
  ): Promise<void> {
    if (rows.length === 0) return;
    const now = this.kit.now();
    const places = new Map(
      rows.map(({ partyKind, partyId }) => [partyKey(partyKind, partyId), { partyKind, partyId }]),
    );
    const keys = [...places.keys()];
    await this.db.parties.bulkWrite(
      [...places].map(([_id, { partyKind, partyId }]) => ({
        updateOne: {
          filter: { _id },
          update: {
            $inc: { touched: 1 },
            $set: { changedAt: now },
            $setOnInsert: { ...owned(partyKind, partyId, []), name: '', uscc: '', divisionCode: '', sequence: 0 },
          },
          upsert: true,
        },
      })),
      { session },
    );
    const parties = await this.db.parties.find({ _id: { $in: keys } }, { session }).toArray();
    const paths = new Map(parties.map(({ _id, divisionPath }) => [_id, divisionPath]));
    const entries = rows.map(
      ({ id, partyKind, partyId, ...content }): EntryDoc => ({
        ...content,
        ...owned(partyKind, partyId, paths.get(partyKey(partyKind, partyId)) ?? []),
        _id: `manual-${id}`,
        sequence: 1,
        source: { kind: 'manual', id },
        status: 'effective',
        recordedAt: now,
        recordedBy: by,
        history: [{ at: now, verb: 'imported', by }],
      }),
    );
    await this.db.entries.insertMany(entries, { session });
    const facts = [];
    for (const entry of entries) facts.push(await this.#fact(entry, 'recorded'));
    await this.kit.facts.appendAll(session, facts);
    await this.refreshAll(parties, session);
  }

  /** Writes an entry as it now stands, with one line more of its history. */
  async change(
    entry: EntryDoc,
    verb: string,
    session: ClientSession,
    more: { by?: string; remark?: string } = {},
  ): Promise<EntryDoc> {
    const party = await this.lock(entry.partyKind, entry.partyId, session);
    const after: EntryDoc = {
      ...entry,
      sequence: entry.sequence + 1,
      history: [...entry.history, { at: this.kit.now(), verb, ...more }],
    };
    await this.db.entries.replaceOne({ _id: entry._id }, after, { session });
    await this.kit.facts.append(session, await this.#fact(after, 'changed'));
    await this.refresh(party, session);
    await this.ratings.entryChanged(after, await this.entriesOf(party._id, session), session);
    return after;
  }

  async entriesOf(party: string, session?: ClientSession): Promise<LedgerEntry[]> {
    return (await this.db.entries.find({ party }, { session }).toArray()).map(ledgerEntry);
  }

  refresh(party: PartyDoc, session: ClientSession): Promise<{ entries: number; changed: number }> {
    return this.refreshAll([party], session);
  }

  /**
   * Computes what parties stand at now by every scheme for their kind, and tells what is different. Their standings are
   * written even when nothing is: two computations beside each other must see the conflict.
   * @returns how many entries that took, and how many standings are others than before
   */
  async refreshAll(parties: readonly PartyDoc[], session: ClientSession, writeAll = true) {
    const now = this.kit.now();
    const within = { party: { $in: parties.map(({ _id }) => _id) } };
    const entries = await this.db.entries.find(within, { session, projection: COUNTS }).toArray();
    const ledgers = byParty(entries);
    const before = byParty(await this.db.standings.find(within, { session }).toArray());
    const schemes = await this.schemes.inForce(now);
    const computed = parties.flatMap((party) =>
      this.#standings(
        schemes,
        party,
        (ledgers.get(party._id) ?? []).map(ledgerEntry),
        before.get(party._id) ?? [],
        now,
        writeAll,
      ),
    );
    const changed = computed.filter((standing) => standing.changed);
    const written = writeAll ? computed : changed;
    if (written.length > 0) {
      await this.db.standings.bulkWrite(
        written.map(({ doc }) => ({ replaceOne: { filter: { _id: doc._id }, replacement: doc, upsert: true } })),
        { session, ordered: false },
      );
    }
    const told = changed.filter(({ tell }) => tell).map(({ doc }) => standingFact(doc));
    if (told.length > 0) await this.kit.facts.appendAll(session, told);
    return { entries: entries.length, changed: changed.length };
  }

  /**
   * What a party stands at, with whether it differs from before and has to be told. Nothing is told of a clean new party,
   * nor to the whole province when a new scheme is computed for the first time.
   */
  #standings(
    schemes: readonly SchemeDoc[],
    party: PartyDoc,
    entries: LedgerEntry[],
    before: readonly StandingDoc[],
    now: number,
    alone: boolean,
  ): { doc: StandingDoc; changed: boolean; tell: boolean }[] {
    return schemes
      .filter((scheme) => scheme.parties.includes(party.partyKind))
      .map((scheme) => {
        const _id = `${scheme.id}.${party._id}`;
        const old = before.find((doc) => doc._id === _id);
        const { score, colour, veto } = rate(scheme, entries, now);
        const other =
          old?.score !== score || old.colour !== colour || old.veto !== veto || old.schemeVersion !== scheme.version;
        const moved =
          old?.partyName !== party.name ||
          old.uscc !== party.uscc ||
          old.divisionPath.join() !== party.divisionPath.join();
        const doc: StandingDoc = {
          ...owned(party.partyKind, party.partyId, party.divisionPath),
          _id,
          sequence: (old?.sequence ?? 0) + (other ? 1 : 0),
          partyName: party.name,
          uscc: party.uscc,
          divisionCode: party.divisionCode,
          scheme: scheme.id,
          schemeVersion: scheme.version,
          score,
          colour,
          ...(veto === undefined ? {} : { veto }),
          at: now,
        };
        return { doc, changed: other || moved, tell: other && (old !== undefined || (alone && entries.length > 0)) };
      });
  }

  #contentOf({ event, topic, severity, penalties, fine, occurredAt, evidence, caseNo }: EntryFromFact | EntryDoc) {
    return {
      event,
      ...(topic === undefined ? {} : { topic }),
      ...(severity === undefined ? {} : { severity }),
      penalties,
      ...(fine === undefined ? {} : { fine }),
      occurredAt,
      evidence,
      ...(caseNo === undefined ? {} : { caseNo }),
    };
  }

  /** Which duties and results cost anything is the schemes' matter; a penalty stands in the ledger in any case. */
  async #concernsAnybody(entry: LedgerEntry): Promise<boolean> {
    if (entry.event.startsWith('penalty-')) return true;
    return (await this.schemes.inForce(this.kit.now())).some((scheme) => concerns(scheme, entry));
  }

  async #fact(entry: EntryDoc, verb: 'recorded' | 'changed'): Promise<NewFact<creditFacts.EntryChanged>> {
    const seen = ledgerEntry(entry);
    const ends = (await this.schemes.inForce(this.kit.now()))
      .filter((scheme) => scheme.kind === 'points')
      .flatMap((scheme) => rulesFor(scheme, seen).map((rule) => validUntil(rule, seen) ?? 0));
    return {
      subject: `facts.credit.entry.${verb}`,
      codec: creditFacts.EntryChanged,
      data: {
        id: entry._id,
        partyKind: entry.partyKind,
        partyId: entry.partyId,
        event: entry.event,
        occurredAt: entry.occurredAt,
        validUntil: entry.validUntil ?? (ends.includes(0) ? 0 : Math.max(0, ...ends)),
        status: entry.status,
        sourceKind: entry.source.kind,
        sourceId: entry.source.id,
        caseNo: entry.caseNo ?? '',
      },
      entity: entry._id,
      sequence: entry.sequence,
      occurredAt: entry.occurredAt,
      divisionPath: entry.divisionPath,
      ...(entry.enterpriseId === undefined ? {} : { enterpriseId: entry.enterpriseId }),
    };
  }
}

/** One source makes one entry. */
const idOf = ({ kind, id }: Source): string => `${kind}-${id}`;

/** A real-time standing told as a rating without a period. */
export function standingFact(doc: StandingDoc): NewFact<creditFacts.RatingChanged> {
  return {
    subject: 'facts.credit.rating.recomputed',
    codec: creditFacts.RatingChanged,
    data: {
      id: doc._id,
      partyKind: doc.partyKind,
      partyId: doc.partyId,
      scheme: doc.scheme,
      schemeVersion: doc.schemeVersion,
      period: '',
      score: doc.score,
      colour: doc.colour satisfies Colour,
      state: 'current',
      veto: doc.veto ?? '',
      dueAt: 0,
      partyName: doc.partyName,
    },
    entity: doc._id,
    sequence: doc.sequence,
    occurredAt: doc.at,
    divisionPath: doc.divisionPath,
    ...(doc.enterpriseId === undefined ? {} : { enterpriseId: doc.enterpriseId }),
  };
}
