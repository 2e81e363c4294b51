import { createHash } from 'node:crypto';
import type { Mark, Role } from '@greenwatch/contracts';
import { choosePort } from '@greenwatch/infra';
import { type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { complaintsService } from '../../services/complaints/src/complaints.service';
import { creditService } from '../../services/credit/src/credit.service';
import { fraudService } from '../../services/fraud/src/fraud.service';
import { ingestionService } from '../../services/ingestion/src/ingestion.service';
import { notificationsService } from '../../services/notifications/src/notifications.service';
import { permitsService } from '../../services/permits/src/permits.service';
import { readingsService } from '../../services/readings/src/readings.service';
import { registryService } from '../../services/registry/src/registry.service';
import { rulesService } from '../../services/rules/src/rules.service';
import { taskingService } from '../../services/tasking/src/tasking.service';
import { type Answer, type RunningGateway, runningGateway, type Visitor } from './running-gateway';
import { type Line, MATRIX, PEOPLE, type RecordKind, rolesOf } from './scope-matrix';

/**
 * Every route × every role, with all services running: 桐乡 (alpha, and gamma beside it) and 椒江 (beta). Nobody sees or
 * changes what belongs to another county or enterprise. Everything of beta and gamma carries its name somewhere.
 */

const COUNTY = { alpha: '330483', gamma: '330483', beta: '331002' } as const;
type Owner = keyof typeof COUNTY;
const USCC: Record<Owner, string> = {
  alpha: '91350100M000100Y43',
  gamma: '91440300708461136T',
  beta: '91130200699229617X',
};
const PLACE: Record<Owner, { lon: number; lat: number }> = {
  alpha: { lon: 120.55, lat: 30.63 },
  gamma: { lon: 120.57, lat: 30.65 },
  beta: { lon: 121.44, lat: 28.67 },
};

let servers: TestServers;
let gateway: RunningGateway;
const services: RunningService[] = [];
let administrator: Visitor;
const visitors = new Map<string, Visitor>();
const records: Record<Owner, Partial<Record<RecordKind, string>>> = { alpha: {}, beta: {}, gamma: {} };
let documented: string[];

const body = (answer: Answer) => answer.body as unknown as Record<string, never>;
const path = (line: Line) => `${line.method} ${line.path}`;

beforeAll(async () => {
  servers = await testServers();
  const grpcPort = String(await choosePort());
  const READINGS_GRPC = `127.0.0.1:${grpcPort}`;
  const start = async (definition: Parameters<typeof runService>[0], more: Record<string, string> = {}) => {
    services.push(
      await runService(definition, serviceEnvironment(servers, definition.name, { READINGS_GRPC, ...more })),
    );
  };
  await start(registryService);
  await start(readingsService, { GRPC_PORT: grpcPort });
  await start(ingestionService, { HJ212_PORT: String(await choosePort()) });
  for (const definition of [rulesService, permitsService, taskingService, fraudService]) await start(definition);
  for (const definition of [complaintsService, creditService, notificationsService]) await start(definition);
  gateway = await runningGateway(servers, { RATE_LIMIT_PER_MINUTE: '1000000', READINGS_GRPC });
  administrator = await gateway.as({ roles: ['administrator'] });
  await seed();
  for (const role of PEOPLE) visitors.set(role, await visitorOf(role, 'alpha'));
  for (const role of ['supervisor', 'principal'] as const)
    visitors.set(`${role} of beta`, await visitorOf(role, 'beta'));
  const document = (await gateway.visitor().get('/api/openapi.json')).body as unknown as {
    paths: Record<string, Record<string, unknown>>;
  };
  documented = Object.entries(document.paths).flatMap(([url, methods]) =>
    url.startsWith('/api/v1')
      ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${url.slice('/api/v1'.length)}`)
      : [],
  );
}, 240_000);

afterAll(async () => {
  await gateway?.stop();
  for (const service of services.reverse()) await service.stop();
  await servers?.stop();
}, 60_000);

function visitorOf(role: Role, of: Owner): Promise<Visitor> {
  const ofEnterprise = role === 'principal' ? { enterpriseId: `ent-${of}`, personId: `principal-${of}` } : {};
  const ofOperator = role === 'operator-staff' ? { operatorId: `op-${of}` } : {};
  const person = role === 'supervisor' || role === 'officer' ? { personId: `${role}-${of}` } : {};
  // The account's role is one that accounts may have.
  return gateway.as({ roles: [role as never], division: COUNTY[of], ...person, ...ofEnterprise, ...ofOperator });
}

async function seed(): Promise<void> {
  const enterprise = (of: Owner) => ({
    ...{
      id: `ent-${of}`,
      uscc: USCC[of],
      name: `企业 ${of}`,
      divisionCode: COUNTY[of],
      address: `${of} 路1号`,
      ...PLACE[of],
    },
    ...{ industryCode: '1713', industryName: '棉印染精加工', managementClass: 'key', status: 'producing' },
    principalPersonId: `principal-${of}`,
  });
  const operator = (of: Owner) => ({ id: `op-${of}`, name: `运维 ${of}`, uscc: USCC[of], divisionCode: COUNTY[of] });
  const outlet = (of: Owner) => ({
    ...{ id: `ent-${of}.DW001`, enterpriseId: `ent-${of}`, code: 'DW001', name: `${of} 总排口`, medium: 'water' },
    ...{ ...PLACE[of], factors: ['w01018'] },
  });
  const device = (of: Owner) => ({
    ...{ mn: `MN-${of}`, status: 'active', edition: '2017', addresses: [], missingFlagValid: true, password: '123456' },
    bindings: [{ outletId: `ent-${of}.DW001`, enterpriseId: `ent-${of}`, medium: 'water' }],
  });
  const person = (role: string, of: Owner) => ({
    ...{
      id: `${role}-${of}`,
      name: `${role} ${of}`,
      roles: [role],
      divisionCode: COUNTY[of],
      locale: 'zh-CN',
      active: true,
    },
    ...(role === 'principal' ? { enterpriseId: `ent-${of}` } : { certificateNo: `33-${of}-${role}` }),
    phone: `138000000${String(10 + Object.keys(COUNTY).indexOf(of) * 10 + role.length).slice(-2)}`,
  });
  const owners = Object.keys(COUNTY) as Owner[];
  const input = {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' },
      { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
      { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
      { code: '331000', name: '台州市', level: 'city', parent: '330000' },
      { code: '331002', name: '椒江区', level: 'county', parent: '331000' },
    ],
    enterprises: owners.map(enterprise),
    operators: owners.map(operator),
    outlets: owners.map(outlet),
    devices: owners.map(device),
    persons: owners.flatMap((of) => ['supervisor', 'officer', 'principal'].map((role) => person(role, of))),
  };
  await until2xx(administrator, 'POST', '/import/registry', input);
  const permits = owners.map((of) => ({
    ...{ id: `permit-${of}`, number: `${USCC[of]}001P`, enterpriseId: `ent-${of}`, managementClass: 'key' },
    ...{ validFrom: '2024-01-01T00:00:00+08:00', validTo: '2028-12-31T00:00:00+08:00', issuer: `局 ${of}`, limits: [] },
    outlets: [{ outletId: `ent-${of}.DW001`, code: 'DW001', factors: ['w01018'] }],
    quotas: [{ factor: 'w01018', year: 2026, quantity: 1000 }],
    requirements: { ledger: 'daily', reports: ['quarterly'], selfMonitoring: [] },
  }));
  await until2xx(administrator, 'POST', '/import/permits', { permits });
  const projects = owners.map((of) => ({
    ...{ id: `project-${of}`, name: `项目 ${of}`, enterpriseId: `ent-${of}`, eiaClass: 'form' },
    // Begun without approval: a check that stands.
    steps: [
      { step: 'eia-received', at: '2026-02-01T09:00:00+08:00' },
      { step: 'construction-started', at: '2026-02-10T09:00:00+08:00' },
    ],
  }));
  // Permits follows the registry's facts.
  await until2xx(administrator, 'POST', '/import/projects', { projects });
  for (const of of owners) {
    const mine = records[of];
    mine.project = `project-${of}`;
    Object.assign(mine, { enterprise: `ent-${of}`, outlet: `ent-${of}.DW001`, mn: `MN-${of}`, permit: `permit-${of}` });
    Object.assign(mine, { person: `principal-${of}`, operator: `op-${of}` });
    const supervisor = await visitorOf('supervisor', of);
    const first = (answer: Answer) => (body(answer) as unknown as { items: { id: string }[] }).items[0]?.id;
    mine.duty = first(await until2xx(supervisor, 'GET', `/duties?enterpriseId=ent-${of}`, undefined, /"id"/));
    const entry = await until2xx(supervisor, 'POST', '/credit/entries', {
      ...{ partyKind: 'enterprise', partyId: `ent-${of}`, event: 'penalty-fine', occurredAt: '2026-03-01T00:00:00Z' },
      ...{ evidence: `决定书 ${of}`, caseNo: `案号 ${of}` },
    });
    mine.entry = (entry.body as unknown as { id: string }).id;
    mine.check = first(await until2xx(supervisor, 'GET', `/checks?enterpriseId=ent-${of}`, undefined, /"id"/));
    const key = await until2xx(administrator, 'POST', '/api-keys', { name: `key ${of}`, division: COUNTY[of] });
    mine.key = (key.body as unknown as { id: string }).id;
    const rated = { division: COUNTY[of], scheme: 'national-21', period: '2025' };
    for (const verb of ['run', 'notify']) await until2xx(supervisor, 'POST', `/credit/ratings/${verb}`, rated);
    const principal = await visitorOf('principal', of);
    mine.rating = first(await until2xx(principal, 'GET', '/credit/ratings', undefined, /"id"/));
    mine.notice = first(await until2xx(principal, 'GET', '/notices', undefined, /"id"/));
    const clue = { channel: 'patrol', title: `线索 ${of}`, level: 'low', type: 'VERIFY', enterpriseId: `ent-${of}` };
    await until2xx(supervisor, 'POST', '/clues', clue);
    mine.task = first(
      await until2xx(supervisor, 'GET', `/tasks?enterpriseId=ent-${of}&type=VERIFY`, undefined, /"id"/),
    );
    await until2xx(gateway.visitor(), 'POST', '/public/complaints', {
      ...{ clientId: `matrix-${of}-0123456789abcdef`, category: 'water', ...PLACE[of], datum: 'CGCS2000' },
      ...{ place: `${of} 河边`, text: `河水发黑 ${of}`, division: COUNTY[of] },
    });
    const complaints = body(await administrator.get('/api/v1/complaints')) as unknown as {
      items: { id: string; text: string }[];
    };
    mine.complaint = complaints.items.find(({ text }) => text.includes(of))?.id;
    expect(mine.complaint).toBeDefined();
  }
}

/** Asks until the answer is a good one: services follow each other's facts. */
async function until2xx(visitor: Visitor, method: string, url: string, given?: unknown, has?: RegExp): Promise<Answer> {
  let last: Answer | undefined;
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    last = await visitor.ask(method, `/api/v1${url}`, given);
    if (last.status < 300 && (!has || has.test(last.text))) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${method} ${url}: ${last?.status} ${last?.text}`);
}

/** A line's request about the records of one owner. */
function request(line: Line, of: Owner): { url: string; given: unknown } {
  const own = (kind: string) =>
    kind === 'division' ? COUNTY[of] : (records[of][kind as RecordKind] ?? `unknown-${of}`);
  const fill = (text: string) => text.replace(/\$(\w+)/g, (_, kind: string) => own(kind));
  const url = line.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const kind = line.ids[name] as RecordKind;
    if (kind === 'word') return name === 'day' ? '2026-03-01' : 'task';
    if (kind === 'scheme') return 'national-21';
    if (kind === 'party') return 'enterprise';
    if (kind === 'uscc') return USCC[of];
    return own(kind);
  });
  const query = line.query ? `?${fill(line.query)}` : '';
  const given =
    line.body === 'photo' || line.body === 'voucher'
      ? photo(line.body)
      : line.body === undefined
        ? undefined
        : (JSON.parse(fill(JSON.stringify(line.body))) as unknown);
  return { url: `/api/v1${url}${query}`, given };
}

