import { type Caller, inScope } from '@greenwatch/kit';
import type { LiveEvent } from './live-event';

const INTERNAL: ReadonlySet<LiveEvent['event']> = new Set([
  'suspicion',
  'check',
  'complaint',
  'case',
  'rating',
  'command',
]);

/**
 * Whether a caller may be told of an event: the same scope that the owning service gives its queries (design.md 6). Who the
 * event names sees it in any case; a notice is for its recipient alone; what is on its way inside the authority is not for
 * an enterprise, which is told of it by a notice when it is to know.
 */
export function isVisible(caller: Caller, event: LiveEvent): boolean {
  const named = caller.personId !== undefined && event.personIds?.includes(caller.personId);
  if (named) return true;
  if (event.event === 'notice') return false;
  if (INTERNAL.has(event.event) && (caller.enterpriseId !== undefined || caller.operatorId !== undefined)) return false;
  return inScope(caller, { divisionPath: event.divisionPath, enterpriseId: event.enterpriseId });
}
