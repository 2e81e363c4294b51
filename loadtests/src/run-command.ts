import { OperatorError } from '@greenwatch/infra';

/** A run that is a program: its result as one line of JSON, exit code 1 for a missed bound, an error in words, usage where it helps. */
export function runCommand(usage: string, run: () => Promise<{ missed: readonly string[] }>): void {
  run().then(
    (result) => {
      process.stdout.write(`${JSON.stringify(result)}\n`);
      if (result.missed.length > 0) process.exitCode = 1;
    },
    (error: Error & { code?: string }) => {
      const text = error.code?.startsWith('ERR_PARSE_ARGS') ? `${error.message}\n${usage}` : error.stack;
      process.stderr.write(`${error instanceof OperatorError ? error.message : text}\n`);
      process.exitCode = 1;
    },
  );
}
