import { type Connection, type Model, Schema } from 'mongoose';

/**
 * Who made a complaint, apart from it (domain.md 6): only `reporter-actions.ts` and the sender of messages read this. Texts
 * are field-encrypted.
 */
export interface ReporterDoc {
  /** Of the complaint. */
  _id: string;
  name?: string;
  phone?: string;
  address?: string;
  /** What was written, word for word. */
  text: string;
  /** Blind index of the phone number; absent: anonymous. */
  phoneIndex?: string;
  /** By which two reports count as of one person: the phone's index, for anonymous ones that of the address they came from. */
  key: string;
  receivedAt: number;
}
/** One look at a reporter's identity; the audit chain holds it too. */
export interface LookDoc {
  _id: string;
  complaintId: string;
  at: number;
  by: string;
  name: string;
  reason: string;
}

export function reporterModels(db: Connection): { reporters: Model<ReporterDoc>; looks: Model<LookDoc> } {
  const id = { type: String, required: true };
  const reporter = new Schema<ReporterDoc>(
    {
      _id: id,
      name: String,
      phone: String,
      address: String,
      text: id,
      phoneIndex: String,
      key: id,
      receivedAt: { type: Number, required: true },
    },
    { versionKey: false, collection: 'reporters' },
  );
  reporter.index({ phoneIndex: 1 }, { sparse: true });
  const look = new Schema<LookDoc>(
    { _id: id, complaintId: id, at: { type: Number, required: true }, by: id, name: String, reason: id },
    { versionKey: false, collection: 'looks' },
  );
  look.index({ complaintId: 1, _id: -1 });
  return { reporters: db.model<ReporterDoc>('Reporter', reporter), looks: db.model<LookDoc>('Look', look) };
}
