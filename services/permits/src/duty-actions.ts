import type { Kit } from '@greenwatch/kit';
import type { CheckStore } from './check-store';
import type { Part } from './part';
import type { PermitModels } from './permit.model';

/** Duties that a permit brings: ledgers, reports, self-monitoring, publicity (domain.md 3.3, 3.4). */
export function dutyPart(_kit: Kit, _models: PermitModels, _checks: CheckStore): Part {
  return {};
}
