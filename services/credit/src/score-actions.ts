import type { PartyKind, ScoreExplained } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  addMonths,
  afterKey,
  type Caller,
  isoTime,
  isoTimeOrNone,
  type Kit,
  notFound,
  pageOf,
  startOfYear,
  yearOf,
} from '@greenwatch/kit';
import type { mongo } from 'mongoose';
import { type Collections, type PartyDoc, partyKey, type StandingDoc } from './credit.model';
import type { EntryActions } from './entry-actions';
import type { Ledger } from './ledger';
import { lineDoc, lineOf, standingOf } from './present';
import { rate } from './rate';
import type { SchemeStore } from './scheme-store';
import { readScope } from './scope';

/** MongoDB filter for part of a name, or a whole credit code. */
export function named(q: string | undefined, field: string): object {
  if (!q) return {};
  const part = q.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return { $or: [{ [field]: { $regex: part, $options: 'i' } }, { uscc: q.toUpperCase() }] };
}

/** What a party stands at, now and at any date, and why. */
export function scoreActions(
  kit: Kit,
  db: Collections,
  schemes: SchemeStore,
  ledger: Ledger,
  present: EntryActions['present'],
) {
  const partyOf = async (kind: PartyKind, id: string, caller: Caller): Promise<PartyDoc> => {
    const party = await db.parties.findOne({
      $and: [{ _id: partyKey(kind, id) }, readScope(caller)],
    } as mongo.Filter<PartyDoc>);
    if (!party) throw notFound(kind, id);
    return party;
  };

  return {
    'credit.standing.list': async ({ scheme, partyKind, colour, division, q, after, limit = 100 }, { caller }) => {
      const key = afterKey(after, 2);
      const score = Number(key?.[0]);
      const beyond = key && { $or: [{ score: { $gt: score } }, { score, _id: { $gt: key[1] as string } }] };
      const rows = await db.standings
        .find({
          $and: [
            { scheme },
            readScope(caller),
            partyKind ? { partyKind } : {},
            division ? { divisionPath: division } : {},
            colour ? { colour } : {},
            named(q, 'partyName'),
            beyond ?? {},
          ],
        } as mongo.Filter<StandingDoc>)
        .sort({ score: 1, _id: 1 })
        .limit(limit + 1)
        .toArray();
      const page = pageOf(rows, limit, (row) => [String(row.score), row._id]);
      return { ...page, items: page.items.map(standingOf) };
    },

    'credit.standing.count': async ({ scheme, partyKind, division }, { caller }) => {
      const groups = await db.standings
        .aggregate<{ _id: StandingDoc['colour']; count: number }>([
          {
            $match: {
              $and: [
                { scheme },
                readScope(caller),
                partyKind ? { partyKind } : {},
                division ? { divisionPath: division } : {},
              ],
            },
          },
          { $group: { _id: '$colour', count: { $sum: 1 } } },
        ])
        .toArray();
      const counts = { green: 0, blue: 0, yellow: 0, red: 0, black: 0 };
      for (const { _id, count } of groups) counts[_id] = count;
      return counts;
    },

    'credit.enterprise.get': async ({ enterpriseId }, { caller }) => {
      const party = await partyOf('enterprise', enterpriseId, caller);
      const own = { party: party._id };
      const now = kit.now();
      const [standings, finals, last, entries, inForce] = await Promise.all([
        db.standings.find(own).sort({ _id: 1 }).toArray(),
        db.ratings
          .find({ ...own, state: 'final' })
          .sort({ period: -1, _id: 1 })
          .limit(10)
          .toArray(),
        db.entries.find(own).sort({ occurredAt: -1, _id: -1 }).limit(10).toArray(),
        ledger.entriesOf(party._id),
        schemes.inForce(now),
      ]);
      const year = yearOf(now);
      return {
        enterpriseId,
        standings: standings.map(standingOf),
        running: inForce
          .filter(({ basis, parties }) => basis === 'previous-year' && parties.includes('enterprise'))
          .map((scheme) => {
            const { score, colour, veto } = rate(scheme, entries, startOfYear(year + 1));
            return { scheme: scheme.id, schemeVersion: scheme.version, year, score, colour, veto };
          }),
        finals: finals.map(({ _id, scheme, schemeVersion, period, score, colour, veto, finalAt }) => ({
          id: _id,
          scheme,
          schemeVersion,
          period,
          score,
          colour,
          veto,
          finalAt: isoTimeOrNone(finalAt),
        })),
        entries: await present(last),
      };
    },

    'credit.rating.explain': async (
      { partyKind, partyId, scheme: id, at: when },
      { caller },
    ): Promise<ScoreExplained> => {
      const party = await partyOf(partyKind, partyId, caller);
      const at = when === undefined ? kit.now() : Date.parse(when);
      const scheme = await schemes.get(id, at);
      const { score, colour, veto, base, lines, indicators, from, to } = rate(
        scheme,
        await ledger.entriesOf(party._id),
        at,
      );
      return {
        scheme: id,
        schemeVersion: scheme.version,
        score,
        colour,
        veto,
        at: isoTime(at),
        ...(from === undefined ? {} : { from: isoTime(from) }),
        ...(to === undefined ? {} : { to: isoTime(to) }),
        base,
        lines: lines.map((line) => lineOf(lineDoc(line))),
        indicators: scheme.indicators.map(({ id: indicator, number, name, group, weight }) => {
          const of = indicators.get(indicator) ?? 100;
          return { id: indicator, number, name, group, weight, score: of, points: (weight * of) / 100 };
        }),
      };
    },

    'credit.rating.trend': async ({ partyKind, partyId, scheme: id, months = 24 }, { caller }) => {
      const party = await partyOf(partyKind, partyId, caller);
      const now = kit.now();
      const entries = await ledger.entriesOf(party._id);
      const trend = [];
      for (let back = months; back >= 0; back--) {
        const at = addMonths(now, -back);
        const scheme = await schemes.get(id, at);
        // A yearly scheme moves within the running year; the finished one would stand still for twelve months.
        const { score, colour } = rate(
          scheme,
          scheme.basis === 'moment' ? entries : entries.filter(({ occurredAt }) => occurredAt <= at),
          scheme.basis === 'moment' ? at : startOfYear(yearOf(at) + 1),
        );
        trend.push({ at: isoTime(at), score, colour });
      }
      return trend;
    },
  } satisfies ActionHandlers;
}
