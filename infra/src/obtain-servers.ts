import { OperatorError } from './operator-error';
import { obtainServers } from './servers/obtain';

obtainServers().catch((error: unknown) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
