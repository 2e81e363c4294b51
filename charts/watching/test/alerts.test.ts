import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { prometheusProgram } from '../../../infra/src/watching/prometheus';
import { SLOS, sloRules } from '../../../infra/src/watching/slos';
import { ALERT_CASES, type Series } from './alert-cases';
import { chart, readRules, ruleFiles } from './files';
import { type Phase, SLO_SERIES, sloSeries } from './slo-cases';

// `promtool test rules`: Prometheus itself works the rules over made-up series.

// Days of series are worked, on a machine that may be busy with other tests.
jest.setTimeout(180_000);

const promtool = prometheusProgram('promtool');
const files = ruleFiles.map((file) => path.join(chart, 'rules', file));
const rules = readRules();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-alerts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A moment of a test: which alerts of a name fire then, by their labels. */
interface Moment {
  at: string;
  alert: string;
  severity: string;
  fire: readonly Record<string, string>[];
}

/** @returns what promtool says is not as expected; empty: all is */
function promtoolTest(
  files: readonly string[],
  series: Series,
  [interval, evaluated = interval]: readonly [interval: string, evaluated?: string],
  moments: readonly Moment[],
): string {
  const tested = path.join(folder, 'test.yaml');
  const firing = ({ alert, severity }: Moment) =>
    `ALERTS{alertname="${alert}", alertstate="firing", severity="${severity}"}`;
  writeFileSync(
    tested,
    JSON.stringify({
      rule_files: files,
      evaluation_interval: evaluated,
      tests: [
        {
          interval,
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: moments.map((moment) => ({
            expr: firing(moment),
            eval_time: moment.at,
            exp_samples: moment.fire.map((labels) => ({
              labels: seriesName({ ...labels, ...fixed(moment) }),
              value: 1,
            })),
          })),
        },
      ],
    }),
  );
  const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', tested], { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const fixed = ({ alert, severity }: Moment) => ({
  __name__: 'ALERTS',
  alertname: alert,
  alertstate: 'firing',
  severity,
});
const seriesName = ({ __name__, ...labels }: Record<string, string>) =>
  `${__name__}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`;

/** A file with the rules of one alert only: working all of them over days is what takes time. */
function alone(alert: string): string {
  const file = path.join(folder, `${alert}.yaml`);
  const own = rules.filter((rule) => rule.alert === alert).map(({ file: _, name: __, ...rule }) => rule);
  writeFileSync(file, stringify({ groups: [{ name: alert, rules: own }] }));
  return file;
}

test('promtool finds nothing wrong with the rules', () => {
  expect(execFileSync(promtool, ['check', 'rules', ...files], { encoding: 'utf8' })).toContain('SUCCESS');
});

test('every alert and severity has a case in which it fires', () => {
  const tried = [
    ...ALERT_CASES.map(({ alert, severity }) => `${alert} ${severity ?? severityOf(alert)}`),
    ...SLOS.flatMap(({ alert }) => [`${alert} page`, `${alert} ticket`]),
  ];
  const there = rules.flatMap(({ alert, labels }) => (alert ? `${alert} ${labels?.severity}` : []));
  expect([...new Set(tried)].sort()).toEqual([...new Set(there)].sort());
  expect(Object.keys(SLO_SERIES).sort()).toEqual(SLOS.map(({ name }) => name).sort());
});

describe('alerts', () => {
  test.each(ALERT_CASES.map((one, i) => [`${one.alert} (${i + 1})`, one] as const))('%s', (_, one) => {
    const { alert, severity = severityOf(alert), at, interval = '1m', labels } = one;
    const moment = { at, alert, severity };
    const files = [alone(alert), path.join(chart, 'rules', 'records.yaml')];
    expect(promtoolTest(files, one.fires, [interval], [{ ...moment, fire: [{ namespace: 'zj', ...labels }] }])).toBe(
      '',
    );
    for (const [why, series] of Object.entries(one.silent)) {
      expect([why, promtoolTest(files, series, [interval], [{ ...moment, fire: [] }])]).toEqual([why, '']);
    }
  });
});

describe('burn rates', () => {
  const STEP = 2;
  /** Rules are worked every so many minutes: moments are multiples of it. */
  const LOOK = 6;
  const HOUR = 60;
  const at = (minutes: number) => `${minutes}m`;
  const good = (minutes: number): Phase => ({ minutes, bad: 0 });

  test.each(SLOS)('$alert: fast, slow, within the budget, and over', ({ name, alert, objective }) => {
    const budget = 1 - objective;
    const bad = (times: number, minutes: number): Phase => ({ minutes, bad: times * budget });
    const fire = [{ namespace: 'zj', slo: name }];
    const sloFile = path.join(folder, 'slo.yaml');
    writeFileSync(sloFile, stringify(sloRules(SLOS.filter((slo) => slo.name === name))));
    const tried = (phases: Phase[], moments: [minutes: number, page: boolean, ticket: boolean][]) =>
      promtoolTest(
        [sloFile],
        sloSeries(name, phases, STEP),
        [`${STEP}m`, `${LOOK}m`],
        moments.flatMap(([minutes, page, ticket]) => [
          { at: at(minutes), alert, severity: 'page', fire: page ? fire : [] },
          { at: at(minutes), alert, severity: 'ticket', fire: ticket ? fire : [] },
        ]),
      );
    // Two hours at 18 times: seen within the first; ten good minutes later nobody is woken any more.
    const storm = [good(6 * HOUR), bad(18, 2 * HOUR), good(HOUR)];
    expect(
      tried(storm, [
        [6 * HOUR - 12, false, false],
        [7.5 * HOUR, true, true],
        [8 * HOUR + 42, false, true],
      ]),
    ).toBe('');
    // Thirteen times for three hours is no burn of an hour but one of six.
    expect(tried([good(6 * HOUR), bad(13, 3 * HOUR)], [[8.9 * HOUR, true, true]])).toBe('');
    // Four times for a day: a ticket, no page.
    expect(tried([good(6 * HOUR), bad(4, 24 * HOUR)], [[29 * HOUR, false, true]])).toBe('');
    // Half of the budget: as promised.
    expect(tried([bad(0.5, 30 * HOUR)], [[29 * HOUR, false, false]])).toBe('');
    // A burst of three minutes is in no long window.
    expect(
      tried(
        [good(6 * HOUR), { minutes: 4, bad: Math.min(1, 20 * budget) }, good(HOUR)],
        [[6 * HOUR + 6, false, false]],
      ),
    ).toBe('');
  });
});

/** Of an alert that has one. */
function severityOf(alert: string): string {
  const own = rules.filter((rule) => rule.alert === alert).map(({ labels }) => labels?.severity ?? '');
  if (own.length !== 1) throw new Error(`${alert} has the severities ${own.join(', ') || 'of none'}: name one`);
  return own[0] as string;
}
