import {
  type ActionHandlers,
  afterKey,
  type Caller,
  isoTime,
  type Kit,
  newId,
  notFound,
  pageOf,
} from '@greenwatch/kit';
import type { Model } from 'mongoose';
import { type ComplaintDoc, visibleComplaints } from './complaint.model';
import type { LookDoc, ReporterDoc } from './reporter.model';

interface Models {
  complaints: Model<ComplaintDoc>;
  reporters: Model<ReporterDoc>;
  looks: Model<LookDoc>;
}

/** Who complained (domain.md 6): readable by one role, each look written down before anything is shown. */
export function reporterActions(kit: Kit, { complaints, reporters, looks }: Models) {
  async function exists(id: string, caller: Caller): Promise<void> {
    if (!(await complaints.exists({ $and: [{ _id: id }, visibleComplaints(caller)] }))) throw notFound('complaint', id);
  }

  return {
    'complaints.reporter.read': async ({ id, reason }, { caller }) => {
      await exists(id, caller);
      const reporter = await reporters.findById(id).lean<ReporterDoc>();
      if (!reporter) throw notFound('complaint', id);
      await kit.transaction(async (session) => {
        const look: LookDoc = {
          _id: newId(),
          complaintId: id,
          at: kit.now(),
          by: caller.personId ?? caller.id,
          name: caller.name,
          reason: reason.trim(),
        };
        await looks.create([look], { session });
        await kit.audit(session, { action: 'reporter.read', entity: id, by: caller, detail: { reason: look.reason } });
      });
      const { name, phone, address, text, phoneIndex } = reporter;
      const plain = (field: string | undefined) => (field ? kit.fields.decrypt(field) : undefined);
      const same = phoneIndex ? await reporters.countDocuments({ phoneIndex, _id: { $ne: id } }) : 0;
      return {
        complaintId: id,
        name: plain(name),
        phone: plain(phone),
        address: plain(address),
        text: kit.fields.decrypt(text),
        otherComplaints: same,
      };
    },

    'complaints.reporter.looks': async ({ id, after, limit = 100 }, { caller }) => {
      await exists(id, caller);
      const key = afterKey(after, 1);
      const docs = await looks
        .find({ complaintId: id, ...(key && { _id: { $lt: key[0] } }) })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<LookDoc[]>();
      const page = pageOf(docs, limit, (doc) => [doc._id]);
      return {
        ...page,
        items: page.items.map(({ at, by, name, reason }) => ({ at: isoTime(at), by, name, reason })),
      };
    },
  } satisfies ActionHandlers;
}
