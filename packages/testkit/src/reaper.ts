import { Reaper } from '@greenwatch/infra';

/** One for the test file: what it started goes when its Jest worker ends, if not before. */
export const reaper = new Reaper();
