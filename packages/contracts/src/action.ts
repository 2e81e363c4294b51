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
  'service',
] as const;

/** What an account may do; where it may do it is its division or enterprise. */
export type Role = (typeof ROLES)[number];

/** Everybody of the authority, without enterprises' people. */
export const AUTHORITY: readonly Role[] = [
  'administrator',
  'supervisor',
  'officer',
  'duty-officer',
  'grid-member',
  'viewer',
  'service',
];
export const EVERYBODY: readonly Role[] = ROLES;

export type Params<C extends ActionContract> = Static<C['params']>;
export type Result<C extends ActionContract> = Static<C['result']>;
