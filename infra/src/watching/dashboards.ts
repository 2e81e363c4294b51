import type { Dashboard } from './grafana';
import { errorRatio, OBJECTIVE } from './slos';

// Each panel of each dashboard, once; charts/watching/dashboards/*.json is made of it (`npm run watching`).

const NS = 'namespace="$namespace"';
const of = (metric: string, matchers = '') => `${metric}{${NS}${matchers && `, ${matchers}`}}`;
const sum = (by: string, what: string) => `sum by (${by}) (${what})`;
/** Events a second. */
const rate = (by: string, counter: string, matchers = '') =>
  sum(by, `rate(${of(counter, matchers)}[$__rate_interval])`);
/** Of all instances, which tell the same figure. */
const figure = (by: string, gauge: string, matchers = '') => `max by (${by}) (${of(gauge, matchers)})`;
const total = (gauge: string) => `sum(${of(gauge)})`;
const quantile = (q: number, histogram: string, by = '', matchers = '') =>
  `histogram_quantile(${q}, ${rate(by ? `le, ${by}` : 'le', `${histogram}_bucket`, matchers)})`;
const quantiles = (histogram: string, matchers = '') =>
  [0.5, 0.95, 0.99].map((q) => [quantile(q, histogram, '', matchers), `p${q * 100}`] as const);
const allOf = (counter: string, matchers = '') => `sum(rate(${of(counter, matchers)}[$__rate_interval]))`;
const packets = allOf('greenwatch_ingestion_packets_total');
const cpu = 'rate(process_cpu_seconds_total{namespace="$namespace"}[$__rate_interval])';
const SMS = 'channel=~"sms|reporter-sms"';

const overview: Dashboard = {
  name: 'overview',
  title: 'Greenwatch / The province at a glance',
  about: 'Whether what was promised holds, and where to look when not.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Packets',
          about: 'Acknowledged packets a second, over all ways in.',
          unit: 'cps',
          kind: 'stat',
          width: 6,
          queries: [[packets, 'packets']],
        },
        {
          title: 'Devices online',
          about: 'Devices that speak over an open connection.',
          unit: 'short',
          kind: 'stat',
          width: 6,
          queries: [[total('greenwatch_ingestion_devices_online'), 'devices']],
        },
        {
          title: 'Open alarms',
          about: 'Alarms that are active.',
          unit: 'short',
          kind: 'stat',
          width: 6,
          queries: [[figure('namespace', 'greenwatch_alarms_open'), 'alarms']],
        },
        {
          title: 'Overdue tasks',
          about: 'Open tasks that have missed one of their limits.',
          unit: 'short',
          kind: 'stat',
          width: 6,
          queries: [[figure('namespace', 'greenwatch_tasks_overdue'), 'tasks']],
        },
        {
          title: 'Effective transmission rate',
          about: 'Of yesterday, the worst division (domain.md 1.8). The goal is 90 %.',
          unit: 'percentunit',
          kind: 'stat',
          width: 6,
          queries: [[`min(${of('greenwatch_transmission_ratio')})`, 'worst']],
          emptyWhile: 'no day has passed yet',
        },
        {
          title: 'Log backlog',
          about: 'Messages of the READINGS log that wait, both groups.',
          unit: 'short',
          kind: 'stat',
          width: 6,
          queries: [[`sum(${of('namespace_group:greenwatch_log_pending:sum')})`, 'messages']],
        },
        {
          title: 'SMS waiting',
          about: 'Messages that wait for the SMSC.',
          unit: 'short',
          kind: 'stat',
          width: 6,
          queries: [[`sum(${figure('channel', 'greenwatch_deliveries_pending')})`, 'messages']],
        },
        {
          title: 'CPU a packet',
          about: 'Processor time of all services of ours a packet.',
          unit: 's',
          kind: 'stat',
          width: 6,
          queries: [[`sum(${of('namespace_service:greenwatch_cpu_per_packet:ratio_rate5m')})`, 'CPU']],
        },
      ],
    },
    {
      title: 'What was promised',
      panels: [
        {
          title: 'Budget left of 30 days',
          about:
            '1: nothing was missed; 0: as much as may be; below: the promise is broken. Objectives: infra/src/watching/slos.ts.',
          unit: 'percentunit',
          width: 12,
          queries: [[`1 - avg_over_time(${of(errorRatio('1h'))}[30d]) / (1 - ${of(OBJECTIVE)})`, '{{slo}}']],
        },
        {
          title: 'Missed, over an hour',
          about: 'The part of events that missed what was promised for them.',
          unit: 'percentunit',
          width: 12,
          queries: [[of(errorRatio('1h')), '{{slo}}']],
        },
      ],
    },
  ],
};

