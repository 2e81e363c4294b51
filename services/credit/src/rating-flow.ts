import type { RatingState } from '@greenwatch/contracts';
import { conflict, endOfDay, endOfWorkingDay } from '@greenwatch/kit';

/** Lengths of the flow's steps: 15 d, 20 wd, 15 d (domain.md 4.4, of the method of 2013 [L]). */
export interface FlowDays {
  objectionDays: number;
  answerWorkingDays: number;
  publicityDays: number;
}
export type FlowVerb = 'notify' | 'object' | 'answer' | 'publish' | 'final' | 'withdraw';
export interface FlowState {
  state: RatingState;
  /** When the state's clock runs out; undefined: none runs. */
  dueAt?: number;
  /** An appeal keeps it from becoming final. */
  frozen: boolean;
}

const FROM: Record<FlowVerb, RatingState[]> = {
  notify: ['draft'],
  object: ['notice'],
  answer: ['objection'],
  publish: ['notice'],
  final: ['publicity'],
  withdraw: ['draft', 'notice', 'objection', 'publicity'],
};

/**
 * draft → notice → (objection → answer) → publicity → final (domain.md 4.4).
 * @param now epoch ms
 * @throws DomainError 409 WRONG_STATE; TOO_EARLY or TOO_LATE against the state's clock; APPEAL_OPEN
 */
export function step(rating: FlowState, verb: FlowVerb, now: number, days: FlowDays): FlowState {
  const allowed = FROM[verb];
  if (!allowed.includes(rating.state)) {
    throw conflict('WRONG_STATE', `A rating in the state ${rating.state} cannot do "${verb}".`, {
      state: rating.state,
      verb,
      allowed: (Object.keys(FROM) as FlowVerb[]).filter((other) => FROM[other].includes(rating.state)),
    });
  }
  /** Without days there is nothing to wait for. */
  const inDays = (n: number) => (n === 0 ? now : endOfDay(now, n));
  const over = rating.dueAt === undefined || now >= rating.dueAt;
  const { frozen } = rating;
  switch (verb) {
    case 'notify':
      return { state: 'notice', dueAt: inDays(days.objectionDays), frozen };
    case 'object':
      if (over) throw conflict('TOO_LATE', 'The time for an objection is over.', { dueAt: rating.dueAt });
      return { state: 'objection', dueAt: endOfWorkingDay(now, days.answerWorkingDays), frozen };
    case 'publish':
      if (!over) throw conflict('TOO_EARLY', 'The enterprise may still object.', { dueAt: rating.dueAt });
      return { state: 'publicity', dueAt: inDays(days.publicityDays), frozen };
    case 'answer':
      return { state: 'publicity', dueAt: inDays(days.publicityDays), frozen };
    case 'final':
      if (frozen) throw conflict('APPEAL_OPEN', 'An appeal against one of its entries is not decided.');
      if (!over) throw conflict('TOO_EARLY', 'It is still open to the public.', { dueAt: rating.dueAt });
      return { state: 'final', frozen };
    case 'withdraw':
      return { state: 'withdrawn', frozen: false };
  }
}
