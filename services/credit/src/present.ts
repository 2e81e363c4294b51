import type {
  Blacklisting,
  CreditEntry,
  CreditRating,
  CreditScheme,
  CreditStanding,
  PublicCredit,
  ScoreLine,
} from '@greenwatch/contracts';
import { isoTime, isoTimeOrNone } from '@greenwatch/kit';
import type {
  BlacklistDoc,
  EntryDoc,
  HistoryItem,
  LineDoc,
  PartyDoc,
  Plea,
  RatingDoc,
  SchemeDoc,
  StandingDoc,
} from './credit.model';
import { type LedgerEntry, type Line, matches, rulesFor, type SchemeContent, validUntil } from './rate';

/** How records leave the service: times as ISO 8601 texts. */

export const schemeOf = ({ _id: _, validFrom, publishedAt, ...rest }: SchemeDoc): CreditScheme => ({
  ...rest,
  validFrom: isoTime(validFrom),
  publishedAt: isoTime(publishedAt),
});

export function lineDoc({ entry, ...line }: Line): LineDoc {
  if (!entry) return line;
  const { id, event, topic, caseNo, status } = entry;
  return { ...line, entryId: id, event, ...(topic ? { topic } : {}), ...(caseNo ? { caseNo } : {}), status };
}
export const lineOf = ({ occurredAt, until, ...line }: LineDoc): ScoreLine => ({
  ...line,
  ...(occurredAt === undefined ? {} : { occurredAt: isoTime(occurredAt) }),
  ...(until === undefined ? {} : { until: isoTime(until) }),
});

const historyOf = (history: HistoryItem[]) => history.map((item) => ({ ...item, at: isoTime(item.at) }));
const pleaOf = <S extends string>({ at, dueAt, decidedAt, ...plea }: Plea<S>) => ({
  ...plea,
  at: isoTime(at),
  dueAt: isoTime(dueAt),
  ...(decidedAt === undefined ? {} : { decidedAt: isoTime(decidedAt) }),
});

export const ledgerEntry = (doc: EntryDoc): LedgerEntry => ({
  id: doc._id,
  event: doc.event,
  ...(doc.topic === undefined ? {} : { topic: doc.topic }),
  ...(doc.severity === undefined ? {} : { severity: doc.severity }),
  ...(doc.value === undefined ? {} : { value: doc.value }),
  ...(doc.caseNo === undefined ? {} : { caseNo: doc.caseNo }),
  occurredAt: doc.occurredAt,
  ...(doc.validUntil === undefined ? {} : { validUntil: doc.validUntil }),
  status: doc.status,
  ...(doc.repairedAt === undefined ? {} : { repairedAt: doc.repairedAt }),
});

/** What an entry does by each scheme: its rules, and the vetoes it meets. */
export function effectsOf(schemes: readonly SchemeContent[], entry: LedgerEntry): CreditEntry['effects'] {
  return schemes.flatMap((scheme) => [
    ...rulesFor(scheme, entry).map((rule) => ({
      scheme: scheme.id,
      rule: rule.id,
      name: rule.name,
      ...(rule.points === undefined ? {} : { points: rule.points }),
      ...(rule.indicator === undefined ? {} : { indicator: rule.indicator }),
      ...(rule.score === undefined ? {} : { score: rule.score }),
      until: isoTimeOrNone(scheme.kind === 'points' ? validUntil(rule, entry) : undefined),
    })),
    ...scheme.vetoes
      .filter(({ match }) => matches(match, entry))
      .map(({ id, name, colour }) => ({ scheme: scheme.id, rule: id, name, veto: colour })),
  ]);
}

export function entryOf(
  doc: EntryDoc,
  partyName: string,
  schemes: readonly SchemeContent[],
  repairableFrom: number,
): CreditEntry {
  return {
    id: doc._id,
    partyKind: doc.partyKind,
    partyId: doc.partyId,
    partyName,
    event: doc.event,
    topic: doc.topic,
    severity: doc.severity,
    penalties: doc.penalties,
    fine: doc.fine,
    value: doc.value,
    occurredAt: isoTime(doc.occurredAt),
    validUntil: isoTimeOrNone(doc.validUntil),
    evidence: doc.evidence,
    source: doc.source,
    caseNo: doc.caseNo,
    status: doc.status,
    effects: effectsOf(schemes, ledgerEntry(doc)),
    repairableFrom: isoTime(repairableFrom),
    appeal: doc.appeal && pleaOf(doc.appeal),
    repair: doc.repair && pleaOf(doc.repair),
    recordedAt: isoTime(doc.recordedAt),
    recordedBy: doc.recordedBy,
    history: historyOf(doc.history),
  };
}

export const standingOf = (doc: StandingDoc): CreditStanding => ({
  partyKind: doc.partyKind,
  partyId: doc.partyId,
  partyName: doc.partyName,
  uscc: doc.uscc,
  divisionCode: doc.divisionCode,
  scheme: doc.scheme,
  schemeVersion: doc.schemeVersion,
  score: doc.score,
  colour: doc.colour,
  veto: doc.veto,
  at: isoTime(doc.at),
});

export const ratingOf = (doc: RatingDoc): CreditRating => ({
  id: doc._id,
  partyKind: doc.partyKind,
  partyId: doc.partyId,
  partyName: doc.partyName,
  uscc: doc.uscc,
  divisionCode: doc.divisionCode,
  period: doc.period,
  scheme: doc.scheme,
  schemeVersion: doc.schemeVersion,
  score: doc.score,
  colour: doc.colour,
  veto: doc.veto,
  at: isoTime(doc.at),
  base: doc.base,
  lines: doc.lines.map(lineOf),
  state: doc.state,
  dueAt: isoTimeOrNone(doc.dueAt),
  overdue: doc.overdue,
  frozen: doc.frozen,
  finalAt: isoTimeOrNone(doc.finalAt),
  objection: doc.objection && pleaOf(doc.objection),
  history: historyOf(doc.history),
});

/** Nothing but what is named here reaches the public. */
export const publicOf = (doc: RatingDoc): PublicCredit => ({
  partyKind: doc.partyKind,
  name: doc.partyName,
  uscc: doc.uscc,
  divisionCode: doc.divisionCode,
  scheme: doc.scheme,
  period: doc.period,
  colour: doc.colour,
  finalAt: isoTime(doc.finalAt ?? doc.at),
});

export const blacklistingOf = (doc: BlacklistDoc, party: Pick<PartyDoc, 'name' | 'uscc'> | null): Blacklisting => ({
  operatorId: doc._id,
  name: party?.name ?? '',
  uscc: party?.uscc ?? '',
  listed: doc.listed,
  since: isoTimeOrNone(doc.since),
  reason: doc.reason,
  caseNo: doc.caseNo,
  liftedAt: isoTimeOrNone(doc.liftedAt),
  history: historyOf(doc.history),
});