const intake: Dashboard = {
  name: 'intake',
  title: 'Greenwatch / Intake of devices',
  about: 'From the socket to the READINGS log.',
  rows: [
    {
      title: 'Throughput',
      panels: [
        {
          title: 'Packets by way',
          about: 'On the READINGS log, so acknowledged to their sender.',
          unit: 'cps',
          queries: [[rate('way', 'greenwatch_ingestion_packets_total'), '{{way}}']],
        },
        {
          title: 'Bytes by way',
          about: 'Of these packets, as they came.',
          unit: 'Bps',
          queries: [[rate('way', 'greenwatch_ingestion_bytes_total'), '{{way}}']],
        },
        {
          title: 'Packets by instance',
          about: 'Connections spread over the instances as devices come back.',
          unit: 'cps',
          queries: [[rate('pod', 'greenwatch_ingestion_packets_total'), '{{pod}}']],
        },
      ],
    },
    {
      title: 'Answers',
      panels: [
        {
          title: 'Until the answer is written',
          about: 'From a frame cut off the socket to its 9014. Promised: 99 % within a second.',
          unit: 's',
          queries: quantiles('greenwatch_ingestion_answer_seconds'),
        },
        {
          title: 'Unanswered',
          about: 'Packets whose publish failed: their senders send again. 0 is as it should be.',
          unit: 'cps',
          queries: [[allOf('greenwatch_ingestion_unanswered_total'), 'packets']],
        },
        {
          title: 'Refused by cause',
          about: 'What a device did wrong (README of ingestion). Some is always refused.',
          unit: 'cps',
          queries: [[rate('cause', 'greenwatch_ingestion_refusals_total'), '{{cause}}']],
        },
      ],
    },
    {
      title: 'Connections',
      panels: [
        {
          title: 'Connections by way',
          about: 'Open ones.',
          unit: 'short',
          queries: [[sum('way', of('greenwatch_ingestion_connections')), '{{way}}']],
        },
        {
          title: 'Devices online by instance',
          about: 'An instance that starts gets its share as sockets reach HJ212_MAX_AGE_S.',
          unit: 'short',
          queries: [[sum('pod', of('greenwatch_ingestion_devices_online')), '{{pod}}']],
        },
        {
          title: 'Closed by us',
          about: 'Because the instance stops, or for the age of the connection.',
          unit: 'cps',
          queries: [[rate('cause', 'greenwatch_ingestion_drained_total'), '{{cause}}']],
        },
        {
          title: 'Commands by state',
          about: 'Commands to devices by the state they came to.',
          unit: 'cps',
          kind: 'bars',
          queries: [[rate('state', 'greenwatch_ingestion_commands_total'), '{{state}}']],
        },
        {
          title: 'Archive behind',
          about: 'Age of the oldest frame that is on the log only; up to ARCHIVE_WAIT_S (600 s) is as it should be.',
          unit: 's',
          queries: [[figure('namespace', 'greenwatch_archive_behind_seconds'), 'behind']],
        },
        {
          title: 'Archived',
          about: 'Compressed bytes put to the archive of raw frames.',
          unit: 'Bps',
          queries: [[allOf('greenwatch_archive_bytes_total'), 'bytes']],
        },
      ],
    },
  ],
};

