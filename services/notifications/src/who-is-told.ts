import type { rulesFacts, taskingFacts } from '@greenwatch/contracts';
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
        template: role === 'principal' ? 'explain' : role === 'duty' ? 'duty' : 'assigned',
        sms: true,
      }));
    case 'reminded':
      // A review is not for those who have submitted.
      return tell(isReview(task.remark) ? task.watchers : assignees, 'reminded', true);
    case 'escalated':
      return once([
        ...(isReview(task.remark) ? [] : tell(assignees, 'overdue', true)),
        ...tell(task.watchers, 'escalated', true),
      ]);
    case 'level-raised':
    case 'returned':
      return tell(assignees, verb, true);
    case 'submitted':
      return tell(task.watchers, 'submitted', false);
    case 'reviewed':
    case 'closed':
      return tell(assignees, verb, false);
  }
}

const isReview = (remark: string) => remark.startsWith('review:');

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
