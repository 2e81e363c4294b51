import type { ClueSource, Level, TaskType } from '@greenwatch/contracts';

/** What a clue is about. Leads of one topic at one enterprise are one matter for those who go there (domain.md 5.2). */
export type Topic =
  | 'exceedance'
  | 'silence'
  | 'stuck-value'
  | 'treatment-off'
  | 'authenticity'
  | 'quota'
  | 'eia'
  | 'permit'
  | 'duties'
  | 'complaint'
  | 'manual'
  | 'other';

/** Key under which open clues are merged: enterprise and topic (domain.md 5.2). */
export const dedupKey = (enterpriseId: string, topic: Topic): string => `${enterpriseId}|${topic}`;

const HOUR = 3_600_000;
/** Open clues of one key are one within this time (domain.md 5.2 [D]). */
export const MERGE_WITHIN_MS = 72 * HOUR;

/** Whether a new lead at `at` belongs to a clue that is open. */
export function mergesInto(clue: { openedAt: number }, at: number): boolean {
  return Math.abs(at - clue.openedAt) <= MERGE_WITHIN_MS;
}

const LEVELS: readonly Level[] = ['low', 'mid', 'high', 'urgent'];
export const isHigher = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);
export const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text);

/** Sources that the enterprise must not learn of: who complained, and that its data are doubted (domain.md 5.3, 6). */
export const isSecret = (source: ClueSource): boolean => source === 'complaint' || source === 'suspicion';

/** Which types of task do the work of a wanted one. A clue that has one of them needs no second. */
const COVERED_BY: Record<TaskType, readonly TaskType[]> = {
  EXPLAIN: ['EXPLAIN'],
  VERIFY: ['VERIFY', 'INSPECT'],
  INSPECT: ['VERIFY', 'INSPECT'],
  OBSERVE: ['OBSERVE', 'VERIFY', 'INSPECT'],
};
export const covers = (there: TaskType, wanted: TaskType): boolean => COVERED_BY[wanted].includes(there);
