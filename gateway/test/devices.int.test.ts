import { connect } from 'node:net';
import type { DeviceState } from '@greenwatch/contracts';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers, until } from '@greenwatch/testkit';
import { ingestionService } from '../../services/ingestion/src/ingestion.service';
import { registryService } from '../../services/registry/src/registry.service';
import { type RunningGateway, runningGateway, type Visitor } from './running-gateway';

let servers: TestServers;
let gateway: RunningGateway;
const services: RunningService[] = [];
let port: number;
let province: Visitor;
let county: Visitor;

beforeAll(async () => {
  servers = await testServers();
  port = await choosePort();
  services.push(await runService(registryService, serviceEnvironment(servers, 'registry')));
  const environment = { HJ212_PORT: String(port), INGESTION_ADMISSION: 'open', INGESTION_FIGURES_EVERY_S: '1' };
  services.push(await runService(ingestionService, serviceEnvironment(servers, 'ingestion', environment)));
  gateway = await runningGateway(servers, { RATE_LIMIT_PER_MINUTE: '100000' });
  province = await gateway.as({ roles: ['administrator'] });
  county = await gateway.as({ roles: ['supervisor'], division: '330483', personId: 's' });
  const place = { lon: 120.55, lat: 30.63 };
  const imported = await province.post('/api/v1/import/registry', {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' },
      { code: '330483', name: '桐乡市', level: 'county', parent: '330000' },
    ],
    enterprises: [
      {
        ...{ id: 'e1', uscc: '91130200699229617X', name: '某厂', divisionCode: '330483', address: '某路1号', ...place },
        ...{ industryCode: '1713', industryName: '印染', managementClass: 'key', status: 'producing' },
      },
    ],
    outlets: [
      { id: 'o1', enterpriseId: 'e1', code: 'DW001', name: '总排口', medium: 'water', ...place, factors: ['w01018'] },
    ],
  });
  expect(imported.status).toBe(200);
}, 90_000);
afterAll(async () => {
  await gateway?.stop();
  for (const service of services) await service.stop();
  await servers?.stop();
}, 30_000);

let packets = 0;
/** Whether a device is answered: one packet on a connection of its own. */
function isAnswered(mn: string, password: string): Promise<boolean> {
  const time = formatDataTime(Date.now() - 60_000 + ++packets * 1_000);
  const frame = buildFrame(
    `QN=${formatDataTime(Date.now())}000;ST=32;CN=2011;PW=${password};MN=${mn};Flag=5;CP=&&DataTime=${time};w01018-Rtd=1,w01018-Flag=N&&`,
  );
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(frame));
    const late = setTimeout(() => end(false), 700);
    const end = (answered: boolean) => {
      clearTimeout(late);
      socket.destroy();
      resolve(answered);
    };
    socket.on('error', reject);
    socket.on('data', (bytes) => bytes.toString().includes('CN=9014') && end(true));
  });
}

const states = async (query: string, as = county): Promise<DeviceState[]> => {
  const { status, body } = await as.get(`/api/v1/devices/states?${query}`);
  expect(status).toBe(200);
  return (body as unknown as { items: DeviceState[] }).items;
};
const upload = (text: string, as = county) => {
  const form = new FormData();
  form.append('sheet', new Blob([text]), '数采仪.csv');
  return as.ask('POST', '/api/v1/devices/sheets', form);
};

it('devices from a sheet: looked at, taken over, let in by their password', async () => {
  const template = await county.get('/api/v1/devices/template?format=csv');
  expect(template.status).toBe(200);
  expect(template.headers.get('content-disposition')).toContain('devices.csv');
  const rows = [
    '设备编号,统一社会信用代码,排放口编号,访问密码',
    'SHEET1,91130200699229617X,DW001,a1B2c3',
    'SHEET2,,,x',
  ];
  const sheet = await upload(rows.join('\n'));
  expect(sheet).toMatchObject({ status: 201, body: { state: 'ready', new: 1, wrong: 1 } });
  const { id } = sheet.body as unknown as { id: string };
  const wrong = (await county.get(`/api/v1/devices/sheets/${id}?state=wrong`)).body as unknown as {
    items: { errors: { cell: string }[] }[];
  };
  expect(wrong.items.flatMap(({ errors }) => errors.map(({ cell }) => cell))).toEqual(['C3']);
  expect(await isAnswered('SHEET2', 'x')).toBe(true);
  expect(await county.post(`/api/v1/devices/sheets/${id}/commit`, {})).toMatchObject({ status: 409 });
  expect(await county.post(`/api/v1/devices/sheets/${id}/commit`, { skipWrong: true })).toMatchObject({ status: 200 });
  await until(async () => (await states('q=SHEET1')).length === 1);
  // It is known here as soon as ingestion has the fact: from then on a wrong password is refused.
  await until(async () => !(await isAnswered('SHEET1', 'wrong1')));
  expect(await isAnswered('SHEET1', 'a1B2c3')).toBe(true);
  const [state] = await until(async () => {
    const found = await states('q=SHEET1');
    return found[0]?.refused.length && found;
  });
  expect(state).toMatchObject({
    mn: 'SHEET1',
    status: 'active',
    enterpriseId: 'e1',
    refused: [{ reason: 'wrong-password' }],
  });
  const summary = (await county.get('/api/v1/devices/summary')).body;
  expect(summary).toMatchObject({ active: 1, unclaimed: 0 });
}, 60_000);

it('a stranger is let in as unclaimed, and claimed with a password', async () => {
  expect(await isAnswered('STRANGER', 'whatever')).toBe(true);
  await until(async () => (await states('status=unclaimed&q=STRANGER', province)).length === 1);
  expect(await states('q=STRANGER')).toEqual([]);
  const claim = { outletId: 'o1', password: 'Claim1' };
  expect((await county.post('/api/v1/devices/STRANGER/claim', claim)).status).toBe(404);
  expect((await province.post('/api/v1/devices/STRANGER/claim', claim)).status).toBe(200);
  await until(async () => !(await isAnswered('STRANGER', 'whatever')));
  expect(await isAnswered('STRANGER', 'Claim1')).toBe(true);
  expect(await states('q=STRANGER')).toHaveLength(1);
}, 60_000);

it('a rotated password is shown once; the device goes on with the old one and changes over', async () => {
  const rotated = await county.post('/api/v1/devices/SHEET1/password', { keepHours: 1 });
  expect(rotated.status).toBe(200);
  const { password } = rotated.body as unknown as { password: string };
  await until(async () => isAnswered('SHEET1', password));
  expect(await isAnswered('SHEET1', 'a1B2c3')).toBe(true);
  await until(async () => (await states('q=SHEET1'))[0]?.oldPasswordAt);
  const listed = await county.get('/api/v1/devices?limit=1000');
  expect(listed.text).not.toContain(password);
  await county.post('/api/v1/devices/SHEET1/password', { keepHours: 0 });
  await until(async () => !(await isAnswered('SHEET1', 'a1B2c3')));
}, 60_000);
