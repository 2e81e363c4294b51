import type { ConsumerConfig, StreamConfig } from '@nats-io/jetstream';

export interface SavedFile {
  bytes: number;
  sha256: string;
}

export interface SavedCollection {
  documents: number;
  /** Of BSON, uncompressed. */
  bytes: number;
  /** Path of the gzipped BSON in the backup. */
  file: string;
  /** Options and indexes as MongoDB lists them, Extended JSON. */
  options: object;
  indexes: object[];
}

export interface SavedConsumer {
  config: ConsumerConfig;
  /** Every message up to this sequence was handled, and what came of it is in the dump of MongoDB. */
  handledTo: number;
}

export interface SavedStream {
  /** As the server describes it: what it wants back for a restore. */
  config: StreamConfig;
  state: { messages: number; bytes: number; first_seq: number; last_seq: number };
  file: string;
  /** Inside the file itself where the stream keeps messages by interest; else here, from before MongoDB's point in time. */
  consumers?: SavedConsumer[];
  /** Newest sequence before and after MongoDB's point in time was taken. */
  around: { before: number; after: number };
}

/** What a backup holds. The only file that is not in `files`. */
export interface Manifest {
  format: 1;
  name: string;
  began: string;
  ended: string;
  /** Of Greenwatch. */
  version: string;
  mongodb: {
    version: string;
    /** The point in time of every document, `seconds:increment` of MongoDB's cluster time. */
    clusterTime: string;
    /** Its documents are not in here: it is brought back to that point in time by its own tools. */
    elsewhere?: true;
    /** By database and collection. */
    databases: Record<string, Record<string, SavedCollection>>;
  };
  nats: { version: string; streams: Record<string, SavedStream> };
  /** Cold storage in a folder, where it is one. */
  cold?: { files: number; bytes: number };
  /** By path. */
  files: Record<string, SavedFile>;
}

/** Differences between what a manifest says and what is there, one line each; none: all is well. */
export function flawsOf(
  said: Readonly<Record<string, SavedFile>>,
  found: ReadonlyMap<string, SavedFile>,
  manifestName: string,
): string[] {
  const flaws: string[] = [];
  for (const [path, { bytes, sha256 }] of Object.entries(said)) {
    const there = found.get(path);
    if (!there) flaws.push(`${path} is missing`);
    else if (there.bytes !== bytes) flaws.push(`${path} has ${there.bytes} bytes, not ${bytes}`);
    else if (there.sha256 !== sha256) flaws.push(`${path} is not what was saved: its SHA-256 differs`);
  }
  for (const path of found.keys()) {
    if (path !== manifestName && !(path in said)) flaws.push(`${path} is no file of this backup`);
  }
  return flaws;
}
