import { type Caller, inScope } from '@greenwatch/kit';
import type { LiveEvent } from './live-event';

/**
 * Whether a caller may be told of an event: the same scope that the owning service gives its queries (design.md 6). Who the
 * event names sees it in any case; a notice is for its recipient alone.
 */
export function isVisible(caller: Caller, event: LiveEvent): boolean {
  const named = caller.personId !== undefined && event.personIds?.includes(caller.personId);
  if (named) return true;
  if (event.event === 'notice') return false;
  return inScope(caller, { divisionPath: event.divisionPath, enterpriseId: event.enterpriseId });
}
