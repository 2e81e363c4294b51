import { tallyOf } from './test-tally';

const report = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

test.each([
  ['all well', report, 0, { passed: 7, failed: 0 }],
  ['a failed test', { ...report, numFailedTests: 2 }, 1, { passed: 7, failed: 2 }],
  ['a skipped test is a failure', { ...report, numPendingTests: 1 }, 0, { passed: 7, failed: 1 }],
  ['a file that did not run is a failure', { ...report, numRuntimeErrorTestSuites: 1 }, 1, { passed: 7, failed: 1 }],
  ['no test found, or a failed set-up', { ...report, numPassedTests: 0 }, 1, { passed: 0, failed: 1 }],
  ['cut off after the tests, hanging', report, null, { passed: 7, failed: 1 }],
  ['no report', undefined, 1, { passed: 0, failed: 1 }],
])('%s', (_, jestReport, exitCode, tally) => {
  expect(tallyOf(jestReport, exitCode).tally).toEqual(tally);
});
