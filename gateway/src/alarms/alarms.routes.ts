import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Alarms: two bits (active, acknowledged) and the evidence. */
export function alarmRoutes(app: App, { kit: { call } }: Gateway): void {
  const alarms = { tag: 'alarms', area: 'alarms' } as const;
  actionRoute(app, call, {
    ...alarms,
    method: 'GET',
    url: '/alarms',
    action: 'rules.alarm.list',
    summary: 'List alarms, newest first',
  });
  actionRoute(app, call, {
    ...alarms,
    method: 'GET',
    url: '/alarms/:id',
    action: 'rules.alarm.get',
    summary: 'An alarm with its evidence',
  });
  actionRoute(app, call, {
    ...alarms,
    method: 'POST',
    url: '/alarms/:id/acknowledge',
    action: 'rules.alarm.acknowledge',
    summary: 'Acknowledge an alarm',
  });
}
