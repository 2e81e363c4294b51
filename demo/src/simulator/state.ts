import { readFileSync } from 'node:fs';
import type { Episode } from './episodes';
import type { Cursors } from './logger';

/** What the simulator must remember over a restart. */
export interface SimulatorState {
  /** First start of the demo, ms: the script of episodes counts from it. */
  startedAt: number;
  /** Episodes started by hand. */
  episodes: Episode[];
  /** By MN. */
  cursors: Record<string, Cursors>;
}

/** @returns undefined when there is none yet; a damaged file is an error that names it */
export function readState(file: string): SimulatorState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as SimulatorState;
  } catch {
    throw new Error(`${file} is damaged; delete it and the simulator sends its history again`);
  }
}
