import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Penalty cases: filed from a reviewed task, step by step to the decision and its end (domain.md 5.5). */
export function caseRoutes(app: App, { kit: { call } }: Gateway): void {
  const cases = { tag: 'cases', area: 'cases' } as const;
  const get = [
    ['/cases', 'tasking.case.list', 'List penalty cases'],
    ['/cases/:id', 'tasking.case.get', 'A penalty case'],
    ['/acts', 'tasking.case.acts', 'The catalogue of acts with the legal bases that may be cited'],
  ] as const;
  for (const [url, action, summary] of get) actionRoute(app, call, { ...cases, method: 'GET', url, action, summary });

  const post = [
    ['/cases', 'tasking.case.file', 'File a case from a reviewed task'],
    ['/cases/:id/notice', 'tasking.case.serveNotice', 'Record the notice served to the party'],
    ['/cases/:id/statement', 'tasking.case.recordStatement', "Record the party's statement, or that it makes none"],
    ['/cases/:id/decision', 'tasking.case.decide', 'Decide, in the name of the body with power'],
    ['/cases/:id/publication', 'tasking.case.publish', 'Record that the decision was published'],
    ['/cases/:id/withdraw', 'tasking.case.withdraw', 'Withdraw'],
    ['/cases/:id/close', 'tasking.case.close', 'Close'],
  ] as const;
  for (const [url, action, summary] of post) actionRoute(app, call, { ...cases, method: 'POST', url, action, summary });
}
