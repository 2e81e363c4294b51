import type { PENALTY_KINDS } from '@greenwatch/contracts';

/** Kinds of a decision from the lightest to the gravest: the gravest of a decision gives the entry its event (domain.md 5.5). */
export const PENALTY_ORDER = [
  'order-to-correct',
  'warning',
  'criticism',
  'confiscation',
  'fine',
  'limit-production',
  'suspend-permit',
  'stop-production',
  'revoke-permit',
  'detention',
] as const satisfies (typeof PENALTY_KINDS)[number][];

/** The events that a decided case can make. */
export const PENALTY_EVENTS: string[] = PENALTY_ORDER.map((kind) => `penalty-${kind}`);
