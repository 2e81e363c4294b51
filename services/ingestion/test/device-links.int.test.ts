import { connect, type Socket } from 'node:net';
import { fact } from '@greenwatch/contracts';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import { type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers, until } from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { ingestionService } from '../src/ingestion.service';

let servers: TestServers;
let mongo: MongoClient;
let db: Db;
let service: RunningService;
let port: number;

beforeAll(async () => {
  servers = await testServers();
  mongo = await new MongoClient(servers.mongoUri).connect();
  db = mongo.db(`${servers.database}_ingestion`);
  port = await choosePort();
  const more = { INSTANCE: 'here', HJ212_PORT: String(port), INGESTION_ADMISSION: 'open' };
  service = await runService(ingestionService, serviceEnvironment(servers, 'ingestion', more));
}, 60_000);
afterAll(async () => {
  await service?.stop();
  await mongo?.close();
  await servers?.stop();
}, 30_000);

/** Devices that nobody has registered speak over one connection, as behind a gateway of theirs. */
async function connected(mns: readonly string[]): Promise<Socket> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(port, '127.0.0.1', () => resolve(opened));
    opened.once('error', reject);
  });
  socket.on('error', () => {});
  socket.resume();
  const time = formatDataTime(Date.now() - 60_000);
  const values = `DataTime=${time};w01018-Rtd=12.5,w01018-Flag=N`;
  for (const mn of mns) {
    socket.write(buildFrame(`QN=${time}000;ST=32;CN=2011;PW=123456;MN=${mn};Flag=5;CP=&&${values}&&`));
  }
  return socket;
}

const devices = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const links = () => db.collection<{ _id: string; online: boolean; lastSeen: Date; sequence: number }>('links');
const areOnline = (mns: readonly string[], online: boolean) =>
  until(async () => (await links().countDocuments({ _id: { $in: [...mns] }, online })) === mns.length);

/** What was told of devices, in the order in which it is published: `1 unclaimed`, `2 online` … */
async function told(mns: readonly string[]): Promise<Record<string, string[]>> {
  const rows = await db.collection('outbox').find().sort({ _id: 1 }).toArray();
  const facts: Record<string, string[]> = Object.fromEntries(mns.map((mn) => [mn, []]));
  for (const { subject, envelope } of rows) {
    const { entity, sequence } = fact.Envelope.decode(envelope.buffer);
    facts[entity]?.push(`${sequence} ${subject.split('.').at(-1)}`);
  }
  return facts;
}
const all = (mns: readonly string[], facts: string[]) => Object.fromEntries(mns.map((mn) => [mn, facts]));

it('of many devices at once each is told once and in its order, when they come and when they go', async () => {
  const mns = devices('MANY', 700);
  const socket = await connected(mns);
  await areOnline(mns, true);
  expect(await told(mns)).toEqual(all(mns, ['1 unclaimed', '2 online']));
  socket.destroy();
  await areOnline(mns, false);
  expect(await told(mns)).toEqual(all(mns, ['1 unclaimed', '2 online', '3 offline']));
  const again = await connected(mns.slice(0, 5));
  await areOnline(mns.slice(0, 5), true);
  again.destroy();
  await areOnline(mns.slice(0, 5), false);
  const twice = ['1 unclaimed', '2 online', '3 offline', '4 online', '5 offline'];
  expect(await told(mns.slice(0, 5))).toEqual(all(mns.slice(0, 5), twice));
}, 60_000);

it('a write that another one crosses is done again as a whole: nothing is told twice, nothing is left out', async () => {
  const mns = devices('CROSSED', 20);
  const aborted = async () => (await db.admin().serverStatus()).transactions.totalAborted;
  const before = await aborted();
  const session = mongo.startSession();
  session.startTransaction();
  const taken = { online: true, instance: 'another', at: new Date(), lastSeen: new Date(), address: '', sequence: 9 };
  await db.collection('links').insertOne({ _id: 'CROSSED-7' as never, ...taken }, { session });
  const socket = await connected(mns);
  await until(async () => (await aborted()) > before);
  await session.abortTransaction();
  await session.endSession();
  await areOnline(mns, true);
  expect(await told(mns)).toEqual(all(mns, ['1 unclaimed', '2 online']));
  socket.destroy();
  await areOnline(mns, false);
});

it('devices of an instance that died go offline; last seen is what it wrote of them, else when they came', async () => {
  const [came, seen] = [new Date(Date.now() - 7_200_000), new Date(Date.now() - 3_600_000)];
  const mns = devices('LEFT', 2);
  const link = { online: true, instance: 'dead', at: came, lastSeen: came, address: '127.0.0.1', sequence: 2 };
  await db.collection('links').insertMany(mns.map((mn) => ({ _id: mn as never, ...link })));
  const day = { mn: 'LEFT-0', divisionPath: ['330000'] };
  await db.collection('device_days').insertMany([
    { _id: 'LEFT-0 earlier' as never, ...day, day: new Date(Date.now() - 2 * 86_400_000), lastSeen: came },
    { _id: 'LEFT-0 later' as never, ...day, day: new Date(Date.now() - 86_400_000), lastSeen: seen },
  ]);
  await db.collection('instances').insertOne({ _id: 'dead' as never, until: came });
  await areOnline(mns, false);
  expect(await told(mns)).toEqual(all(mns, ['3 offline']));
  const found = await links()
    .find({ _id: { $in: mns } })
    .sort({ _id: 1 })
    .toArray();
  expect(found.map(({ lastSeen, sequence }) => ({ lastSeen, sequence }))).toEqual([
    { lastSeen: seen, sequence: 3 },
    { lastSeen: came, sequence: 3 },
  ]);
});
