import type { Actions, Params } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  invalid,
  type Kit,
  newId,
  notFound,
  pageOf,
  requireProvince,
  scopeFilter,
} from '@greenwatch/kit';
import type { mongo } from 'mongoose';
import { momentOf } from './calendar';
import { type Collections, owned, type RatingDoc } from './credit.model';
import type { EntryActions } from './entry-actions';
import type { EntryFromFact } from './entry-source';
import type { Ledger } from './ledger';
import { publicOf, ratingOf } from './present';
import { type Ratings, ratingFact, seenByParty } from './ratings';
import type { SchemeStore } from './scheme-store';
import { isParty, readScope } from './scope';
import { named } from './score-actions';

/** The ratings of a period, what the public sees of them, and those of an older system. */
export function ratingActions(
  kit: Kit,
  db: Collections,
  schemes: SchemeStore,
  ledger: Ledger,
  ratings: Ratings,
  checked: EntryActions['checked'],
) {
  return {
    'credit.rating.list': async ({ after, limit = 100, division, partyId, partyKind, ...wanted }, { caller }) => {
      const key = afterKey(after, 1);
      const rows = await db.ratings
        .find(
          {
            $and: [
              readScope(caller),
              isParty(caller) ? seenByParty : {},
              wanted,
              partyKind ? { partyKind } : {},
              partyId ? { partyId } : {},
              division ? { divisionPath: division } : {},
              key ? { _id: { $gt: key[0] as string } } : {},
            ],
          } as mongo.Filter<RatingDoc>,
          { projection: { lines: 0 } },
        )
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const page = pageOf(rows, limit, (row) => [row._id]);
      return {
        ...page,
        items: page.items.map((row) => {
          const { lines: _, ...rating } = ratingOf({ ...row, lines: [] });
          return rating;
        }),
      };
    },

    'credit.rating.get': async ({ id }, { caller }) => {
      const filter = { $and: [{ _id: id }, readScope(caller), isParty(caller) ? seenByParty : {}] };
      const rating = await db.ratings.findOne(filter as mongo.Filter<RatingDoc>);
      if (!rating) throw notFound('rating', id);
      return ratingOf(rating);
    },

    'credit.rating.run': (options, { caller }) => ratings.run(options, scopeFilter(caller), caller),
    'credit.rating.notify': (options, { caller }) => ratings.notify(options, scopeFilter(caller), caller),
    'credit.rating.object': async ({ id, text }, { caller }) =>
      ratingOf(await ratings.object(id, text, { $and: [scopeFilter(caller), seenByParty] }, caller)),
    'credit.rating.answer': async ({ id, decision, reason }, { caller }) =>
      ratingOf(await ratings.answer(id, decision, reason, scopeFilter(caller), caller)),
    'credit.rating.publish': async ({ id }, { caller }) =>
      ratingOf(await ratings.act(id, 'publish', scopeFilter(caller), caller)),
    'credit.rating.final': async ({ id }, { caller }) =>
      ratingOf(await ratings.act(id, 'final', scopeFilter(caller), caller)),
    'credit.rating.withdraw': async ({ id, reason }, { caller }) =>
      ratingOf(await ratings.act(id, 'withdraw', scopeFilter(caller), caller, reason)),

    // Final colours and nothing else, whoever asks.
    'credit.public.list': async ({ q, division, colour, after, limit = 100 }) => {
      const key = afterKey(after, 1);
      const rows = await db.ratings
        .find({
          $and: [
            { latest: true, state: 'final' },
            named(q?.trim(), 'partyName'),
            division ? { divisionPath: division } : {},
            colour ? { colour } : {},
            key ? { _id: { $gt: key[0] as string } } : {},
          ],
        } as mongo.Filter<RatingDoc>)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const page = pageOf(rows, limit, (row) => [row._id]);
      return { ...page, items: page.items.map(publicOf) };
    },
    'credit.public.get': async ({ uscc }) => {
      const rows = await db.ratings.find({ uscc, state: 'final' }).sort({ period: -1, scheme: 1 }).limit(50).toArray();
      return { items: rows.map(publicOf) };
    },

    'credit.import': async ({ entries = [], ratings: finals = [] }, { caller }) => {
      requireProvince(caller, kit.config.PROVINCE);
      const prepared = [];
      for (const [index, { id, penalties = [], fine, ...input }] of entries.entries()) {
        const entry = await checked(input).catch((error) => {
          throw atRow(error, `entries.${index}`);
        });
        prepared.push({ ...entry, id, penalties, ...(fine === undefined ? {} : { fine }) });
      }
      for (const [index, { scheme, period, finalAt }] of finals.entries()) {
        try {
          momentOf((await schemes.get(scheme, kit.now())).basis, period);
        } catch (error) {
          throw atRow(error, `ratings.${index}`);
        }
        if (Date.parse(finalAt) > kit.now()) throw invalid(`ratings.${index}.finalAt`, 'must not lie in the future');
      }
      let changed = 0;
      for (let start = 0; start < prepared.length; start += CHUNK) {
        changed += await importEntries(prepared.slice(start, start + CHUNK));
      }
      for (let start = 0; start < finals.length; start += CHUNK) {
        changed += await importFinals(finals.slice(start, start + CHUNK));
      }
      if (changed > 0) {
        await kit.transaction((session) =>
          kit.audit(session, { action: 'credit.import', entity: 'ledger', by: caller, detail: { changed } }),
        );
      }
      return { changed, unchanged: entries.length + finals.length - changed };

      async function importEntries(rows: (EntryFromFactRow & { id: string })[]): Promise<number> {
        return kit.transaction(async (session) => {
          const ids = rows.map(({ id }) => `manual-${id}`);
          const known = await db.entries.find({ _id: { $in: ids } }, { session, projection: { _id: 1 } }).toArray();
          const there = new Set(known.map(({ _id }) => _id));
          const fresh = rows.filter(({ id }) => !there.has(`manual-${id}`));
          await ledger.recordAll(fresh, caller.name, session);
          return fresh.length;
        });
      }
      async function importFinals(rows: Finals): Promise<number> {
        return kit.transaction(async (session) => {
          let written = 0;
          for (const { partyKind, partyId, scheme: id, period, score, colour, finalAt } of rows) {
            const party = await ledger.lock(partyKind, partyId, session);
            const key = { party: party._id, scheme: id, period };
            if (await db.ratings.findOne(key, { session, projection: { _id: 1 } })) continue;
            const now = kit.now();
            const { basis, version } = await schemes.get(id, now);
            const rating: RatingDoc = {
              ...owned(partyKind, partyId, party.divisionPath),
              _id: newId(),
              sequence: 1,
              partyName: party.name,
              uscc: party.uscc,
              divisionCode: party.divisionCode,
              scheme: id,
              schemeVersion: version,
              period,
              at: momentOf(basis, period),
              score,
              colour,
              base: score,
              lines: [],
              state: 'final',
              overdue: false,
              frozen: false,
              computedAt: now,
              finalAt: Date.parse(finalAt),
              ...(await ratings.becomesLatest({ ...key, _id: '' }, session)),
              history: [{ at: now, verb: 'imported', by: caller.name }],
            };
            await db.ratings.insertOne(rating, { session });
            await kit.facts.append(session, ratingFact(rating, 'final', rating.finalAt ?? now));
            written += 1;
          }
          return written;
        });
      }
    },
  } satisfies ActionHandlers;
}

/** Rows a transaction of an import. */
const CHUNK = 500;
type Finals = NonNullable<Params<Actions['credit.import']>['ratings']>;
type EntryFromFactRow = Omit<EntryFromFact, 'partyName'>;

/** An error of one row, with the row in its field. */
function atRow(error: unknown, row: string): unknown {
  const { detail } = error as { detail?: { errors?: { field: string; expected: string }[] } };
  const first = detail?.errors?.[0];
  return first ? invalid(`${row}.${first.field}`, first.expected) : error;
}
