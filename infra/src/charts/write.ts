import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { OperatorError } from '../operator-error';
import { repositoryRoot } from '../paths';
import { chartsFolder } from './chart-plan';
import { buildCharts, findHelm, Helm } from './helm';
import { writtenFiles } from './written-files';

// `npm run charts`: writes the values and schemas of the charts from what the services say of their settings, and puts the charts together,
// so that `helm install greenwatch charts/greenwatch` works.

async function main(): Promise<void> {
  const load = (workspace: string, file: string) => require(path.join(repositoryRoot, workspace, 'dist', `${file}.js`));
  for (const [file, text] of writtenFiles(load)) writeFileSync(path.join(chartsFolder, file), text);
  await buildCharts(new Helm(await findHelm(), chartsFolder));
  process.stdout.write('charts are written and put together: helm install NAME charts/greenwatch --values FILE\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`charts: ${error instanceof OperatorError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
