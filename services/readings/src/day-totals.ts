import { readingsFacts } from '@greenwatch/contracts';
import type { Kit } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { DayTotal } from './day-total';

interface StoredTotal extends Partial<DayTotal> {
  _id: string;
  sequence: number;
  /** What was told last, as a text to compare with. */
  said: string;
}

/** A total and whose it is; `day` is its start in ms. */
export interface OutletTotal extends DayTotal {
  outletId: string;
  enterpriseId: string;
  divisionPath: readonly string[];
  day: number;
}

/** What was told of each outlet's day last; told anew where it comes out otherwise. */
export class DayTotals {
  readonly #totals;

  constructor(private readonly kit: Kit) {
    this.#totals = kit.db.collection<StoredTotal>('day_totals');
  }

  /** Tells the totals that changed with the commit of `session`. */
  async tell(session: ClientSession, totals: readonly OutletTotal[]): Promise<void> {
    const ids = totals.map(({ outletId, day }) => `${outletId} ${day}`);
    const before = new Map<string, StoredTotal>();
    for await (const known of this.#totals.find({ _id: { $in: ids } }, { session })) before.set(known._id, known);
    const changed = totals.flatMap(({ divisionPath, ...total }, i) => {
      const _id = ids[i] as string;
      const known = before.get(_id);
      // The order of the keys is that of day-total.ts always.
      const said = JSON.stringify(total);
      const { outletId, enterpriseId, day, ...sums } = total;
      const data = { outletId, enterpriseId, day, ...sums };
      return known?.said === said ? [] : [{ _id, data, said, divisionPath, sequence: (known?.sequence ?? 0) + 1 }];
    });
    if (changed.length === 0) return;
    await this.#totals.bulkWrite(
      changed.map(({ _id, data, said, sequence }) => ({
        replaceOne: { filter: { _id }, replacement: { ...data, said, sequence }, upsert: true },
      })),
      { session },
    );
    await this.kit.facts.appendAll(
      session,
      changed.map(({ _id, data, sequence, divisionPath }) => ({
        subject: 'facts.readings.day.totalled',
        codec: readingsFacts.DayTotalled,
        data,
        entity: _id.replace(' ', ':'),
        sequence,
        occurredAt: data.day,
        divisionPath: [...divisionPath],
        enterpriseId: data.enterpriseId,
      })),
    );
  }
}
