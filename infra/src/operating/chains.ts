import { type AuditLink, auditFlaw, type ChainLink, flawOf, packFrames, unpackChunk } from '@greenwatch/kit';
import type { MongoClient } from 'mongodb';
import { ourDatabases } from './mongodb-dump';

export interface CheckedChain {
  /** `greenwatch_rules.audit` for instance. */
  chain: string;
  links: number;
  /** What is wrong with the first link that does not hold; undefined: all do, and the last is the one that is known as such. */
  broken?: string;
}

/** Checks the audit chain of every service, and the chain of archived frames with its content. Reads only. */
export async function checkChains(client: MongoClient): Promise<CheckedChain[]> {
  const chains: CheckedChain[] = [];
  for (const database of (await ourDatabases(client)).sort()) {
    const names = (await client.db(database).listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    if (names.includes('audit')) chains.push(await checkAudit(client, database));
    if (names.includes('archive')) chains.push(await checkArchive(client, database));
  }
  return chains;
}

// The heads are read first: a chain goes on while it is looked at, and must then hold what its head said.

async function checkAudit(client: MongoClient, database: string): Promise<CheckedChain> {
  const db = client.db(database);
  const head = await db.collection<{ _id: string; hash: string }>('audit_head').findOne({ _id: 'head' });
  const links = db.collection<AuditLink>('audit').find().sort({ _id: 1 });
  return checked(`${database}.audit`, head?.hash, links, async (link, before) => auditFlaw(link, before));
}

interface Chunk extends ChainLink {
  _id: string;
  content: Buffer;
}

async function checkArchive(client: MongoClient, database: string): Promise<CheckedChain> {
  const db = client.db(database);
  const head = await db.collection<{ _id: string; hash: string }>('archive_head').findOne({ _id: 'head' });
  const chunks = db.collection<Chunk>('archive').find({}, { promoteBuffers: true }).sort({ _id: 1 });
  return checked(`${database}.archive`, head?.hash, chunks, async ({ _id, content, ...link }, before) => {
    const block = await unpackChunk(content).then(packFrames, () => Buffer.alloc(0));
    return flawOf(link, block, before);
  });
}

async function checked<T extends { _id: unknown; hash: string }>(
  chain: string,
  head: string | undefined,
  all: AsyncIterable<T>,
  flaw: (link: T, before: T | undefined) => Promise<string | undefined>,
): Promise<CheckedChain> {
  let links = 0;
  let before: T | undefined;
  let metHead = head === undefined;
  for await (const link of all) {
    links++;
    const found = await flaw(link, before);
    if (found) return { chain, links, broken: `${link._id}: ${found}` };
    if (link.hash === head) metHead = true;
    before = link;
  }
  return metHead ? { chain, links } : { chain, links, broken: 'links at its end are missing' };
}
