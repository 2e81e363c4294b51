import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Means as derived from readings, and the transmission rates of outlets, enterprises, operators and divisions. */
export function meanRoutes(app: App, { kit: { call } }: Gateway): void {
  const means = { tag: 'means', area: 'readings', method: 'GET' } as const;
  actionRoute(app, call, {
    ...means,
    url: '/outlets/:outletId/means',
    action: 'readings.mean.list',
    summary: 'Hourly, daily or monthly means of an outlet, beside its devices’ own',
  });
  actionRoute(app, call, {
    ...means,
    url: '/outlets/:outletId/means/versions',
    action: 'readings.mean.versions',
    summary: 'What one mean was before marks, corrections and late data, oldest first',
  });
  actionRoute(app, call, {
    ...means,
    url: '/transmission-rates',
    action: 'readings.rate.list',
    summary: 'Effective transmission rates of those of a level, by their id',
  });
  actionRoute(app, call, {
    ...means,
    url: '/transmission-rates/:level/:id',
    action: 'readings.rate.get',
    summary: 'Effective transmission rate of one outlet, enterprise, operator or division',
  });
}
