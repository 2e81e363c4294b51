import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Notices: one's own, and who was told of what. */
export function noticeRoutes(app: App, { kit: { call } }: Gateway): void {
  const notices = { tag: 'notices', area: 'notices' } as const;
  actionRoute(app, call, {
    ...notices,
    method: 'GET',
    url: '/notices',
    action: 'notifications.notice.list',
    summary: "The caller's own notices",
  });
  actionRoute(app, call, {
    ...notices,
    method: 'POST',
    url: '/notices/:id/read',
    action: 'notifications.notice.read',
    summary: 'Mark a notice as read',
  });
  actionRoute(app, call, {
    ...notices,
    method: 'GET',
    url: '/notices/of/:kind/:id',
    action: 'notifications.notice.ofSubject',
    summary: 'Who was told of it, when and how',
  });
  actionRoute(app, call, {
    ...notices,
    method: 'GET',
    url: '/phone-messages',
    action: 'notifications.phoneMessage.list',
    summary: "Messages to reporters' phones: that they went and when, never what they said",
  });
}
