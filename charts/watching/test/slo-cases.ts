import type { Series } from './alert-cases';

/** A part of a month: so many minutes with so many events a minute, of which a part is bad. */
export interface Phase {
  minutes: number;
  bad: number;
}

const EVENTS = 1_000;
const NS = 'namespace="zj", pod="p-1"';

/** By name of the objective: its series, each with what is added to it a minute while `bad` of the events are. */
export const SLO_SERIES: Record<string, (bad: number) => Record<string, number>> = {
  'packets-answered': (bad) => ({
    [`greenwatch_ingestion_packets_total{${NS}, way="hj212"}`]: EVENTS * (1 - bad),
    [`greenwatch_ingestion_unanswered_total{${NS}}`]: EVENTS * bad,
  }),
  'answers-in-time': (bad) => ({
    [`greenwatch_ingestion_answer_seconds_count{${NS}}`]: EVENTS,
    [`greenwatch_ingestion_answer_seconds_bucket{${NS}, le="1"}`]: EVENTS * (1 - bad),
  }),
  'readings-judged-in-time': (bad) => ({
    [`greenwatch_log_delay_seconds_count{${NS}, group="rules"}`]: EVENTS,
    [`greenwatch_log_delay_seconds_bucket{${NS}, group="rules", le="10"}`]: EVENTS * (1 - bad),
    // Of another group, which is always late: it is not what was promised.
    [`greenwatch_log_delay_seconds_count{${NS}, group="readings"}`]: EVENTS,
    [`greenwatch_log_delay_seconds_bucket{${NS}, group="readings", le="10"}`]: 0,
  }),
  // Half of what is bad comes late, half never.
  'messages-in-time': (bad) => ({
    [`greenwatch_delivery_seconds_count{${NS}, channel="sms"}`]: EVENTS * (1 - bad / 2),
    [`greenwatch_delivery_seconds_bucket{${NS}, channel="sms", le="60"}`]: EVENTS * (1 - bad),
    [`greenwatch_deliveries_total{${NS}, channel="sms", result="sent"}`]: EVENTS * (1 - bad / 2),
    [`greenwatch_deliveries_total{${NS}, channel="sms", result="failed"}`]: (EVENTS * bad) / 2,
  }),
  'api-available': (bad) => ({
    [`greenwatch_http_duration_seconds_count{${NS}, method="GET", route="/a", status="200"}`]: EVENTS * (1 - bad) * 0.9,
    [`greenwatch_http_duration_seconds_count{${NS}, method="GET", route="/a", status="404"}`]: EVENTS * (1 - bad) * 0.1,
    [`greenwatch_http_duration_seconds_count{${NS}, method="GET", route="/a", status="503"}`]: EVENTS * bad,
  }),
  'api-in-time': (bad) => ({
    [`greenwatch_http_duration_seconds_count{${NS}, method="GET", route="/a", status="200"}`]: EVENTS,
    // As Prometheus 3 writes the bound.
    [`greenwatch_http_duration_seconds_bucket{${NS}, method="GET", route="/a", status="200", le="1.0"}`]:
      EVENTS * (1 - bad),
  }),
};

/** The series of an objective through some phases, a value every `step` minutes. */
export function sloSeries(slo: string, phases: readonly Phase[], step: number): Series {
  const make = SLO_SERIES[slo];
  if (!make) throw new Error(`no series for the objective ${slo}`);
  const series: Series = { 'greenwatch_build_info{namespace="zj", service="gateway", pod="g-1"}': '1x5000' };
  for (const name of Object.keys(make(0))) {
    let value = 0;
    const parts = phases.map(({ minutes, bad }) => {
      const added = (make(bad)[name] as number) * step;
      const steps = minutes / step;
      const part = `${value + added}+${added}x${steps - 1}`;
      value += added * steps;
      return part;
    });
    series[name] = `0 ${parts.join(' ')}`;
  }
  return series;
}
