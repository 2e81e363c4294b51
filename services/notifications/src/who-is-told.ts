import type { complaintsFacts, permitsFacts, rulesFacts, taskingFacts } from '@greenwatch/contracts';
import type { TemplateName } from './templates';

/** One person to be told something; in-app always, by SMS where the matter cannot wait. */
export interface Told {
  personId: string;
  template: TemplateName;
  sms: boolean;
}

/** The verbs of tasking's facts that tell somebody something. */
export const TASK_VERBS = [
  'dispatched',
  'reassigned',
  'reminded',
  'escalated',
  'level-raised',
  'submitted',
  'returned',
  'reviewed',
  'closed',
  'cancelled',
] as const;
export type TaskVerb = (typeof TASK_VERBS)[number];

/**
 * Who is told of a change of a task (domain.md 5.6, 7). Somebody with two parts in it is told once, in the first of them.
 * @param task `remark` is `<step>:<phase>` for a reminder or an escalation
 */
export function toldOfTask(verb: TaskVerb, task: taskingFacts.TaskChanged): Told[] {
  const assignees = task.assignees.map(({ personId }) => personId);
  const tell = (people: readonly string[], template: TemplateName, sms: boolean): Told[] =>
    people.map((personId) => ({ personId, template, sms }));
  switch (verb) {
    case 'dispatched':
    case 'reassigned':
      return task.assignees.map(({ personId, role }) => ({
        personId,
        template: TEMPLATE_OF_ROLE[role] ?? 'assigned',
        sms: true,
      }));
    case 'reminded':
      return tell(isReview(task.remark) ? task.watchers : assignees, 'reminded', true);
    case 'escalated':
      return once([
        ...(isReview(task.remark) ? [] : tell(assignees, 'overdue', true)),
        ...tell(task.watchers, 'escalated', true),
      ]);
    case 'level-raised':
    case 'returned':
    case 'cancelled':
      return tell(assignees, verb, true);
    case 'submitted':
      return tell(task.watchers, 'submitted', false);
    case 'reviewed':
    case 'closed':
      return tell(assignees, verb, false);
  }
}

// A review, and whether to file a case, is not for those who have submitted.
const isReview = (remark: string) => /^(review|file):/.test(remark);
const TEMPLATE_OF_ROLE: Record<string, TemplateName> = { principal: 'explain', duty: 'duty', observer: 'observe' };

function once(told: Told[]): Told[] {
  return told.filter(({ personId }, i) => told.findIndex((other) => other.personId === personId) === i);
}

/** Near-limit warnings are for the enterprise alone, in-app (architecture: near-limit warnings only notify the enterprise). */
export function toldOfAlarm(
  verb: string,
  alarm: Pick<rulesFacts.AlarmChanged, 'code' | 'level' | 'history'>,
  principalPersonId: string,
): Told[] {
  const warning = verb === 'raised' && alarm.level === 'low' && alarm.code.startsWith('WARN') && !alarm.history;
  return warning && principalPersonId ? [{ personId: principalPersonId, template: 'warning', sms: false }] : [];
}

/** Somebody of the authority as choosing whom to tell sees one. */
export interface Official {
  id: string;
  roles: readonly string[];
  divisionCode: string;
}

/**
 * Those with a role at the nearest level that has any: of the county (its towns belong to it), else its city, else the
 * province.
 * @param divisionPath province to county, maybe on to a town
 */
export function officials(people: readonly Official[], divisionPath: readonly string[], role: string): string[] {
  const tiers = divisionPath.filter((code) => code.length === 6).reverse();
  for (const [i, code] of tiers.entries()) {
    const worksHere = (own: string) => own === code || (i === 0 && own.length > 6 && own.startsWith(code));
    const found = people.filter(({ roles, divisionCode }) => roles.includes(role) && worksHere(divisionCode));
    if (found.length > 0) return found.map(({ id }) => id).sort();
  }
  return [];
}

