import type { Case, Me } from '../api/types';

export type CaseAction = 'notice' | 'statement' | 'decision' | 'publication' | 'close' | 'withdraw';
type CaseFor = Pick<Case, 'state' | 'notice' | 'statement' | 'publishedAt' | 'investigators' | 'divisionPath'>;
type MeFor = Pick<Me, 'personId' | 'roles' | 'division'>;

/**
 * What a supervisor may do next (domain.md 5.5); the tasking service decides. Decided by the city or the province, by
 * somebody who did not investigate, once the party was heard.
 * @param now epoch ms
 */
export function caseActionsOf(of: CaseFor, me: MeFor, now: number): CaseAction[] {
  if (!me.roles.includes('supervisor') || !me.personId) return [];
  const counties = of.divisionPath.filter((code) => code.length === 6);
  const above = counties.slice(0, -1).includes(me.division) || counties.length === 1;
  const mayDecide = above && !of.investigators.includes(me.personId);
  const heard = of.statement !== undefined || now > Date.parse(of.notice?.statementUntil ?? '');
  const actions: CaseAction[] = [];
  if (of.state === 'filed') actions.push('notice');
  if (of.state === 'noticed') {
    if (!of.statement) actions.push('statement');
    if (mayDecide && heard) actions.push('decision');
    actions.push('notice');
  }
  if ((of.state === 'decided' || of.state === 'closed') && !of.publishedAt) actions.push('publication');
  if (of.state === 'decided') actions.push('close');
  const open = of.state === 'filed' || of.state === 'noticed';
  if (open ? !of.investigators.includes(me.personId) : of.state !== 'withdrawn' && mayDecide) actions.push('withdraw');
  return actions;
}

export type CaseStep = 'filed' | 'noticed' | 'heard' | 'decided' | 'published' | 'closed';

/** The way of a case and how far it has come: `done` counts the steps behind it. */
export function caseStepsOf(of: Pick<Case, 'state' | 'notice' | 'statement' | 'decision' | 'publishedAt'>): {
  steps: CaseStep[];
  done: number;
} {
  const steps: CaseStep[] = ['filed', 'noticed', 'heard', 'decided', 'published', 'closed'];
  const done = of.state === 'closed' ? 6 : of.publishedAt ? 5 : of.decision ? 4 : of.statement ? 3 : of.notice ? 2 : 1;
  return { steps, done };
}

/** The clock that runs; none once it is decided and published. */
export function caseDue(
  of: Pick<Case, 'state' | 'decideBy' | 'publishBy' | 'publishedAt'>,
): { kind: 'decide' | 'publish'; at: string } | undefined {
  if (of.state === 'filed' || of.state === 'noticed') return { kind: 'decide', at: of.decideBy };
  if (of.state !== 'withdrawn' && of.publishBy && !of.publishedAt) return { kind: 'publish', at: of.publishBy };
  return undefined;
}
