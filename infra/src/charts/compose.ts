import { type Node, parse, parseDocument } from 'yaml';
import type { ServiceFacts } from './chart-plan';
import { describeSetting, type SettingSchemas } from './setting-names';

/** What stands above the part of a values.yaml that the program writes, in charts written by hand. */
export const GLOBAL_MARK =
  '# --- global: written by `npm run charts` from charts/library/global.values.yaml; change it there. ---';

/** The shared texts: charts/library/{service,global}.values.yaml. */
export interface SharedValues {
  service: string;
  global: string;
}

/**
 * values.yaml of a service: the shared text with what its service.yaml says otherwise, then a line for each setting, then `global`.
 * @param facts text of its service.yaml, whose comments are kept
 */
export function serviceValues(chart: string, facts: string, declared: SettingSchemas, shared: SharedValues): string {
  const document = parseDocument(shared.service.replaceAll('SERVICE', chart));
  const { log, coldStorage, open, ports = {}, values = {} } = parse(facts) as ServiceFacts;
  if (!log) document.deleteIn(['autoscaling', 'backlog']);
  if (!open) document.deleteIn(['network', 'from']);
  if (!ports['hj212-tls']) document.deleteIn(['secrets', 'hj212Tls']);
  if (!coldStorage) {
    document.delete('coldStorage');
    document.deleteIn(['secrets', 'coldStorage']);
  }
  for (const [path, value] of leaves(values)) {
    if (!document.hasIn(path)) throw new Error(`${chart}/service.yaml: values.${path.join('.')} is no shared value`);
    document.setIn(path, value);
  }
  const own = parseDocument(facts).getIn(['values', 'settings'], true) as Node | undefined;
  if (own) document.setIn(['settings'], own);
  const taken = Object.entries(declared).map(([name, schema]) => {
    const example = schema.default === undefined ? '' : ` ${JSON.stringify(schema.default)}`;
    return `#   ${name}:${example}  # ${describeSetting(schema)}`;
  });
  return [
    `# Written by \`npm run charts\` from charts/library/*.values.yaml, charts/${chart}/service.yaml and what the service says of its settings;`,
    '# change those. The schema beside this file refuses what is not written here.',
    '',
    document.toString({ lineWidth: 0 }).trimEnd(),
    '# It takes, where the value is the one it has without:',
    ...taken,
    '',
    shared.global.trimEnd(),
    '',
  ].join('\n');
}

/** values.yaml of a chart that is written by hand, with the shared part as it is now. */
export function withGlobal(text: string, shared: SharedValues): string {
  const [own = ''] = text.split(GLOBAL_MARK);
  return `${own.trimEnd()}\n\n${GLOBAL_MARK}\n\n${shared.global.trimEnd()}\n`;
}

function leaves(values: Record<string, unknown>, path: string[] = []): [string[], unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string[], unknown][] => {
    const here = [...path, key];
    if (here[0] === 'settings') return [];
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    return nested ? leaves(value as Record<string, unknown>, here) : [[here, value]];
  });
}
