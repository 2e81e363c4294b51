import { mainLine } from './main-line';
import { RunningDemo } from './running-demo';

/** What people do with the demo, in a real browser, on the running system. Other walks: demo.stories.test.ts. */
const demo = new RunningDemo();
beforeAll(() => demo.start());
afterAll(() => demo.end());

describe('the main line', () => mainLine(demo));

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
