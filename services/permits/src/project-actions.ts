import type { Kit } from '@greenwatch/kit';
import type { CheckStore } from './check-store';
import type { Part } from './part';
import type { PermitModels } from './permit.model';

/** Construction projects and their EIA (domain.md 3.6). */
export function projectPart(_kit: Kit, _models: PermitModels, _checks: CheckStore): Part {
  return {};
}
