import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Recorded } from '../../../infra/src/watching/known-metrics';
import { readExpression } from '../../../infra/src/watching/promql';
import type { Rule, RuleGroup } from '../../../infra/src/watching/slos';

export const repository = path.resolve(__dirname, '..', '..', '..');
export const chart = path.join(repository, 'charts', 'watching');
export const runbooks = path.join(repository, 'docs', 'runbooks');

export interface FiledRule extends Rule {
  file: string;
  name: string;
}

export const ruleFiles = readdirSync(path.join(chart, 'rules')).sort();

/** Every rule of the chart. */
export function readRules(): FiledRule[] {
  return ruleFiles.flatMap((file) => {
    const { groups } = parse(readFileSync(path.join(chart, 'rules', file), 'utf8'), { merge: true }) as {
      groups: RuleGroup[];
    };
    return groups.flatMap(({ rules }) =>
      rules.map((rule) => ({ ...rule, file, name: rule.alert ?? rule.record ?? '' })),
    );
  });
}

/** What the rules record, with the labels that its own expression leaves. */
export function recorded(rules: readonly Rule[]): Recorded[] {
  return rules.flatMap(({ record, expr, labels = {} }) =>
    record ? [{ record, labels: [...readExpression(expr).groupings, ...Object.keys(labels)] }] : [],
  );
}
