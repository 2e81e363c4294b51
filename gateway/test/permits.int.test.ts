import { request } from 'node:http';
import { type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers, until } from '@greenwatch/testkit';
import { permitsService } from '../../services/permits/src/permits.service';
import { registryService } from '../../services/registry/src/registry.service';
import { type RunningGateway, runningGateway, type Visitor } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;
const services: RunningService[] = [];
let administrator: Visitor;
let supervisor: Visitor;
let other: Visitor;
let principal: Visitor;

const enterprise = (id: string, uscc: string, divisionCode: string) => ({
  id,
  uscc,
  name: `企业${id}`,
  divisionCode,
  address: '某路1号',
  lon: 120.552,
  lat: 30.631,
  industryCode: '1713',
  industryName: '印染',
  managementClass: 'key',
  status: 'producing',
});

beforeAll(async () => {
  servers = await testServers();
  services.push(await runService(registryService, serviceEnvironment(servers, 'registry')));
  services.push(await runService(permitsService, serviceEnvironment(servers, 'permits')));
  gateway = await runningGateway(servers, { RATE_LIMIT_PER_MINUTE: '100000' });
  administrator = await gateway.as({ roles: ['administrator'] });
  supervisor = await gateway.as({ roles: ['supervisor'], division: '330483', personId: 's' });
  other = await gateway.as({ roles: ['supervisor'], division: '331002', personId: 'o' });
  principal = await gateway.as({ roles: ['principal'], division: '330483', enterpriseId: 'e1', personId: 'p' });
  const imported = await administrator.post('/api/v1/import/registry', {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' },
      { code: '330400', name: '嘉兴市', level: 'city', parent: '330000' },
      { code: '330483', name: '桐乡市', level: 'county', parent: '330400' },
    ],
    enterprises: [enterprise('e1', '91130200699229617X', '330483')],
  });
  expect(imported.status).toBe(200);
}, 90_000);
afterAll(async () => {
  await gateway?.stop();
  for (const service of services) await service.stop();
  await servers?.stop();
}, 30_000);

type Body = Record<string, unknown> & { items: Record<string, unknown>[] };
const read = async (visitor: Visitor, path: string) => {
  const { status, body } = await visitor.get(`/api/v1${path}`);
  return { status, body: body as unknown as Body };
};
const send = async (visitor: Visitor, path: string, content: object) => {
  const { status, body } = await visitor.post(`/api/v1${path}`, content);
  return { status, body: body as unknown as Body & { errors?: { field: string }[] } };
};
const upload = (name: string, bytes: Uint8Array<ArrayBuffer>, filename: string, visitor = administrator) => {
  const form = new FormData();
  form.append(name, new Blob([bytes]), filename);
  return visitor.ask('POST', '/api/v1/permits/sheets', form);
};

describe('sheets through the API', () => {
  it('the template comes as a file, and read back it is a sheet without permits', async () => {
    const answer = await fetch(`${gateway.base}/api/v1/permits/template?format=csv`, {
      headers: { cookie: administrator.cookie ?? '' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain('attachment');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(bytes.length).toBeGreaterThan(50);
    const stored = await upload('sheet', bytes, '模板.csv');
    expect([stored.status, stored.text]).toEqual([201, expect.stringContaining('模板.csv')]);
    const { id } = stored.body as unknown as { id: string };
    const state = await until(async () => {
      const { body } = await read(administrator, `/permits/sheets/${id}`);
      const sheet = body.sheet as { state: string; permits: number };
      return sheet.state === 'parsing' ? undefined : sheet;
    });
    expect(['ready', 'refused']).toContain(state.state);
  });
  it('a part of another name, somebody else than an administrator and more than 50 MiB are refused', async () => {
    expect((await upload('file', new Uint8Array(10), 'a.csv')).status).toBe(422);
    expect((await upload('sheet', new Uint8Array(10), 'a.csv', supervisor)).status).toBe(403);
    const large = await upload('sheet', new Uint8Array(51 * 1024 * 1024), 'a.csv').catch(() => ({ status: 413 }));
    expect(large.status).toBe(413);
    expect((await read(administrator, '/permits/sheets')).body.items).toHaveLength(1);
  });
});

/** Sends a sheet piece by piece; with `announced`, its length in a header. @returns the status, and what was sent by then */
function stream(megabytes: number, announced: boolean): Promise<{ status: number; sent: number }> {
  const before = '--b\r\ncontent-disposition: form-data; name="sheet"; filename="a.csv"\r\n\r\n';
  const after = '\r\n--b--\r\n';
  const piece = Buffer.alloc(1024 * 1024, 'a');
  const length = before.length + megabytes * piece.length + after.length;
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = false;
    const sending = request(`${gateway.base}/api/v1/permits/sheets`, {
      method: 'POST',
      headers: {
        cookie: administrator.cookie ?? '',
        'content-type': 'multipart/form-data; boundary=b',
        ...(announced ? { 'content-length': length } : {}),
      },
    });
    sending.on('response', (answer) => {
      answered = true;
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, sent });
      sending.destroy();
    });
    sending.on('error', (error) => answered || reject(error));
    sending.write(before);
    const next = (): void => {
      if (answered) return;
      if (sent === megabytes) {
        sending.end(after);
        return;
      }
      sent += 1;
      if (sending.write(piece)) setImmediate(next);
      else sending.once('drain', next);
    };
    next();
  });
}

