import type { ActionContract } from './action';

export const fraudActions = {} as const satisfies Record<string, ActionContract>;
