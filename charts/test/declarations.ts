import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../../infra/src/paths';
import { services } from '../../infra/src/system-plan';

/** Modules of services from their source. */
export function loadSource(workspace: string, file: string): Record<string, unknown> {
  return require(path.join(repositoryRoot, workspace, 'src', `${file}.ts`)) as Record<string, unknown>;
}

const folderOf = (service: string) => (service === 'gateway' ? 'gateway/src' : `services/${service}/src`);

function sourcesBelow(folder: string): string[] {
  const root = path.join(repositoryRoot, folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(path.join(root, file), 'utf8'));
}

/** Who calls whose gRPC, as the code has it: whoever reads the variable with its address. */
export function grpcCalls(): { caller: string; called: string }[] {
  const names = services.map(({ name }) => name);
  return names.flatMap((caller) => {
    const text = sourcesBelow(folderOf(caller)).join('\n');
    const called = new Set([...text.matchAll(/\b([A-Z]+)_GRPC\b/g)].map(([, name]) => (name as string).toLowerCase()));
    return [...called].map((name) => ({ caller, called: name }));
  });
}

/** Consumer groups on the READINGS log, by the service that works them. */
export function logGroups(): { service: string; group: string }[] {
  return services.flatMap(({ name }) => {
    const text = sourcesBelow(folderOf(name)).join('\n');
    return [...text.matchAll(/partitions: \[\s*\{\s*group: '([a-z]+)'/g)].map(([, group]) => ({
      service: name,
      group: group as string,
    }));
  });
}

/** Variables that a program without a service's declaration reads, by their names in its source. */
export function variablesIn(folder: string): Set<string> {
  const text = sourcesBelow(folder).join('\n');
  const declared = [
    ...text.matchAll(/^\s+([A-Z][A-Z0-9_]+): Type\./gm),
    ...text.matchAll(/environment\.([A-Z][A-Z0-9_]+)/g),
  ];
  const needed = [...text.matchAll(/need\(environment, '([A-Z0-9_]+)'\)/g)];
  return new Set([...declared, ...needed].map(([, name]) => name as string));
}
