import { type Counter, type Kit, Round } from '@greenwatch/kit';
import type { FraudConfig } from './fraud-settings';
import { boundEnterprises, type KnownSources } from './known-source.model';
import type { HourReader } from './read-hours';
import type { Refit } from './refit';
import type { RunDoc, RunModels } from './run.model';
import type { ScoreModels } from './score.model';
import { type EnterpriseData, readEnterprise, scoreData, spanOf, storeScores } from './score-enterprise';
import type { ModelStore } from './scoring-model';
import type { SuspicionModels } from './suspicion.model';
import { SuspicionSettling } from './suspicions';

const LOOK_EVERY_MS = 2_000;
const AGAIN_AFTER_MS = 5_000;
const DAY_MS = 86_400_000;

/**
 * Refits when it is due and works through the runs, one instance at a time (a lease), enterprise by enterprise. The scores of one enterprise and
 * the run's progress are one transaction: after a kill the run goes on behind the last one, and nothing counts twice.
 */
export class ScoringWorker {
  readonly #round: Round;
  readonly #settling: SuspicionSettling;
  readonly #ended: Record<'ok' | 'partly', Counter>;

  constructor(
    private readonly kit: Kit<FraudConfig>,
    private readonly sources: KnownSources,
    private readonly models: ScoreModels & SuspicionModels & RunModels,
    private readonly scoringModels: ModelStore,
    private readonly reader: HourReader,
    private readonly refit: Refit,
  ) {
    this.#round = new Round(
      {
        log: kit.log,
        everyMs: LOOK_EVERY_MS,
        againMs: AGAIN_AFTER_MS,
        failed: 'a scoring run stopped short; it goes on in a moment',
        lease: kit.lease('scoring'),
      },
      () => this.#next(),
    );
    this.#settling = new SuspicionSettling(kit, models);
    this.#ended = kit.metrics.counters('greenwatch_fraud_runs_total', 'result');
  }

  start(): void {
    this.#round.start();
  }

  /** A run was added: begin now rather than at the next look. */
  poke(): void {
    this.#round.poke();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** @returns whether there was a run to work through */
  async #next(): Promise<boolean> {
    await this.refit.ifDue();
    const run = await this.models.runs
      .findOne({ state: { $in: ['waiting', 'running'] } })
      .sort({ createdAt: 1, _id: 1 })
      .lean<RunDoc>();
    if (run) await this.#goOn(run);
    return run !== null;
  }

  async #goOn(given: RunDoc): Promise<void> {
    const { kit } = this;
    const run = given.state === 'waiting' ? await this.#begin(given) : given;
    const model = await this.scoringModels.get(run.modelVersion as string);
    const rest = await boundEnterprises(this.sources, spanOf(run.day, kit.config), run, run.cursor);
    const read = (at: number) => {
      const next = rest[at];
      if (!next) return undefined;
      const data = readEnterprise(kit, this.sources, this.models, this.reader, next.enterpriseId, run.day);
      // Looked at when its turn comes; until then a rejection is nobody's.
      data.catch(() => {});
      return data;
    };
    let cursor = run.cursor;
    // The next enterprise's data are on their way while this one's are scored.
    let ahead = read(0);
    for (let at = 0; ahead; at++) {
      const data: EnterpriseData = await ahead;
      ahead = read(at + 1);
      if (!(await this.#round.goesOn())) return;
      if (!(await this.#scoreOne(run, data, cursor, model))) return;
      cursor = data.enterpriseId;
    }
    await this.#settling.settle(run);
    await this.#finish(run);
  }

  async #begin(run: RunDoc): Promise<RunDoc> {
    const all = await boundEnterprises(this.sources, spanOf(run.day, this.kit.config), run, '');
    const changes = {
      state: 'running' as const,
      startedAt: this.kit.now(),
      modelVersion: (await this.scoringModels.active()).version,
      outlets: all.reduce((sum, { outlets }) => sum + outlets, 0),
    };
    await this.models.runs.updateOne({ _id: run._id, state: 'waiting' }, { $set: changes });
    return { ...run, ...changes };
  }

  /** @returns false when another instance has gone on with the run meanwhile */
  async #scoreOne(
    run: RunDoc,
    data: EnterpriseData,
    cursor: string,
    model: Parameters<typeof scoreData>[2],
  ): Promise<boolean> {
    const { kit, models } = this;
    const { scored, refused } = await scoreData(data, run.day, model, kit.config);
    for (const { outletId, reason } of refused) kit.log.error({ outletId, reason }, 'an outlet could not be scored');
    const insufficient = scored.filter(({ score }) => score.status === 'INSUFFICIENT').length;
    return kit.transaction(async (session) => {
      const moved = await models.runs.updateOne(
        { _id: run._id, state: 'running', cursor },
        {
          $set: {
            cursor: data.enterpriseId,
            ...(refused[0] && { error: `${refused[0].outletId}: ${refused[0].reason}`.slice(0, 500) }),
          },
          $inc: { scored: scored.length - insufficient, insufficient, failed: refused.length },
        },
        { session },
      );
      if (moved.modifiedCount === 0) return false;
      await storeScores(kit, models, run, data, scored, session);
      return true;
    });
  }

  async #finish(run: RunDoc): Promise<void> {
    const { kit, models } = this;
    const now = kit.now();
    await models.evidence.deleteMany({ keep: false, day: { $lt: now - kit.config.FRAUD_KEEP_DETAIL_DAYS * DAY_MS } });
    const old = { day: { $lt: now - kit.config.FRAUD_KEEP_DAYS * DAY_MS } };
    await models.scores.deleteMany({ ...old, latest: false });
    await models.enterpriseScores.deleteMany(old);
    await models.runs.deleteMany({ state: 'done', ...old });
    await models.runs.updateOne({ _id: run._id }, { $set: { state: 'done', finishedAt: now } });
    const done = await models.runs.findById(run._id).lean<RunDoc>();
    this.#ended[done?.failed ? 'partly' : 'ok'].add();
    kit.log.info(
      {
        run: run._id,
        outlets: done?.outlets,
        scored: done?.scored,
        insufficient: done?.insufficient,
        raised: done?.raised,
        seconds: (now - (run.startedAt ?? now)) / 1_000,
      },
      'a day was scored',
    );
  }
}