describe('a sheet of 60 MiB', () => {
  const sheets = async () => (await read(administrator, '/permits/sheets')).body.items.length;

  it('in pieces: 413 at the limit, and nothing of it is kept', async () => {
    const had = await sheets();
    expect(await stream(60, false)).toMatchObject({ status: 413 });
    expect(await sheets()).toBe(had);
  }, 60_000);

  it('that says its length is refused before it is sent', async () => {
    const { status, sent } = await stream(60, true);
    expect(status).toBe(413);
    expect(sent).toBeLessThan(50);
  }, 60_000);
});

describe('projects and duties through the API', () => {
  it('a project: created, a step tomorrow refused by its field, seen by its county only', async () => {
    const created = await until(async () => {
      const answer = await send(supervisor, '/projects', { name: '染色扩建', enterpriseId: 'e1', eiaClass: 'report' });
      return answer.status === 200 ? answer.body : undefined;
    });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const refused = await send(supervisor, `/projects/${created.id}/steps`, { step: 'eia-received', at: tomorrow });
    expect([refused.status, refused.body.errors]).toEqual([422, [expect.objectContaining({ field: 'at' })]]);
    const started = { step: 'construction-started', at: '2026-09-01T00:00:00+08:00' };
    expect((await send(principal, `/projects/${created.id}/steps`, started)).status).toBe(200);
    const checks = await read(supervisor, '/checks?check=EIA_NO_APPROVAL');
    expect(checks.body.items).toMatchObject([{ enterpriseId: 'e1', active: true, clue: 'visit' }]);
    expect((await read(other, `/projects/${created.id}`)).status).toBe(404);
    expect((await read(other, '/checks')).body.items).toEqual([]);
    expect((await read(supervisor, '/projects?alerted=true')).body.items).toHaveLength(1);
  });

  it('a ledger: opened by the permit, handed in by its principal alone', async () => {
    const permit = {
      id: 'p1',
      number: '91130200699229617X001P',
      enterpriseId: 'e1',
      managementClass: 'key',
      validFrom: '2023-01-01T00:00:00+08:00',
      validTo: '2098-01-01T00:00:00+08:00',
      issuer: '嘉兴市生态环境局',
      limits: [],
      requirements: { ledger: 'daily', reports: [], selfMonitoring: [] },
    };
    expect((await send(administrator, '/import/permits', { permits: [permit] })).status).toBe(200);
    const [duty] = await until(async () => {
      const { body } = await read(principal, '/duties?waiting=true');
      return body.items.length > 0 ? body.items : undefined;
    });
    const ledger = { productionHours: 8, products: [], treatment: [{ facility: 'TW001', runningHours: 8 }] };
    expect((await send(supervisor, `/duties/${duty?.id}/ledger`, ledger)).status).toBe(403);
    expect((await send(principal, `/duties/${duty?.id}/ledger`, {})).status).toBe(400);
    expect((await send(principal, `/duties/${duty?.id}/ledger`, ledger)).body).toMatchObject({ state: 'fulfilled' });
    expect((await send(principal, `/duties/${duty?.id}/ledger`, ledger)).status).toBe(409);
    const month = String(duty?.dueAt).slice(0, 7);
    const ranking = await read(supervisor, `/duties/ranking?division=330483&month=${month}`);
    expect(ranking.body).toMatchObject({ enterprises: 1, due: 1, inTime: 1, lowest: [] });
    expect((await read(supervisor, '/permits?q=9113')).body.items).toMatchObject([{ id: 'p1' }]);
    expect((await read(other, '/permits')).body.items).toEqual([]);
  });
});