const log: Dashboard = {
  name: 'log-and-facts',
  title: 'Greenwatch / Log and facts',
  about: 'What lies between the services: how much waits, and for how long.',
  rows: [
    {
      title: 'READINGS log',
      panels: [
        {
          title: 'Waiting by group',
          about: 'Messages that the group has not handled.',
          unit: 'short',
          queries: [[of('namespace_group:greenwatch_log_pending:sum'), '{{group}}']],
        },
        {
          title: 'Waiting by partition',
          about: 'One that only grows is worked on by nobody.',
          unit: 'short',
          queries: [[of('namespace_group_partition:greenwatch_log_pending:max'), '{{group}} {{partition}}']],
        },
        {
          title: 'Delay until handled',
          about: "From a message's time on the log, 99 of 100.",
          unit: 's',
          queries: [[quantile(0.99, 'greenwatch_log_delay_seconds', 'group'), '{{group}}']],
        },
        {
          title: 'Received until stored',
          about: 'From the reception of a packet until MongoDB holds it.',
          unit: 's',
          queries: quantiles('greenwatch_readings_store_delay_seconds'),
        },
        {
          title: 'Acknowledged and stored',
          about: 'The two lines lie on each other while readings keeps up.',
          unit: 'cps',
          queries: [
            [packets, 'acknowledged'],
            [allOf('greenwatch_readings_packets_stored_total'), 'stored'],
          ],
        },
        {
          title: 'Streams on disk',
          about: 'Bytes that each stream of JetStream takes, one copy.',
          unit: 'bytes',
          queries: [[figure('stream', 'greenwatch_stream_bytes'), '{{stream}}']],
        },
        {
          title: 'Revisions',
          about: 'Values found in place of an older one of the same moment and factor.',
          unit: 'cps',
          queries: [[allOf('greenwatch_readings_revisions_total'), 'revisions']],
        },
      ],
    },
    {
      title: 'Facts',
      panels: [
        {
          title: 'Facts handled',
          about: 'By service.',
          unit: 'cps',
          queries: [[rate('service', 'greenwatch_facts_handled_total', 'result="ok"'), '{{service}}']],
        },
        {
          title: 'Facts waiting',
          about: 'On the stream and not handled by the service.',
          unit: 'short',
          queries: [[figure('service', 'greenwatch_facts_pending'), '{{service}}']],
        },
        {
          title: 'Facts that failed',
          about: 'Tried again, or given up (dead).',
          unit: 'cps',
          kind: 'bars',
          queries: [
            [
              rate('service, type, result', 'greenwatch_facts_handled_total', 'result=~"retried|dead"'),
              '{{service}} {{type}} {{result}}',
            ],
          ],
          emptyWhile: 'no fact has failed',
        },
        {
          title: 'Outbox: oldest due',
          about: 'Above some seconds its service does not get its facts out.',
          unit: 's',
          queries: [[figure('service', 'greenwatch_outbox_oldest_seconds'), '{{service}}']],
        },
        {
          title: 'Outbox: due',
          about: 'Facts that are due and not published.',
          unit: 'short',
          queries: [[figure('service', 'greenwatch_outbox_pending'), '{{service}}']],
        },
        {
          title: 'Dead letters',
          about: 'Since the instances began. Each one needs a person: runbook DeadLetters.',
          unit: 'short',
          kind: 'bars',
          queries: [[sum('service, type', of('greenwatch_dead_letters_total')), '{{service}} {{type}}']],
          emptyWhile: 'there is no dead letter',
        },
      ],
    },
  ],
};

const supervision: Dashboard = {
  name: 'supervision',
  title: 'Greenwatch / Supervision',
  about: 'Alarms, tasks and their clocks, transmission rates, complaints.',
  rows: [
    {
      title: 'Data and alarms',
      panels: [
        {
          title: 'Effective transmission rate',
          about: 'Of yesterday, 0 to 1: province and cities (domain.md 1.8).',
          unit: 'percentunit',
          width: 12,
          queries: [[figure('division', 'greenwatch_transmission_ratio'), '{{division}}']],
          emptyWhile: 'no day has passed yet',
        },
        {
          title: 'Alarms raised',
          about: 'By kind (domain.md 1.9), an hour.',
          unit: 'short',
          kind: 'bars',
          width: 12,
          queries: [[sum('kind', `increase(${of('greenwatch_alarms_total')}[1h])`), '{{kind}}']],
        },
        {
          title: 'Alarm delay',
          about: 'From the reception of the packet that raised it until the alarm is stored.',
          unit: 's',
          queries: quantiles('greenwatch_alarm_delay_seconds'),
        },
        {
          title: 'Open alarms',
          about: 'Active ones.',
          unit: 'short',
          queries: [[figure('namespace', 'greenwatch_alarms_open'), 'alarms']],
        },
        {
          title: 'Passes of fraud',
          about: 'Over the outlets of a division or enterprise, a day; partly: some outlets could not be scored.',
          unit: 'short',
          kind: 'bars',
          queries: [[sum('result', `increase(${of('greenwatch_fraud_runs_total')}[1d])`), '{{result}}']],
        },
      ],
    },
    {
      title: 'Tasks',
      panels: [
        {
          title: 'Open tasks by state',
          about: 'Those that are not closed.',
          unit: 'short',
          queries: [[figure('state', 'greenwatch_tasks_open'), '{{state}}']],
        },
        {
          title: 'Overdue tasks',
          about: 'Open ones that have missed one of their limits.',
          unit: 'short',
          queries: [[figure('namespace', 'greenwatch_tasks_overdue'), 'overdue']],
        },
        {
          title: 'Task clocks',
          about: 'Limits that passed with the step not done, an hour (domain.md 5.2).',
          unit: 'short',
          kind: 'bars',
          queries: [[sum('clock', `increase(${of('greenwatch_task_clock_breaches_total')}[1h])`), '{{clock}}']],
        },
        {
          title: 'Open complaints',
          about: 'Those that are not closed.',
          unit: 'short',
          queries: [[figure('namespace', 'greenwatch_complaints_open'), 'complaints']],
        },
      ],
    },
  ],
};

