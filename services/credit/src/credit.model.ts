import type {
  Colour,
  CreditEntry,
  CreditScheme,
  EntryStatus,
  PartyKind,
  RatingState,
  Severity,
} from '@greenwatch/contracts';
import type { Connection } from 'mongoose';

/** Times are epoch ms; `sequence` counts the facts of the record. */

/** Whose record it is, and who may see it (kit `scopeFilter`): either an enterprise's people or an operator's. */
export interface Owned {
  /** `<kind>:<id>` */
  party: string;
  partyKind: PartyKind;
  partyId: string;
  enterpriseId?: string;
  operatorId?: string;
  divisionPath: string[];
}
/** Copy of registry's enterprise or operator; sequence 0 and no name while only a fact about it has come. */
export interface PartyDoc extends Owned {
  _id: string;
  name: string;
  uscc: string;
  divisionCode: string;
  sequence: number;
  /** Counts changes of its ledger, so that two of them cannot miss each other. */
  touched: number;
  /** When its ledger last changed. */
  changedAt: number;
}
export interface HistoryItem {
  at: number;
  verb: string;
  by?: string;
  remark?: string;
}
/** What the party asked for, and what the authority said of it. */
export interface Plea<S extends string> {
  state: S;
  at: number;
  by: string;
  text: string;
  pledge?: string;
  dueAt: number;
  decidedAt?: number;
  decidedBy?: string;
  reason?: string;
}
export interface EntryDoc extends Owned {
  _id: string;
  sequence: number;
  event: string;
  topic?: string;
  severity?: Severity;
  penalties: string[];
  fine?: number;
  value?: number;
  occurredAt: number;
  validUntil?: number;
  evidence: string;
  source: CreditEntry['source'];
  caseNo?: string;
  status: EntryStatus;
  repairedAt?: number;
  /** The fact of its source took it away; such an entry comes back when the source does. */
  takenBack?: boolean;
  appeal?: Plea<'open' | 'upheld' | 'rejected'>;
  repair?: Plea<'open' | 'granted' | 'refused'>;
  recordedAt: number;
  recordedBy: string;
  history: HistoryItem[];
}
/** Newest sequence seen of each fact that may make an entry. */
export interface SourceDoc {
  _id: string;
  sequence: number;
}
/** A line of an explanation as it is kept with a rating. */
export interface LineDoc {
  kind: 'entry' | 'clean' | 'max' | 'veto' | 'lower';
  rule: string;
  name: { zh: string; en: string };
  points: number;
  entryId?: string;
  event?: string;
  topic?: string;
  caseNo?: string;
  status?: EntryStatus;
  indicator?: string;
  before?: number;
  after?: number;
  occurredAt?: number;
  until?: number;
  capped?: boolean;
}
interface Scored {
  scheme: string;
  schemeVersion: number;
  score: number;
  colour: Colour;
  veto?: string;
}
/** `_id`: `<scheme>.<party>` */
export interface StandingDoc extends Owned, Scored {
  _id: string;
  sequence: number;
  partyName: string;
  uscc: string;
  divisionCode: string;
  at: number;
}
export interface RatingDoc extends Owned, Scored {
  _id: string;
  sequence: number;
  partyName: string;
  uscc: string;
  divisionCode: string;
  period: string;
  at: number;
  base: number;
  lines: LineDoc[];
  state: RatingState;
  dueAt?: number;
  overdue: boolean;
  frozen: boolean;
  computedAt: number;
  finalAt?: number;
  /** The newest final one of its party and scheme: what the public sees. */
  latest?: true;
  objection?: Plea<'open' | 'upheld' | 'rejected'>;
  history: HistoryItem[];
}
/** `_id`: `<id>.<version>` */
export type SchemeDoc = Omit<CreditScheme, 'validFrom' | 'publishedAt'> & {
  _id: string;
  validFrom: number;
  publishedAt: number;
};
/** `_id`: the operator's. */
export interface BlacklistDoc extends Owned {
  _id: string;
  sequence: number;
  listed: boolean;
  reason: string;
  caseNo?: string;
  /** The case whose decision listed it. */
  caseId?: string;
  since: number;
  liftedAt?: number;
  history: HistoryItem[];
}
/** The last day (start in UTC+8) that everybody was computed for. */
export interface ClockDoc {
  _id: string;
  day: number;
}

export type Collections = Awaited<ReturnType<typeof creditCollections>>;

/** The collections of this service, with their indexes made. */
export async function creditCollections(db: Connection) {
  const collections = {
    parties: db.collection<PartyDoc>('parties'),
    entries: db.collection<EntryDoc>('entries'),
    sources: db.collection<SourceDoc>('sources'),
    standings: db.collection<StandingDoc>('standings'),
    ratings: db.collection<RatingDoc>('ratings'),
    schemes: db.collection<SchemeDoc>('schemes'),
    blacklist: db.collection<BlacklistDoc>('blacklist'),
    clock: db.collection<ClockDoc>('clock'),
  };
  const { parties, entries, standings, ratings, blacklist } = collections;
  await Promise.all([
    parties.createIndex({ divisionPath: 1, _id: 1 }),
    entries.createIndex({ party: 1, occurredAt: -1, _id: -1 }),
    entries.createIndex({ divisionPath: 1, occurredAt: -1, _id: -1 }),
    entries.createIndex({ 'appeal.state': 1, divisionPath: 1 }, { sparse: true }),
    entries.createIndex({ 'repair.state': 1, divisionPath: 1 }, { sparse: true }),
    standings.createIndex({ party: 1 }),
    standings.createIndex({ scheme: 1, divisionPath: 1, score: 1, _id: 1 }),
    standings.createIndex({ scheme: 1, divisionPath: 1, colour: 1, score: 1, _id: 1 }),
    ratings.createIndex({ party: 1, scheme: 1, period: 1 }, { unique: true }),
    ratings.createIndex({ divisionPath: 1, _id: 1 }),
    ratings.createIndex({ scheme: 1, period: 1, state: 1, divisionPath: 1, _id: 1 }),
    ratings.createIndex({ latest: 1, divisionPath: 1, _id: 1 }, { sparse: true }),
    ratings.createIndex({ uscc: 1, state: 1 }),
    blacklist.createIndex({ listed: 1, _id: 1 }),
  ]);
  return collections;
}

export const partyKey = (kind: PartyKind, id: string): string => `${kind}:${id}`;

/** The fields of `Owned` for a party. */
export function owned(partyKind: PartyKind, partyId: string, divisionPath: string[]): Owned {
  const own = { party: partyKey(partyKind, partyId), partyKind, partyId, divisionPath };
  return partyKind === 'enterprise' ? { ...own, enterpriseId: partyId } : { ...own, operatorId: partyId };
}

/** Rows by the party they belong to. */
export function byParty<T extends { party: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.party);
    if (group) group.push(row);
    else groups.set(row.party, [row]);
  }
  return groups;
}
