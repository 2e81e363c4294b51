import type { ClientSession, Model } from 'mongoose';
import { isDuplicateKey } from './mongo';

/**
 * Keeps a copy of another service's entity: writes `fields` under `_id` unless a newer or the same `sequence` is there
 * already. Redelivered, late and reordered facts so end in the same state.
 * @returns whether it was newer
 */
export async function applyNewest<T>(
  model: Model<T>,
  id: string,
  sequence: number,
  fields: Record<string, unknown>,
  session?: ClientSession,
): Promise<boolean> {
  if (session) {
    // A duplicate key would end the transaction, so look first; a concurrent change ends it as a transient conflict.
    const current = await model.collection.findOne({ _id: id as never }, { session, projection: { sequence: 1 } });
    if (current && (current.sequence as number) >= sequence) return false;
    await model.collection.updateOne(
      { _id: id as never },
      { $set: { ...fields, sequence } },
      { upsert: true, session },
    );
    return true;
  }
  try {
    const result = await model.collection.updateOne(
      { _id: id as never, sequence: { $lt: sequence } },
      { $set: { ...fields, sequence } },
      { upsert: true },
    );
    return result.modifiedCount + result.upsertedCount > 0;
  } catch (error) {
    // The upsert collides with the document that is as new already.
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
