import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { builtCopy, type Helm } from '../../../infra/src/charts/helm';
import { prometheusProgram } from '../../../infra/src/watching/prometheus';
import type { Rule, RuleGroup } from '../../../infra/src/watching/slos';
import { chart, readRules, ruleFiles } from './files';

// What Helm makes of the chart: rules as Prometheus reads them, dashboards as Grafana's sidecar finds them.

interface Manifest {
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  data?: Record<string, string>;
  spec?: { groups: RuleGroup[] };
}

jest.setTimeout(120_000);

const OPERATOR = ['--api-versions', 'monitoring.coreos.com/v1'];
const RULES = readRules();
const folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-watching-chart-'));
let helm: Helm;

beforeAll(async () => {
  helm = await builtCopy(path.join(folder, 'charts'));
}, 1_300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function render(...args: string[]): Promise<Manifest[]> {
  const { ok, output, errors } = await helm.template('watching', args);
  if (!ok) throw new Error(errors);
  return parseAllDocuments(output).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.filter((manifest) => manifest.kind === kind);
const rulesIn = (groups: readonly RuleGroup[]): Rule[] => groups.flatMap(({ rules }) => rules);
/** Rules without the names of their files. */
const written = (base: string): Rule[] =>
  RULES.map(({ file, name, ...rule }) => ({
    ...rule,
    ...(rule.annotations && {
      annotations: {
        ...rule.annotations,
        runbook_url: (rule.annotations.runbook_url as string).replace('docs/runbooks', base),
      },
    }),
  }));

test('Helm finds nothing wrong with the chart', async () => {
  const { ok, output, errors } = await helm.ask(['lint', '--strict', path.join(helm.charts, 'watching')]);
  expect(ok ? '' : output + errors).toBe('');
});

test('with the operator of Prometheus the rules are PrometheusRules, word for word', async () => {
  const manifests = ofKind(
    await render(
      ...OPERATOR,
      '--set',
      'runbooks.url=https://wiki.example/runbooks',
      '--set',
      'rules.labels.release=prom',
    ),
    'PrometheusRule',
  );
  expect(manifests.map(({ metadata }) => metadata.name)).toEqual(
    ruleFiles.map((file) => `greenwatch-watching-${path.basename(file, '.yaml')}`),
  );
  for (const { metadata } of manifests) {
    expect(metadata.labels).toMatchObject({ release: 'prom', 'app.kubernetes.io/part-of': 'greenwatch' });
  }
  expect(manifests.flatMap(({ spec }) => rulesIn(spec?.groups ?? []))).toEqual(
    written('https://wiki.example/runbooks'),
  );
});

test('without it they are files in a ConfigMap that promtool finds right', async () => {
  const manifests = await render();
  expect(ofKind(manifests, 'PrometheusRule')).toEqual([]);
  const [map, ...more] = ofKind(manifests, 'ConfigMap').filter(({ metadata }) => metadata.name.endsWith('-rules'));
  expect(more).toEqual([]);
  expect(map?.metadata.labels.prometheus_rules).toBe('1');
  expect(Object.keys(map?.data ?? {})).toEqual(ruleFiles.map((file) => `greenwatch-${file}`));
  const found = Object.entries(map?.data ?? {}).flatMap(([name, text]) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    execFileSync(prometheusProgram('promtool'), ['check', 'rules', file]);
    return rulesIn((parse(text) as { groups: RuleGroup[] }).groups);
  });
  expect(found).toEqual(written('docs/runbooks'));
});

test('alerts that are not wanted, and those of the cluster, can be left out', async () => {
  const manifests = await render(
    ...OPERATOR,
    '--set',
    'rules.disabled={DeadLetters,ApiSlow}',
    '--set',
    'rules.kubernetes=false',
  );
  const names = ofKind(manifests, 'PrometheusRule').flatMap(({ spec }) =>
    rulesIn(spec?.groups ?? []).map(({ alert }) => alert),
  );
  expect(names).toContain('ServiceAbsent');
  for (const gone of ['DeadLetters', 'ApiSlow', 'PodRestarting']) expect(names).not.toContain(gone);
});

test('each dashboard is a ConfigMap that the sidecar of Grafana finds', async () => {
  const manifests = ofKind(await render('--set', 'dashboards.annotations.grafana_folder=Greenwatch'), 'ConfigMap');
  const maps = manifests.filter(({ metadata }) => metadata.labels.grafana_dashboard === '1');
  const found = Object.assign({}, ...maps.map(({ data }) => data)) as Record<string, string>;
  const files = readdirSync(path.join(chart, 'dashboards'));
  expect(Object.keys(found).sort()).toEqual(files.map((file) => `greenwatch-${file}`).sort());
  for (const file of files) {
    const own = readFileSync(path.join(chart, 'dashboards', file), 'utf8');
    expect(JSON.parse(found[`greenwatch-${file}`] as string)).toEqual(JSON.parse(own));
  }
  for (const map of maps) expect(map.metadata.annotations).toEqual({ grafana_folder: 'Greenwatch' });
  // One ConfigMap each: all together would be near the limit of 1 MiB.
  expect(maps.length).toBe(files.length);
});

test('both can be turned off', async () => {
  expect(await render('--set', 'rules.enabled=false', '--set', 'dashboards.enabled=false')).toEqual([]);
});

test.each([
  ['rules.enable=true', 'enable'],
  ['rules.disabled={no alert}', 'disabled'],
  ['runbooks.url=', 'url'],
  ['dashboards.labels.grafana_dashboard=1', 'grafana_dashboard'],
])('a wrong value (%s) is refused with a line that names it', async (value, named) => {
  const { ok, errors } = await helm.template('watching', ['--set', value]);
  expect(ok).toBe(false);
  expect(errors).toContain(named);
});
