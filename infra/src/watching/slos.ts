/** A service level objective: of all events of a kind so many must be good. */
export interface Slo {
  /** Value of the label `slo`. */
  name: string;
  /** Name of its alert, and of its page in docs/runbooks. */
  alert: string;
  /** The good part that is promised over 30 days, below 1. */
  objective: number;
  /** What is promised, in words. */
  promise: string;
  /** PromQL of the bad events and of all a second, by namespace, over a window. */
  bad(window: string): string;
  all(window: string): string;
}

const rate = (selector: string, window: string) => `sum by (namespace) (rate(${selector}[${window}]))`;
/** A bound of a bucket: Prometheus 3 writes whole ones as 1.0. */
const bound = (seconds: number) => `le=~"${seconds}|${seconds}.0"`;
const slowerThan = (seconds: number, histogram: string, matchers: string, window: string) => {
  const also = matchers ? `, ${matchers}` : '';
  return `${rate(`${histogram}_count{${matchers}}`, window)} - ${rate(`${histogram}_bucket{${bound(seconds)}${also}}`, window)}`;
};
const SMS = 'channel=~"sms|reporter-sms"';
const NEVER_SENT = `greenwatch_deliveries_total{${SMS}, result=~"failed|unknown"}`;

export const SLOS: readonly Slo[] = [
  {
    name: 'packets-answered',
    alert: 'PacketsUnanswered',
    objective: 0.999,
    promise: 'of the packets that may come in, 99.9 % get their answer at the first try',
    bad: (window) => rate('greenwatch_ingestion_unanswered_total', window),
    all: (window) =>
      `${rate('greenwatch_ingestion_packets_total', window)} + ${rate('greenwatch_ingestion_unanswered_total', window)}`,
  },
  {
    name: 'answers-in-time',
    alert: 'AnswersSlow',
    objective: 0.99,
    promise: '99 % of the answers to HJ 212 over TCP are written within a second',
    bad: (window) => slowerThan(1, 'greenwatch_ingestion_answer_seconds', '', window),
    all: (window) => rate('greenwatch_ingestion_answer_seconds_count', window),
  },
  {
    name: 'readings-judged-in-time',
    alert: 'ReadingsJudgedLate',
    objective: 0.99,
    promise: '99 % of what devices send is judged within ten seconds, so that an alarm comes in time',
    bad: (window) => slowerThan(10, 'greenwatch_log_delay_seconds', 'group="rules"', window),
    all: (window) => rate('greenwatch_log_delay_seconds_count{group="rules"}', window),
  },
  {
    name: 'messages-in-time',
    alert: 'MessagesLate',
    objective: 0.95,
    promise: '95 % of the SMS are with the SMSC within a minute',
    bad: (window) => `${slowerThan(60, 'greenwatch_delivery_seconds', SMS, window)} + ${rate(NEVER_SENT, window)}`,
    all: (window) => `${rate(`greenwatch_delivery_seconds_count{${SMS}}`, window)} + ${rate(NEVER_SENT, window)}`,
  },
  {
    name: 'api-available',
    alert: 'ApiFailing',
    objective: 0.999,
    promise: '99.9 % of the requests are answered without a failure of ours (5xx)',
    bad: (window) => rate('greenwatch_http_duration_seconds_count{status=~"5.."}', window),
    all: (window) => rate('greenwatch_http_duration_seconds_count', window),
  },
  {
    name: 'api-in-time',
    alert: 'ApiSlow',
    objective: 0.99,
    promise: '99 % of the requests are answered within a second',
    bad: (window) => slowerThan(1, 'greenwatch_http_duration_seconds', '', window),
    all: (window) => rate('greenwatch_http_duration_seconds_count', window),
  },
];

/**
 * How fast the budget of 30 days may burn: over both windows of a pair (Google, The Site Reliability Workbook, chapter 5). 14.4
 * times for an hour takes 2 % of it, 6 times for six hours 5 %, 3 times for a day and once for three days 10 % each.
 */
const BURNS = {
  page: [
    { long: '1h', short: '5m', times: 14.4 },
    { long: '6h', short: '30m', times: 6 },
  ],
  ticket: [
    { long: '1d', short: '2h', times: 3 },
    { long: '3d', short: '6h', times: 1 },
  ],
} as const;

export const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** A rule as Prometheus reads it. */
export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface RuleGroup {
  name: string;
  interval?: string;
  rules: Rule[];
}

/** The part of bad events over a window, by namespace and slo. */
export const errorRatio = (window: string): string => `namespace:greenwatch_slo_errors:ratio_rate${window}`;
export const OBJECTIVE = 'namespace:greenwatch_slo_objective:ratio';

/** The rules of all objectives: their ratios over each window, and an alert each that pages or writes a ticket. */
export function sloRules(slos: readonly Slo[] = SLOS): { groups: RuleGroup[] } {
  return {
    groups: slos.map((slo) => ({ name: `greenwatch-slo-${slo.name}`, rules: [...records(slo), ...alerts(slo)] })),
  };
}

function records({ name, objective, bad, all }: Slo): Rule[] {
  const labels = { slo: name };
  return [
    { record: OBJECTIVE, expr: `${objective} * group by (namespace) (greenwatch_build_info)`, labels },
    // Nothing bad has happened yet: 0, not nothing. No events at all: nothing, for there is nothing to promise.
    ...WINDOWS.map((window) => ({
      record: errorRatio(window),
      expr: `(${bad(window)} or 0 * (${all(window)})) / (${all(window)} > 0)`,
      labels,
    })),
  ];
}

function alerts({ name, alert, objective, promise }: Slo): Rule[] {
  const budget = 1 - objective;
  const burns = (window: string, times: number) =>
    `${errorRatio(window)}{slo="${name}"} > ${Number((times * budget).toPrecision(6))}`;
  return (['page', 'ticket'] as const).map((severity) => ({
    alert,
    expr: BURNS[severity]
      .map(({ long, short, times }) => `(${burns(long, times)} and ${burns(short, times)})`)
      .join(' or '),
    labels: { severity },
    annotations: {
      summary: `The error budget of "${name}" burns ${severity === 'page' ? 'fast' : 'slowly, for hours'}`,
      description: `Promised: ${promise}. At present {{ $value | humanizePercentage }} of them miss it in {{ $labels.namespace }}.`,
      runbook_url: `docs/runbooks/${alert}.md`,
    },
  }));
}
