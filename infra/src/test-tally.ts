/** What counts of one run. */
export interface Tally {
  passed: number;
  failed: number;
}

/** The part of Jest's JSON report that counts. */
export interface JestResult {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Files that could not be run at all, so that none of their tests was counted. */
  numRuntimeErrorTestSuites: number;
}

/**
 * Counts one Jest run strictly: skipped tests and files that did not run are failures, and so is a run that left no
 * report or ended badly although no test failed (a failed set-up, a hang that was cut off).
 */
export function tallyOf(report: JestResult | undefined, exitCode: number | null): { tally: Tally; notes: string[] } {
  if (!report) return { tally: { passed: 0, failed: 1 }, notes: ['Jest did not finish'] };
  const skipped = report.numPendingTests + report.numTodoTests;
  const broken = report.numRuntimeErrorTestSuites;
  let failed = report.numFailedTests + skipped + broken;
  const notes = [];
  if (skipped) notes.push(`${skipped} skipped, which counts as failed`);
  if (broken) notes.push(`${broken} files did not run`);
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    notes.push(exitCode === null ? 'did not end and was cut off' : `Jest ended with exit code ${exitCode}`);
  }
  return { tally: { passed: report.numPassedTests, failed }, notes };
}
