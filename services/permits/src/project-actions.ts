import {
  ENTERPRISE_STEPS,
  PROJECT_CHECKS,
  type ProjectInput,
  type ProjectStepInput,
  permitsFacts,
  readingsFacts,
  registryFacts,
} from '@greenwatch/contracts';
import {
  afterKey,
  type Caller,
  DomainError,
  forbidden,
  invalid,
  type Kit,
  newId,
  notFound,
  onFact,
  pageOf,
  Round,
  requireProvince,
  scopeFilter,
  startOfDay,
} from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { CheckStore } from './check-store';
import { type DutyConfig, projectLimits } from './duty-settings';
import type { Observations } from './observations';
import type { Part } from './part';
import type { PermitModels } from './permit.model';
import { projectModel, type StoredProject } from './project.model';
import { projectFindings } from './project-alerts';
import { bySteps, type FieldProblem, presentProject, saysTheSame, stepProblems, storedStep } from './project-content';

/** What falls due by the day is looked for so often. */
const LOOK_EVERY_MS = 1_000;

/** Projects that one transaction imports, or looks at. */
const CHUNK = 50;

/** Construction projects and their EIA (domain.md 3.6): a timeline each, and checks that follow from it. */
export function projectPart(kit: Kit<DutyConfig>, models: PermitModels, seen: Observations, checks: CheckStore): Part {
  const projects = projectModel(kit.db);
  const limits = projectLimits(kit.config);
  const { PRODUCTION_MIN_FLOW: minFlow, PRODUCTION_MIN_KWH: minKwh } = kit.config;

  /** First day with production at an outlet of the project, from the newest totals of each day. */
  async function productionSeen({ enterpriseId, outletIds }: StoredProject, session: ClientSession) {
    if (outletIds.length === 0) return undefined;
    const shows = { $or: [{ flow: { $gte: minFlow, $gt: 0 } }, { productionKwh: { $gte: minKwh, $gt: 0 } }] };
    const [first] = await seen.totals
      .find({ enterpriseId, outletId: { $in: outletIds }, ...shows }, null, { session })
      .sort({ day: 1, outletId: 1 })
      .limit(1)
      .lean();
    if (!first) return undefined;
    const { day, outletId, flow, productionKwh } = first;
    return { day, outletId, flow, productionKwh };
  }

  /** Whether permits valid now cover the project's outlets; any permit, where it names none. */
  async function permitted({ enterpriseId, outletIds }: StoredProject, now: number, session: ClientSession) {
    const permits = await models.permits
      .find({ enterpriseId, validFrom: { $lte: now }, validTo: { $gt: now } }, null, { session })
      .lean();
    if (permits.length === 0) return false;
    // A form (registration) and permits imported without their copy name no outlets: they cover the premises.
    if (permits.some((permit) => (permit.outlets ?? []).length === 0)) return true;
    const covered = new Set(permits.flatMap((permit) => permit.outlets.map(({ outletId }) => outletId)));
    return outletIds.every((id) => covered.has(id));
  }

  /** Looks at a project as it stands and brings its checks into the state that the rules give. */
  async function look(project: StoredProject, now: number, session: ClientSession): Promise<StoredProject> {
    const production = await productionSeen(project, session);
    const { productionSeen: _before, ...rest } = project;
    const looked: StoredProject = {
      ...rest,
      ...(production ? { productionSeen: production } : {}),
      permitted: await permitted(project, now, session),
      checkedDay: startOfDay(now),
    };
    const findings = projectFindings(looked, now, limits);
    looked.alerts = findings.map(({ check }) => check);
    // Nobody could be told of it before the enterprise is known.
    if (looked.divisionPath.length > 0) {
      for (const check of PROJECT_CHECKS) {
        const finding = findings.find((candidate) => candidate.check === check);
        const { since, ...said } = finding ?? { since: now };
        await checks.settle(
          session,
          `${check}:${looked._id}`,
          finding && {
            ...(said as Omit<typeof finding, 'since'>),
            openedAt: since,
            enterpriseId: looked.enterpriseId,
            enterpriseName: looked.enterpriseName,
            divisionPath: looked.divisionPath,
            projectId: looked._id,
            ...(production && looked.productionSeen ? { outletId: production.outletId } : {}),
          },
          now,
        );
      }
    }
    await projects.collection.replaceOne({ _id: looked._id as never }, { ...looked } as never, {
      upsert: true,
      session,
    });
    return looked;
  }

  const lookAt = async (filter: object, session: ClientSession) => {
    const now = kit.now();
    for (const project of await projects.find(filter, null, { session }).lean<StoredProject[]>()) {
      await look(project, now, session);
    }
  };

  /** Stores a changed timeline, looks at it and tells it. */
  async function save(project: StoredProject, now: number, session: ClientSession): Promise<StoredProject> {
    const looked = await look({ ...project, sequence: project.sequence + 1 }, now, session);
    await kit.facts.append(session, {
      subject: 'facts.permits.project.changed',
      codec: permitsFacts.ProjectChanged,
      data: {
        id: looked._id,
        enterpriseId: looked.enterpriseId,
        name: looked.name,
        eiaClass: looked.eiaClass,
        steps: looked.steps.map(({ step, at, number }) => ({ step, at, number: number ?? '' })),
        outletIds: looked.outletIds,
      },
      entity: looked._id,
      sequence: looked.sequence,
      occurredAt: now,
      divisionPath: looked.divisionPath,
      enterpriseId: looked.enterpriseId,
    });
    return looked;
  }

  async function importOne(input: ProjectInput, by: string, session: ClientSession): Promise<boolean> {
    const now = kit.now();
    const stored = await projects.findById(input.id, null, { session }).lean<StoredProject>();
    if (stored && saysTheSame(stored, input)) return false;
    // Writing the enterprise's copy makes this transaction and the one of its fact meet.
    const place = await models.enterprises
      .findOneAndUpdate(
        { _id: input.enterpriseId },
        { $inc: { imports: 1 }, $setOnInsert: { sequence: 0, divisionPath: [] } },
        { upsert: true, returnDocument: 'after', session },
      )
      .lean();
    const known = new Map(stored?.steps.map((step) => [step.step, step]));
    await save(
      {
        _id: input.id,
        name: input.name,
        enterpriseId: input.enterpriseId,
        enterpriseName: place.name ?? '',
        divisionPath: place.divisionPath,
        eiaClass: input.eiaClass,
        outletIds: input.outletIds ?? [],
        steps: input.steps.map((step) => storedStep(step, known.get(step.step), by, now)).sort(bySteps),
        createdAt: stored?.createdAt ?? now,
        sequence: stored?.sequence ?? 0,
        permitted: true,
        alerts: [],
      },
      now,
      session,
    );
    return true;
  }

  /** The enterprise's copy, if the caller may see it. What another county has is as unknown as what nobody has. */
  async function enterpriseOf(id: string, caller: Caller, session: ClientSession) {
    const place = await models.enterprises.findOne({ $and: [{ _id: id }, scopeFilter(caller, '_id')] }, null, {
      session,
    });
    if (!place || place.divisionPath.length === 0) {
      throw invalid('enterpriseId', 'must be an enterprise of your division that the registry knows');
    }
    return place;
  }

  const round = new Round(
    {
      log: kit.log,
      everyMs: LOOK_EVERY_MS,
      failed: 'projects could not be looked through; they are tried again',
      lease: kit.lease('projects'),
    },
    async () => {
      const today = startOfDay(kit.now());
      const due = { $or: [{ checkedDay: null }, { checkedDay: { $lt: today } }] };
      const chunk = await projects.find(due, { _id: 1 }).sort({ checkedDay: 1 }).limit(CHUNK).lean();
      if (chunk.length === 0) return false;
      await kit.transaction((session) => lookAt({ _id: { $in: chunk.map(({ _id }) => _id) } }, session));
      return chunk.length === CHUNK;
    },
  );

  return {
    actions: {
      async 'permits.project.list'(params, { caller }) {
        const { enterpriseId, division, q, eiaClass, alerted, after, limit = 100 } = params;
        const [last] = afterKey(after, 1) ?? [];
        const found = await projects
          .find({
            $and: [
              scopeFilter(caller),
              ...(enterpriseId ? [{ enterpriseId }] : []),
              ...(division ? [{ divisionPath: division }] : []),
              ...(q ? [{ name: { $regex: q.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') } }] : []),
              ...(eiaClass ? [{ eiaClass }] : []),
              ...(alerted === undefined ? [] : [{ 'alerts.0': { $exists: alerted } }]),
              ...(last ? [{ _id: { $lt: last } }] : []),
            ],
          })
          .sort({ _id: -1 })
          .limit(limit + 1)
          .lean<StoredProject[]>();
        const page = pageOf(found, limit, ({ _id }) => [_id]);
        const now = kit.now();
        return { ...page, items: page.items.map((project) => presentProject(project, now, limits)) };
      },

      async 'permits.project.get'({ id }, { caller }) {
        const project = await projects.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean<StoredProject>();
        if (!project) throw notFound('project', id);
        return presentProject(project, kit.now(), limits);
      },

      async 'permits.project.create'({ name, enterpriseId, eiaClass, outletIds = [] }, { caller }) {
        return kit.transaction(async (session) => {
          const place = await enterpriseOf(enterpriseId, caller, session);
          const now = kit.now();
          const project = await save(
            {
              _id: newId(),
              name,
              enterpriseId,
              enterpriseName: place.name ?? '',
              divisionPath: [...place.divisionPath],
              eiaClass,
              outletIds,
              steps: [],
              createdAt: now,
              sequence: 0,
              permitted: true,
              alerts: [],
            },
            now,
            session,
          );
          await kit.audit(session, { action: 'project.create', entity: project._id, by: caller, detail: { name } });
          return presentProject(project, now, limits);
        });
      },

      async 'permits.project.recordStep'({ id, ...input }, { caller }) {
        return kit.transaction(async (session) => {
          const filter = { $and: [{ _id: id }, scopeFilter(caller)] };
          const project = await projects.findOne(filter, null, { session }).lean<StoredProject>();
          if (!project) throw notFound('project', id);
          mayRecord(input, caller);
          const now = kit.now();
          const known = project.steps.find(({ step }) => step === input.step);
          const others = project.steps.filter(({ step }) => step !== input.step);
          const asInput = others.map(({ step, at }) => ({ step, at: new Date(at).toISOString() }));
          // Of a list that was right before, only what is new can be wrong: its fields are the caller's.
          refuse(
            stepProblems([...asInput, input], now).map(({ field, expected }) => ({
              field: field.split('.').at(-1) ?? field,
              expected,
            })),
          );
          const step = storedStep(input, known, caller.name, now);
          if (step === known) return presentProject(project, now, limits);
          const saved = await save({ ...project, steps: [...others, step].sort(bySteps) }, now, session);
          await kit.audit(session, {
            action: 'project.step',
            entity: id,
            by: caller,
            detail: {
              step: step.step,
              at: step.at,
              ...(known ? { before: { at: known.at, number: known.number } } : {}),
            },
          });
          return presentProject(saved, now, limits);
        });
      },

      async 'permits.project.import'({ projects: inputs }, { caller }) {
        requireProvince(caller, kit.config.PROVINCE);
        const now = kit.now();
        const ids = new Set<string>();
        refuse(
          inputs.flatMap((input, i) => {
            const twice = ids.has(input.id);
            ids.add(input.id);
            return [
              ...(twice ? [{ field: 'id', expected: `must stand once, ${input.id} is there twice` }] : []),
              ...stepProblems(input.steps, now),
            ].map(({ field, expected }) => ({ field: `projects.${i}.${field}`, expected }));
          }),
        );
        let changed = 0;
        for (let i = 0; i < inputs.length; i += CHUNK) {
          changed += await kit.transaction(async (session) => {
            const written: string[] = [];
            for (const input of inputs.slice(i, i + CHUNK)) {
              if (await importOne(input, caller.name, session)) written.push(input.id);
            }
            if (written.length > 0) {
              const detail = { projects: written };
              await kit.audit(session, { action: 'project.import', entity: written[0] ?? '', by: caller, detail });
            }
            return written.length;
          });
        }
        return { changed, unchanged: inputs.length - changed };
      },
    },

    facts: {
      'facts.registry.enterprise.changed': onFact(registryFacts.EnterpriseChanged, async ({ entity }, session) => {
        // The copy was written before: its name and path are the newest known, whichever fact this is.
        const place = await models.enterprises.findById(entity, null, { session }).lean();
        if (!place || place.divisionPath.length === 0) return;
        const { name = '', divisionPath } = place;
        const moved = await projects.find({ enterpriseId: entity }, null, { session }).lean<StoredProject[]>();
        for (const project of moved) {
          if (project.enterpriseName === name && project.divisionPath.join() === divisionPath.join()) continue;
          await save({ ...project, enterpriseName: name, divisionPath }, kit.now(), session);
        }
      }),
      'facts.readings.day.totalled': onFact(readingsFacts.DayTotalled, ({ data }, session) =>
        lookAt({ outletIds: data.outletId }, session),
      ),
      'facts.permits.permit.changed': onFact(permitsFacts.PermitChanged, ({ data }, session) =>
        lookAt({ enterpriseId: data.enterpriseId }, session),
      ),
    },

    async started() {
      round.start();
    },
    stopped: () => round.stop(),
  };
}

function mayRecord({ step }: ProjectStepInput, caller: Caller): void {
  const authority = caller.roles.some((role) => role !== 'principal' && role !== 'operator-staff' && role !== 'viewer');
  if (!authority && !(ENTERPRISE_STEPS as readonly string[]).includes(step)) {
    throw forbidden(
      `The step ${step} is recorded by the authority; an enterprise records ${ENTERPRISE_STEPS.join(', ')}.`,
    );
  }
}

function refuse(problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (first) throw new DomainError('INVALID', `${first.field} ${first.expected}`, 422, { errors: problems });
}
