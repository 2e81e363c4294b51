import { failuresOf, tallyOf } from './test-tally';

const report = {
  numPassedTests: 7,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [],
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

test('what failed is named by file and test, with the first line of why', () => {
  const passed = { fullName: 'adds', status: 'passed', failureMessages: [] };
  const failed = {
    fullName: 'sums › adds',
    status: 'failed',
    failureMessages: ['\u001b[31mError: 3 is no 4\u001b[39m\n    at'],
  };
  const testResults = [
    {
      name: '/checkout/a/one.test.ts',
      message: 'all',
      assertionResults: [passed, failed, { ...failed, fullName: 'more' }],
    },
    { name: '/checkout/a/two.test.ts', message: '', assertionResults: [passed] },
    {
      name: '/checkout/b.test.ts',
      message: '  ● Test suite failed to run\n\n    Cannot find x\n',
      assertionResults: [],
    },
  ];
  expect(failuresOf({ ...report, testResults }, '/checkout')).toEqual([
    'a/one.test.ts › sums › adds and 1 more: Error: 3 is no 4',
    'b.test.ts: Cannot find x',
  ]);
});
