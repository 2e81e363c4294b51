import { obtainBrowser } from './browser';

obtainBrowser().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
