import { setTimeout as sleep } from 'node:timers/promises';
import { asDomainError, type Client, isoTime, startOfDay } from '@greenwatch/kit';
import { demoExample, EXAMPLES } from './examples';
import type { DemoProvince } from './province';
import type { Fleet } from './simulator/fleet';
import { DAY } from './simulator/signal';
import { finalRatings, pastDuties, SUSPICION, storyProjects } from './stories';

const CALL_TIMEOUT = 30_000;
/** Hours still on their way are no reason to wait: what is scored ends yesterday. */
const NEARLY_DONE = 3;
const SETTLE_MS = 3_000;

/**
 * What the stories need beside the province: projects, what was handed in since last month, last year's ratings, 49 examples, and the scoring of yesterday once the
 * outlet in question has sent its history. Everything may be told again.
 * @param stopped whether the demo ends: then what is not done stays undone until the next start
 */
export async function tellStories(
  call: Client['call'],
  province: DemoProvince,
  fleet: Fleet,
  seed: string,
  stopped: () => boolean,
): Promise<void> {
  const { startedAt } = fleet;
  const options = { timeoutMs: CALL_TIMEOUT };
  // Each may be told again; a service that is away is waited for as long as the demo runs.
  const insistently = async (what: string, work: () => Promise<unknown>) => {
    for (let wait = 1_000; !stopped(); wait = Math.min(60_000, wait * 2)) {
      try {
        await work();
        return;
      } catch (error) {
        const known = asDomainError(error);
        if (known?.status !== 503) {
          process.stderr.write(`demo: ${what} failed: ${known?.message ?? (error as Error).stack}\n`);
          return;
        }
        await sleep(wait);
      }
    }
  };
  await insistently('projects', () => call('permits.project.import', { projects: storyProjects(startedAt) }, options));
  await insistently('ratings', () =>
    call('credit.import', { ratings: finalRatings(province, seed, startedAt) }, options),
  );
  // All of a county and month in one call: permits makes last month's board of what is there.
  const duties = pastDuties(province, province.permits, seed, startedAt);
  await insistently('duties', () => call('permits.duty.import', { duties }, options));
  const day = startOfDay(startedAt);
  for (let index = 0; index < EXAMPLES && !stopped(); index++) {
    const example = demoExample(seed, index, day);
    await insistently(example.id, () => call('fraud.example.import', { examples: [example] }, options));
    // The devices go on speaking meanwhile.
    await sleep(20);
  }
  while (fleet.backlogOf(SUSPICION.outletId) > NEARLY_DONE) {
    if (stopped()) return;
    await sleep(500);
  }
  await sleep(SETTLE_MS);
  if (stopped()) return;
  const yesterday = isoTime(Date.now() - DAY).slice(0, 10);
  await insistently('scoring', () => call('fraud.score.run', { day: yesterday }, options));
}
