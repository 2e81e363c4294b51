import { mainLine } from './main-line';
import { RunningDemo } from './running-demo';
import { approval } from './story-approval';
import { complaint } from './story-complaint';
import { data } from './story-data';
import { devices } from './story-devices';
import { quota } from './story-quota';
import { sheet } from './story-sheet';
import { suspicion } from './story-suspicion';

/** What people do with the demo, in a real browser, on one running system: starting it takes longer than most stories. */
const demo = new RunningDemo();
beforeAll(() => demo.start());
afterAll(() => demo.end());

describe('the main line', () => mainLine(demo));

describe('a suspicion', () => suspicion(demo));

describe('production before approval', () => approval(demo));

describe('a quota runs out', () => quota(demo));
describe('a sheet of permits', () => sheet(demo));
describe('devices', () => devices(demo));
describe('data of an outlet', () => data(demo));

describe('a complaint', () => complaint(demo));

test('everything ends within 15 s', async () => {
  const { system } = demo;
  // Attached to a system that somebody else started: it is not ours to end.
  if (!system) return;
  const pids = system.names().map((name) => system.pid(name) as number);
  expect(pids.every((pid) => pid > 0)).toBe(true);
  const began = Date.now();
  await system.stop();
  expect(Date.now() - began).toBeLessThan(15_000);
  expect(pids.filter(runs)).toEqual([]);
});

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
