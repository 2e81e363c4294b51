import type { Static, TSchema } from '@sinclair/typebox';

/**
 * The contract of one Moleculer action: what it takes, what it gives, and which roles may call it at all (a service still
 * scopes every query to the caller). `service` stands for other Greenwatch processes.
 */
export interface ActionContract {
  params: TSchema;
  result: TSchema;
  roles: readonly Role[];
}

export const ROLES = [
  'administrator',
  'supervisor',
  'officer',
  'duty-officer',
  'grid-member',
  'principal',
  'operator-staff',
  'viewer',
  'complaint-handler',
  'data-source',
  'service',
  'public',
] as const;

/** What an account may do (`data-source`: an API key that may push readings; no account has it); where it may do it is its division or enterprise. */
export type Role = (typeof ROLES)[number];

/** Everybody of the authority, without enterprises' people. */
export const AUTHORITY: readonly Role[] = [
  'administrator',
  'supervisor',
  'officer',
  'duty-officer',
  'grid-member',
  'viewer',
  'complaint-handler',
  'service',
];
/** Everybody with an account, and the processes: not the public, which sees only what names it. */
export const EVERYBODY: readonly Role[] = ROLES.filter((role) => role !== 'public' && role !== 'data-source');

export type Params<C extends ActionContract> = Static<C['params']>;
export type Result<C extends ActionContract> = Static<C['result']>;
