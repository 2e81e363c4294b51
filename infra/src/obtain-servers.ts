import { OperatorError } from './operator-error';
import { obtainServers } from './servers/obtain';

// --dev: also what the tests need.
obtainServers(process.env, process.argv.includes('--dev')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
