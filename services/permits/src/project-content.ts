import type { Project, ProjectInput, ProjectStepInput, ProjectStepName } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import type { StoredProject, StoredStep } from './project.model';
import { type ProjectLimits, projectFindings, stepNumberWarning } from './project-alerts';

/** Steps that cannot lie before another one. */
const ORDER: readonly (readonly [earlier: ProjectStepName, later: ProjectStepName])[] = [
  ['eia-received', 'eia-approved'],
  ['construction-started', 'construction-finished'],
  ['permit-applied', 'permit-issued'],
  ['construction-finished', 'acceptance-published'],
  ['construction-finished', 'accepted'],
];
/** No EIA was asked for before the 环境保护法（试行） of 1979. */
const EARLIEST = Date.parse('1979-01-01T00:00:00+08:00');

export interface FieldProblem {
  field: string;
  expected: string;
}

/** What is wrong with a list of steps at `now` (ms), field by field. Producing before approval is no mistake: it is what is looked for. */
export function stepProblems(steps: readonly ProjectStepInput[], now: number): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Map<ProjectStepName, number>();
  steps.forEach(({ step, at }, i) => {
    const time = Date.parse(at);
    if (time > now) problems.push({ field: `steps.${i}.at`, expected: 'must be a time that is not in the future' });
    if (time < EARLIEST) problems.push({ field: `steps.${i}.at`, expected: 'must be a time after 1979' });
    if (seen.has(step))
      problems.push({ field: `steps.${i}.step`, expected: `must stand once, ${step} is there twice` });
    seen.set(step, i);
  });
  for (const [earlier, later] of ORDER) {
    const [a, b] = [seen.get(earlier), seen.get(later)];
    if (a === undefined || b === undefined) continue;
    const [first, second] = [steps[a], steps[b]] as [ProjectStepInput, ProjectStepInput];
    if (Date.parse(second.at) < Date.parse(first.at)) {
      problems.push({ field: `steps.${b}.at`, expected: `must not lie before ${earlier} (${first.at})` });
    }
  }
  return problems;
}

/** A step as it is stored; what was recorded before keeps who recorded it when it says the same. */
export function storedStep(
  { step, at, number, evidence }: ProjectStepInput,
  known: StoredStep | undefined,
  by: string,
  now: number,
): StoredStep {
  const wanted = { step, at: Date.parse(at), ...(number ? { number } : {}), ...(evidence ? { evidence } : {}) };
  const same = known && known.at === wanted.at && known.number === number && known.evidence === evidence;
  return same ? known : { ...wanted, recordedAt: now, recordedBy: by };
}

export const bySteps = (a: StoredStep, b: StoredStep) => a.at - b.at || (a.step < b.step ? -1 : 1);

/** Whether an import says what is stored already. */
export function saysTheSame(stored: StoredProject, input: ProjectInput): boolean {
  const essence = (steps: readonly { step: string; at: number; number?: string; evidence?: string }[]) =>
    JSON.stringify(steps.map(({ step, at, number, evidence }) => [step, at, number ?? '', evidence ?? '']).sort());
  return (
    stored.name === input.name &&
    stored.enterpriseId === input.enterpriseId &&
    stored.eiaClass === input.eiaClass &&
    JSON.stringify([...stored.outletIds].sort()) === JSON.stringify([...(input.outletIds ?? [])].sort()) &&
    essence(stored.steps) === essence(input.steps.map((step) => ({ ...step, at: Date.parse(step.at) })))
  );
}

/** A project as actions give it, with the alerts that speak at `now`. */
export function presentProject(project: StoredProject, now: number, limits: ProjectLimits): Project {
  const { productionSeen: seen } = project;
  return {
    id: project._id,
    name: project.name,
    enterpriseId: project.enterpriseId,
    enterpriseName: project.enterpriseName,
    eiaClass: project.eiaClass,
    outletIds: project.outletIds,
    steps: project.steps.map((step) => {
      const warning = step.number ? stepNumberWarning(project.eiaClass, step.step, step.number) : undefined;
      return {
        step: step.step,
        at: isoTime(step.at),
        ...(step.number ? { number: step.number } : {}),
        ...(step.evidence ? { evidence: step.evidence } : {}),
        recordedAt: isoTime(step.recordedAt),
        recordedBy: step.recordedBy,
        ...(warning ? { warning } : {}),
      };
    }),
    ...(seen
      ? {
          productionSeen: {
            day: isoTime(seen.day),
            outletId: seen.outletId,
            flow: seen.flow,
            productionKwh: seen.productionKwh,
          },
        }
      : {}),
    alerts: projectFindings(project, now, limits).map(({ check, level, stage, since, text, basis }) => ({
      check,
      level,
      ...(stage ? { stage } : {}),
      since: isoTime(since),
      text,
      basis,
    })),
    createdAt: isoTime(project.createdAt),
    divisionPath: project.divisionPath,
  };
}