function photo(name: 'photo' | 'voucher'): FormData {
  const form = new FormData();
  form.append(
    name,
    new Blob([Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')], { type: 'image/jpeg' }),
    'a.jpg',
  );
  return form;
}

const asked = MATRIX.filter(({ apart }) => apart === undefined);
const namesRecord = ({ ids }: Line) =>
  Object.values(ids).some((kind) => !['word', 'scheme', 'party', 'uscc'].includes(kind));

test('every route has its line, every line its route', () => {
  expect(documented.filter((route) => !MATRIX.some((line) => path(line) === route))).toEqual([]);
  expect(MATRIX.map(path).filter((route) => !documented.includes(route))).toEqual([]);
});

test('without a session: 401, but for what is open', async () => {
  const wrong: string[] = [];
  for (const line of asked) {
    const { url, given } = request(line, 'alpha');
    const { status } = await gateway.visitor().ask(line.method, url, given);
    if ((line.who === 'open') !== (status !== 401)) wrong.push(`${path(line)}: ${status}`);
  }
  expect(wrong).toEqual([]);
});

test('a role that is not named: 403, for its own county too', async () => {
  const wrong: string[] = [];
  for (const line of asked) {
    for (const role of PEOPLE) {
      if (rolesOf(line).includes(role)) continue;
      const { url, given } = request(line, 'alpha');
      const { status } = await (visitors.get(role) as Visitor).ask(line.method, url, given);
      if (status !== 403) wrong.push(`${role} ${path(line)}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

test('an API key reads what its scopes name, and changes nothing', async () => {
  const wanted = { name: 'matrix', division: '330483', scopes: ['read'] };
  const made = await until2xx(administrator, 'POST', '/api-keys', wanted);
  const key = gateway.visitor();
  key.key = (made.body as unknown as { key: string }).key;
  const wrong: string[] = [];
  for (const line of asked.filter(({ who }) => who !== 'open')) {
    const { url, given } = request(line, 'beta');
    const answer = await key.ask(line.method, url, given);
    if (line.method !== 'GET' && answer.status !== 403) wrong.push(`${path(line)}: ${answer.status}`);
    if (!line.shared && answer.status < 300 && /beta/.test(answer.text))
      wrong.push(`${path(line)} shows beta: ${answer.text.slice(0)}`);
  }
  expect(wrong).toEqual([]);
}, 60_000);

/** Everything of an owner as the province sees it. */
async function everythingOf(of: Owner): Promise<string[]> {
  const texts: string[] = [];
  for (const line of asked.filter(
    ({ method, path: url }) => method === 'GET' && !/file|health|export|^\/me$/.test(url),
  )) {
    if (!rolesOf(line).some((role) => role === 'administrator')) continue;
    const { url } = request(line, of);
    const { status, text } = await administrator.get(url);
    if (status === 200)
      texts.push(`${path(line)} ${text.replace(/"(at|lastSeen|lastUsedAt|madeAt|sha256)":"[^"]*"/g, '')}`);
  }
  return texts;
}

describe.each([
  { who: [...PEOPLE], of: 'alpha', foreign: 'beta', as: (role: string) => role },
  { who: ['principal'], of: 'alpha', foreign: 'gamma', as: (role: string) => role },
  { who: ['supervisor', 'principal'], of: 'beta', foreign: 'alpha', as: (role: string) => `${role} of beta` },
] as const)('$who.length roles of $of and the records of $foreign', ({ who, of, foreign, as }) => {
  test('a record of another: 404, and no list, map or file shows it; nothing of it is changed', async () => {
    const before = await everythingOf(foreign);
    expect(before.length).toBeGreaterThan(15);
    const wrong: string[] = [];
    for (const line of asked) {
      for (const role of who) {
        if (line.who === 'open' || !rolesOf(line).includes(role)) continue;
        const { url, given } = request(line, foreign);
        const answer = await (visitors.get(as(role)) as Visitor).ask(line.method, url, given);
        const says = `${role} ${line.method} ${url}: ${answer.status} ${answer.text.slice(0, 160)}`;
        if (answer.status >= 500) wrong.push(says);
        // What one asked for may be named in the refusal; in an answer it may not be.
        if (!line.shared && answer.status < 300 && new RegExp(foreign).test(answer.text)) wrong.push(says);
        if (line.province && answer.status !== 403) wrong.push(says);
        // An operator's own people see theirs alone.
        const expected = line.shared && role === 'operator-staff' ? 404 : (line.foreign ?? 404);
        if (namesRecord(line) && answer.status !== expected) wrong.push(says);
        // Within one county the division is one's own.
        const names = JSON.stringify(line.body ?? '').replace(
          COUNTY[foreign] === COUNTY[of] ? /\$division/g : /^$/,
          '',
        );
        if (names.includes('$') && answer.status < 400 && line.foreign === undefined) wrong.push(says);
      }
    }
    expect(wrong).toEqual([]);
    expect(await everythingOf(foreign)).toEqual(before);
  }, 180_000);
});

test('the own records are there: the matrix above does not pass because nothing is', async () => {
  const wrong: string[] = [];
  for (const line of asked.filter(({ method, ids }) => method === 'GET' && !Object.values(ids).includes('unknown'))) {
    for (const role of PEOPLE) {
      if (line.who === 'open' || line.province || !rolesOf(line).includes(role)) continue;
      // A firm that maintains devices sees these, and nothing else of an enterprise; the inspectors' task is not the enterprise's.
      if (role === 'operator-staff' || (role === 'principal' && Object.values(line.ids).includes('task'))) continue;
      const { url } = request(line, 'alpha');
      const { status, text } = await (visitors.get(role) as Visitor).get(url);
      if (status !== 200) wrong.push(`${role} GET ${url}: ${status} ${text.slice(0, 160)}`);
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

test('a voucher goes to a mark by the API alone: kept whole; what is no voucher, or for a mark of another, is refused by name', async () => {
  const principal = visitors.get('principal') as Visitor;
  const [from, to] = [-2, -1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  const wanted = { outletId: records.alpha.outlet, code: 'fault', from, to, reason: '分析仪故障' };
  const { id } = (await until2xx(principal, 'POST', '/marks', wanted)).body as unknown as Mark;
  const attach = (visitor: Visitor, bytes: Uint8Array<ArrayBuffer>, type = 'application/pdf', name = 'voucher') => {
    const form = new FormData();
    form.append(name, new Blob([bytes], { type }), '维修记录.pdf');
    return visitor.ask('POST', `/api/v1/marks/${id}/vouchers`, form);
  };
  const pdf = new Uint8Array(200_000).map((_, i) => i);
  pdf.set(Buffer.from('%PDF-1.7'));

  const added = await attach(principal, pdf);
  const [voucher] = (added.body as unknown as Mark).vouchers;
  expect([added.status, voucher]).toMatchObject([
    201,
    {
      ...{ filename: '维修记录.pdf', contentType: 'application/pdf', size: pdf.length, by: 'principal-alpha' },
      sha256: createHash('sha256').update(pdf).digest('hex'),
    },
  ]);
  const headers = { cookie: principal.cookie ?? '' };
  const kept = await fetch(`${gateway.base}/api/v1/marks/${id}/vouchers/${voucher?.id}`, { headers });
  expect(Buffer.from(await kept.arrayBuffer()).equals(pdf)).toBe(true);

  const script = Uint8Array.from(Buffer.from('<script>alert(1)</script>'));
  expect(await attach(principal, script)).toMatchObject({
    status: 415,
    body: { code: 'wrong-file-type', detail: expect.stringMatching(/^voucher /), errors: [{ field: 'voucher' }] },
  });
  const named = (status: number) => ({ status, body: { errors: [{ field: 'body.voucher' }] } });
  expect(await attach(principal, script, 'text/html')).toMatchObject(named(415));
  expect(await attach(principal, pdf, 'application/pdf', 'photo')).toMatchObject(named(422));
  const large = new Uint8Array(15 * 1024 * 1024 + 1);
  large.set(pdf);
  expect(await attach(principal, large)).toMatchObject(named(413));
  for (const who of ['principal of beta', 'operator-staff']) {
    const stranger = who === 'principal of beta' ? visitors.get(who) : await visitorOf('operator-staff', 'beta');
    expect(await attach(stranger as Visitor, pdf)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  }
  const after = (await principal.get(`/api/v1/marks/${id}`)).body as unknown as Mark;
  expect(after.vouchers).toEqual([voucher]);
}, 60_000);
