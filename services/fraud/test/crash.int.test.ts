import { isoTime, type RunningService, runService, startOfDay } from '@greenwatch/kit';
import { startTestProcess, until } from '@greenwatch/testkit';
import { fraudService } from '../src/fraud.service';
import { boilerHours, DAY } from './plant';
import { Scene, TONGXIANG } from './scene';

const TODAY = startOfDay(Date.now());
const ENTERPRISES = 12;

let scene: Scene;
let after: RunningService | undefined;
beforeAll(async () => {
  scene = await Scene.start();
}, 60_000);
afterAll(async () => {
  await after?.stop();
  await scene?.stop();
}, 30_000);

test('killed in the middle of a run, another instance finishes it and nothing is there twice', async () => {
  const victim = await startTestProcess({
    script: 'services/fraud/dist/main.js',
    environment: scene.environment({ INSTANCE: 'victim' }),
  });
  await scene.reachable();
  const hours = boilerHours(1, TODAY - 61 * DAY, TODAY);
  const flat = boilerHours(2, TODAY - 61 * DAY, TODAY, TODAY - 10 * DAY);
  for (let i = 0; i < ENTERPRISES; i++) {
    const id = String(i).padStart(2, '0');
    await scene.register(`e${id}`, TONGXIANG, [`o${id}`]);
    // Six are flat: more than a county's inspectors have room for.
    await scene.send(`MN-o${id}`, i % 2 === 0 ? flat : hours);
  }
  await scene.stored();
  await scene.handled();
  const day = isoTime(TODAY - DAY).slice(0, 10);
  const { id } = await scene.client.call('fraud.score.run', { day });
  const scores = scene.db.collection('scores');
  await until(async () => (await scores.countDocuments()) >= 2);
  await victim.kill();
  const atKill = await scores.countDocuments();
  expect(atKill).toBeLessThan(ENTERPRISES);

  after = await runService(fraudService, scene.environment({ INSTANCE: 'after' }));
  const runs = scene.db.collection<{ _id: string; state: string }>('runs');
  await until(async () => (await runs.findOne({ _id: id }))?.state === 'done', 80_000);
  expect(await runs.findOne({ _id: id })).toMatchObject({
    outlets: ENTERPRISES,
    scored: ENTERPRISES,
    insufficient: 0,
    failed: 0,
    // FRAUD_CLUES_PER_COUNTY
    raised: 5,
  });
  expect(await scores.countDocuments()).toBe(ENTERPRISES);
  expect(await scene.db.collection('evidence').countDocuments()).toBe(ENTERPRISES);
  expect(await scene.db.collection('suspicions').countDocuments()).toBe(5);
  expect(await scene.db.collection('outbox').countDocuments({ subject: 'facts.fraud.suspicion.raised' })).toBe(5);
  expect(await scores.distinct('runId')).toEqual([id]);
}, 120_000);
