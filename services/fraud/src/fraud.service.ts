import { useOwnFactors } from '@greenwatch/hj212';
import { defineService, type Kit, ownFactors } from '@greenwatch/kit';
import { DailyTimer } from './daily-timer';
import { fraudActions } from './fraud-actions';
import { FraudConfig } from './fraud-settings';
import { knownSources } from './known-source.model';
import { HourReader } from './read-hours';
import { Refit } from './refit';
import { runModels } from './run.model';
import { scoreModels } from './score.model';
import { ModelStore } from './scoring-model';
import { scoringModelModel } from './scoring-model.model';
import { ScoringWorker } from './scoring-worker';
import { suspicionModels } from './suspicion.model';
import { verdictFacts } from './verdict-intake';

/** Authenticity of monitoring data: scores, suspicions, verdicts, and the model that learns from them (domain.md 2). */
export const fraudService = defineService({
  name: 'fraud',
  config: FraudConfig,
  create(kit: Kit<FraudConfig>) {
    const sources = knownSources(kit.db);
    const models = { ...scoreModels(kit.db), ...suspicionModels(kit.db), ...runModels(kit.db) };
    const store = new ModelStore(kit, scoringModelModel(kit.db), models);
    const reader = new HourReader(kit.config.READINGS_GRPC, kit.identity);
    const worker = new ScoringWorker(kit, sources, models, store, reader, new Refit(kit, models, store));
    const poke = () => worker.poke();
    const timer = new DailyTimer(kit, models, poke);
    const factors = ownFactors(kit, useOwnFactors);

    return {
      actions: fraudActions(kit, models, sources, store, poke),
      facts: {
        ...sources.facts,
        'facts.registry.factor.changed': factors.taken,
        ...verdictFacts(kit, models),
        'facts.fraud.scoring.due': timer.handler,
      },
      async prepare() {
        await store.prepare();
        await timer.prepare();
      },
      async started() {
        await factors.started();
        worker.start();
      },
      async stopped() {
        await worker.stop();
        await factors.stopped();
        reader.close();
      },
    };
  },
});
