import type { EnterpriseFile, Permit } from '@greenwatch/contracts';
import { defineService, type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import { registryService } from '../../services/registry/src/registry.service';
import { pdfText } from './pdf-text';
import { eventually, type RunningGateway, runningGateway, type Visitor } from './running-gateway';

// The file with one real service, one that answers, one that never answers, and all others away.

let servers: TestServers;
let gateway: RunningGateway;
let supervisor: Visitor;
let principal: Visitor;
let registry: RunningService;
const services: RunningService[] = [];
const URL = '/api/v1/enterprises/e1/file';
const NAME = '桐乡市青禾染整有限公司';

const permit: Permit = {
  id: 'pm1',
  number: '91350100M000100Y43001P',
  enterpriseId: 'e1',
  managementClass: 'key',
  validFrom: '2024-01-01T00:00:00+08:00',
  validTo: '2028-12-31T00:00:00+08:00',
  issuer: '嘉兴市生态环境局',
  version: 1,
  status: 'valid',
  outlets: [],
  quotas: [],
  limits: Array.from({ length: 60 }, (_, i) => ({
    id: `l${i}`,
    outletId: 'o1',
    factor: 'w01018',
    period: 'day' as const,
    limit: 80 + i,
    decimals: 0,
    unit: 'mg/L',
    basis: 'GB 4287-2012 表2（直接排放）',
    validFrom: '2024-01-01T00:00:00+08:00',
  })),
  divisionPath: ['330000', '330400', '330483'],
};

const permitsPeer = defineService({
  name: 'permits',
  config: Type.Object({}),
  create: () => ({
    actions: {
      'permits.permit.list': async () => [permit],
      'permits.check.list': async () => ({ items: [] }),
      'permits.quota.list': async () => ({ items: [] }),
      'permits.project.list': async () => ({ items: [] }),
      'permits.duty.list': async () => ({ items: [] }),
    },
  }),
});
/** A service that hangs: it takes the call and says nothing. */
const rulesPeer = defineService({
  name: 'rules',
  config: Type.Object({}),
  create: () => ({
    actions: { 'rules.alarm.list': () => new Promise((resolve) => setTimeout(() => resolve({ items: [] }), 3_000)) },
  }),
});

beforeAll(async () => {
  servers = await testServers();
  registry = await runService(registryService, serviceEnvironment(servers, 'registry'));
  services.push(await runService(permitsPeer, serviceEnvironment(servers, 'permits')));
  services.push(await runService(rulesPeer, serviceEnvironment(servers, 'rules')));
  gateway = await runningGateway(servers, { RATE_LIMIT_PER_MINUTE: '100000' });
  const administrator = await gateway.as({ roles: ['administrator'] });
  const place = { address: '振兴路1号', lon: 120.55, lat: 30.63, industryCode: '1713', industryName: '棉印染精加工' };
  const divisions = [
    { code: '330000', name: '浙江省', level: 'province' },
    { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
    { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
  ];
  const more = { managementClass: 'key', status: 'producing', divisionCode: '330483' };
  const enterprises = [
    { id: 'e1', uscc: '91350100M000100Y43', name: NAME, ...place, ...more },
    { id: 'e2', uscc: '91130200699229617X', name: '另一家', ...place, ...more },
  ];
  const imported = await eventually(async () => {
    const answer = await administrator.post('/api/v1/import/registry', { divisions, enterprises });
    return answer.status !== 503 && answer;
  });
  expect(imported).toMatchObject({ status: 200 });
  supervisor = await gateway.as({ roles: ['supervisor'], division: '330483' });
  principal = await gateway.as({ roles: ['principal'], division: '330483', enterpriseId: 'e1' });
  // The gateway's own copy, by which it knows the enterprise while the registry is away.
  await eventually(async () => (await supervisor.get('/api/v1/map?bbox=120,30,121,31&zoom=16')).text.includes('"e1"'));
});

afterAll(async () => {
  await gateway?.stop();
  for (const service of services) await service.stop();
  await servers?.stop();
});

const fileOf = async (visitor: Visitor) => (await visitor.get(URL)).body as unknown as EnterpriseFile;
/** The same, once permits, which is there, answered in time for it: the machine runs other tests, too. */
const settledFileOf = (visitor: Visitor) =>
  eventually(async () => {
    const file = await fileOf(visitor);
    return file.parts.permits.available && file;
  });

test('parts of services that are away or hang are named, the rest stands, and all of it within a second', async () => {
  const began = Date.now();
  const file = await fileOf(supervisor);
  expect(Date.now() - began).toBeLessThan(1_000);
  expect(file.parts.registry).toMatchObject({ source: 'registry', available: true, data: { name: NAME } });
  expect(file.parts.permits.data).toHaveLength(1);
  expect(file.missing).toEqual([
    ...['alarms', 'fraud', 'suspicions', 'tasks', 'cases', 'complaints', 'credit', 'notices'],
  ]);
  expect(file.parts.alarms).toMatchObject({
    source: 'rules',
    available: false,
    reason: expect.stringMatching(/rules/),
  });
  expect(file.timeline.map(({ verb }) => verb)).toEqual(['valid-to', 'valid-from']);
});

test('what the enterprise may not know is no part of its own file, not even as missing', async () => {
  const file = await settledFileOf(principal);
  expect(Object.keys(file.parts)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(fraud|suspicions|complaints|notices)$/)]),
  );
  expect(file.missing).toEqual(['alarms', 'tasks', 'cases', 'credit']);
  expect((await principal.get('/api/v1/enterprises/e2/file')).status).toBe(404);
  expect((await principal.get('/api/v1/enterprises/e2/file.pdf')).status).toBe(404);
});

