import type { ActionContract } from './action';

export const complaintsActions = {} as const satisfies Record<string, ActionContract>;
