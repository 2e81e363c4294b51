import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { BSON, type ClientSession, type Collection, type Document, type MongoClient, MongoServerError } from 'mongodb';
import { OperatorError } from '../operator-error';
import { cutDocuments, joined } from './bson-documents';
import type { Manifest, SavedCollection, SavedFile } from './manifest';

/** Every service's database is called so and by its name. */
export const DATABASES = 'greenwatch_';

const PIECE_BYTES = 256 * 1024;
const BATCH_DOCUMENTS = 1_000;
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCHES_IN_FLIGHT = 3;
/** A collection was made or its indexes were changed since the point in time: the next point is a better one. */
const SNAPSHOT_UNAVAILABLE = 246;
/** The server no longer knows how things were then. */
const SNAPSHOT_TOO_OLD = 239;

export type Say = (line: string) => void;

/** All of MongoDB as it was at one moment; whatever is read of it later is still of then. */
export class PointInTime {
  private constructor(
    private readonly client: MongoClient,
    private readonly session: ClientSession,
    readonly databases: readonly string[],
    /** `seconds:increment`. */
    readonly clusterTime: string,
  ) {}

  /** @throws OperatorError where there is nothing to save, or MongoDB cannot read so */
  static async take(client: MongoClient): Promise<PointInTime> {
    // Asks every shard, so that the point is not before what any of them has acknowledged until now.
    const databases = await ourDatabases(client);
    const [first] = databases;
    if (first === undefined) throw new OperatorError(`MongoDB has no database ${DATABASES}…: there is nothing to save`);
    const session = client.startSession({ snapshot: true });
    // The first read of such a session chooses its time, from the server's newest that the majority has.
    await client.db(first).collection('outbox').findOne({}, { session });
    const { snapshotTime } = session as unknown as { snapshotTime?: { high: number; low: number } };
    if (!snapshotTime)
      throw new OperatorError('MongoDB tells no point in time: 5.0 or newer as a replica set is needed');
    return new PointInTime(client, session, databases, `${snapshotTime.high >>> 0}:${snapshotTime.low >>> 0}`);
  }

  /** Saves nothing: MongoDB's own tools bring it back to this point. */
  async named(): Promise<Manifest['mongodb']> {
    const { version } = (await this.client.db('admin').command({ buildInfo: 1 })) as { version: string };
    return { version, clusterTime: this.clusterTime, elsewhere: true, databases: {} };
  }

  /** Saves every collection, one after the other. */
  async dump(save: (file: string, content: Readable) => Promise<SavedFile>, say: Say): Promise<Manifest['mongodb']> {
    const { version } = (await this.client.db('admin').command({ buildInfo: 1 })) as { version: string };
    const databases: Manifest['mongodb']['databases'] = {};
    for (const database of this.databases) {
      const saved: Record<string, SavedCollection> = {};
      const db = this.client.db(database);
      const listed = await db.listCollections({ type: 'collection' }).toArray();
      const ours = listed.filter(({ name }) => !name.startsWith('system.')).sort(byName);
      for (const info of ours) {
        const { options = {} } = info as { options?: Document };
        const indexes = await db.collection(info.name).listIndexes().toArray();
        const file = `mongodb/${database}/${encodeURIComponent(info.name)}.bson.gz`;
        const count = { documents: 0, bytes: 0 };
        const documents = joined(this.#read(db.collection(info.name), count), PIECE_BYTES);
        await save(file, compressed(documents));
        saved[info.name] = { ...count, file, options: plain(options), indexes: indexes.map(plain) };
      }
      databases[database] = saved;
      const all = Object.values(saved);
      const documents = all.reduce((sum, one) => sum + one.documents, 0);
      say(`${database}: ${all.length} collections, ${documents} documents`);
    }
    return { version, clusterTime: this.clusterTime, databases };
  }

  async *#read(collection: Collection, count: { documents: number; bytes: number }): AsyncGenerator<Uint8Array> {
    const cursor = collection.find({}, { session: this.session, raw: true, batchSize: BATCH_DOCUMENTS });
    try {
      for await (const document of cursor as AsyncIterable<unknown> as AsyncIterable<Uint8Array>) {
        count.documents++;
        count.bytes += document.length;
        yield document;
      }
    } catch (error) {
      if (error instanceof MongoServerError && error.code === SNAPSHOT_TOO_OLD) {
        throw new OperatorError(
          `MongoDB keeps history for too short a time to read ${collection.namespace} as it was when the backup began: give --history SECONDS, longer than the backup takes`,
        );
      }
      throw error;
    } finally {
      await cursor.close();
    }
  }

