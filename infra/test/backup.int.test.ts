import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestS3, testS3 } from '@greenwatch/testkit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection, nanos } from '@nats-io/transport-node';
import { Binary, Decimal128, Double, Int32, Long, MongoClient, ObjectId } from 'mongodb';
import { Reaper, System } from '../src';
import { backup, verify } from '../src/operating/backup';
import { type Depot, folderDepot, MANIFEST } from '../src/operating/depot';
import type { Manifest } from '../src/operating/manifest';
import { keepHistory } from '../src/operating/mongodb-dump';
import { prune } from '../src/operating/prune';
import { restore } from '../src/operating/restore';
import { s3Depot } from '../src/operating/s3-depot';
import { withServers } from '../src/operating/servers';

const reaper = new Reaper();
const fresh = (name: string) => path.join(reaper.temporaryFolder(name), name);
const place = fresh('backups');
const system = new System({ only: [] });
let s3: TestS3;
let environment: Record<string, string>;
let mongo: MongoClient;
/** Of a service: it may tell facts. */
let rules: NatsConnection;
const say = () => {};
const now = () => Date.now();

const save = (depot: Depot, coldFolder?: string) =>
  withServers(environment, (servers) =>
    backup({ depot, ...servers, version: 'test', now, say, ...(coldFolder === undefined ? {} : { coldFolder }) }),
  );
const putBack = (depot: Depot, name: string, replace = true, coldFolder?: string) =>
  withServers(environment, (servers) =>
    restore({
      depot,
      name,
      ...servers,
      replace,
      listenMs: 700,
      now,
      say,
      ...(coldFolder === undefined ? {} : { coldFolder }),
    }),
  );

async function tell(connection: NatsConnection, subject: string, id: string): Promise<number> {
  const h = headers();
  h.set('Nats-Msg-Id', id);
  return (await jetstream(connection).publish(subject, id, { headers: h })).seq;
}

async function ids(stream: string): Promise<[number, string][]> {
  const jsm = await jetstreamManager(rules);
  const { first_seq, last_seq } = (await jsm.streams.info(stream)).state;
  const found: [number, string][] = [];
  for (let seq = first_seq; seq <= last_seq; seq++) {
    const message = await jsm.streams.getMessage(stream, { seq });
    if (message) found.push([seq, message.string()]);
  }
  return found;
}

const documents = [
  { _id: 'a', int: new Int32(1), double: new Double(1), long: Long.fromString('9007199254740993') },
  { _id: 'b', decimal: Decimal128.fromString('35.0'), at: new Date(0), nothing: null, list: [1, 'x', { deep: true }] },
  { _id: 'c', bytes: new Binary(Buffer.alloc(300_000, 7)), id: new ObjectId('0123456789abcdef01234567'), 文: '氨氮' },
];
const rawOf = async () => {
  const found = mongo
    .db('greenwatch_rules')
    .collection('of.any/kind')
    .find({}, { raw: true, sort: { _id: 1 } });
  return (await found.toArray()).map((raw) => Buffer.from(raw as unknown as Uint8Array).toString('hex'));
};

beforeAll(async () => {
  [s3] = await Promise.all([testS3(), system.start()]);
  environment = system.environment('operations');
  mongo = new MongoClient(environment.MONGODB_URI as string);
  const { host, username, password } = new URL(system.environment('rules').NATS_URL as string);
  rules = await connect({ servers: host, user: username, pass: password });
  const db = mongo.db('greenwatch_rules');
  await db.collection('of.any/kind').insertMany(documents as never);
  await db.collection('of.any/kind').createIndex({ int: 1 }, { sparse: true, name: 'by int' });
  await db.collection('inbox').createIndex({ at: 1 }, { expireAfterSeconds: 8_640_000 });
  await db.collection<{ _id: string }>('outbox').insertOne({ _id: 'told' });
  const jsm = await jetstreamManager(rules);
  const file = { storage: 'file', duplicate_window: nanos(120_000) } as const;
  await jsm.streams.add({ name: 'FACTS', subjects: ['facts.>'], max_age: nanos(90 * 86_400_000), ...file });
  await jsm.streams.add({ name: 'READINGS', subjects: ['readings.*'], max_age: nanos(86_400_000), ...file });
  await jsm.streams.add({ name: '$MQTT_msgs', subjects: ['$MQTT.msgs.>'], retention: 'interest', storage: 'file' });
  await jsm.consumers.add('FACTS', { durable_name: 'facts-tasking', ack_policy: 'explicit', max_deliver: -1 });
  await tell(rules, 'facts.rules.alarm.raised', 'told');
  await tell(rules, 'facts.rules.alarm.raised', 'untold');
  await tell(rules, 'facts.rules.alarm.raised', 'third');
  await handleOne();
}, 60_000);

