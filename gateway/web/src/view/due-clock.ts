import type { Task } from '../api/types';
import { HOUR } from './time';

export type Due = { kind: 'accept' | 'arrive' | 'report' | 'review' | 'file'; at: string };
type Clocks = Pick<Task, 'type' | 'state' | 'acceptBy' | 'arriveBy' | 'reportBy' | 'reviewBy'> &
  Partial<Pick<Task, 'fileBy' | 'caseId'>>;

/** The time limit that runs in the task's state (domain.md 5.2); none once it is reviewed, closed or cancelled. */
export function runningDue(task: Clocks): Due | undefined {
  const due = (kind: Due['kind'], at: string | undefined): Due | undefined => (at ? { kind, at } : undefined);
  switch (task.state) {
    case 'CREATED':
    case 'DISPATCHED':
      return due('accept', task.acceptBy);
    case 'ACCEPTED':
      return due('arrive', task.arriveBy) ?? due('report', task.reportBy);
    case 'CHECKED_IN':
    case 'IN_PROGRESS':
    case 'RETURNED':
      return due('report', task.reportBy);
    case 'SUBMITTED':
      return due('review', task.reviewBy);
    case 'REVIEWED':
      return task.caseId ? undefined : due('file', task.fileBy);
    default:
      return undefined;
  }
}

export type Urgency = 'over' | 'soon' | 'ample';
/** `soon` within the last hour before the limit. Times in epoch ms. */
export function urgency(at: number, now: number): Urgency {
  if (at < now) return 'over';
  return at - now < HOUR ? 'soon' : 'ample';
}
