import { actions } from '@greenwatch/contracts';
import { requireRole } from '@greenwatch/kit';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, actionRoute, declare, json } from '../route';

/** An import of a whole province's enterprises is some ten MiB. */
const IMPORT_LIMIT = 64 * 1024 * 1024;

/** Divisions, enterprises, outlets, devices, people; permits and limits. */
export function registryRoutes(app: App, { kit, accounts }: Gateway): void {
  const { call } = kit;
  const registry = { tag: 'registry', area: 'registry' } as const;
  const permits = { tag: 'permits', area: 'permits' } as const;
  const get = { method: 'GET' } as const;

  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/divisions',
    action: 'registry.division.list',
    summary: 'All divisions of the province',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/enterprises',
    action: 'registry.enterprise.list',
    summary: 'List enterprises',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/enterprises/:id',
    action: 'registry.enterprise.get',
    summary: 'An enterprise with its outlets, devices and people',
  });
  actionRoute(app, call, {
    ...permits,
    ...get,
    url: '/enterprises/:enterpriseId/permits',
    action: 'permits.permit.list',
    summary: 'Discharge permits of an enterprise',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/outlets/:id',
    action: 'registry.outlet.get',
    summary: 'An outlet with its enterprise and devices',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/outlets/names',
    action: 'registry.outlet.names',
    summary: 'Names of many outlets, and of whose they are',
  });
  actionRoute(app, call, {
    ...permits,
    ...get,
    url: '/outlets/:outletId/limits',
    action: 'permits.limit.list',
    summary: 'Permit limits of an outlet in force at a time',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/devices',
    action: 'registry.device.list',
    summary: 'List devices',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/devices/:mn',
    action: 'registry.device.get',
    summary: 'A device with its bindings',
  });
  actionRoute(app, call, {
    ...registry,
    method: 'POST',
    url: '/devices/:mn/claim',
    action: 'registry.device.claim',
    summary: 'Bind an unclaimed device to an outlet',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/persons',
    action: 'registry.person.list',
    summary: 'List people',
  });
  actionRoute(app, call, {
    ...registry,
    ...get,
    url: '/persons/:id',
    action: 'registry.person.get',
    summary: 'A person',
  });
  actionRoute(app, call, {
    ...registry,
    method: 'POST',
    url: '/import/registry',
    action: 'registry.import',
    summary: 'Import divisions, enterprises, outlets, devices, people',
    description: 'Records that are there are brought up to date; all or nothing.',
    bodyLimit: IMPORT_LIMIT,
  });
  actionRoute(app, call, {
    ...permits,
    method: 'POST',
    url: '/import/permits',
    action: 'permits.import',
    summary: 'Import permits',
    bodyLimit: IMPORT_LIMIT,
  });

  // The gateway's own action: no call over the bus to itself.
  const own = actions['gateway.account.import'];
  app.post(
    '/import/accounts',
    {
      ...declare({
        summary: 'Create accounts',
        description: 'Accounts that exist keep their password. Roles: administrator.',
        tag: 'sessions',
        operationId: 'gatewayAccountImport',
        access: {},
        body: own.params,
        answers: { 200: json(own.result) },
        problems: [422],
      }),
      bodyLimit: IMPORT_LIMIT,
      preValidation: async (request) => requireRole(callerOf(request), own.roles),
    },
    (request) => accounts.import(request.body.accounts, callerOf(request)),
  );
}
