import { type CreditScheme, creditFacts } from '@greenwatch/contracts';
import { type Kit, startOfDay } from '@greenwatch/kit';
import type { ClientSession, mongo } from 'mongoose';
import type { Collections, PartyDoc } from './credit.model';
import type { Ledger } from './ledger';

/** Parties a transaction: some thousand entries are held at a time, whatever the province's size. */
const CHUNK = 500;
const DAY = 86_400_000;
const TIMER = 'recompute';
/** After midnight, when the day's entries have expired. */
const AFTER_MIDNIGHT_MS = 10 * 60_000;

export interface Recomputed {
  parties: number;
  entries: number;
  changed: number;
  ms: number;
}

/** Computes what everybody stands at: each day, since entries expire by the clock, and whenever a scheme changes. */
export class Everybody {
  constructor(
    private readonly kit: Kit,
    private readonly db: Collections,
    private readonly ledger: Ledger,
  ) {}

  /** Streams the parties that lie in every one of the divisions, by their key; each chunk is a transaction with what it tells. May run twice: it ends the same. */
  async recompute(divisions: string[]): Promise<Recomputed> {
    const begun = performance.now();
    const sum = { parties: 0, entries: 0, changed: 0 };
    let last: string | undefined;
    for (;;) {
      const parties = await this.db.parties
        .find({
          // Who came with a fact of another service before the registry told of it lies nowhere yet.
          divisionPath: { $all: divisions },
          ...(last === undefined ? {} : { _id: { $gt: last } }),
        } as mongo.Filter<PartyDoc>)
        .sort({ _id: 1 })
        .limit(CHUNK)
        .toArray();
      last = parties.at(-1)?._id;
      if (last === undefined) break;
      const done = await this.kit.transaction((session) => this.ledger.refreshAll(parties, session, false));
      sum.parties += parties.length;
      sum.entries += done.entries;
      sum.changed += done.changed;
    }
    return { ...sum, ms: Math.round(performance.now() - begun) };
  }

  /** At the start: today's computation, if it was missed, or the next one. */
  async start(): Promise<void> {
    const today = startOfDay(this.kit.now());
    const done = (await this.db.clock.findOne({ _id: TIMER }))?.day;
    // Before the first day nobody stands at anything that could have expired.
    await this.kit.transaction((session) =>
      this.#setTimer(done !== undefined && done < today ? today : today + DAY, session),
    );
  }

  /** The day's timer came. */
  async due({ day }: creditFacts.RecomputeDue): Promise<void> {
    const done = (await this.db.clock.findOne({ _id: TIMER }))?.day ?? 0;
    if (day > 0 && done >= day) return;
    const { parties, changed, ms } = await this.recompute([this.kit.config.PROVINCE]);
    this.kit.log.info({ parties, changed, ms }, 'everybody computed');
    await this.kit.transaction(async (session) => {
      await this.db.clock.updateOne({ _id: TIMER }, { $max: { day } }, { upsert: true, session });
      await this.#setTimer(startOfDay(this.kit.now()) + DAY, session);
    });
  }

  /** A new version of a scheme comes into force. */
  async schemePublished(scheme: Pick<CreditScheme, 'id' | 'version'> & { validFrom: number }, session: ClientSession) {
    await this.kit.facts.append(session, {
      subject: 'facts.credit.recompute.due',
      codec: creditFacts.RecomputeDue,
      // Not a day's turn: it is done whatever day it is.
      data: { day: 0 },
      entity: `scheme:${scheme.id}`,
      sequence: scheme.version,
      occurredAt: scheme.validFrom,
      publishAt: scheme.validFrom,
    });
  }

  async #setTimer(day: number, session: ClientSession): Promise<void> {
    await this.kit.facts.cancel(session, TIMER);
    const at = day + AFTER_MIDNIGHT_MS;
    await this.kit.facts.append(session, {
      subject: 'facts.credit.recompute.due',
      codec: creditFacts.RecomputeDue,
      data: { day },
      entity: TIMER,
      sequence: day,
      occurredAt: at,
      publishAt: at,
      cancelKey: TIMER,
    });
  }
}
