import { countyOf } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { escalationOf, higherEscalation, type Phase } from './escalation';
import type { EnterpriseDoc, PersonDoc, RegistryCopies } from './registry-copies.model';
import {
  type Candidate,
  DUTY_AFTER_MS,
  routeInspection,
  routeObservation,
  supervisorsFrom,
  type Tiers,
} from './routing';
import type { AssigneeDoc, TaskDoc } from './task.model';
import type { TaskEdit } from './task-edit';
import { CLOSED_STATES, nextState } from './task-state';
import { limitsFrom } from './time-limits';

/** Gives tasks to people: reads who is there, lets the rules of routing.ts and escalation.ts decide. */
export class Dispatch {
  constructor(
    private readonly tasks: Model<TaskDoc>,
    private readonly copies: RegistryCopies,
  ) {}

  /** The authority's active people of the divisions a task lies in, with what they have to do already. */
  async candidates(divisionPath: readonly string[], session: ClientSession): Promise<Candidate[]> {
    const county = countyOf(divisionPath);
    const people = await this.copies.people
      .find(
        {
          active: true,
          enterpriseId: '',
          $or: [{ divisionCode: { $in: [...divisionPath] } }, { divisionCode: new RegExp(`^${county}[0-9]+$`) }],
        },
        null,
        { session },
      )
      .lean<PersonDoc[]>();
    const ids = people.map(({ _id }) => _id);
    const counts = await this.tasks.aggregate<{ _id: string; open: number }>(
      [
        { $match: { 'assignees.personId': { $in: ids }, state: { $nin: CLOSED_STATES } } },
        { $unwind: '$assignees' },
        { $group: { _id: '$assignees.personId', open: { $sum: 1 } } },
      ],
      { session },
    );
    const open = new Map(counts.map((c) => [c._id, c.open]));
    return people.map((person) => ({ ...person, id: person._id, openTasks: open.get(person._id) ?? 0 }));
  }

  /** Whom an enterprise's task goes to: its principal, or anybody of its people with that role. */
  async #principal(enterpriseId: string, session: ClientSession): Promise<AssigneeDoc[] | undefined> {
    const enterprise = await this.copies.enterprises
      .findOne({ _id: enterpriseId }, null, { session })
      .lean<EnterpriseDoc>();
    const people = await this.copies.people
      .find({ active: true, enterpriseId, roles: 'principal' }, null, { session })
      .sort({ _id: 1 })
      .lean<PersonDoc[]>();
    const person = people.find(({ _id }) => _id === enterprise?.principalPersonId) ?? people[0];
    return person && [{ personId: person._id, name: person.name, role: 'principal' }];
  }

  /**
   * Tries to give a CREATED task to somebody. Nobody there: it stays CREATED and its timer tries again (task-edit.ts);
   * after ten minutes the county's supervisors are told, so that it lies nowhere unseen.
   */
  async route(edit: TaskEdit, session: ClientSession): Promise<void> {
    const { task, now } = edit;
    const people = await this.candidates(task.divisionPath, session);
    const waited = now - task.createdAt;
    const route = task.type === 'OBSERVE' ? routeObservation : routeInspection;
    const found =
      task.type === 'EXPLAIN'
        ? await this.#principal(task.enterpriseId ?? '', session)
        : route(task.divisionPath, people, waited)?.map(({ personId, role }) => {
            const person = people.find(({ id }) => id === personId) as Candidate & PersonDoc;
            return assigneeOf(person, role);
          });
    if (found) this.assign(edit, found, 'dispatched');
    else if (waited >= DUTY_AFTER_MS && task.escalation === 'none') {
      this.#escalate(edit, people, 'superior', 'county', 'route:nobody');
    }
  }

  /** Puts a task into these hands; their time to accept and arrive begins now, what is left to report never grows. */
  assign(edit: TaskEdit, assignees: AssigneeDoc[], verb: 'dispatched' | 'reassigned', by?: string, remark?: string) {
    const { task, now } = edit;
    const limits = limitsFrom(task.type, task.level, now);
    task.assignees = assignees;
    task.acceptBy = limits.acceptBy;
    task.arriveBy = limits.arriveBy;
    task.reportBy ??= limits.reportBy;
    task.state = nextState(task.type, task.state, verb === 'dispatched' ? 'dispatch' : 'reassign');
    edit.tell(verb, { by, remark });
  }

  /** Those who may review become watchers, so that they are told of what waits for them. */
  async askReviewers(edit: TaskEdit, session: ClientSession): Promise<void> {
    const { task } = edit;
    const people = await this.candidates(task.divisionPath, session);
    const assigned = task.assignees.map(({ personId }) => personId);
    this.#watch(task, supervisorsFrom('county', task.divisionPath, people, assigned));
  }

  /** What a phase of a step that is not done does to the task (domain.md 5.6). */
  async remindOrEscalate(edit: TaskEdit, step: string, phase: Phase, session: ClientSession): Promise<void> {
    const escalation = escalationOf(phase);
    if (!escalation) {
      edit.tell('reminded', { remark: `${step}:${phase}` });
      return;
    }
    const people = await this.candidates(edit.task.divisionPath, session);
    this.#escalate(edit, people, escalation.to, escalation.tell, `${step}:${phase}`);
  }

  #escalate(edit: TaskEdit, people: Candidate[], to: TaskDoc['escalation'], tell: keyof Tiers, remark: string): void {
    const { task } = edit;
    const assigned = task.assignees.map(({ personId }) => personId);
    task.escalation = higherEscalation(task.escalation, to);
    this.#watch(task, supervisorsFrom(tell, task.divisionPath, people, assigned));
    edit.tell('escalated', { remark });
  }

  #watch(task: TaskDoc, personIds: string[]): void {
    task.watchers = [...new Set([...task.watchers, ...personIds])];
  }
}

export function assigneeOf(person: PersonDoc, role: AssigneeDoc['role']): AssigneeDoc {
  const { _id: personId, name, certificateNo } = person;
  return { personId, name, role, ...(certificateNo && (role === 'lead' || role === 'second') && { certificateNo }) };
}
