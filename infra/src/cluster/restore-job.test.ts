import { backupPlace, type CronJob, operationsJob } from './restore-job';

const cronJob = (container: object): CronJob => ({
  spec: {
    jobTemplate: {
      spec: {
        backoffLimit: 2,
        template: {
          metadata: { labels: { app: 'operations' } },
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'backup', image: 'greenwatch/operations:1', ...container }],
          },
        },
      },
    },
  },
});

test.each([
  { command: ['node', 'main.js', 'backup', '--out', '/backups', '--keep-days', '14'] },
  { args: ['backup', '--out', '/backups'] },
  { command: ['node', 'main.js'], args: ['backup', '--keep-last', '3', '--out', '/backups'] },
])('%j writes to /backups', (container) => {
  expect(backupPlace(cronJob(container))).toBe('/backups');
});

test('a command without a place is told', () => {
  expect(() => backupPlace(cronJob({ args: ['backup'] }))).toThrow('names no --out: backup');
});

test('a job of another command has the same pod', () => {
  const job = operationsJob(cronJob({ args: ['backup', '--out', '/backups'] }), 'restore', [
    'restore',
    '--from',
    '/backups',
  ]);
  expect(job).toMatchObject({
    kind: 'Job',
    metadata: { name: 'restore' },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { app: 'operations' } },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              image: 'greenwatch/operations:1',
              command: ['node', 'main.js', 'restore', '--from', '/backups'],
              args: [],
            },
          ],
        },
      },
    },
  });
});
