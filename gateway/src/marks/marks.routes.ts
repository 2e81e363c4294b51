import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Marks on an outlet's data: what the party says of them, and what the authority decided. */
export function markRoutes(app: App, { kit: { call } }: Gateway): void {
  const marks = { tag: 'marks', area: 'alarms' } as const;
  actionRoute(app, call, {
    ...marks,
    method: 'GET',
    url: '/mark-codes',
    action: 'rules.mark.codes',
    summary: 'What a mark may say, by industry',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'GET',
    url: '/marks',
    action: 'rules.mark.list',
    summary: 'List marks, newest first',
  });
  actionRoute(app, call, { ...marks, method: 'GET', url: '/marks/:id', action: 'rules.mark.get', summary: 'A mark' });
  actionRoute(app, call, {
    ...marks,
    method: 'POST',
    url: '/marks',
    action: 'rules.mark.submit',
    summary: 'Mark data of an outlet',
    description: 'In force at once when it comes by 12:00 of the day after; else when it is accepted.',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'POST',
    url: '/marks/:id/review',
    action: 'rules.mark.review',
    summary: 'Accept a mark, or return it',
  });
  actionRoute(app, call, {
    ...marks,
    method: 'POST',
    url: '/marks/:id/withdraw',
    action: 'rules.mark.withdraw',
    summary: 'Take back a mark that is not decided yet',
  });
}
