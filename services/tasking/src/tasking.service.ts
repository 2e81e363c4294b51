import { rulesFacts, taskingFacts } from '@greenwatch/contracts';
import { asDomainError, defineService, onFact } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { AlarmIntake } from './alarm-intake';
import { clueModels } from './clue.model';
import { Dispatch } from './dispatch';
import { PHASES, type Phase, phaseAfter } from './escalation';
import { registryCopies } from './registry-copies.model';
import { LIMIT_FIELDS, taskModel } from './task.model';
import { taskActions } from './task-actions';
import { editTask } from './task-edit';
import { isWaitedFor, STEPS, type Step } from './task-state';

/** Clues and tasks: from an alarm to people who look, and what they found (domain.md 5). */
export const taskingService = defineService({
  name: 'tasking',
  config: Type.Object({}),
  create(kit) {
    const tasks = taskModel(kit.db);
    const copies = registryCopies(kit.db);
    const clueStore = clueModels(kit.db);
    const dispatch = new Dispatch(tasks, copies);
    const intake = new AlarmIntake(kit, { ...clueStore, tasks, copies }, dispatch);
    const alarm = onFact(rulesFacts.AlarmChanged, (fact, session) => intake.take(fact, session));

    return {
      actions: taskActions(kit, { tasks, clues: clueStore.clues, copies }, dispatch),
      facts: {
        ...copies.facts,
        'facts.rules.alarm.*': alarm,
        'facts.tasking.alarm.due': alarm,
        'facts.tasking.task.due': onFact(taskingFacts.TaskDue, async ({ data }, session) => {
          const { taskId, step, phase, dueAt } = data;
          const edit = await editTask(kit, tasks, taskId, session).catch((error) => {
            // Tasks are never deleted; one that is not there was never committed.
            if (asDomainError(error)?.status === 404) return undefined;
            throw error;
          });
          if (!edit) return;
          const { task } = edit;
          if (step === 'route') {
            if (task.state !== 'CREATED') return;
            await dispatch.route(edit, session);
            await edit.save(session);
            return;
          }
          if (!isStep(step) || !isPhase(phase))
            throw new Error(`a timer of step "${step}", phase "${phase}" is not known`);
          // The step was done, or got another limit, while the timer was on its way.
          if (!isWaitedFor(step, task.state) || task[LIMIT_FIELDS[step]] !== dueAt) return;
          if (phase === 'overdue' && !task.overdue.includes(step)) task.overdue.push(step);
          await dispatch.remindOrEscalate(edit, step, phase, session);
          await edit.save(session);
          const next = phaseAfter(phase);
          if (next) await edit.schedule(session, step, next, dueAt);
        }),
      },
    };
  },
});

const isStep = (text: string): text is Step => (STEPS as readonly string[]).includes(text);
const isPhase = (text: string): text is Phase => (PHASES as readonly string[]).includes(text);