const delivery: Dashboard = {
  name: 'delivery',
  title: 'Greenwatch / Delivery of messages',
  about: 'Who was told in time.',
  rows: [
    {
      title: 'Messages',
      panels: [
        {
          title: 'Deliveries',
          about: 'By channel and what became of them; an SMS that arrives counts as sent and as delivered.',
          unit: 'cps',
          kind: 'bars',
          width: 12,
          queries: [[rate('channel, result', 'greenwatch_deliveries_total'), '{{channel}} {{result}}']],
        },
        {
          title: 'Until it is handed over',
          about: 'From when somebody is to be told until the SMSC has it, 95 of 100. Promised: 95 % within a minute.',
          unit: 's',
          width: 12,
          queries: [[quantile(0.95, 'greenwatch_delivery_seconds', 'channel'), '{{channel}}']],
        },
        {
          title: 'Waiting',
          about: 'For the SMSC.',
          unit: 'short',
          width: 12,
          queries: [[figure('channel', 'greenwatch_deliveries_pending'), '{{channel}}']],
        },
        {
          title: 'Failed',
          about: 'The part that failed, or of which nobody knows.',
          unit: 'percentunit',
          width: 12,
          queries: [
            [
              `${rate('channel', 'greenwatch_deliveries_total', `${SMS}, result=~"failed|unknown"`)} / ${rate('channel', 'greenwatch_deliveries_total', `${SMS}, result=~"sent|failed|unknown"`)}`,
              '{{channel}}',
            ],
          ],
        },
      ],
    },
  ],
};

const ROUTES = '{{method}} {{route}}';
const api: Dashboard = {
  name: 'api',
  title: 'Greenwatch / API and actions',
  about: 'What people and other systems ask, and how the services answer each other.',
  rows: [
    {
      title: 'Gateway',
      panels: [
        {
          title: 'Requests',
          about: 'By status.',
          unit: 'cps',
          queries: [[rate('status', 'greenwatch_http_duration_seconds_count'), '{{status}}']],
        },
        {
          title: 'Failures of ours',
          about: '5xx by route.',
          unit: 'cps',
          kind: 'bars',
          queries: [[rate('method, route', 'greenwatch_http_duration_seconds_count', 'status=~"5.."'), ROUTES]],
          emptyWhile: 'no request has failed',
        },
        {
          title: 'Duration',
          about: 'Promised: 99 % within a second.',
          unit: 's',
          queries: quantiles('greenwatch_http_duration_seconds'),
        },
        {
          title: 'Slowest routes',
          about: '95 of 100, the ten slowest.',
          unit: 's',
          width: 12,
          queries: [[`topk(10, ${quantile(0.95, 'greenwatch_http_duration_seconds', 'method, route')})`, ROUTES]],
        },
        {
          title: 'Streams of live events',
          about: 'Consoles and other systems that listen.',
          unit: 'short',
          width: 12,
          queries: [[total('greenwatch_sse_clients'), 'streams']],
        },
      ],
    },
    {
      title: 'Between the services',
      panels: [
        {
          title: 'Actions',
          about: 'By the service that offers them.',
          unit: 'cps',
          queries: [[rate('service', 'greenwatch_action_duration_seconds_count'), '{{service}}']],
        },
        {
          title: 'Actions that fail or are refused',
          about: 'refused: the asker was wrong; failed: we were.',
          unit: 'cps',
          emptyWhile: 'every action succeeded',
          queries: [
            [
              rate('action, result', 'greenwatch_action_duration_seconds_count', 'result=~"refused|failed"'),
              '{{action}} {{result}}',
            ],
          ],
        },
        {
          title: 'Slowest actions',
          about: '95 of 100, the ten slowest.',
          unit: 's',
          queries: [[`topk(10, ${quantile(0.95, 'greenwatch_action_duration_seconds', 'action')})`, '{{action}}']],
        },
        {
          title: 'gRPC',
          about: '95 of 100 by method, until the last message.',
          unit: 's',
          width: 24,
          emptyWhile: 'nobody calls by gRPC',
          queries: [[quantile(0.95, 'greenwatch_grpc_duration_seconds', 'method'), '{{method}}']],
        },
      ],
    },
  ],
};

