import type { ActionContract } from './action';

export const creditActions = {} as const satisfies Record<string, ActionContract>;
