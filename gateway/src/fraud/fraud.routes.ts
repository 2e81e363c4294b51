import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Authenticity of monitoring data: for the authority only, for an enterprise must not know what it is suspected of. */
export function fraudRoutes(app: App, { kit: { call } }: Gateway): void {
  const fraud = { tag: 'fraud', area: 'fraud' } as const;
  const gets = [
    ['/fraud/scores', 'fraud.score.list', 'Outlets by authenticity, lowest first'],
    ['/fraud/outlets/:outletId', 'fraud.outlet.get', 'Evidence of one outlet, test by test, and its history'],
    ['/fraud/enterprises/:enterpriseId', 'fraud.enterprise.get', 'Authenticity of an enterprise: minimum, mean, trend'],
    ['/fraud/suspicions', 'fraud.suspicion.list', 'Outlets suspected of abnormal data, newest first'],
    ['/fraud/suspicions/:id', 'fraud.suspicion.get', 'A suspicion'],
    ['/fraud/runs', 'fraud.run.list', 'Scoring runs, newest first'],
    ['/fraud/runs/:id', 'fraud.run.get', 'A scoring run and how far it is'],
    ['/fraud/models', 'fraud.model.list', 'Versions of the scoring model, newest first'],
    ['/fraud/examples', 'fraud.example.list', 'Verdicts kept as labelled examples, newest first'],
  ] as const;
  for (const [url, action, summary] of gets) actionRoute(app, call, { ...fraud, method: 'GET', url, action, summary });

  const posts = [
    ['/fraud/runs', 'fraud.score.run', 'Score a day now'],
    ['/fraud/models/:version/activate', 'fraud.model.activate', 'Put a version of the model in force'],
    ['/fraud/examples', 'fraud.example.import', 'Import labelled examples'],
  ] as const;
  for (const [url, action, summary] of posts)
    actionRoute(app, call, { ...fraud, method: 'POST', url, action, summary });
}
