import type { Role } from '@greenwatch/contracts';

/**
 * Who may ask what: every route of the API has a line here, and the matrix test holds the running API to it. A route without
 * a line fails the test, and so does a line without a route.
 */

type Group = keyof typeof GROUPS;
export interface Line {
  method: string;
  path: string;
  who: Group | readonly Role[];
  /** What each `{name}` of the path is; the record of another county must then be 404. */
  ids: Record<string, RecordKind>;
  /** Query that the route needs. */
  query?: string;
  /** A body as the route wants it; `$enterprise`, `$task` … stand for the record's id. */
  body?: unknown;
  /** What people of a county get for whatever id, where it is not 404. */
  foreign?: number;
  /** The authority of every county sees it, on purpose. */
  shared?: boolean;
  /** For people of the province only: 403 for a county's, whatever their role. */
  province?: boolean;
  /** Not asked: what it does ends the visitor's session, or it never ends by itself. */
  apart?: string;
}
export type RecordKind =
  | ('enterprise' | 'outlet' | 'mn' | 'person' | 'task' | 'complaint' | 'project' | 'duty' | 'permit' | 'check')
  | ('operator' | 'entry' | 'rating' | 'notice' | 'key' | 'uscc' | 'unknown' | 'word' | 'scheme' | 'party');

const AUTHORITY = [
  ...([
    'administrator',
    'supervisor',
    'officer',
    'duty-officer',
    'grid-member',
    'viewer',
    'complaint-handler',
  ] as const),
];
export const PEOPLE: readonly Role[] = [...AUTHORITY, 'principal', 'operator-staff'];
const GROUPS = {
  open: [...PEOPLE] as readonly Role[],
  every: PEOPLE,
  authority: AUTHORITY as readonly Role[],
  command: ['administrator', 'supervisor'],
  administrator: ['administrator'],
  asking: ['administrator', 'supervisor', 'officer', 'duty-officer'],
  supervisor: ['supervisor'],
  cases: [...AUTHORITY, 'principal', 'operator-staff'],
  complaints: AUTHORITY.filter((role) => role !== 'grid-member'),
  handlers: ['administrator', 'supervisor', 'duty-officer', 'complaint-handler'],
  tasked: ['administrator', 'supervisor', 'officer', 'duty-officer', 'grid-member', 'principal'],
  outdoors: ['supervisor', 'officer', 'grid-member'],
  parties: ['principal', 'operator-staff'],
  operators: [...AUTHORITY, 'operator-staff'],
} satisfies Record<string, readonly Role[]>;

export const rolesOf = ({ who }: Line): readonly Role[] => (typeof who === 'string' ? GROUPS[who] : who);

const line = (text: string, who: Line['who'], ids: string = '', more: Partial<Line> = {}): Line => {
  const [method = '', path = ''] = text.split(' ');
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const kinds = ids.split(' ').filter(Boolean) as RecordKind[];
  if (names.length !== kinds.length) throw new Error(`${text}: ${names.length} ids, ${kinds.length} kinds`);
  return {
    method,
    path,
    who,
    ids: Object.fromEntries(names.map((name, i) => [name, kinds[i] as RecordKind])),
    ...more,
  };
};
const get = (path: string, who: Line['who'], ids?: string, query?: string) => line(`GET ${path}`, who, ids, { query });
const post = (path: string, who: Line['who'], ids?: string, body?: unknown) => line(`POST ${path}`, who, ids, { body });

const PAST = '2026-03-01T10:00:00+08:00';
const PAST_LATER = '2026-03-01T12:00:00+08:00';
const MARCH_TIMES = 'from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z';
const SPAN = 'from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
const WORDS = '矩阵测试';
const RATED = { division: '$division', scheme: 'national-21', period: '2025' };

