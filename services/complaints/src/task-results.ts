import type { taskingFacts } from '@greenwatch/contracts';
import type { Fact, Kit } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { draftFrom, substantiatedBy } from './answer-draft';
import { type ComplaintDoc, openReview } from './complaint.model';
import { ComplaintEdit, type ComplaintModels } from './complaint-edit';

/**
 * Takes what tasking tells of a task into the complaints it came from: that somebody is on the way, and what was found.
 * Twice or out of order ends the same: of each task the newest by sequence counts, and the draft follows from all of them.
 */
export async function takeTask(
  kit: Kit,
  models: ComplaintModels,
  { data, sequence }: Fact<taskingFacts.TaskChanged>,
  session: ClientSession,
): Promise<void> {
  const ids = data.origins.filter(({ kind }) => kind === 'complaint').map(({ id }) => id);
  if (ids.length === 0) return;
  const docs = await models.complaints.find({ _id: { $in: ids } }, null, { session }).lean<ComplaintDoc[]>();
  for (const doc of docs) {
    const known = doc.tasks.find(({ taskId }) => taskId === data.id);
    if (known && known.sequence >= sequence) continue;
    const edit = new ComplaintEdit(kit, models, doc, true);
    const { id: taskId, type, conclusion, finding, reviewedAt } = data;
    doc.tasks = [
      ...doc.tasks.filter((task) => task !== known),
      { taskId, sequence, type, conclusion, finding, reviewedAt },
    ].sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
    if (!known) edit.tell('tasked', { remark: taskId });
    const waits = (doc.state === 'accepted' || doc.state === 'investigating') && !openReview(doc);
    if (waits && !doc.draft?.by) {
      const text = draftFrom(doc.number, doc.tasks);
      if (!doc.substantiatedSet) doc.substantiated = substantiatedBy(doc.tasks);
      if (text && text !== doc.draft?.text) {
        doc.draft = { at: edit.now, text };
        edit.tell('drafted');
      }
    }
    await edit.save(session);
  }
}
