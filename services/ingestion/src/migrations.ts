import type { Migration } from '@greenwatch/kit';
import { mongo } from 'mongoose';

/** MongoDB's errors of a collection and of an index that is not there. */
const NOT_THERE: readonly unknown[] = [26, 27];

/** What has become of ingestion's stored data, in this order for ever. */
export const ingestionMigrations: readonly Migration[] = [
  {
    // Each chunk of the archive tells its devices by a filter since (device-filter.ts); nothing uses the index any more.
    id: '2026-11-22-archive-without-index-of-devices',
    async run({ db }) {
      try {
        await db.collection('archive').dropIndex('mns_1_day_1');
      } catch (error) {
        if (!(error instanceof mongo.MongoServerError) || !NOT_THERE.includes(error.code)) throw error;
      }
    },
  },
];
