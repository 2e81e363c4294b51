import { drillRun } from '../../loadtests/src/drill-run';

/** Those between a device's packet and the task that comes of it. */
const only = ['registry', 'ingestion', 'readings', 'rules', 'permits', 'tasking'];

test('drill (issue 6): backed up under load, everything deleted, restored: all that was acknowledged is there once, chains hold, work goes on', async () => {
  const result = await drillRun({ devices: 4, rate: 100, seconds: 1, alarms: 2, only, say: () => {} });
  expect(result.missed).toEqual([]);
  expect(result).toMatchObject({ alarms: 2, lost: 0, duplicated: 0 });
  expect(result.acknowledged).toBeGreaterThan(20);
  // The archive's and the audit of at least one service.
  expect(result.chains).toBeGreaterThan(1);
}, 420_000);