const cost: Dashboard = {
  name: 'cost',
  title: 'Greenwatch / Cost',
  about: 'Processor time, memory and disk, and what a packet costs: from it replicas are planned (docs/capacity.md).',
  rows: [
    {
      title: 'Cost of a packet',
      panels: [
        {
          title: 'CPU a packet by service',
          about: 'Seconds of processor time for each acknowledged packet.',
          unit: 's',
          width: 12,
          queries: [[`${sum('service', cpu)} / scalar(${packets} > 0)`, '{{service}}']],
        },
        {
          title: 'CPU a packet, all services',
          about: 'Without MongoDB, NATS and Valkey: those are below.',
          unit: 's',
          width: 12,
          queries: [[`sum(${cpu}) / (${packets} > 0)`, 'services']],
        },
        {
          title: 'Memory a device',
          about: 'Resident memory of ingestion for each device that is connected.',
          unit: 'bytes',
          queries: [
            [
              `sum(${of('process_resident_memory_bytes', 'service="ingestion"')}) / (${total('greenwatch_ingestion_devices_online')} > 0)`,
              'ingestion',
            ],
          ],
        },
        {
          title: 'Bytes a packet',
          about: 'As they come, and as the archive keeps them.',
          unit: 'bytes',
          queries: [
            [`${allOf('greenwatch_ingestion_bytes_total')} / (${packets} > 0)`, 'received'],
            [`${allOf('greenwatch_archive_bytes_total')} / (${packets} > 0)`, 'archived'],
          ],
        },
        {
          title: 'CPU a packet of the servers',
          about: 'MongoDB, NATS and Valkey in this namespace.',
          unit: 's',
          needs: 'kubernetes',
          queries: [
            [
              `sum by (container) (rate(container_cpu_usage_seconds_total{${NS}, container=~"mongod|mongodb|nats|nats-server|valkey"}[$__rate_interval])) / scalar(${packets} > 0)`,
              '{{container}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        { title: 'CPU by service', about: 'Cores.', unit: 'none', queries: [[sum('service', cpu), '{{service}}']] },
        {
          title: 'Memory by instance',
          about: 'Resident.',
          unit: 'bytes',
          queries: [[sum('service, pod', of('process_resident_memory_bytes')), '{{pod}}']],
        },
        {
          title: 'Lag of the event loop',
          about: '99 of 100 turns. Above half a second an instance is busy with itself.',
          unit: 's',
          queries: [[`max by (service, pod) (${of('nodejs_eventloop_lag_p99_seconds')})`, '{{pod}}']],
        },
        {
          title: 'Heap used',
          about: 'By service, the largest instance.',
          unit: 'bytes',
          queries: [[`max by (service) (${of('nodejs_heap_size_used_bytes')})`, '{{service}}']],
        },
        {
          title: 'Instances by version',
          about: 'Two versions while an upgrade is under way.',
          unit: 'short',
          queries: [[`count by (service, version) (${of('greenwatch_build_info')})`, '{{service}} {{version}}']],
        },
        {
          title: 'Memory of its limit',
          about: 'Beyond 1 the kernel ends it.',
          unit: 'percentunit',
          needs: 'kubernetes',
          queries: [
            [
              `max by (pod, container) (container_memory_working_set_bytes{${NS}, container!=""}) / on (pod, container) max by (pod, container) (kube_pod_container_resource_limits{${NS}, resource="memory"})`,
              '{{pod}} {{container}}',
            ],
          ],
        },
        {
          title: 'Volumes used',
          about: 'A full volume of NATS or MongoDB stops the intake.',
          unit: 'percentunit',
          needs: 'kubernetes',
          queries: [
            [
              `max by (persistentvolumeclaim) (1 - kubelet_volume_stats_available_bytes{${NS}} / kubelet_volume_stats_capacity_bytes{${NS}})`,
              '{{persistentvolumeclaim}}',
            ],
          ],
        },
        {
          title: 'Restarts',
          about: 'Within an hour.',
          unit: 'short',
          kind: 'bars',
          needs: 'kubernetes',
          queries: [[`sum by (pod) (increase(kube_pod_container_status_restarts_total{${NS}}[1h]))`, '{{pod}}']],
        },
      ],
    },
  ],
};

export const DASHBOARDS: readonly Dashboard[] = [overview, intake, log, supervision, delivery, api, cost];
