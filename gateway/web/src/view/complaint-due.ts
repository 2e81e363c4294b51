import type { Complaint } from '../api/types';
import type { Urgency } from './due-clock';
import { DAY } from './time';

export interface ComplaintDue {
  kind: 'accept' | 'answer' | 'review';
  at: string;
}
type Clocks = Pick<Complaint, 'state' | 'acceptBy' | 'answerBy' | 'reviews'>;

/** The time limit that runs (domain.md 6): until accepted, until answered, or of the review asked for. */
export function complaintDue({ state, acceptBy, answerBy, reviews }: Clocks): ComplaintDue | undefined {
  if (state === 'received') return { kind: 'accept', at: acceptBy };
  if (state !== 'accepted' && state !== 'investigating') return undefined;
  const open = reviews.find(({ answeredAt }) => !answeredAt);
  if (open) return { kind: 'review', at: open.dueAt };
  return answerBy ? { kind: 'answer', at: answerBy } : undefined;
}

/** These clocks run for weeks: `soon` within the last three days. Times in epoch ms. */
export function complaintUrgency(at: number, now: number): Urgency {
  if (at < now) return 'over';
  return at - now < 3 * DAY ? 'soon' : 'ample';
}
