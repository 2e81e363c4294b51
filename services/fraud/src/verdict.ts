import type { Verdict } from '@greenwatch/authenticity';

/** A task that a suspicion led to, as the newest of its facts says. */
export interface TaskSource {
  id: string;
  sequence: number;
  type: string;
  state: string;
  clueId: string;
  conclusion: string;
  reviewedAt: number;
  /** Person ids of those who looked. */
  people: string[];
}
/** A case that came of it. */
export interface CaseSource {
  id: string;
  sequence: number;
  number: string;
  state: string;
  act: string;
  decidedAt: number;
}

/** What stands about a suspicion: the verdict, and what it rests on. */
export interface StandingVerdict {
  verdict: Verdict;
  source: 'task' | 'case';
  reference: string;
  by: string;
  at: number;
}

/** `other` says nothing about the data. */
const VERDICTS = new Map<string, Verdict>([
  ['violation-suspected', 'confirmed'],
  ['instrument-fault', 'instrument-fault'],
  ['process-change', 'process-change'],
  ['normal', 'normal'],
]);
/** A finding counts once the review has approved it. */
const APPROVED = new Set(['REVIEWED', 'CLOSED']);
const DECIDED = new Set(['decided', 'closed']);
const FALSIFIED = 'falsified-monitoring';

/**
 * What stands about a suspicion (domain.md 2.4): a decided case of falsified monitoring before every finding; else the
 * approved finding of the task that was reviewed last. Whether facts came twice or out of order does not matter: it is
 * made of the newest state of each task and case.
 */
export function standingVerdict(
  tasks: readonly TaskSource[],
  cases: readonly CaseSource[],
): StandingVerdict | undefined {
  const decided = cases
    .filter(({ state, act, decidedAt }) => act === FALSIFIED && decidedAt > 0 && DECIDED.has(state))
    .sort((a, b) => b.decidedAt - a.decidedAt || (a.id < b.id ? -1 : 1))[0];
  if (decided) {
    return { verdict: 'confirmed', source: 'case', reference: decided.id, by: decided.number, at: decided.decidedAt };
  }
  const found = tasks
    .filter(({ state, reviewedAt, conclusion }) => reviewedAt > 0 && APPROVED.has(state) && VERDICTS.has(conclusion))
    .sort((a, b) => b.reviewedAt - a.reviewedAt || (a.id < b.id ? -1 : 1))[0];
  if (!found) return undefined;
  return {
    verdict: VERDICTS.get(found.conclusion) as Verdict,
    source: 'task',
    reference: found.id,
    by: found.people.join(', '),
    at: found.reviewedAt,
  };
}

/** The list with `item` in it, unless a newer or the same state of it is there already: then the list itself. */
export function withNewest<T extends { id: string; sequence: number }>(list: readonly T[], item: T): readonly T[] {
  const known = list.find(({ id }) => id === item.id);
  if (known && known.sequence >= item.sequence) return list;
  return [...list.filter(({ id }) => id !== item.id), item].sort((a, b) => (a.id < b.id ? -1 : 1));
}