export const MATRIX: readonly Line[] = [
  // Sessions and the own account.
  line('POST /sessions', 'open', '', {
    body: { username: 'nobody', password: 'not a password' },
    apart: 'counts failures',
  }),
  line('DELETE /sessions/current', 'open', '', { apart: 'ends the session' }),
  get('/me', 'every'),
  line('PUT /me/password', 'every', '', { body: { current: 'x', next: 'too short' } }),
  get('/health', 'every'),
  // Registry.
  get('/divisions', 'every'),
  get('/enterprises', 'every'),
  get('/enterprises/{id}', 'every', 'enterprise'),
  get('/enterprises/{id}/file', 'every', 'enterprise'),
  get('/enterprises/{id}/file.pdf', 'every', 'enterprise'),
  get('/outlets/{id}', 'every', 'outlet'),
  get('/outlets/names', 'every', '', 'ids=$outlet'),
  get('/devices', 'every'),
  get('/devices/{mn}', 'every', 'mn'),
  post('/devices/{mn}/claim', 'command', 'mn', { outletId: '$outlet', password: '123456' }),
  get('/devices/states', 'every'),
  get('/devices/summary', 'authority'),
  get('/devices/{mn}/state', 'every', 'mn'),
  get('/devices/blocks', 'authority'),
  // Of another county's device there is no block to be lifted.
  post('/devices/blocks/lift', 'command', '', { address: '203.0.113.1', mn: '$mn' }),
  post('/devices/{mn}/password', 'command', 'mn', { keepHours: 1 }),
  get('/devices/sheets', 'command'),
  line('POST /devices/sheets', 'command', '', { apart: 'takes a file; its own tests' }),
  get('/devices/sheets/{id}', 'command', 'unknown'),
  post('/devices/sheets/{id}/commit', 'command', 'unknown', {}),
  get('/devices/template', 'command', '', 'format=csv'),
  get('/persons', 'authority'),
  get('/persons/{id}', 'every', 'person'),
  line('POST /import/registry', 'administrator', '', { body: { divisions: [] }, province: true }),
  line('POST /import/permits', 'administrator', '', { body: { permits: [] }, province: true }),
  line('POST /import/accounts', 'administrator', '', { body: { accounts: [] }, province: true }),
  // Readings.
  get('/readings', 'every', '', 'mn=$mn&kind=hour'),
  get('/outlets/{outletId}/readings', 'every', 'outlet', 'kind=hour'),
  get('/readings/latest', 'every', '', 'mn=$mn'),
  get('/readings/lines', 'every', '', `mn=$mn&kind=hour&factor=a21026&${SPAN}`),
  get('/readings/statistics', 'every', '', `mn=$mn&kind=hour&factor=a21026&${SPAN}`),
  get('/readings/messages', 'every', '', 'mn=$mn'),
  line('GET /readings/storage', 'command', '', { province: true }),
  post('/readings/exports', 'every', '', { mns: ['$mn'], kinds: ['hour'] }),
  get('/readings/exports', 'every'),
  get('/readings/exports/{id}', 'every', 'unknown'),
  post('/readings/exports/{id}/cancel', 'every', 'unknown'),
  get('/readings/exports/{id}/file', 'every', 'unknown'),
  get('/readings/export', 'every', '', 'mn=$mn&kind=hour&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'),
  get('/devices/links', 'every', '', 'mn=$mn'),
  get('/refusals', 'authority'),
  get('/archive/{day}/verification', 'command', 'word'),
  get('/devices/{mn}/frames', 'authority', 'mn', SPAN),
  // Commands to devices.
  get('/commands/kinds', 'authority', '', 'edition=2017'),
  get('/commands', 'authority', '', 'mn=$mn'),
  get('/commands/{id}', 'authority', 'unknown'),
  post('/commands/{id}/cancel', 'asking', 'unknown'),
  post('/devices/{mn}/commands', 'asking', 'mn', { command: 'get-time', validSeconds: 1 }),
  post('/devices/{mn}/key', 'command', 'mn', { key: '0123456789abcdef' }),
  // Ways in, and what they are read by.
  // Another's device is refused by a line of its own in the answer, and that stands in the refusal log.
  line('POST /readings/batch', 'administrator', '', { apart: 'answers for each upload; intake.int.test.ts' }),
  get('/backfills', 'administrator'),
  line('POST /backfills', 'administrator', '', { apart: 'takes a file; its own tests' }),
  get('/backfills/template', 'administrator', '', 'format=csv'),
  get('/backfills/{id}', 'administrator', 'unknown'),
  post('/backfills/{id}/commit', 'administrator', 'unknown', {}),
  get('/factors', 'every', '', 'q=w01018'),
  line('POST /factors', 'administrator', '', { body: { factors: [{ code: 'x1', nameZh: WORDS }] }, province: true }),
  get('/device-profiles', 'authority'),
  line('POST /device-profiles', 'administrator', '', {
    body: { profiles: [{ id: 'matrix', name: WORDS, category: 'other' }] },
    province: true,
  }),
  // Alarms.
  get('/alarms', 'every', '', 'enterpriseId=$enterprise'),
  get('/alarms/{id}', 'every', 'unknown'),
  post('/alarms/{id}/acknowledge', ['administrator', 'supervisor', 'duty-officer', 'officer'], 'unknown'),
  get('/outlets/{outletId}/readings/revisions', 'every', 'outlet', 'kind=hour&at=2026-03-01T00:00:00%2B08:00'),
  // Means, transmission rates, marks.
  get('/outlets/{outletId}/means', 'every', 'outlet', `period=day&${MARCH_TIMES}`),
  get(
    '/outlets/{outletId}/means/versions',
    'every',
    'outlet',
    'period=hour&at=2026-03-01T00:00:00%2B08:00&factor=w01018',
  ),
  get('/transmission-rates', 'every', '', 'level=outlet&from=2026-03-01&to=2026-03-31'),
  get('/transmission-rates/{level}/{id}', 'every', 'party enterprise', 'from=2026-03-01&to=2026-03-31'),
  get('/mark-codes', 'every'),
  get('/marks', 'every', '', 'enterpriseId=$enterprise'),
  get('/marks/{id}', 'every', 'unknown'),
  post('/marks', 'parties', '', { outletId: '$outlet', code: 'fault', from: PAST, to: PAST_LATER, reason: WORDS }),
  post('/marks/{id}/review', ['administrator', 'supervisor', 'officer'], 'unknown', { decision: 'accept' }),
  post('/marks/{id}/withdraw', 'parties', 'unknown', { reason: WORDS }),
  line('POST /marks/{id}/vouchers', 'parties', 'unknown', { body: 'voucher' }),
  get('/marks/{id}/vouchers/{voucherId}', 'every', 'unknown unknown'),
  get('/outlets/{outletId}/mark-allowances', 'every', 'outlet'),
  // Tasks, clues, cases.
  get('/tasks', 'every', '', 'enterpriseId=$enterprise'),
  get('/tasks/{id}', 'every', 'task'),
  post('/tasks/{id}/accept', 'tasked', 'task'),
  post('/tasks/{id}/check-in', 'outdoors', 'task', { lon: 120.5, lat: 30.6, accuracy: 10, datum: 'CGCS2000' }),
  post('/tasks/{id}/finding', 'outdoors', 'task', { conclusion: 'normal', text: WORDS }),
  post('/tasks/{id}/explanation', ['principal'], 'task', { text: WORDS }),
  post('/tasks/{id}/submit', 'tasked', 'task'),
  post('/tasks/{id}/review', 'command', 'task', { decision: 'approve', comment: WORDS }),
  post('/tasks/{id}/close', 'command', 'task'),
  post('/tasks/{id}/reassign', ['administrator', 'supervisor', 'duty-officer'], 'task', {
    personIds: ['person-alpha'],
    reason: WORDS,
  }),
  post('/tasks/{id}/cancel', 'command', 'task', { reason: WORDS }),
  line('POST /tasks/{id}/photos', ['supervisor', 'officer', 'grid-member', 'principal'], 'task', { body: 'photo' }),
  get('/tasks/{id}/photos/{photoId}', 'every', 'task unknown'),
  get('/clues', 'authority', '', 'enterpriseId=$enterprise'),
  post('/clues', 'command', '', {
    ...{ channel: 'patrol', title: WORDS, level: 'low', type: 'VERIFY' },
    enterpriseId: '$enterprise',
  }),
  get('/cases', 'cases', '', 'enterpriseId=$enterprise'),
  get('/acts', 'authority'),
  post('/cases', 'supervisor', '', { taskId: '$task', act: 'exceedance', actAt: PAST, summary: WORDS }),
  get('/cases/{id}', 'cases', 'unknown'),
  post('/cases/{id}/notice', 'supervisor', 'unknown', { factsFound: WORDS, kinds: ['warning'], basisIds: ['x'] }),
  post('/cases/{id}/statement', 'supervisor', 'unknown', { waived: true, text: WORDS }),
  post('/cases/{id}/decision', 'supervisor', 'unknown', {
    ...{ documentNo: '001', kinds: ['warning'], basisIds: ['x'], factsFound: WORDS },
  }),
  post('/cases/{id}/publication', 'supervisor', 'unknown', {}),
  post('/cases/{id}/withdraw', 'supervisor', 'unknown', { reason: WORDS }),
  post('/cases/{id}/close', 'supervisor', 'unknown'),
  // Complaints.
  get('/complaints', 'complaints'),
  get('/complaints/{id}', 'complaints', 'complaint'),
  post('/complaints/{id}/accept', 'handlers', 'complaint', {}),
  post('/complaints/{id}/target', 'handlers', 'complaint', { enterpriseId: '$enterprise' }),
  post('/complaints/{id}/refuse', 'handlers', 'complaint', { reason: 'not-environmental', text: WORDS }),
  post('/complaints/{id}/merge', 'handlers', 'complaint', { into: '$complaint' }),
  post('/complaints/{id}/forward', 'handlers', 'complaint', { division: '330483', reason: WORDS }),
  post('/complaints/{id}/clue', 'command', 'complaint'),
  post('/complaints/{id}/draft', 'handlers', 'complaint', { text: WORDS }),
  post('/complaints/{id}/answer', 'command', 'complaint', { text: WORDS }),
  post('/complaints/{id}/review', 'command', 'complaint', { text: WORDS }),
  post('/complaints/{id}/extend', 'command', 'complaint', { reason: WORDS }),
  post('/complaints/{id}/close', 'handlers', 'complaint', {}),
  post('/complaints/{id}/reporter', ['complaint-handler'], 'complaint', { reason: WORDS }),
  get('/complaints/{id}/reporter/looks', 'handlers', 'complaint'),
  get('/complaints/{id}/photos/{photoId}', 'complaints', 'complaint unknown'),
  line('POST /public/complaints/photos', 'open', '', { apart: 'makes something; its own tests' }),
  line('POST /public/complaints/code', 'open', '', { apart: 'sends a message; its own tests' }),
  line('POST /public/complaints', 'open', '', { apart: 'makes something; its own tests' }),
  get('/public/complaints', 'open'),
  post('/public/complaints/track', 'open', '', { number: 'x', secret: 'y' }),
  post('/public/complaints/rating', 'open', '', { number: 'x', secret: 'y', satisfaction: 5, solved: true }),
  post('/public/complaints/review', 'open', '', { number: 'x', secret: 'y', reason: WORDS }),
  get('/public/complaints/divisions', 'open'),
  // Permits, checks, projects, duties.
  // Lists: of another's there is nothing in them.
  line('GET /enterprises/{enterpriseId}/permits', 'every', 'enterprise', { foreign: 200 }),
  line('GET /outlets/{outletId}/limits', 'every', 'outlet', { foreign: 200 }),
  get('/permits', 'every'),
  get('/permits/quotas', 'every', '', 'enterpriseId=$enterprise&year=2026'),
  get('/permits/template', 'every', '', 'format=csv'),
  get('/permits/sheets', 'administrator'),
  line('POST /permits/sheets', 'administrator', '', { apart: 'takes a file; its own tests' }),
  get('/permits/sheets/{id}', 'administrator', 'unknown'),
  post('/permits/sheets/{id}/commit', 'administrator', 'unknown', {}),
  get('/permits/{id}', 'every', 'permit'),
  get('/permits/{permitId}/versions', 'every', 'permit'),
  get('/permits/{permitId}/applications', 'every', 'permit'),
  post('/permits/{permitId}/applications', 'command', 'permit', { kind: 'renewal', receivedAt: PAST }),
  get('/checks', 'every', '', 'enterpriseId=$enterprise'),
  get('/checks/{id}', 'every', 'check'),
  get('/projects', 'every', '', 'enterpriseId=$enterprise'),
  post('/projects', ['administrator', 'supervisor', 'officer'], '', {
    ...{ name: WORDS, enterpriseId: '$enterprise', eiaClass: 'form' },
  }),
  get('/projects/{id}', 'every', 'project'),
  post('/projects/{id}/steps', ['administrator', 'supervisor', 'officer', 'principal'], 'project', {
    ...{ step: 'construction-started', at: PAST },
  }),
  line('POST /import/projects', 'administrator', '', { body: { projects: [] }, province: true }),
  get('/duties', 'every', '', 'enterpriseId=$enterprise'),
  get('/duties/ranking', 'authority', '', 'division=$division&month=2026-03'),
  get('/duties/rates', 'authority', '', 'division=$division&month=2026-03'),
  get('/duties/exposures', 'authority'),
  get('/duties/{id}', 'every', 'duty'),
  post('/duties/{id}/ledger', ['principal'], 'duty', {
    ...{ productionHours: 1, products: [], treatment: [{ facility: 'SB2', runningHours: 1 }] },
  }),
  post('/duties/{id}/self-inspection', ['principal'], 'duty', { results: [{ item: '1', result: 'ok' }] }),
  post('/duties/{id}/execution-report', ['principal'], 'duty', {
    ...{ totals: [{ factor: 'w01018', quantity: 1 }], text: WORDS },
  }),
  post('/duties/{id}/self-monitoring', ['principal'], 'duty', {
    results: [{ factor: 'w01018', at: PAST, value: 1, unit: 'mg/L' }],
  }),
  post('/duties/{id}/publicity', ['principal'], 'duty', { publishedAt: PAST, url: 'https://example.com/a' }),
  // Credit, operators.
  get('/credit/schemes', 'every'),
  line('POST /credit/schemes', 'administrator', '', { apart: 'a scheme is long; its own tests' }),
  get('/credit/schemes/{id}', 'every', 'scheme'),
  get('/credit/standings', 'every', '', 'scheme=national-21'),
  get('/credit/standings/count', 'authority', '', 'scheme=national-21'),
  get('/credit/enterprises/{enterpriseId}', 'every', 'enterprise'),
  get('/credit/{partyKind}/{partyId}/explanation', 'every', 'party enterprise', 'scheme=national-21'),
  get('/credit/{partyKind}/{partyId}/trend', 'every', 'party enterprise', 'scheme=national-21'),
  get('/credit/entries', 'every', '', 'partyKind=enterprise&partyId=$enterprise'),
  post('/credit/entries', 'command', '', {
    ...{
      partyKind: 'enterprise',
      partyId: '$enterprise',
      event: 'penalty-fine',
      occurredAt: PAST,
      evidence: WORDS,
      caseNo: 'x',
    },
  }),
  get('/credit/entries/{id}', 'every', 'entry'),
  post('/credit/entries/{id}/cancel', 'command', 'entry', { reason: WORDS }),
  post('/credit/entries/{entryId}/appeal', 'parties', 'entry', { text: WORDS }),
  post('/credit/entries/{entryId}/appeal-decision', 'command', 'entry', { decision: 'upheld', reason: WORDS }),
  post('/credit/entries/{entryId}/repair', 'parties', 'entry', { corrected: WORDS, pledge: WORDS }),
  post('/credit/entries/{entryId}/repair-decision', 'command', 'entry', { decision: 'granted', reason: WORDS }),
  get('/credit/ratings', 'every'),
  get('/credit/ratings/{id}', 'every', 'rating'),
  // Of another county there is nobody to be rated.
  line('POST /credit/ratings/run', 'command', '', { body: RATED, foreign: 200 }),
  line('POST /credit/ratings/notify', 'command', '', { body: RATED, foreign: 200 }),
  post('/credit/ratings/{id}/object', 'parties', 'rating', { text: WORDS }),
  post('/credit/ratings/{id}/answer', 'command', 'rating', { decision: 'upheld', reason: WORDS }),
  post('/credit/ratings/{id}/publish', 'command', 'rating'),
  post('/credit/ratings/{id}/final', 'command', 'rating'),
  post('/credit/ratings/{id}/withdraw', 'command', 'rating', { reason: WORDS }),
  get('/credit/blacklist', 'operators'),
  post('/credit/blacklist/{operatorId}/list', 'command', 'operator', { reason: WORDS }),
  post('/credit/blacklist/{operatorId}/lift', 'command', 'operator', { reason: WORDS }),
  line('POST /credit/import', 'administrator', '', { body: { entries: [] }, province: true }),
  // Operators work across the province: whoever relies on one sees it.
  line('GET /operators', 'operators', '', { shared: true }),
  line('GET /operators/{id}', 'operators', 'operator', { shared: true, foreign: 200 }),
  get('/public/credit', 'open'),
  get('/public/credit/{uscc}', 'open', 'uscc'),
  // Fraud.
  get('/fraud/scores', 'authority'),
  get('/fraud/outlets/{outletId}', 'authority', 'outlet'),
  get('/fraud/enterprises/{enterpriseId}', 'authority', 'enterprise'),
  get('/fraud/suspicions', 'authority', '', 'enterpriseId=$enterprise'),
  get('/fraud/suspicions/{id}', 'authority', 'unknown'),
  get('/fraud/runs', 'authority'),
  post('/fraud/runs', 'command', '', { enterpriseId: '$enterprise' }),
  get('/fraud/runs/{id}', 'authority', 'unknown'),
  get('/fraud/models', 'authority'),
  get('/fraud/examples', 'authority'),
  line('POST /fraud/examples', 'administrator', '', {
    body: { examples: [{ id: 'x', group: 'x', features: {}, verdict: 'normal', at: PAST, demo: true }] },
    province: true,
  }),
  // One model scores the whole province: not for a county's people at all.
  line('POST /fraud/models/{version}/activate', 'command', 'unknown', { foreign: 403, province: true }),
  // Notices.
  get('/notices', 'every'),
  post('/notices/{id}/read', 'every', 'notice'),
  // A list: nothing of another's is in it.
  line('GET /notices/of/{kind}/{id}', 'authority', 'word task', { foreign: 200 }),
  get('/phone-messages', ['administrator', 'complaint-handler']),
  // Map, live, keys.
  get('/map', 'every', '', 'bbox=118,27,123,32&zoom=22'),
  line('GET /events', 'every', '', { apart: 'never ends; events.int.test.ts' }),
  get('/api-keys', 'administrator'),
  line('POST /api-keys', 'administrator', '', { body: { name: 'matrix', division: '$division' } }),
  line('DELETE /api-keys/{id}', 'administrator', 'key'),
];
