import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DASHBOARDS } from '../../../infra/src/watching/dashboards';
import { needsCluster, wrongNames } from '../../../infra/src/watching/known-metrics';
import { METRICS } from '../../../packages/kit/src/metrics/registry';
import { readRules, recorded, runbooks } from './files';

const rules = readRules();
const records = recorded(rules);
const alerts = [...new Set(rules.flatMap(({ alert }) => alert ?? []))].sort();
const panels = DASHBOARDS.flatMap(({ name, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => [`${name}: ${panel.title}`, panel] as const)),
);

describe('names in rules', () => {
  test.each(rules.map((rule) => [`${rule.file}: ${rule.name}`, rule] as const))('%s', (_, rule) => {
    expect(wrongNames(rule.expr, METRICS, records)).toEqual([]);
    // Those who have no exporters of the cluster leave one file out.
    expect(needsCluster(rule.expr)).toBe(rule.file === 'kubernetes.yaml');
  });
});

describe('names in panels', () => {
  test.each(panels)('%s', (_, { queries, needs }) => {
    for (const [query] of queries) expect(wrongNames(query, METRICS, records)).toEqual([]);
    expect(queries.some(([query]) => needsCluster(query))).toBe(needs === 'kubernetes');
  });

  test('no dashboard has two panels of one title', () => {
    const titles = panels.map(([title]) => title);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  });

  test('every metric of the registry is looked at, by a panel or by a rule', () => {
    const text = [
      ...rules.map(({ expr }) => expr),
      ...panels.flatMap(([, { queries }]) => queries.map(([q]) => q)),
    ].join();
    expect(Object.keys(METRICS).filter((name) => !text.includes(name))).toEqual([]);
  });
});

describe('alerts', () => {
  test.each(rules.filter(({ alert }) => alert).map((rule) => [rule.name, rule] as const))(
    '%s says what it must',
    (_, rule) => {
      expect(rule.labels).toEqual({ severity: expect.stringMatching(/^(page|ticket)$/) });
      const { summary, description, runbook_url } = rule.annotations ?? {};
      expect(summary).toMatch(/^\S.{10,}/);
      expect(description).toContain('{{ $labels.');
      expect(runbook_url).toBe(`docs/runbooks/${rule.alert}.md`);
    },
  );

  test('each has its page, and each page its alert', () => {
    const pages = readdirSync(runbooks).filter((file) => file !== 'README.md');
    expect(pages.map((file) => path.basename(file, '.md')).sort()).toEqual(alerts);
  });

  test.each(alerts)('the page of %s says what it means, how to look, what to do and when it is over', (alert) => {
    const page = readFileSync(path.join(runbooks, `${alert}.md`), 'utf8');
    const headings = page.match(/^#+ .*$/gm);
    expect(headings).toEqual([
      `# ${alert}`,
      '## What it means',
      '## How to look',
      '## What to do',
      '## When it is over',
    ]);
    for (const part of page.split(/^#+ .*$/m).slice(2)) expect(part.trim().length).toBeGreaterThan(20);
  });

  test.each(alerts)('the queries on the page of %s name what there is', (alert) => {
    const page = readFileSync(path.join(runbooks, `${alert}.md`), 'utf8');
    for (const [, query = ''] of page.matchAll(/```promql\n([\s\S]*?)```/g)) {
      for (const line of query.trim().split('\n')) expect(wrongNames(line, METRICS, records)).toEqual([]);
    }
  });

  test('the list of pages names each alert once, with its severities', () => {
    const list = readFileSync(path.join(runbooks, 'README.md'), 'utf8');
    const rows = [...list.matchAll(/^\| \[(\w+)\]\((\w+)\.md\) +\| ([a-z, ]+?) +\|/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual(alerts);
    for (const [, name, file, severities] of rows) {
      expect(file).toBe(name);
      const own = rules.filter(({ alert }) => alert === name).map(({ labels }) => labels?.severity);
      expect(severities).toBe([...new Set(own)].sort().join(', '));
    }
  });
});