afterAll(async () => {
  await rules?.close();
  await mongo?.close();
  await s3?.kill();
  await system.stop();
});

/** Takes the next fact for tasking. @returns its id */
async function handleOne(): Promise<string | undefined> {
  const consumer = await jetstream(rules).consumers.get('FACTS', 'facts-tasking');
  const message = await consumer.next({ expires: 2_000 });
  await message?.ackAck();
  return message?.string();
}

describe('a backup', () => {
  let name: string;

  test('gives back every document byte for byte, indexes, streams with their sequences; what came later is handled as it must be', async () => {
    const before = await rawOf();
    let later = false;
    const folder = folderDepot(place);
    // The first file of MongoDB: its point in time is over.
    const depot: Depot = {
      ...folder,
      async write(backupName, file, content) {
        if (file.startsWith('mongodb/') && !later) {
          later = true;
          await mongo.db('greenwatch_rules').collection<{ _id: string }>('of.any/kind').insertOne({ _id: 'later' });
          await tell(rules, 'facts.rules.alarm.raised', 'of the future');
          expect(await handleOne()).toBe('untold');
        }
        await folder.write(backupName, file, content);
      },
    };
    const manifest = await save(depot);
    name = manifest.name;
    expect(later).toBe(true);
    expect(await folder.names()).toEqual([name]);
    expect((await verify(folder, name)).flaws).toEqual([]);
    expect(manifest.nats.streams.FACTS?.consumers).toMatchObject([{ handledTo: 1 }]);

    const restored = await putBack(folder, name);
    expect(restored.documents).toEqual({ greenwatch_rules: documents.length + 1 });
    expect(await rawOf()).toEqual(before);
    const indexes = await mongo.db('greenwatch_rules').collection('of.any/kind').listIndexes().toArray();
    expect(indexes).toMatchObject([{ name: '_id_' }, { name: 'by int', key: { int: 1 }, sparse: true }]);
    expect(await mongo.db('greenwatch_rules').collection('inbox').listIndexes().toArray()).toMatchObject([
      { name: '_id_' },
      { expireAfterSeconds: 8_640_000 },
    ]);
    // A fact that nobody's outbox knows: of a time that did not happen. Sequences stay.
    expect(await ids('FACTS')).toEqual([
      [1, 'told'],
      [2, 'untold'],
      [3, 'third'],
    ]);
    expect(restored.streams.FACTS?.takenOut).toBeLessThanOrEqual(1);
    // Handled while the backup was made: MongoDB may not know of it, so it is handled again.
    expect(await handleOne()).toBe('untold');
    expect(await tell(rules, 'facts.rules.alarm.raised', 'new')).toBeGreaterThanOrEqual(4);
    const jsm = await jetstreamManager(rules);
    // An hour more than before, since the backup's age counts by whole hours.
    expect((await jsm.streams.info('FACTS')).config.max_age).toBe(nanos(90 * 86_400_000 + 3_600_000));
    // As the service would at its start.
    await jsm.consumers.add('FACTS', { durable_name: 'facts-tasking', ack_policy: 'explicit', max_deliver: -1 });
  }, 60_000);

  test('a fact told around the point in time stays where its outbox knows it, and only there', async () => {
    const copy = fresh('edited');
    copyBackup(path.join(place, name), path.join(copy, name), (manifest) => {
      const facts = manifest.nats.streams.FACTS;
      if (facts) facts.around = { before: 0, after: 3 };
    });
    const restored = await putBack(folderDepot(copy), name);
    expect(restored.streams.FACTS).toMatchObject({ takenOut: 2 + Number((await lastSequence()) > 3) });
    expect(await ids('FACTS')).toEqual([[1, 'told']]);
  }, 60_000);

  test.each<[string, (folder: string) => void, RegExp]>([
    ['a changed byte', (folder) => flip(path.join(folder, documentsFile)), /kind\.bson\.gz is not what was saved/],
    ['a longer file', (folder) => appendFileSync(path.join(folder, documentsFile), 'x'), /bytes, not/],
    ['a missing file', (folder) => rmSync(path.join(folder, documentsFile)), /kind\.bson\.gz is missing/],
    ['a file too many', (folder) => writeFileSync(path.join(folder, 'notes.txt'), ''), /notes\.txt is no file of/],
  ])(
    'with %s is refused before anything is changed',
    async (_what, spoil, reason) => {
      const copy = fresh('spoilt');
      copyBackup(path.join(place, name), path.join(copy, name));
      spoil(path.join(copy, name));
      const before = await rawOf();
      await expect(putBack(folderDepot(copy), name)).rejects.toThrow(reason);
      expect(await rawOf()).toEqual(before);
    },
    30_000,
  );

  test('is not put over what is there, unless it is asked for', async () => {
    await expect(putBack(folderDepot(place), name, false)).rejects.toThrow(
      /not empty \(greenwatch_rules, stream \$MQTT_msgs, stream FACTS, stream READINGS\): --replace/,
    );
  }, 30_000);

  test('is not put under running services', async () => {
    const beat = setInterval(() => rules.publish('MOL.HEARTBEAT', '{"ver":"4","sender":"rules-1","cpu":1}'), 100);
    await expect(putBack(folderDepot(place), name)).rejects.toThrow(/1 processes of Greenwatch run/);
    clearInterval(beat);
  }, 30_000);

  test('that cannot be put back whole leaves the servers empty', async () => {
    const copy = fresh('edited');
    copyBackup(path.join(place, name), path.join(copy, name), (manifest) => {
      const inbox = manifest.mongodb.databases.greenwatch_rules?.inbox;
      if (inbox) inbox.documents = 9;
    });
    await expect(putBack(folderDepot(copy), name)).rejects.toThrow(/inbox has 0 documents after loading, not 9/);
    expect(await rawOf()).toEqual([]);
    expect((await putBack(folderDepot(place), name, false)).documents).toEqual({ greenwatch_rules: 4 });
  }, 60_000);

  test('that breaks off is none, and nothing of it stays', async () => {
    const folder = folderDepot(fresh('broken'));
    let files = 0;
    const write: Depot['write'] = (backupName, file, content) => {
      if (++files === 3) {
        content.destroy();
        return Promise.reject(new Error('the disk is full'));
      }
      return folder.write(backupName, file, content);
    };
    await expect(save({ ...folder, write })).rejects.toThrow('the disk is full');
    expect([await folder.names(), await folder.broken(), readdirSync(folder.place)]).toEqual([[], [], []]);
  }, 30_000);

  test('of cold storage in a folder holds its files', async () => {
    const cold = fresh('cold');
    mkdirSync(cold);
    writeFileSync(path.join(cold, 'one'), 'content');
    writeFileSync(path.join(cold, 'one.json'), '{}');
    writeFileSync(path.join(cold, 'two.json.new'), 'half');
    const depot = folderDepot(fresh('with-cold'));
    const { name: cool, cold: saved } = await save(depot, cold);
    expect(saved).toEqual({ files: 2, bytes: 9 });
    await expect(putBack(depot, cool)).rejects.toThrow(/COLD_FOLDER is missing/);
    const target = fresh('cold-again');
    expect((await putBack(depot, cool, true, target)).coldFiles).toBe(2);
    expect(readdirSync(target).sort()).toEqual(['one', 'one.json']);
    expect(readFileSync(path.join(target, 'one'), 'utf8')).toBe('content');
  }, 60_000);

  test('without MongoDB names the point in time to which its own tools bring it back, and leaves it alone', async () => {
    const depot = folderDepot(fresh('streams'));
    const { name: streams, mongodb } = await withServers(environment, (servers) =>
      backup({ depot, ...servers, mongodbElsewhere: true, version: 'test', now, say }),
    );
    expect(mongodb).toMatchObject({ elsewhere: true, databases: {}, clusterTime: expect.stringMatching(/^\d+:\d+$/) });
    const before = [await rawOf(), await ids('READINGS')];
    await expect(putBack(depot, streams, false)).rejects.toThrow(
      /not empty \(stream \$MQTT_msgs, stream FACTS, stream READ/,
    );
    await putBack(depot, streams);
    expect([await rawOf(), await ids('READINGS')]).toEqual(before);
    await mongo.db('greenwatch_rules').dropDatabase();
    await expect(putBack(depot, streams)).rejects.toThrow(/bring it back to its cluster time \d+:\d+ first/);
    await putBack(folderDepot(place), name);
  }, 60_000);

  test('lies in S3 as well: verified, restored, taken away; without its manifest it is none', async () => {
    const depot = await s3Depot({
      ...{ BACKUP_S3_ENDPOINT: s3.endpoint, BACKUP_S3_BUCKET: s3.bucket, BACKUP_S3_PREFIX: 'zhejiang' },
      BACKUP_S3_CREDENTIALS_FILE: s3.credentialsFile,
    });
    const { name: there } = await save(depot);
    expect(await depot.names()).toEqual([there]);
    expect((await verify(depot, there)).flaws).toEqual([]);
    expect((await putBack(depot, there)).documents).toEqual({ greenwatch_rules: 4 });
    // As a process leaves it that is killed before its end.
    const write: Depot['write'] = async (backupName, file, content) => {
      if (file === MANIFEST) throw new Error('killed');
      await depot.write(backupName, file, content);
    };
    await expect(save({ ...depot, write, remove: async () => {} })).rejects.toThrow('killed');
    expect(await depot.names()).toEqual([there]);
    const [left] = await depot.broken();
    expect(await prune(depot, { keepDays: 1, keepLast: 1 }, now() + 3 * 86_400_000)).toEqual([left]);
    expect([await depot.names(), await depot.broken()]).toEqual([[there], []]);
    await depot.remove(there);
    expect(await depot.names()).toEqual([]);
  }, 60_000);
});

test('MongoDB keeps history for so long as it is told, and no longer than the backup', async () => {
  const window = async () =>
    (await mongo.db('admin').command({ getParameter: 1, minSnapshotHistoryWindowInSeconds: 1 }))
      .minSnapshotHistoryWindowInSeconds;
  expect(await window()).toBe(300);
  const forget = await keepHistory(mongo, 900);
  expect(await window()).toBe(900);
  await forget();
  expect(await window()).toBe(300);
});

const documentsFile = 'mongodb/greenwatch_rules/of.any%2Fkind.bson.gz';

async function lastSequence(): Promise<number> {
  return (await (await jetstreamManager(rules)).streams.info('FACTS')).state.last_seq;
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

/** Everything of it, with another manifest where one is wanted: it is what the hashes stand in. */
function copyBackup(from: string, to: string, edit: (manifest: Manifest) => void = () => {}): void {
  cpSync(from, to, { recursive: true });
  const manifest = JSON.parse(readFileSync(path.join(from, MANIFEST), 'utf8')) as Manifest;
  edit(manifest);
  writeFileSync(path.join(to, MANIFEST), JSON.stringify(manifest));
}
