import { defaultModel, fitLogistic } from '@greenwatch/authenticity';
import type { Kit } from '@greenwatch/kit';
import type { FraudConfig } from './fraud-settings';
import { decideRefit, exampleOf } from './refit-decision';
import type { ModelStore } from './scoring-model';
import type { ExampleDoc, SuspicionModels } from './suspicion.model';

/** Refits the weights whenever enough verdicts have come since the last fit (domain.md 2.4). */
export class Refit {
  /** New examples at the last attempt that could not be fitted: it is not tried again with the same ones. */
  #triedWith = 0;

  constructor(
    private readonly kit: Kit<FraudConfig>,
    private readonly models: SuspicionModels,
    private readonly store: ModelStore,
  ) {}

  /** To be called by one instance at a time. */
  async ifDue(): Promise<void> {
    const { examples } = this.models;
    const unseen = await examples.countDocuments({ fittedIn: null });
    if (unseen < this.kit.config.FRAUD_REFIT_AFTER || unseen === this.#triedWith) return;
    this.#triedWith = unseen;
    const all = await examples.find().sort({ _id: 1 }).lean<ExampleDoc[]>();
    const inForce = await this.store.active();
    const positives = all.filter(({ verdict }) => verdict === 'confirmed').length;
    if (positives === 0 || positives === all.length) {
      this.kit.log.warn({ examples: all.length, positives }, 'no refit: the verdicts so far are all of one kind');
      return;
    }
    const data = all.map(exampleOf);
    const fit = fitLogistic(data, {
      version: 'refit',
      source: 'verdicts',
      // Never the model in force: it may have seen these very examples, and cross-validation would flatter it.
      prior: defaultModel,
      prevalence: this.kit.config.FRAUD_PREVALENCE,
    });
    const decision = decideRefit(data, fit, inForce);
    const version = await this.kit.transaction(async (session) => {
      const next = await this.store.nextVersion(session);
      const ids = all.filter(({ fittedIn }) => fittedIn === undefined).map(({ _id }) => _id);
      const marked = await examples.updateMany(
        { _id: { $in: ids }, fittedIn: null },
        { $set: { fittedIn: next.version } },
        { session },
      );
      // Another instance has fitted them meanwhile.
      if (marked.modifiedCount < ids.length) return undefined;
      await this.store.add(
        {
          _id: next.version,
          sequence: 0,
          number: next.number,
          model: { ...fit.model, version: next.version },
          active: false,
          examples: all.length,
          positives,
          demoExamples: all.filter(({ demo }) => demo).length,
          comparedWith: decision.comparedWith,
          outcome: decision.outcome,
          fittedAt: this.kit.now(),
        },
        decision.activate,
        session,
      );
      return next.version;
    });
    if (version) this.kit.log.info({ version, activated: decision.activate, auc: fit.model.fittedOn?.auc }, 'refitted');
  }
}
