import { complaintsFacts, fraudFacts, permitsFacts, rulesFacts, taskingFacts } from '@greenwatch/contracts';
import { useOwnFactors } from '@greenwatch/hj212';
import { asDomainError, defineService, onCommit, onFact, ownFactors } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { caseModels } from './case.model';
import { caseActions } from './case-actions';
import { type CasePhase, caseLimitOf, editCase } from './case-edit';
import { CASE_STEPS, type CaseStep } from './case-state';
import { clueModels } from './clue.model';
import { clueActions } from './clue-actions';
import { ClueIntake } from './clue-intake';
import { Dispatch } from './dispatch';
import { PHASES, type Phase, phaseAfter } from './escalation';
import { leadOfAlarm, leadOfCheck, leadOfComplaint, leadOfJoined, leadOfSuspicion } from './lead';
import { registryCopies } from './registry-copies.model';
import { openTasks, taskModel } from './task.model';
import { taskActions } from './task-actions';
import { editTask, limitOf } from './task-edit';
import { STEPS, type Step } from './task-state';

/** Clues, tasks and cases: from a lead to people who look, what they found, and what was decided (domain.md 5). */
export const taskingService = defineService({
  name: 'tasking',
  config: Type.Object({}),
  create(kit) {
    const tasks = taskModel(kit.db);
    const copies = registryCopies(kit.db);
    const clueStore = clueModels(kit.db);
    const dispatch = new Dispatch(tasks, copies);
    const caseStore = caseModels(kit.db);
    const intake = new ClueIntake(kit, { ...clueStore, tasks, copies }, dispatch);
    const alarm = onFact(rulesFacts.AlarmChanged, (fact, session) =>
      intake.take(fact, rulesFacts.AlarmChanged, leadOfAlarm(fact.data, fact.recordedAt), session),
    );
    const suspicion = onFact(fraudFacts.SuspicionChanged, (fact, session) =>
      intake.take(fact, fraudFacts.SuspicionChanged, leadOfSuspicion(fact.data), session),
    );
    const check = onFact(permitsFacts.CheckChanged, (fact, session) =>
      intake.take(fact, permitsFacts.CheckChanged, leadOfCheck(fact.data), session),
    );
    const complaint = onFact(complaintsFacts.ComplaintChanged, (fact, session) =>
      intake.take(fact, complaintsFacts.ComplaintChanged, leadOfComplaint(fact.data, fact.sequence), session),
    );

    const factors = ownFactors(kit, useOwnFactors);
    const breaches = kit.metrics.counters('greenwatch_task_clock_breaches_total', 'clock');
    kit.metrics.ask(['greenwatch_tasks_open', 'greenwatch_tasks_overdue'], async () => {
      const open = await openTasks(tasks);
      for (const { state, count } of open) kit.metrics.gauge('greenwatch_tasks_open', { state }).set(count);
      kit.metrics.gauge('greenwatch_tasks_overdue').set(open.reduce((sum, { overdue }) => sum + overdue, 0));
    });

    return {
      started: factors.started,
      stopped: factors.stopped,
      actions: {
        ...taskActions(kit, { tasks, clues: clueStore.clues, copies }, dispatch),
        ...clueActions(kit, clueStore.clues, intake),
        ...caseActions(kit, { ...caseStore, tasks, copies }),
      },
      facts: {
        ...copies.facts,
        'facts.registry.factor.changed': factors.taken,
        'facts.rules.alarm.*': alarm,
        'facts.fraud.suspicion.*': suspicion,
        'facts.permits.check.*': check,
        'facts.complaints.complaint.clue-made': complaint,
        'facts.complaints.complaint.joined': onFact(complaintsFacts.ComplaintChanged, (fact, session) =>
          intake.take(fact, complaintsFacts.ComplaintChanged, leadOfJoined(fact.data, fact.sequence), session),
        ),
        // The same facts again, by a timer: they came before the registry's fact about their enterprise.
        'facts.tasking.alarm.due': alarm,
        'facts.tasking.suspicion.due': suspicion,
        'facts.tasking.check.due': check,
        'facts.tasking.complaint.due': complaint,
        'facts.tasking.case.due': onFact(taskingFacts.CaseDue, async ({ data }, session) => {
          const { caseId, step, phase, dueAt } = data;
          const edit = await editCase(kit, caseStore.cases, caseId, session).catch(ifAbsent);
          if (!edit) return;
          if (!isCaseStep(step) || (phase !== 'reminder' && phase !== 'overdue'))
            throw new Error(`a timer of a case's step "${step}", phase "${phase}" is not known`);
          if (caseLimitOf(edit.doc, step) !== dueAt) return;
          if (phase === 'overdue' && !edit.doc.overdue.includes(step)) edit.doc.overdue.push(step);
          const verb: Record<CasePhase, string> = { reminder: 'reminded', overdue: 'overdue' };
          edit.tell(verb[phase], { remark: step });
          await edit.save(session);
          if (phase === 'reminder') await edit.schedule(session, step, 'overdue', dueAt);
        }),
        'facts.tasking.task.due': onFact(taskingFacts.TaskDue, async ({ data }, session) => {
          const { taskId, step, phase, dueAt } = data;
          const edit = await editTask(kit, tasks, taskId, session).catch(ifAbsent);
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
          if (limitOf(task, step) !== dueAt) return;
          if (phase === 'overdue' && !task.overdue.includes(step)) {
            task.overdue.push(step);
            onCommit(session, () => breaches[step].add());
          }
          await dispatch.remindOrEscalate(edit, step, phase, session);
          await edit.save(session);
          const next = phaseAfter(phase);
          if (next) await edit.schedule(session, step, next, dueAt);
        }),
      },
    };
  },
});

/** Tasks and cases are never deleted; one that is not there was never committed. */
function ifAbsent(error: unknown): undefined {
  if (asDomainError(error)?.status === 404) return undefined;
  throw error;
}
const isCaseStep = (text: string): text is CaseStep => (CASE_STEPS as readonly string[]).includes(text);
const isStep = (text: string): text is Step => (STEPS as readonly string[]).includes(text);
const isPhase = (text: string): text is Phase => (PHASES as readonly string[]).includes(text);
