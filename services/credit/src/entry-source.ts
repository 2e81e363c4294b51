import type { complaintsFacts, PartyKind, permitsFacts, Severity, taskingFacts } from '@greenwatch/contracts';
import type { Fact } from '@greenwatch/kit';
import { PENALTY_ORDER } from './schemes/penalties';

/** What a fact of another service says about a party's ledger. */
export interface EntryFromFact {
  partyKind: PartyKind;
  partyId: string;
  partyName: string;
  event: string;
  topic?: string;
  severity?: Severity;
  penalties: string[];
  fine?: number;
  occurredAt: number;
  evidence: string;
  caseNo?: string;
}
/** Where an entry comes from; its id is made of it, so that one source makes one entry. */
export interface Source {
  kind: 'case' | 'task' | 'duty' | 'complaint';
  id: string;
}
/** `none`: nothing was decided, so it costs nothing. */
export type Outcome = EntryFromFact | 'none';

const ENTERPRISE = 'enterprise' as const;
const SEVERE: readonly Severity[] = ['light', 'general', 'serious'];

/**
 * A case costs from its decision on, for as long as it is not withdrawn (domain.md 4, 5.5): filed or noticed it is none.
 * The gravest kind of penalty gives the event; a decision without a penalty or an order makes no entry.
 */
export function entryOfCase(data: taskingFacts.CaseChanged): Outcome {
  const { decision } = data;
  if (!decision || data.decidedAt === 0 || (data.state !== 'decided' && data.state !== 'closed')) return 'none';
  const gravest = PENALTY_ORDER.findLast((kind) => decision.kinds.includes(kind));
  if (!gravest) return 'none';
  return {
    partyKind: data.partyKind === 'operator' ? 'operator' : ENTERPRISE,
    partyId: data.partyId,
    partyName: data.partyName,
    event: `penalty-${gravest}`,
    topic: data.act,
    severity: SEVERE.find((severity) => severity === decision.severity) ?? 'light',
    penalties: decision.kinds,
    ...(decision.fine > 0 ? { fine: decision.fine } : {}),
    occurredAt: data.decidedAt,
    evidence: [decision.documentNo, decision.factsFound].filter(Boolean).join(' '),
    caseNo: decision.documentNo || data.number,
  };
}

/** A visit whose review agreed that all is normal is an inspection passed. */
export function entryOfTask(data: taskingFacts.TaskChanged): Outcome {
  const visit = data.type === 'VERIFY' || data.type === 'INSPECT';
  if (!visit || data.reviewedAt === 0 || data.conclusion !== 'normal' || data.enterpriseId === '') return 'none';
  return {
    partyKind: ENTERPRISE,
    partyId: data.enterpriseId,
    partyName: data.enterpriseName,
    event: 'inspection-passed',
    topic: data.type.toLowerCase(),
    penalties: [],
    occurredAt: data.reviewedAt,
    evidence: data.title,
  };
}

/** A duty costs when its day has passed: missed while nothing came, late once it came. */
export function entryOfDuty(data: permitsFacts.DutyChanged): Outcome {
  const event = data.state === 'missed' ? 'duty-missed' : data.state === 'late' ? 'duty-late' : undefined;
  if (!event) return 'none';
  return {
    partyKind: ENTERPRISE,
    partyId: data.enterpriseId,
    partyName: data.enterpriseName,
    event,
    topic: data.kind,
    penalties: [],
    // The breach dates from the day it was due: done late it is the same breach, only smaller.
    occurredAt: data.dueAt,
    evidence: `${data.kind} ${data.period}`,
  };
}

/** An answered complaint that the check found true. Who complained is not known here. */
export function entryOfComplaint(
  data: complaintsFacts.ComplaintChanged,
  fact: Pick<Fact<unknown>, 'occurredAt'>,
): Outcome {
  if (data.state !== 'closed' || data.substantiated !== 'yes' || data.enterpriseId === '') return 'none';
  return {
    partyKind: ENTERPRISE,
    partyId: data.enterpriseId,
    partyName: '',
    event: 'complaint-substantiated',
    topic: data.category,
    penalties: [],
    occurredAt: data.answeredAt || fact.occurredAt,
    evidence: data.number,
  };
}

/** An operator decided to have touched monitoring data may take on no devices (domain.md 4.3; 监测条例 Art 36). */
export const barsOperator = (data: taskingFacts.CaseChanged): boolean =>
  data.partyKind === 'operator' && data.act === 'falsified-monitoring' && entryOfCase(data) !== 'none';
