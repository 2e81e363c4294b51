import { fraudFacts } from '@greenwatch/contracts';
import { type FactHandler, type Kit, onFact, startOfDay } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { FraudConfig } from './fraud-settings';
import type { RunModels } from './run.model';
import { newRun } from './scoring-model';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const KEY = 'scoring';

/** Scores each day when it is over: a timer that sets the next one (facts.fraud.scoring.due). */
export class DailyTimer {
  constructor(
    private readonly kit: Kit<FraudConfig>,
    private readonly models: RunModels,
    private readonly poke: () => void,
  ) {}

  /** Sets the timer where there is none yet, or at another hour than the setting says now. */
  async prepare(): Promise<void> {
    const { kit, models } = this;
    const hour = kit.config.FRAUD_SCORING_HOUR;
    await kit.transaction(async (session) => {
      const known = await models.schedule.findById('scoring', null, { session }).lean();
      if (known?.hour === hour) return;
      // Today is over tomorrow; yesterday may still be due today.
      const today = startOfDay(kit.now());
      const first = kit.now() < today + hour * HOUR_MS ? today - DAY_MS : today;
      await kit.facts.cancel(session, KEY);
      await this.#set(known ? known.day : first, session);
    });
  }

  readonly handler: FactHandler = onFact(fraudFacts.ScoringDue, async ({ data }, session) => {
    const { kit, models } = this;
    const known = await models.schedule.findById('scoring', null, { session }).lean();
    // An old timer that comes again.
    if (!known || known.day !== data.day) return;
    const { division } = kit.identity.self;
    await models.runs.create([newRun(data.day, 'timer', division, [division], kit.now())], { session });
    // After a standstill the days between are passed over: what they showed is in the newest window too.
    const yesterday = startOfDay(kit.now()) - DAY_MS;
    await this.#set(Math.max(data.day + DAY_MS, yesterday), session);
    this.poke();
  });

  async #set(day: number, session: ClientSession): Promise<void> {
    const { kit, models } = this;
    const hour = kit.config.FRAUD_SCORING_HOUR;
    await models.schedule.replaceOne({ _id: 'scoring' }, { _id: 'scoring', day, hour }, { session, upsert: true });
    await kit.facts.append(session, {
      subject: 'facts.fraud.scoring.due',
      codec: fraudFacts.ScoringDue,
      data: { day },
      entity: 'scoring',
      sequence: Math.round(day / DAY_MS),
      occurredAt: day,
      publishAt: day + DAY_MS + hour * HOUR_MS,
      cancelKey: KEY,
    });
  }
}
