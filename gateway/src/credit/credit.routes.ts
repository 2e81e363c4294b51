import type { Gateway } from '../gateway';
import { publicRoute } from '../public-route';
import { type App, actionRoute } from '../route';

/** Five thousand entries and as many ratings. */
const IMPORT_LIMIT = 16 * 1024 * 1024;

/** Credit of enterprises and operators, and what everybody may know of it. */
export function creditRoutes(app: App, gateway: Gateway): void {
  const { call } = gateway.kit;
  const of = { tag: 'credit', area: 'credit' } as const;

  const reads = [
    ['/credit/schemes', 'credit.scheme.list', 'Every version of every scheme'],
    ['/credit/schemes/:id', 'credit.scheme.get', 'A scheme as it is in force, or one of its versions'],
    ['/credit/standings', 'credit.standing.list', 'What everybody stands at today, the lowest first'],
    ['/credit/standings/count', 'credit.standing.count', 'How many stand at each colour'],
    ['/credit/enterprises/:enterpriseId', 'credit.enterprise.get', "An enterprise's credit"],
    ['/credit/:partyKind/:partyId/explanation', 'credit.rating.explain', 'A score of any date, line by line'],
    ['/credit/:partyKind/:partyId/trend', 'credit.rating.trend', 'The score month by month'],
    ['/credit/entries', 'credit.entry.list', 'Entries of the ledger, newest first'],
    ['/credit/entries/:id', 'credit.entry.get', 'An entry'],
    ['/credit/ratings', 'credit.rating.list', 'Ratings of periods'],
    ['/credit/ratings/:id', 'credit.rating.get', 'A rating with its lines'],
    ['/credit/blacklist', 'credit.blacklist.list', 'Operators on the blacklist, or once on it'],
  ] as const;
  for (const [url, action, summary] of reads) actionRoute(app, call, { ...of, method: 'GET', url, action, summary });

  const commands = [
    ['/credit/schemes', 'credit.scheme.publish', 'Publish the next version of a scheme'],
    ['/credit/entries', 'credit.entry.record', 'Record an entry by hand, with its evidence'],
    ['/credit/entries/:id/cancel', 'credit.entry.cancel', 'Cancel an entry'],
    ['/credit/entries/:entryId/appeal', 'credit.appeal.file', 'Appeal against an entry'],
    ['/credit/entries/:entryId/appeal-decision', 'credit.appeal.decide', 'Decide an appeal'],
    ['/credit/entries/:entryId/repair', 'credit.repair.apply', 'Apply for a repair'],
    ['/credit/entries/:entryId/repair-decision', 'credit.repair.decide', 'Decide on a repair'],
    ['/credit/ratings/run', 'credit.rating.run', 'Draft the ratings of a period; call until `further` is 0'],
    ['/credit/ratings/notify', 'credit.rating.notify', 'Give notice of the drafts; call until `further` is 0'],
    ['/credit/ratings/:id/object', 'credit.rating.object', 'Object to a rating'],
    ['/credit/ratings/:id/answer', 'credit.rating.answer', 'Answer an objection'],
    ['/credit/ratings/:id/publish', 'credit.rating.publish', 'Begin the publicity'],
    ['/credit/ratings/:id/final', 'credit.rating.final', 'Make final'],
    ['/credit/ratings/:id/withdraw', 'credit.rating.withdraw', 'Withdraw before it is final'],
    ['/credit/blacklist/:operatorId/list', 'credit.blacklist.listOperator', 'Put an operator on the blacklist'],
    ['/credit/blacklist/:operatorId/lift', 'credit.blacklist.lift', 'Take an operator off the blacklist'],
  ] as const;
  for (const [url, action, summary] of commands)
    actionRoute(app, call, { ...of, method: 'POST', url, action, summary });

  actionRoute(app, call, {
    ...of,
    method: 'POST',
    url: '/credit/import',
    action: 'credit.import',
    summary: 'History of an older system: entries and final ratings',
    bodyLimit: IMPORT_LIMIT,
  });

  const operators = { tag: 'registry', area: 'registry', method: 'GET' } as const;
  actionRoute(app, call, {
    ...operators,
    url: '/operators',
    action: 'registry.operator.list',
    summary: 'List operators',
  });
  actionRoute(app, call, {
    ...operators,
    url: '/operators/:id',
    action: 'registry.operator.get',
    summary: 'An operator',
  });

  publicRoute(app, gateway, {
    method: 'GET',
    url: '/credit',
    action: 'credit.public.list',
    summary: 'Final colours by name, credit code or division',
  });
  publicRoute(app, gateway, {
    method: 'GET',
    url: '/credit/:uscc',
    action: 'credit.public.get',
    summary: 'Final colours of one enterprise or operator',
  });
}
