import { Sheet } from '@greenwatch/contracts';
import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';
import { sheetRoutes } from '../sheet-routes';

/** A year of a county's projects from another register. */
const IMPORT_LIMIT = 16 * 1024 * 1024;

/** Discharge permits, what they oblige to, construction projects, and what the checks found (domain.md 3). */
export function permitRoutes(app: App, gateway: Gateway): void {
  const { call } = gateway.kit;
  const area = 'permits' as const;
  const reads = [
    ['permits', '/permits', 'permits.permit.search', 'List permits'],
    ['permits', '/permits/quotas', 'permits.quota.list', 'Quantities of the year against what is permitted'],
    ['permits', '/permits/sheets', 'permits.sheet.list', 'Sheets that were uploaded, newest first'],
    ['permits', '/permits/sheets/:id', 'permits.sheet.get', 'A sheet with its permits and the errors of each row'],
    ['permits', '/permits/:id', 'permits.permit.get', 'A permit'],
    ['permits', '/permits/:permitId/versions', 'permits.version.list', 'Versions of a permit, newest first'],
    ['permits', '/permits/:permitId/applications', 'permits.application.list', 'Requests that came in for a permit'],
    ['checks', '/checks', 'permits.check.list', 'What the checks found, newest first'],
    ['checks', '/checks/:id', 'permits.check.get', 'A finding with what it rests on'],
    ['projects', '/projects', 'permits.project.list', 'List construction projects'],
    ['projects', '/projects/:id', 'permits.project.get', 'A project with its timeline and alerts'],
    ['duties', '/duties', 'permits.duty.list', 'List duties, latest date first'],
    ['duties', '/duties/ranking', 'permits.duty.ranking', 'The five lowest submission rates of a division and month'],
    ['duties', '/duties/rates', 'permits.duty.rates', 'Submission rates of a division and month, lowest first'],
    ['duties', '/duties/exposures', 'permits.duty.exposures', 'Exposure boards of months that are over'],
    ['duties', '/duties/:id', 'permits.duty.get', 'A duty with what was handed in'],
  ] as const;
  for (const [tag, url, action, summary] of reads)
    actionRoute(app, call, { method: 'GET', tag, area, url, action, summary });

  const writes = [
    ['permits', '/permits/:permitId/applications', 'permits.application.record', 'Record a request that came in'],
    ['permits', '/permits/sheets/:id/commit', 'permits.sheet.commit', 'Take over what a sheet holds, as a job'],
    ['projects', '/projects', 'permits.project.create', 'Begin a project'],
    ['projects', '/projects/:id/steps', 'permits.project.recordStep', 'Record or correct a step of a project'],
    ['duties', '/duties/:id/ledger', 'permits.ledger.submit', 'Hand in a ledger'],
    ['duties', '/duties/:id/self-inspection', 'permits.selfInspection.submit', "Hand in a day's self-inspection"],
    ['duties', '/duties/:id/execution-report', 'permits.executionReport.submit', 'Hand in an execution report'],
    ['duties', '/duties/:id/self-monitoring', 'permits.selfMonitoring.submit', 'Hand in results of self-monitoring'],
    ['duties', '/duties/:id/publicity', 'permits.publicity.submit', 'Say where something was published'],
  ] as const;
  for (const [tag, url, action, summary] of writes)
    actionRoute(app, call, { method: 'POST', tag, area, url, action, summary });
  actionRoute(app, call, {
    method: 'POST',
    tag: 'projects',
    area,
    url: '/import/projects',
    action: 'permits.project.import',
    summary: "Import another register's projects",
    bodyLimit: IMPORT_LIMIT,
  });

  sheetRoutes(app, call, {
    tag: 'permits',
    area,
    upload: {
      url: '/permits/sheets',
      action: 'permits.sheet.upload',
      summary: 'Upload a sheet of permits',
      description: 'at most 50 MiB. It is read as a job: follow it by its id, then commit it.',
      result: Sheet,
      stored: 'Stored; it is being read',
    },
    template: {
      url: '/permits/template',
      action: 'permits.sheet.template',
      summary: 'An empty sheet with headings',
    },
  });
}
