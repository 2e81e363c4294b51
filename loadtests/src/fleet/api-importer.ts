import type { Actions, Params } from '@greenwatch/contracts';
import { type ApiClient, ApiProblem } from '../api-client';
import type { Importer } from '../bench-devices';
import { patiently } from './patiently';

const PATHS = { 'registry.import': '/import/registry', 'permits.import': '/import/permits' };
/** The gateway waits ten seconds for a service: fewer at a time than a bench takes, which sets its own time. */
const AT_A_TIME = 100;
/** What any deployment that works at all takes in that time. */
const FEW = 10;

/** Records come in as an administrator's sheet does: over HTTP, so that any deployment can be filled. */
export class ApiImporter implements Importer {
  constructor(private readonly administrator: ApiClient) {}

  async call<K extends 'registry.import' | 'permits.import'>(action: K, params: Params<Actions[K]>): Promise<void> {
    for (const part of partsOf(params as Record<string, unknown[] | undefined>, AT_A_TIME)) {
      await this.#bring(PATHS[action], part, AT_A_TIME);
    }
  }

  /** An import may be repeated; one that takes longer than the gateway waits comes in smaller parts. */
  async #bring(path: string, part: Record<string, unknown[]>, size: number): Promise<void> {
    if (size <= FEW) {
      await patiently(() => this.administrator.post(path, part));
      return;
    }
    try {
      await this.administrator.post(path, part);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 503)) throw error;
      const less = Math.ceil(size / 4);
      for (const smaller of partsOf(part, less)) await this.#bring(path, smaller, less);
    }
  }
}

/** The same lists in several calls, each with so many entries of each list; entries of one place stay together. */
export function partsOf(params: Record<string, unknown[] | undefined>, most: number): Record<string, unknown[]>[] {
  const lists = Object.entries(params).filter((entry): entry is [string, unknown[]] => entry[1] !== undefined);
  const longest = Math.max(0, ...lists.map(([, list]) => list.length));
  return Array.from({ length: Math.ceil(longest / most) }, (_, i) =>
    Object.fromEntries(
      lists
        .map(([name, list]) => [name, list.slice(i * most, (i + 1) * most)] as const)
        .filter(([, l]) => l.length > 0),
    ),
  );
}
