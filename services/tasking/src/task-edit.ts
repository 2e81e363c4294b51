import { taskingFacts } from '@greenwatch/contracts';
import { type Caller, type Kit, notFound } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { type Phase, phaseTime } from './escalation';
import { LIMIT_FIELDS, type TaskDoc, visibleTasks } from './task.model';
import { isWaitedFor, STEPS, type Step } from './task-state';

const MINUTE = 60_000;
/** How long until routing is tried again while nobody is found: each minute at first, then each ten. */
const ROUTE_AGAIN_MS = (waitedMs: number) => (waitedMs < 10 * MINUTE ? MINUTE : 10 * MINUTE);

const timerKey = (taskId: string, what: Step | 'route') => `task:${taskId}:${what}`;
/** The limit of a step while it runs: when the step must be done (epoch ms). */
export const limitOf = (task: TaskDoc, step: Step): number | undefined =>
  isWaitedFor(step, task.state) && !(step === 'file' && task.caseId)
    ? (task[LIMIT_FIELDS[step]] ?? undefined)
    : undefined;

/**
 * One change of one task inside a transaction: whoever changes a task works on `task`, says what happened with `tell`,
 * and saves. History, facts and timers follow from that, so none can be forgotten.
 */
export class TaskEdit {
  readonly #told: { verb: string; data: taskingFacts.TaskChanged; sequence: number }[] = [];
  readonly #before: TaskDoc | undefined;
  readonly #now: number;

  /** @param stored absent for a task that is being created */
  constructor(
    private readonly kit: Kit,
    private readonly tasks: Model<TaskDoc>,
    readonly task: TaskDoc,
    stored: boolean,
  ) {
    this.#before = stored ? structuredClone(task) : undefined;
    this.#now = stored ? kit.now() : task.createdAt;
  }

  get now(): number {
    return this.#now;
  }

  /** Adds to the history and tells `facts.tasking.task.<verb>` with the task as it now stands. */
  readonly tell = (verb: string, { by, remark }: { by?: string; remark?: string } = {}): void => {
    this.task.sequence += 1;
    this.task.history.push({ at: this.#now, verb, ...(by && { by }), ...(remark && { remark }) });
    this.#told.push({ verb, data: factData(this.task, remark), sequence: this.task.sequence });
  };

  /** Writes the task with its facts, and starts and cancels timers by what has begun and ended. */
  async save(session: ClientSession): Promise<void> {
    const { task } = this;
    if (this.#before) {
      const { matchedCount } = await this.tasks.replaceOne(
        { _id: task._id, sequence: this.#before.sequence },
        task as never,
        { session },
      );
      // Cannot happen inside the transaction's snapshot; a lost update would be worse than an error.
      if (matchedCount !== 1) throw new Error(`task ${task._id} was changed meanwhile`);
    } else {
      await this.tasks.create([task], { session });
    }
    for (const { verb, data, sequence } of this.#told) {
      await this.kit.facts.append(session, {
        subject: `facts.tasking.task.${verb}`,
        codec: taskingFacts.TaskChanged,
        data,
        entity: task._id,
        sequence,
        occurredAt: this.#now,
        divisionPath: task.divisionPath,
        // The envelope is what others scope by: an enterprise must not see that inspectors are under way.
        ...(task.type === 'EXPLAIN' && task.enterpriseId && { enterpriseId: task.enterpriseId }),
      });
    }
    for (const step of STEPS) {
      const before = this.#before && limitOf(this.#before, step);
      const after = limitOf(task, step);
      if (before === after) continue;
      if (before !== undefined) await this.kit.facts.cancel(session, timerKey(task._id, step));
      if (after !== undefined) await this.schedule(session, step, 'reminder', after);
    }
    if (task.state === 'CREATED') await this.scheduleRouting(session);
    else if (this.#before?.state === 'CREATED') await this.kit.facts.cancel(session, timerKey(task._id, 'route'));
  }

  /** The timer of a step's phase: a fact told later (design.md 5). */
  async schedule(session: ClientSession, step: Step, phase: Phase, dueAt: number): Promise<void> {
    await this.#timer(session, step, phase, dueAt, phaseTime(phase, this.#now, dueAt));
  }

  async scheduleRouting(session: ClientSession): Promise<void> {
    const at = this.#now + ROUTE_AGAIN_MS(this.#now - this.task.createdAt);
    await this.kit.facts.cancel(session, timerKey(this.task._id, 'route'));
    await this.#timer(session, 'route', 'retry', at, at);
  }

  async #timer(session: ClientSession, step: Step | 'route', phase: string, dueAt: number, publishAt: number) {
    const { _id: taskId, sequence, divisionPath } = this.task;
    await this.kit.facts.append(session, {
      subject: 'facts.tasking.task.due',
      codec: taskingFacts.TaskDue,
      data: { taskId, step, phase, dueAt },
      // A timer is no state of the task, so it has an entity of its own.
      entity: timerKey(taskId, step),
      sequence,
      occurredAt: publishAt,
      divisionPath,
      publishAt,
      cancelKey: timerKey(taskId, step),
    });
  }
}

function factData(task: TaskDoc, remark = ''): taskingFacts.TaskChanged {
  const { _id: id, type, state, level, title, clueId, clueSource, enterpriseId = '', enterpriseName = '' } = task;
  return {
    id,
    type,
    state,
    level,
    title,
    clueId,
    alarmId: task.origins.find(({ kind }) => kind === 'alarm')?.id ?? '',
    enterpriseId,
    enterpriseName,
    outletId: task.outletId ?? '',
    linkedTaskId: task.linkedTaskId ?? '',
    assignees: task.assignees.map(({ personId, role }) => ({ personId, role })),
    watchers: [...task.watchers],
    acceptBy: task.acceptBy ?? 0,
    arriveBy: task.arriveBy ?? 0,
    reportBy: task.reportBy ?? 0,
    reviewBy: task.reviewBy ?? 0,
    remark,
    clueSource,
    origins: task.origins.map(({ kind, id: originId }) => ({ kind, id: originId })),
    conclusion: task.findings.at(-1)?.conclusion ?? '',
    finding: task.findings.at(-1)?.text ?? '',
    reviewedAt: task.reviews.findLast(({ decision }) => decision === 'approve')?.at ?? 0,
    closedAt: task.closedAt ?? 0,
    caseId: task.caseId ?? '',
  };
}

/** Opens the edit of a stored task that the caller may see; without a caller, the system's own. */
export async function editTask(
  kit: Kit,
  tasks: Model<TaskDoc>,
  id: string,
  session: ClientSession,
  caller?: Caller,
): Promise<TaskEdit> {
  const filter = { _id: id, ...(caller && visibleTasks(caller)) };
  const task = await tasks.findOne(filter as never, null, { session }).lean<TaskDoc>();
  if (!task) throw notFound('task', id);
  return new TaskEdit(kit, tasks, task, true);
}
