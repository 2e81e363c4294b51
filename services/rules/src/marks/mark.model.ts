import type { Mark, MarkStatus, rulesFacts } from '@greenwatch/contracts';
import { isoTime, type Scoped } from '@greenwatch/kit';
import { type ClientSession, type Connection, type Model, Schema } from 'mongoose';
import type { Exemption } from './exemption';
import { isEffective } from './mark-state';

/** A mark as it stands; times in ms. Marks are never deleted. */
export interface StoredMark extends Scoped {
  _id: string;
  /** Of its facts. */
  sequence: number;
  outletId: string;
  enterpriseId: string;
  operatorId?: string;
  mn?: string;
  factors: string[];
  scope: Mark['scope'];
  code: string;
  effect: Mark['effect'];
  from: number;
  to: number;
  source: Mark['source'];
  reason: string;
  attachments: { name: string; url: string }[];
  status: MarkStatus;
  late: boolean;
  submittedAt: number;
  submittedBy: string;
  reviewedAt?: number;
  reviewedBy?: string;
  comment?: string;
  withdrawnAt?: number;
}

export function markModel(db: Connection): Model<StoredMark> {
  const mark = new Schema<StoredMark>(
    {
      ...{ _id: String, sequence: Number, outletId: String, enterpriseId: String, operatorId: String, mn: String },
      ...{ factors: [String], scope: String, code: String, effect: String, from: Number, to: Number, source: String },
      reason: String,
      attachments: [{ _id: false, name: String, url: String }],
      ...{ status: String, late: Boolean, submittedAt: Number, submittedBy: String },
      ...{ reviewedAt: Number, reviewedBy: String, comment: String, withdrawnAt: Number },
      divisionPath: [String],
    },
    { collection: 'marks', versionKey: false },
  );
  mark.index({ outletId: 1, to: 1 });
  // Lists, newest first, by what a caller may see.
  for (const scope of ['divisionPath', 'enterpriseId', 'operatorId', 'outletId'] as const) {
    mark.index({ [scope]: 1, from: -1, _id: -1 });
  }
  return db.model<StoredMark>('Mark', mark);
}

/** A mark as actions give it. */
export function presentMark(mark: StoredMark): Mark {
  const { _id, sequence: _, operatorId: __, from, to, submittedAt, reviewedAt, withdrawnAt, ...rest } = mark;
  return {
    id: _id,
    ...rest,
    effective: isEffective(mark.status, mark.late),
    from: isoTime(from),
    to: isoTime(to),
    submittedAt: isoTime(submittedAt),
    ...(reviewedAt === undefined ? {} : { reviewedAt: isoTime(reviewedAt) }),
    ...(withdrawnAt === undefined ? {} : { withdrawnAt: isoTime(withdrawnAt) }),
  };
}

/** The fact of a mark as it now stands. */
export function markChanged(mark: StoredMark): rulesFacts.MarkChanged {
  const { _id, outletId, enterpriseId, mn = '', factors, scope, code, effect } = mark;
  const { from, to, source, status, submittedAt, late } = mark;
  const effective = isEffective(status, late);
  return {
    ...{ id: _id, outletId, enterpriseId, mn, factors, scope, code, effect, effective },
    ...{ from, to, source, status, submittedAt, late },
  };
}

/**
 * Looks up what keeps data from deciding exceedance (announcement 2022 no. 21, point 6): marks in force that take their validity, and
 * marked conditions that the authority has accepted, since what is allowed of them is for it to decide [L].
 */
export async function exemptionsOf(
  marks: Model<StoredMark>,
  stretches: readonly { outletId: string; from: number; to: number }[],
  session: ClientSession,
): Promise<(outletId: string, mn: string) => Exemption[]> {
  const outletIds = [...new Set(stretches.map(({ outletId }) => outletId))];
  const from = Math.min(...stretches.map((stretch) => stretch.from));
  const to = Math.max(...stretches.map((stretch) => stretch.to));
  const found = await marks
    .find({ outletId: { $in: outletIds }, to: { $gt: from }, from: { $lt: to } }, null, { session })
    .lean();
  const exempting = found.filter(({ effect, status, late }) =>
    effect === 'condition' ? status === 'accepted' : effect !== 'low' && isEffective(status, late),
  );
  return (outletId, mn) =>
    exempting.filter((mark) => mark.outletId === outletId && (mark.mn === undefined || mark.mn === mn));
}
