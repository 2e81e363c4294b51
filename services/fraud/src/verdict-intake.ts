import { taskingFacts } from '@greenwatch/contracts';
import { type FactHandlers, type Kit, onFact } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { ExampleDoc, SuspicionDoc, SuspicionModels } from './suspicion.model';
import { tellSuspicion } from './suspicions';
import { standingVerdict, withNewest } from './verdict';

/** Takes what tasks and cases say about suspicions: the verdict, kept as a labelled example. */
export function verdictFacts(kit: Kit, models: SuspicionModels): FactHandlers {
  const intake = new VerdictIntake(kit, models);
  return {
    'facts.tasking.task.*': onFact(taskingFacts.TaskChanged, async ({ subject, sequence, data }, session) => {
      // A timer, with another payload.
      if (subject.endsWith('.due')) return;
      // EXPLAIN is the enterprise's own word.
      if (data.type === 'EXPLAIN') return;
      const { id, type, state, clueId, conclusion, reviewedAt } = data;
      const people = data.assignees.map(({ personId }) => personId);
      const task = { id, sequence, type, state, clueId, conclusion, reviewedAt, people };
      await intake.take(
        data.origins,
        (suspicion) => ({ ...suspicion, tasks: withNewest(suspicion.tasks, task) }),
        session,
      );
    }),
    'facts.tasking.case.*': onFact(taskingFacts.CaseChanged, async ({ subject, sequence, data }, session) => {
      if (subject.endsWith('.due')) return;
      const { id, number, state, act, decidedAt } = data;
      const filed = { id, sequence, number, state, act, decidedAt };
      await intake.take(
        data.origins,
        (suspicion) => ({ ...suspicion, cases: withNewest(suspicion.cases, filed) }),
        session,
      );
    }),
  };
}

type Sourced = Omit<SuspicionDoc, 'tasks' | 'cases'> & {
  tasks: readonly SuspicionDoc['tasks'][number][];
  cases: readonly SuspicionDoc['cases'][number][];
};

class VerdictIntake {
  constructor(
    private readonly kit: Kit,
    private readonly models: SuspicionModels,
  ) {}

  async take(
    origins: readonly taskingFacts.Origin[],
    change: (suspicion: SuspicionDoc) => Sourced,
    session: ClientSession,
  ): Promise<void> {
    const ids = new Set(origins.filter(({ kind }) => kind === 'suspicion').map(({ id }) => id));
    for (const id of ids) {
      const before = await this.models.suspicions.findById(id, null, { session }).lean<SuspicionDoc>();
      if (!before) {
        this.kit.log.warn({ suspicion: id }, 'a task or case names a suspicion that is not known');
        continue;
      }
      const sourced = change(before);
      if (sourced.tasks === before.tasks && sourced.cases === before.cases) continue;
      await this.#settle(before, { ...sourced, tasks: [...sourced.tasks], cases: [...sourced.cases] }, session);
    }
  }

  async #settle(before: SuspicionDoc, after: SuspicionDoc, session: ClientSession): Promise<void> {
    const { suspicions, examples } = this.models;
    const standing = standingVerdict(after.tasks, after.cases);
    if (standing?.verdict === before.verdict) {
      const { tasks, cases } = after;
      await suspicions.updateOne({ _id: after._id }, { $set: { tasks, cases } }, { session });
      if (!standing) return;
    } else if (standing) {
      await tellSuspicion(
        this.kit,
        this.models,
        { ...after, state: 'judged', verdict: standing.verdict, judgedAt: standing.at },
        'judged',
        session,
      );
    } else {
      // What it rested on was taken back: it is as it was before, unless another one is open by now.
      const { verdict: _, judgedAt: __, ...rest } = after;
      const other = await suspicions.exists({ outletId: after.outletId, active: true }).session(session);
      const state = other ? 'withdrawn' : 'open';
      await tellSuspicion(this.kit, this.models, { ...rest, state }, other ? 'withdrawn' : 'updated', session);
      await examples.deleteOne({ _id: after._id, fittedIn: null }, { session });
      return;
    }
    const known = await examples.findById(after._id, null, { session }).lean<ExampleDoc>();
    const example: ExampleDoc = {
      _id: after._id,
      group: after.enterpriseId,
      divisionPath: after.divisionPath,
      features: after.features,
      verdict: standing.verdict,
      source: standing.source,
      suspicionId: after._id,
      outletId: after.outletId,
      reference: standing.reference,
      by: standing.by,
      at: standing.at,
      demo: false,
      ...(known?.fittedIn && { fittedIn: known.fittedIn }),
    };
    await examples.replaceOne({ _id: example._id }, example, { session, upsert: true });
  }
}
