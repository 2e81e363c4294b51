import type { CaseState } from '@greenwatch/contracts';
import { conflict, DomainError, endOfDay, endOfWorkingDay, forbidden } from '@greenwatch/kit';
import { tiersOf } from './routing';

export type CaseVerb = 'serveNotice' | 'recordStatement' | 'decide' | 'publish' | 'withdraw' | 'close';

/** domain.md 5.5. A notice may be served again, when more is intended than was told; a decision may fall in court. */
const TRANSITIONS: Record<CaseVerb, Partial<Record<CaseState, CaseState>>> = {
  serveNotice: { filed: 'noticed', noticed: 'noticed' },
  recordStatement: { noticed: 'noticed' },
  decide: { noticed: 'decided' },
  publish: { decided: 'decided', closed: 'closed' },
  withdraw: { filed: 'withdrawn', noticed: 'withdrawn', decided: 'withdrawn', closed: 'withdrawn' },
  close: { decided: 'closed' },
};

export function allowedCaseVerbs(state: CaseState): CaseVerb[] {
  return (Object.keys(TRANSITIONS) as CaseVerb[]).filter((verb) => TRANSITIONS[verb][state] !== undefined);
}

/** @throws DomainError 409 WRONG_STATE that names the state and what is allowed in it */
export function nextCaseState(state: CaseState, verb: CaseVerb): CaseState {
  const next = TRANSITIONS[verb][state];
  if (next) return next;
  const allowed = allowedCaseVerbs(state);
  throw conflict(
    'WRONG_STATE',
    `${verb} is not possible for a case in state ${state}; possible: ${allowed.join(', ') || 'nothing'}.`,
    { state, verb, allowed },
  );
}

const DAY = 24 * 3_600_000;
/** Years after which an act is not punished any more: 2, or 5 where it did harm (Code Art 1054 [L]; domain.md 0). */
export const LIMITATION_YEARS = { usual: 2, harm: 5 } as const;
export const limitationStart = (now: number, harm: boolean): number => {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() - (harm ? LIMITATION_YEARS.harm : LIMITATION_YEARS.usual));
  return date.getTime();
};

/** The party may state and defend itself for five working days after service (处罚办法 2023; "5 日" are working days). */
export const statementLimit = (servedAt: number): number => endOfWorkingDay(servedAt, 5);

/** The decision is published within 7 working days (domain.md 5.5 [L]). */
export const publishLimit = (decidedAt: number): number => endOfWorkingDay(decidedAt, 7);

export interface Hearing {
  servedAt: number;
  statementUntil: number;
  /** When the party stated something or waived it. */
  statedAt?: number;
}

/** When the party's time ends: with its statement or waiver, or with the period. */
export const hearingEnds = ({ statementUntil, statedAt }: Hearing): number => statedAt ?? statementUntil;

/** A decision follows within 90 days of filing; the party's time is not counted (domain.md 5.5 [C]). */
export function decisionLimit(filedAt: number, hearing?: Hearing): number {
  const notCounted = hearing ? Math.max(0, Math.ceil((hearingEnds(hearing) - hearing.servedAt) / DAY)) : 0;
  return endOfDay(filedAt, 90 + notCounted);
}

/** @throws DomainError 409 HEARING_RUNS while the party can still state something (行政处罚法 Art 45, 62) */
export function assertHeard(hearing: Hearing, now: number, until: string): void {
  if (hearing.statedAt === undefined && now <= hearing.statementUntil) {
    throw conflict('HEARING_RUNS', `The party may state and defend itself until ${until}; nothing is recorded yet.`, {
      statementUntil: until,
    });
  }
}

interface Deciding {
  divisionPath: readonly string[];
  investigators: readonly string[];
}

/**
 * In whose name it is decided: the city bureau with power, or the province; a county branch works and does not decide
 * (案卷评查细则 2024; domain.md 5.1, 8.1). Who investigated does not decide (domain.md 5.5).
 * @returns the division in whose name
 * @throws DomainError 403
 */
export function decisionAuthority(matter: Deciding, actor: { division: string; personId?: string }): string {
  const { city, province } = tiersOf(matter.divisionPath);
  if (actor.division !== city && actor.division !== province) {
    throw new DomainError(
      'NO_DECISION_POWER',
      `A case is decided in the name of the body with power: a supervisor of ${[city, province].filter(Boolean).join(' or ')}.`,
      403,
    );
  }
  assertNotInvestigator(matter, actor);
  return actor.division;
}

/** @throws DomainError 403 for somebody who investigated */
export function assertNotInvestigator(matter: Deciding, actor: { personId?: string }): void {
  if (!actor.personId) throw forbidden('An account without a person decides no case.');
  if (matter.investigators.includes(actor.personId)) {
    throw new DomainError('DECIDER_IS_INVESTIGATOR', 'A case is decided by somebody who did not investigate it.', 403);
  }
}

/** The steps of a case that have a time limit; `file` runs on the task (task-state.ts). */
export const CASE_STEPS = ['decide', 'publish'] as const;
export type CaseStep = (typeof CASE_STEPS)[number];
export const isCaseStepWaitedFor = (step: CaseStep, state: CaseState, published: boolean): boolean =>
  step === 'decide'
    ? state === 'filed' || state === 'noticed'
    : (state === 'decided' || state === 'closed') && !published;
