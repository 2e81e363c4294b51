import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { chartsFolder, ownCharts, type ServiceFacts, serviceCharts, serviceModule, umbrella } from './chart-plan';
import { serviceValues, withGlobal } from './compose';
import { ownSettings, type SettingSchemas } from './setting-names';
import { ownSchemas, printJson, serviceSchema } from './value-schemas';

/** Gives the module of a service (`services/rules`, `rules.service`): as built, or from its source. */
export type LoadModule = (workspace: string, file: string) => Record<string, unknown>;

const read = (...names: string[]): string => readFileSync(path.join(chartsFolder, ...names), 'utf8');

export const factsOf = (chart: string): ServiceFacts => parse(read(chart, 'service.yaml')) as ServiceFacts;

/** All variables that a service understands: the kit's and its own. */
export function declaredBy(service: string, load: LoadModule): SettingSchemas {
  const { workspace, file } = serviceModule(service);
  const definition = load(workspace, file)[`${service}Service`] as { config: { properties: SettingSchemas } };
  const kit = load('packages/kit', 'config').KitConfig as { properties: SettingSchemas };
  return { ...kit.properties, ...definition.config.properties };
}

/** Charts that the umbrella takes in, by its Chart.yaml. */
export function partsOfUmbrella(): string[] {
  const { dependencies } = parse(read(umbrella, 'Chart.yaml')) as { dependencies: { name: string }[] };
  return dependencies.map(({ name }) => name).filter((name) => name !== 'library');
}

/** Every file that is written and not kept by hand: path from `charts/`, and its text. */
export function writtenFiles(load: LoadModule): Map<string, string> {
  const shared = { service: read('library', 'service.values.yaml'), global: read('library', 'global.values.yaml') };
  const files = new Map<string, string>();
  for (const chart of serviceCharts) {
    const facts = factsOf(chart);
    const settings = ownSettings(facts, declaredBy(chart, load));
    files.set(`${chart}/values.yaml`, serviceValues(chart, read(chart, 'service.yaml'), settings, shared));
    files.set(`${chart}/values.schema.json`, `${printJson(serviceSchema(chart, facts, settings))}\n`);
  }
  for (const chart of ownCharts) {
    files.set(`${chart}/values.yaml`, withGlobal(read(chart, 'values.yaml'), shared));
    files.set(`${chart}/values.schema.json`, `${printJson(ownSchemas[chart](partsOfUmbrella()))}\n`);
  }
  return files;
}
