import { rulesFacts } from '@greenwatch/contracts';
import type { ClientSession } from 'mongoose';
import type { Stretch } from '../evaluate';
import { type Judging, judgeMarked } from '../judge-readings';
import { countedIn } from './allowance';
import { markChanged, ruleOf, type StoredMark } from './mark.model';

/**
 * Changes of one outlet's marks wait for each other: what a person marks and what flags ask for look at each other's marks. Two that
 * meet conflict, and one of them starts again. The same of a device's flags and its bindings.
 * @param id of the outlet, or the device's MN
 */
export async function turnOf({ kit }: Judging, id: string, session: ClientSession): Promise<void> {
  await kit.db
    .collection<{ _id: string; turn: number }>('mark_turns')
    .updateOne({ _id: id }, { $inc: { turn: 1 } }, { session, upsert: true });
}

/**
 * Stores a mark as it now stands, tells it, and judges anew what it keeps from deciding exceedance: its time (`changed`: the part of it
 * that counts otherwise), and later marks that share its allowance.
 */
export async function tellMark(
  judging: Judging,
  mark: StoredMark,
  session: ClientSession,
  changed: Stretch = { from: mark.from, to: mark.to },
): Promise<void> {
  const { kit, marks, settings } = judging;
  await marks.collection.replaceOne({ _id: mark._id as never }, mark as never, { upsert: true, session });
  await kit.facts.append(session, {
    subject: 'facts.rules.mark.changed',
    codec: rulesFacts.MarkChanged,
    data: markChanged(mark),
    entity: mark._id,
    sequence: mark.sequence,
    occurredAt: mark.from,
    divisionPath: mark.divisionPath,
    enterpriseId: mark.enterpriseId,
  });
  await judgeMarked(judging, mark.outletId, changed, session);
  const rule = ruleOf(settings.allowances, mark.code);
  if (mark.effect !== 'condition' || !rule || rule.per === 'mark') return;
  const { to } = countedIn(rule, mark, mark.to - 1);
  const later = await marks
    .find(
      {
        ...{ outletId: mark.outletId, code: { $in: [...rule.codes] }, status: 'accepted', _id: { $ne: mark._id } },
        ...{ to: { $gt: mark.from }, from: { $lt: to } },
      },
      null,
      { session },
    )
    .lean();
  for (const one of later) await judgeMarked(judging, one.outletId, { from: one.from, to: one.to }, session);
}
