import { createHash } from 'node:crypto';
import type { ClientSession, Connection } from 'mongoose';
import type { Caller } from './identity';

export interface AuditEntry {
  /** What was done, for instance `alarm.acknowledge`. */
  action: string;
  entity: string;
  by: Caller;
  detail?: Record<string, unknown>;
}

/** An entry as it is stored: collection `audit`, numbered from 1. */
export interface AuditLink {
  _id: number;
  at: number;
  action: string;
  entity: string;
  by: { kind: string; id: string; name: string };
  detail: Record<string, unknown>;
  previous: string;
  hash: string;
}

const hashOf = (link: Omit<AuditLink, 'hash'>): string =>
  createHash('sha256').update(JSON.stringify(link)).digest('hex');

/**
 * Checks one entry against the one before it, or as the first.
 * @returns what is wrong, or undefined
 */
export function auditFlaw({ hash, ...link }: AuditLink, before?: Pick<AuditLink, '_id' | 'hash'>): string | undefined {
  if (link._id !== (before?._id ?? 0) + 1) return `it does not follow number ${before?._id ?? 0}`;
  if (link.previous !== (before?.hash ?? '')) return 'it does not name the hash of the one before';
  return hashOf(link) === hash ? undefined : 'its content does not match its hash';
}

/** Appends sensitive changes and looks to the service's own hash chain, in the transaction of the change (design.md 6). */
export function auditChain(db: Connection, now: () => number) {
  const links = db.collection<AuditLink>('audit');
  const heads = db.collection<{ _id: string; number: number; hash: string }>('audit_head');
  return {
    async append(session: ClientSession, { action, entity, by, detail = {} }: AuditEntry): Promise<void> {
      // Taking the head first makes concurrent entries queue up behind each other.
      const head = await heads.findOneAndUpdate(
        { _id: 'head' },
        { $inc: { number: 1 }, $setOnInsert: { hash: '' } },
        { upsert: true, returnDocument: 'after', session },
      );
      const link = {
        _id: head?.number ?? 1,
        at: now(),
        action,
        entity,
        by: { kind: by.kind, id: by.id, name: by.name },
        detail,
        previous: head?.hash ?? '',
      };
      const hash = hashOf(link);
      await links.insertOne({ ...link, hash }, { session });
      await heads.updateOne({ _id: 'head' }, { $set: { hash } }, { session });
    },
    /** @returns the number of the first entry that does not fit the chain, or undefined */
    async firstBroken(): Promise<number | undefined> {
      let before: AuditLink | undefined;
      for await (const link of links.find().sort({ _id: 1 })) {
        if (auditFlaw(link, before)) return link._id;
        before = link;
      }
      return undefined;
    },
  };
}
