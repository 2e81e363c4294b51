import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type DeclaredFact, declaredFacts, type FactUse, factUse } from './fact-table';
import { repositoryRoot } from './paths';

/** Everything below a folder that ends so, with its text; tests are not read. */
function textsIn(folder: string, ending: string): { file: string; text: string }[] {
  return readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.endsWith(`.test${ending}`))
    .sort()
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .map((file) => ({ file, text: readFileSync(path.join(repositoryRoot, file), 'utf8') }));
}

/** What this checkout says of facts; `messages`: every message that by its name tells of a change. */
export function readFacts(): { declared: DeclaredFact[]; messages: string[]; uses: FactUse[] } {
  const services = readdirSync(path.join(repositoryRoot, 'services')).sort();
  const folders = [
    ...services.map((name) => [name, `services/${name}/src`] as const),
    ['gateway', 'gateway/src'] as const,
  ];
  const protos = textsIn('proto', '.proto');
  return {
    declared: protos.flatMap(({ file, text }) => declaredFacts(file, text)),
    messages: protos.flatMap(({ text }) => {
      const packageName = /^package ([\w.]+);/m.exec(text)?.[1];
      return [...text.matchAll(/^message (\w+Changed) /gm)].map(([, name]) => `${packageName}.${name}`);
    }),
    uses: folders.map(([name, folder]) =>
      factUse(
        name,
        textsIn(folder, '.ts').map(({ text }) => text),
      ),
    ),
  };
}
