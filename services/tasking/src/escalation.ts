import type { Tiers } from './routing';

/**
 * What happens to a step that is not done (domain.md 1.10, 5.6): at 80 % of its time a reminder, at 100 % the handler's
 * superior is told, 24 h later the city, 72 h after the limit the province. It adds watchers and takes no task away.
 */
export const PHASES = ['reminder', 'overdue', 'city', 'province'] as const;
export type Phase = (typeof PHASES)[number];

export const ESCALATIONS = ['none', 'superior', 'city', 'province'] as const;
export type Escalation = (typeof ESCALATIONS)[number];

const HOUR = 3_600_000;

/** When a phase of a step comes (epoch ms), given when its time began to run and when it ends. */
export function phaseTime(phase: Phase, start: number, dueAt: number): number {
  switch (phase) {
    case 'reminder':
      return Math.round(start + 0.8 * (dueAt - start));
    case 'overdue':
      return dueAt;
    case 'city':
      return dueAt + 24 * HOUR;
    case 'province':
      return dueAt + 72 * HOUR;
  }
}

/** The phase that follows while the step is still not done; one timer a step is enough. */
export function phaseAfter(phase: Phase): Phase | undefined {
  return PHASES[PHASES.indexOf(phase) + 1];
}

/** What a phase raises the task's escalation to, and the level whose supervisors become watchers; a reminder neither. */
export function escalationOf(phase: Phase): { to: Escalation; tell: keyof Tiers } | undefined {
  switch (phase) {
    case 'reminder':
      return undefined;
    case 'overdue':
      return { to: 'superior', tell: 'county' };
    case 'city':
      return { to: 'city', tell: 'city' };
    case 'province':
      return { to: 'province', tell: 'province' };
  }
}

/** Escalation only rises: a late second step does not take back what the first one raised. */
export function higherEscalation(a: Escalation, b: Escalation): Escalation {
  return ESCALATIONS.indexOf(a) >= ESCALATIONS.indexOf(b) ? a : b;
}