const tell = (people: readonly string[], template: TemplateName, sms: boolean): Told[] =>
  people.filter(Boolean).map((personId) => ({ personId, template, sms }));

/** What an authority does late is nothing its enterprise answers for. */
const NOT_THE_ENTERPRISES = ['EIA_APPROVAL_OVERDUE'];

/** A check that was raised or got another stage: the enterprise, and the county's supervisors (domain.md 3.5). */
export function toldOfCheck(
  verb: string,
  check: Pick<permitsFacts.CheckChanged, 'check' | 'level'>,
  principal: string,
  supervisors: readonly string[],
): Told[] {
  if (verb !== 'raised' && verb !== 'updated') return [];
  const sms = check.level !== 'low';
  const own = NOT_THE_ENTERPRISES.includes(check.check) ? [] : [principal];
  return once([...tell(own, 'check-own', sms), ...tell(supervisors, 'check', sms)]);
}

/** A duty is the enterprise's own: a reminder before it is due, and that it was missed. */
export function toldOfDuty(verb: string, principal: string): Told[] {
  if (verb === 'reminded') return tell([principal], 'duty-reminded', true);
  return verb === 'missed' ? tell([principal], 'duty-missed', true) : [];
}

/** Complaints are for those who handle them and the supervisors of the county; never for the enterprise (domain.md 6). */
export function toldOfComplaint(
  verb: string,
  complaint: Pick<complaintsFacts.ComplaintChanged, 'level'>,
  handlers: readonly string[],
  supervisors: readonly string[],
): Told[] {
  const everybody = [...handlers, ...supervisors];
  switch (verb) {
    case 'received':
      return once(tell(everybody, 'complaint-received', complaint.level === 'urgent' || complaint.level === 'high'));
    case 'forwarded':
      return once(tell(everybody, 'complaint-received', false));
    case 'review-asked':
      return once(tell(everybody, 'complaint-review', false));
    case 'drafted':
      return once(tell(supervisors, 'complaint-drafted', false));
    case 'reminded':
      return once(tell(handlers.length > 0 ? handlers : supervisors, 'complaint-due', false));
    case 'escalated':
      return once(tell(everybody, 'complaint-overdue', true));
    default:
      return [];
  }
}

/** The party learns of the notice and of what follows; what is late is for the supervisors (domain.md 5.5). */
export function toldOfCase(verb: string, principal: string, supervisors: readonly string[]): Told[] {
  switch (verb) {
    case 'noticed':
      return tell([principal], 'case-noticed', true);
    case 'decided':
      return tell([principal], 'case-decided', true);
    case 'withdrawn':
      return tell([principal], 'case-withdrawn', false);
    case 'reminded':
      return tell(supervisors, 'case-due', false);
    case 'overdue':
      return tell(supervisors, 'case-overdue', true);
    default:
      return [];
  }
}

/** Each step of a rating that gives the enterprise a time or a result; an objection is for who answers it (domain.md 4.4). */
export function toldOfRating(verb: string, principal: string, supervisors: readonly string[]): Told[] {
  switch (verb) {
    case 'noticed':
      return tell([principal], 'rating-noticed', true);
    case 'answered':
      return tell([principal], 'rating-answered', false);
    case 'published':
      return tell([principal], 'rating-published', false);
    case 'final':
      return tell([principal], 'rating-final', true);
    case 'objected':
      return tell(supervisors, 'rating-objected', false);
    default:
      return [];
  }
}

/** Who may take on devices concerns the whole province. */
export function toldOfBlacklist(verb: string, supervisors: readonly string[]): Told[] {
  if (verb === 'listed') return tell(supervisors, 'blacklist-listed', false);
  return verb === 'lifted' ? tell(supervisors, 'blacklist-lifted', false) : [];
}

/** A model that was fitted anew is looked at before it is trusted. */
export function toldOfModel(verb: string, supervisors: readonly string[]): Told[] {
  return verb === 'fitted' ? tell(supervisors, 'model-fitted', false) : [];
}