  async end(): Promise<void> {
    await this.session.endSession();
  }
}

/** True when the same backup, begun again, may succeed. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === SNAPSHOT_UNAVAILABLE;

/** Has MongoDB remember how things were for so long; @returns what undoes it. */
export async function keepHistory(client: MongoClient, seconds: number): Promise<() => Promise<void>> {
  const parameter = 'minSnapshotHistoryWindowInSeconds';
  const admin = client.db('admin');
  const before = (await admin.command({ getParameter: 1, [parameter]: 1 }))[parameter] as number;
  await admin.command({ setParameter: 1, [parameter]: seconds });
  return async () => {
    await admin.command({ setParameter: 1, [parameter]: before });
  };
}

export async function ourDatabases(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name).filter((name) => name.startsWith(DATABASES));
}

/** Inserts every saved document, and counts them in the database itself; indexes come later. */
export async function loadDocuments(
  client: MongoClient,
  databases: Manifest['mongodb']['databases'],
  open: (file: string) => Promise<Readable>,
  say: Say,
): Promise<void> {
  for (const [database, collections] of Object.entries(databases)) {
    const db = client.db(database);
    let documents = 0;
    for (const [name, saved] of Object.entries(collections)) {
      const collection = await db.createCollection(name, BSON.EJSON.deserialize(saved.options));
      await insertAll(collection, await open(saved.file));
      const found = await collection.countDocuments({});
      if (found !== saved.documents) {
        throw new Error(`${database}.${name} has ${found} documents after loading, not ${saved.documents}`);
      }
      documents += found;
    }
    say(`${database}: ${documents} documents loaded`);
  }
}

async function insertAll(collection: Collection, file: Readable): Promise<void> {
  const unzipped = file.pipe(createGunzip());
  file.on('error', (error) => unzipped.destroy(error));
  const options = { ordered: false, bypassDocumentValidation: true, writeConcern: { w: 'majority' as const } };
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let batch: Document[] = [];
  let bytes = 0;
  const send = async () => {
    const sent: Promise<void> = collection.insertMany(batch, options).then(
      () => void inFlight.delete(sent),
      (error) => void failures.push(error),
    );
    inFlight.add(sent);
    batch = [];
    bytes = 0;
    if (inFlight.size >= BATCHES_IN_FLIGHT) await Promise.race(inFlight);
    if (failures.length > 0) throw failures[0];
  };
  try {
    for await (const raw of cutDocuments(unzipped)) {
      // Numbers keep their types, and what JavaScript has no like of stays what it is.
      const types = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true };
      // A copy: the piece that it is cut from is not held for it.
      batch.push(BSON.deserialize(Buffer.from(raw), types));
      bytes += raw.length;
      if (batch.length >= BATCH_DOCUMENTS || bytes >= BATCH_BYTES) await send();
    }
    if (batch.length > 0) await send();
    await Promise.all(inFlight);
    if (failures.length > 0) throw failures[0];
  } finally {
    file.destroy();
    await Promise.all(inFlight);
  }
}

export async function makeIndexes(client: MongoClient, databases: Manifest['mongodb']['databases']): Promise<void> {
  for (const [database, collections] of Object.entries(databases)) {
    for (const [name, { indexes }] of Object.entries(collections)) {
      const specs = indexes
        .map((index) => BSON.EJSON.deserialize(index) as Document)
        .filter((index) => index.name !== '_id_')
        .map(({ ns: _ns, ...index }) => index);
      if (specs.length > 0) await client.db(database).command({ createIndexes: name, indexes: specs });
    }
  }
}

const plain = (document: Document): object => BSON.EJSON.serialize(document, { relaxed: false });
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

function compressed(pieces: AsyncIterable<Buffer>): Readable {
  const source = Readable.from(pieces, { objectMode: false });
  // Most of it is compressed already.
  const zipped = createGzip({ level: 1 });
  source.on('error', (error) => zipped.destroy(error));
  zipped.on('close', () => source.destroy());
  return source.pipe(zipped);
}
