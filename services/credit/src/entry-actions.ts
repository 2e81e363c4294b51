import type { CreditEntry, CreditEntryInput, Severity } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Caller,
  conflict,
  endOfWorkingDay,
  invalid,
  isoTime,
  type Kit,
  newId,
  notFound,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import type { ClientSession, mongo } from 'mongoose';
import { type Collections, type EntryDoc, partyKey } from './credit.model';
import type { Ledger } from './ledger';
import { entryOf, ledgerEntry } from './present';
import { concerns, rulesFor } from './rate';
import { repairableFrom, requireRepairable } from './repair';
import type { SchemeStore } from './scheme-store';
import { readScope } from './scope';

export interface EntryTerms {
  /** Working days to decide on an appeal, and on a repair. */
  appealWorkingDays: number;
  repairWorkingDays: number;
  repairMonths: Record<Severity, number>;
}

export type EntryActions = ReturnType<typeof entryActions>;

/** What people do with entries of the ledger. */
export function entryActions(kit: Kit, db: Collections, schemes: SchemeStore, ledger: Ledger, terms: EntryTerms) {
  const present = async (docs: EntryDoc[]): Promise<CreditEntry[]> => {
    const inForce = await schemes.inForce(kit.now());
    const parties = await db.parties
      .find({ _id: { $in: [...new Set(docs.map(({ party }) => party))] } }, { projection: { name: 1 } })
      .toArray();
    const names = new Map(parties.map(({ _id, name }) => [_id, name]));
    return docs.map((doc) =>
      entryOf(doc, names.get(doc.party) ?? '', inForce, repairableFrom(doc, terms.repairMonths)),
    );
  };
  const one = async (doc: EntryDoc): Promise<CreditEntry> => (await present([doc]))[0] as CreditEntry;

  /** One change of one entry by somebody who may. */
  const edit = async (
    id: string,
    caller: Caller,
    action: string,
    work: (entry: EntryDoc, session: ClientSession) => Promise<EntryDoc>,
  ): Promise<CreditEntry> =>
    one(
      await kit.transaction(async (session) => {
        const filter = { $and: [{ _id: id }, scopeFilter(caller)] } as mongo.Filter<EntryDoc>;
        const entry = await db.entries.findOne(filter, { session });
        if (!entry) throw notFound('entry', id);
        const after = await work(entry, session);
        await kit.audit(session, { action, entity: id, by: caller, detail: { status: after.status } });
        return after;
      }),
    );

  const actions = {
    'credit.entry.list': async ({ partyKind, partyId, status, waiting, after, limit = 100 }, { caller }) => {
      const key = afterKey(after, 2);
      const at = Number(key?.[0]);
      const beyond = key && { $or: [{ occurredAt: { $lt: at } }, { occurredAt: at, _id: { $lt: key[1] as string } }] };
      const rows = await db.entries
        .find({
          $and: [
            readScope(caller),
            partyKind && partyId ? { party: partyKey(partyKind, partyId) } : {},
            partyKind ? { partyKind } : {},
            partyId ? { partyId } : {},
            status ? { status } : {},
            waiting ? { [`${waiting}.state`]: 'open' } : {},
            beyond ?? {},
          ],
        } as mongo.Filter<EntryDoc>)
        .sort({ occurredAt: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const page = pageOf(rows, limit, (row) => [String(row.occurredAt), row._id]);
      return { ...page, items: await present(page.items) };
    },

    'credit.entry.get': async ({ id }, { caller }) => {
      const filter = { $and: [{ _id: id }, readScope(caller)] } as mongo.Filter<EntryDoc>;
      const entry = await db.entries.findOne(filter);
      if (!entry) throw notFound('entry', id);
      return one(entry);
    },

    'credit.entry.record': async (input, { caller }) => {
      const { occurredAt, validUntil, partyKind, partyId, ...rest } = await checked(input);
      const filter = { $and: [{ _id: partyKey(partyKind, partyId) }, scopeFilter(caller)] };
      const entry = await kit.transaction(async (session) => {
        if (!(await db.parties.findOne(filter as never, { session }))) throw notFound(partyKind, partyId);
        const id = newId();
        const recorded = await ledger.record(
          `manual-${id}`,
          {
            ...rest,
            partyKind,
            partyId,
            partyName: '',
            penalties: [],
            occurredAt,
            ...(validUntil === undefined ? {} : { validUntil }),
          },
          { kind: 'manual', id },
          caller.name,
          session,
        );
        await kit.audit(session, {
          action: 'credit.entry.record',
          entity: recorded._id,
          by: caller,
          detail: { event: rest.event, party: recorded.party },
        });
        return recorded;
      });
      return one(entry);
    },

    'credit.entry.cancel': ({ id, reason }, { caller }) =>
      edit(id, caller, 'credit.entry.cancel', (entry, session) => {
        if (entry.status === 'cancelled') throw conflict('WRONG_STATE', 'The entry is cancelled already.');
        return ledger.change({ ...entry, status: 'cancelled' }, 'cancelled', session, {
          by: caller.name,
          remark: reason,
        });
      }),

    'credit.appeal.file': ({ entryId, text }, { caller }) =>
      edit(entryId, caller, 'credit.appeal.file', (entry, session) => {
        if (entry.appeal) throw conflict('ALREADY_APPEALED', 'An entry is appealed against once.');
        if (entry.status !== 'effective') {
          throw conflict('WRONG_STATE', `An entry that is ${entry.status} cannot be appealed against.`);
        }
        const at = kit.now();
        const dueAt = endOfWorkingDay(at, terms.appealWorkingDays);
        return ledger.change(
          { ...entry, status: 'appealed', appeal: { state: 'open', at, by: caller.name, text, dueAt } },
          'appealed',
          session,
          { by: caller.name },
        );
      }),

    'credit.appeal.decide': ({ entryId, decision, reason }, { caller }) =>
      edit(entryId, caller, 'credit.appeal.decide', (entry, session) => {
        if (entry.appeal?.state !== 'open') throw conflict('WRONG_STATE', 'There is no appeal to decide.');
        const decided = { state: decision, decidedAt: kit.now(), decidedBy: caller.name, reason };
        // Whatever else ended the entry meanwhile stays.
        const status = entry.status !== 'appealed' ? entry.status : decision === 'upheld' ? 'cancelled' : 'effective';
        return ledger.change(
          { ...entry, status, appeal: { ...entry.appeal, ...decided } },
          `appeal-${decision}`,
          session,
          {
            by: caller.name,
            remark: reason,
          },
        );
      }),

    'credit.repair.apply': ({ entryId, corrected, pledge }, { caller }) =>
      edit(entryId, caller, 'credit.repair.apply', (entry, session) => {
        const at = kit.now();
        if (entry.repair?.state === 'open') throw conflict('ALREADY_APPLIED', 'A repair is applied for already.');
        requireRepairable(ledgerEntry(entry), at, terms.repairMonths);
        const dueAt = endOfWorkingDay(at, terms.repairWorkingDays);
        return ledger.change(
          { ...entry, repair: { state: 'open', at, by: caller.name, text: corrected, pledge, dueAt } },
          'repair-applied',
          session,
          { by: caller.name },
        );
      }),

    'credit.repair.decide': ({ entryId, decision, reason }, { caller }) =>
      edit(entryId, caller, 'credit.repair.decide', async (entry, session) => {
        if (entry.repair?.state !== 'open') throw conflict('WRONG_STATE', 'There is no repair to decide.');
        const at = kit.now();
        const repair = { ...entry.repair, state: decision, decidedAt: at, decidedBy: caller.name, reason };
        const note = { by: caller.name, remark: reason };
        if (decision === 'refused') return ledger.change({ ...entry, repair }, 'repair-refused', session, note);
        if (entry.status !== 'effective') {
          throw conflict('WRONG_STATE', `An entry that is ${entry.status} cannot be repaired.`);
        }
        return ledger.change({ ...entry, status: 'repaired', repairedAt: at, repair }, 'repaired', session, note);
      }),
  } satisfies ActionHandlers;
  return { actions, present, checked };

  /**
   * An entry by hand as it may stand: of the past, on an event that some scheme knows, with what that event needs.
   * @throws DomainError 422 that names the field
   */
  async function checked(input: CreditEntryInput) {
    const now = kit.now();
    const { occurredAt: from, validUntil: to, ...rest } = input;
    const occurredAt = Date.parse(from);
    const validUntil = to === undefined ? undefined : Date.parse(to);
    if (occurredAt > now) throw invalid('occurredAt', `must not lie in the future: it is ${isoTime(now)} now`);
    if (validUntil !== undefined && validUntil <= occurredAt)
      throw invalid('validUntil', 'must be later than occurredAt');
    if (rest.evidence.trim() === '') throw invalid('evidence', 'must say what the entry rests on');
    const inForce = await schemes.inForce(now);
    const probe = { ...rest, id: '', occurredAt, status: 'effective' as const };
    if (!inForce.some((scheme) => concerns(scheme, probe))) {
      const events = inForce.flatMap(({ rules, vetoes }) => [...rules, ...vetoes].flatMap(({ match }) => match.events));
      throw invalid(
        'event',
        `must be known to a scheme, with its topic where it has one: ${[...new Set(events)].join(', ')}`,
      );
    }
    const measured = inForce.flatMap((scheme) => rulesFor(scheme, probe)).some(({ bands }) => bands);
    if (measured && rest.value === undefined) throw invalid('value', `is required for ${rest.event}`);
    if (rest.event.startsWith('penalty-') && !rest.caseNo) {
      throw invalid('caseNo', 'is required: a penalty stands by its decision document');
    }
    return { ...rest, occurredAt, ...(validUntil === undefined ? {} : { validUntil }) };
  }
}
