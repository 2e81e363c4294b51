import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

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
  testResults: {
    /** The file. */
    name: string;
    /** Why it could not be run at all. */
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] | null }[];
  }[];
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

/**
 * What failed: file, test, and the first line of why; one line for all tests of a file that failed for the same reason. It
 * stands at the end of a long log, of which CI may show no more.
 * @param root the folder that files are named from
 */
export function failuresOf({ testResults }: JestResult, root: string): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = path.relative(root, name);
    if (assertionResults.length === 0 && message) return [`${file}: ${firstLine(message)}`];
    const namesByReason = new Map<string, string[]>();
    for (const { fullName, status, failureMessages } of assertionResults) {
      if (status !== 'failed') continue;
      const reason = firstLine(failureMessages?.[0] ?? '');
      namesByReason.set(reason, [...(namesByReason.get(reason) ?? []), fullName]);
    }
    // A failed set-up fails every test of its file.
    return [...namesByReason].map(([reason, [first, ...more]]) => {
      const others = more.length > 0 ? ` and ${more.length} more` : '';
      return `${file} › ${first}${others}: ${reason}`;
    });
  });
}

function firstLine(text: string): string {
  const line = stripVTControlCharacters(text)
    .split('\n')
    .map((one) => one.trim())
    .find((one) => one !== '' && !one.startsWith('●'));
  return line ?? 'no reason given';
}