/** The same as PDF. */
const pdfOf = (query = '') =>
  eventually(async () => {
    const answer = await fetch(`${gateway.base}${URL}.pdf${query}`, { headers: { cookie: supervisor.cookie ?? '' } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const read = pdfText(bytes);
    const firstMissing = /(?:暂时缺失：|Missing at present: )(报警|Alarms)/;
    return firstMissing.test(read.text.replace(/\n/g, '')) && { answer, bytes, ...read };
  });

test('the PDF holds the same in Chinese that can be read, searched and copied', async () => {
  const { answer, bytes, pages, text } = await pdfOf();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/pdf');
  expect(decodeURIComponent(answer.headers.get('content-disposition') ?? '')).toContain(`${NAME}.pdf`);
  // A subset of the font, not its 10 MB.
  expect(bytes.length).toBeLessThan(300_000);
  expect(pages).toBeGreaterThan(1);
  for (const expected of [
    NAME,
    '统一社会信用代码',
    '91350100M000100Y43',
    '振兴路1号',
    '桐乡市 330483',
    '来源：许可管理',
    '嘉兴市生态环境局',
    'GB 4287-2012 表2（直接排放）',
    '以下部分暂时缺失：报警、数据真实性、疑似异常、任务、行政处罚案件、公众投诉、信用评价、告知记录',
    '此部分暂时无法取得',
    `第 ${pages} 页`,
    `共 ${pages} 页`,
  ]) {
    expect(text.replace(/\n/g, '')).toContain(expected);
  }
  expect(text).not.toContain('\ufffd');
  expect(text.replace(/\n/g, '')).toMatch(/内容校验 SHA-256：[0-9a-f]{64}/);
  const english = await pdfOf('?language=en');
  expect(english.text).toContain('Missing at present: Alarms');
});

test('while the registry is away the file still stands, for those who may see the enterprise', async () => {
  await registry.stop();
  const file = await settledFileOf(supervisor);
  expect(file.missing).toContain('registry');
  expect(file.parts.permits.available).toBe(true);
  const stranger = await gateway.as({ roles: ['supervisor'], division: '331002' });
  expect((await stranger.get(URL)).status).toBe(404);
  const health = (await supervisor.get('/api/v1/health')).body as unknown as { missing: string[] };
  expect(health.missing).toEqual(expect.arrayContaining(['registry', 'fraud', 'credit']));
  expect(health.missing).not.toContain('permits');
});
