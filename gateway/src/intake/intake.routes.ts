import { Backfill } from '@greenwatch/contracts';
import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';
import { sheetRoutes } from '../sheet-routes';

/** 1,000 uploads of some tens of values. */
const BATCH_LIMIT = 4 * 1024 * 1024;

/** Ways in for readings beside the devices' own connections, and the reference data by which they are read. */
export function intakeRoutes(app: App, { kit }: Gateway): void {
  const { call } = kit;
  actionRoute(app, call, {
    method: 'POST',
    url: '/readings/batch',
    action: 'ingestion.upload.push',
    summary: 'Push readings of devices',
    description:
      'For API keys with the scope readings:write, for the devices of their division. The answer says of each upload whether it ' +
      'is stored or why it was refused; pushing the same again changes nothing. 503: send the whole batch again.',
    tag: 'intake',
    area: 'readings',
    writeScope: 'readings:write',
    bodyLimit: BATCH_LIMIT,
  });

  const area = 'ingestion' as const;
  const routes = [
    ['GET', 'intake', '/backfills', 'ingestion.backfill.list', 'Sheets of history, newest first'],
    ['GET', 'intake', '/backfills/:id', 'ingestion.backfill.get', 'A sheet of history with its first rows and errors'],
    ['POST', 'intake', '/backfills/:id/commit', 'ingestion.backfill.commit', 'Take over what a sheet holds, as a job'],
  ] as const;
  for (const [method, tag, url, action, summary] of routes) {
    actionRoute(app, call, { method, tag, area, url, action, summary });
  }
  const reference = { tag: 'registry', area: 'registry' } as const;
  actionRoute(app, call, {
    ...reference,
    method: 'GET',
    url: '/factors',
    action: 'registry.factor.list',
    summary: 'The factor table: codes, names, units',
  });
  actionRoute(app, call, {
    ...reference,
    method: 'POST',
    url: '/factors',
    action: 'registry.factor.save',
    summary: 'Add factors or change what they are called',
  });
  actionRoute(app, call, {
    ...reference,
    method: 'GET',
    url: '/device-profiles',
    action: 'registry.profile.list',
    summary: 'Device profiles',
  });
  actionRoute(app, call, {
    ...reference,
    method: 'POST',
    url: '/device-profiles',
    action: 'registry.profile.save',
    summary: 'Add device profiles or change them',
  });

  sheetRoutes(app, call, {
    tag: 'intake',
    area,
    upload: {
      url: '/backfills',
      action: 'ingestion.backfill.upload',
      summary: 'Upload a sheet of history',
      description: 'at most 50 MiB. It is read as a job: follow it by its id, look at its errors, then commit it.',
      result: Backfill,
      stored: 'Stored; it is being read',
    },
    template: {
      url: '/backfills/template',
      action: 'ingestion.backfill.template',
      summary: 'An empty sheet with headings',
    },
  });
}
