import { ALARM_CODES, COMMAND_STATES, REFUSAL_REASONS, TASK_STATES } from '@greenwatch/contracts';

/**
 * Every metric of ours, once. A metric is made by its name here (`Metrics`), so what is not here does not type-check; rules,
 * dashboards and docs/metrics.md are checked against it. The scrape adds the label `service` (and pod or instance).
 */
export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  unit: 'count' | 'seconds' | 'bytes' | 'ratio';
  /** By label its possible values, or in words what it holds where they are open. */
  labels: Readonly<Record<string, readonly string[] | string>>;
  /** Upper bounds of a histogram's buckets, in its unit. */
  buckets?: readonly number[];
  /** The services that have it; `all`: those and the gateway. */
  services: 'all' | readonly string[];
  /** What a value stands for. `deployment`: every instance of the service tells the same figure, so take `max`, never `sum`. */
  extent: 'instance' | 'deployment';
}

const CALLS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ANSWERS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const DELAYS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

const counter = { type: 'counter', unit: 'count', extent: 'instance' } as const;
const histogram = { type: 'histogram', unit: 'seconds', extent: 'instance' } as const;
/** What one instance sees of itself. */
const gauge = { type: 'gauge', unit: 'count', extent: 'instance' } as const;
/** What the database or the stream says of all instances together. */
const figure = { type: 'gauge', unit: 'count', extent: 'deployment' } as const;

/** Services that follow the READINGS log, each as the consumer group of its name. */
const LOG_READERS = { services: ['readings', 'rules'] } as const;
const GROUP = 'consumer group: `readings` or `rules`';
const all = { services: 'all' } as const;
const ingestion = { services: ['ingestion'] } as const;
const readings = { services: ['readings'] } as const;
const rules = { services: ['rules'] } as const;
const tasking = { services: ['tasking'] } as const;
const notifications = { services: ['notifications'] } as const;
const gateway = { services: ['gateway'] } as const;

const WAYS = ['hj212', 'mqtt', 'http', 'grpc', 'sheet'] as const;
const FACT_TYPE = 'subject without `facts.`, for instance `rules.alarm.opened`';
const CHANNELS = ['in-app', 'sms', 'reporter-sms'] as const;

export const METRICS = {
  greenwatch_build_info: {
    ...gauge,
    ...all,
    help: 'Always 1; its label says which version runs',
    labels: { version: 'version of the image (VERSION), `dev` where none is set' },
  },

  greenwatch_log_pending: {
    ...figure,
    ...LOG_READERS,
    help: 'Messages of the READINGS log that the group has not handled yet: not given to it or not acknowledged by it',
    labels: { group: GROUP, partition: '0 to READINGS_PARTITIONS - 1' },
  },
  greenwatch_log_delay_seconds: {
    ...histogram,
    ...LOG_READERS,
    buckets: DELAYS,
    help: "From a message's time on the READINGS log until the group has handled it, by message",
    labels: { group: GROUP },
  },
  greenwatch_stream_bytes: {
    ...figure,
    unit: 'bytes',
    ...LOG_READERS,
    help: 'Bytes that a stream takes on disk, one copy',
    labels: { stream: ['READINGS', 'FACTS', 'DEADLETTER'] },
  },
  greenwatch_facts_handled_total: {
    ...counter,
    ...all,
    help: 'Facts handled; retried: failed and will come again; dead: given up and put to the dead letters',
    labels: { type: FACT_TYPE, result: ['ok', 'retried', 'dead'] },
  },
  greenwatch_facts_pending: {
    ...figure,
    ...all,
    help: 'Facts on the stream that the service has not handled yet: not given to it or not acknowledged by it',
    labels: {},
  },
  greenwatch_outbox_pending: {
    ...figure,
    ...all,
    help: 'Facts in the outbox that are due and not published yet, at most 10,000; timers of later are not counted',
    labels: {},
  },
  greenwatch_outbox_oldest_seconds: {
    ...figure,
    unit: 'seconds',
    ...all,
    help: 'How long the oldest fact in the outbox has been due; 0 where none is',
    labels: {},
  },
  greenwatch_dead_letters_total: {
    ...counter,
    ...all,
    help: 'Messages put to the dead letters',
    labels: { type: `${FACT_TYPE}, or \`readings\` for a message of the READINGS log` },
  },
  greenwatch_action_duration_seconds: {
    ...histogram,
    ...all,
    buckets: CALLS,
    help: 'Time an action took in the service that offers it; refused: a DomainError below 500; failed: anything else',
    labels: { action: 'for instance `tasking.task.list`', result: ['ok', 'refused', 'failed'] },
  },
  greenwatch_grpc_duration_seconds: {
    ...histogram,
    ...all,
    buckets: CALLS,
    help: 'Time a gRPC call took where it is served, until its last message',
    labels: {
      method: 'for instance `/greenwatch.readings.v1.ReadingsService/Export`',
      result: ['ok', 'refused', 'failed'],
    },
  },

  greenwatch_ingestion_connections: {
    ...gauge,
    ...ingestion,
    help: 'Open connections: sockets of HJ 212 with and without TLS, streams of gRPC; those of MQTT are with nats-server',
    labels: { way: ['hj212', 'hj212-tls', 'grpc'] },
  },
  greenwatch_ingestion_devices_online: {
    ...gauge,
    ...ingestion,
    help: 'Devices that speak over a connection of this instance',
    labels: {},
  },
  greenwatch_ingestion_packets_total: {
    ...counter,
    ...ingestion,
    help: 'Packets on the READINGS log, so acknowledged to their sender',
    labels: { way: WAYS },
  },
  greenwatch_ingestion_unanswered_total: {
    ...counter,
    ...ingestion,
    help: 'Packets taken that could not be put on the READINGS log: their senders got no answer and send them again',
    labels: {},
  },
  greenwatch_ingestion_refusals_total: {
    ...counter,
    ...ingestion,
    help: 'What was refused, by cause (README of ingestion)',
    labels: { cause: REFUSAL_REASONS },
  },
  greenwatch_ingestion_bytes_total: {
    ...counter,
    unit: 'bytes',
    ...ingestion,
    help: 'Bytes of the packets on the READINGS log as they came',
    labels: { way: WAYS },
  },
  greenwatch_ingestion_answer_seconds: {
    ...histogram,
    ...ingestion,
    buckets: ANSWERS,
    help: 'From a frame cut off the socket until its 9014 is written, by packet of HJ 212 over TCP',
    labels: {},
  },
  greenwatch_ingestion_drained_total: {
    ...counter,
    ...ingestion,
    help: 'Sockets closed by us for a reason of ours: the instance stops, or the connection is older than HJ212_MAX_AGE_S',
    labels: { cause: ['stop', 'age'] },
  },
  greenwatch_ingestion_commands_total: {
    ...counter,
    ...ingestion,
    help: 'Commands to devices by the state they came to',
    labels: { state: COMMAND_STATES },
  },
  greenwatch_archive_bytes_total: {
    ...counter,
    unit: 'bytes',
    ...ingestion,
    help: 'Bytes of the chunks put to the archive of raw frames, compressed',
    labels: {},
  },
  greenwatch_archive_behind_seconds: {
    ...figure,
    unit: 'seconds',
    ...ingestion,
    help: 'Age of the oldest frame that is on the READINGS log only; up to ARCHIVE_WAIT_S is as it should be',
    labels: {},
  },

  greenwatch_readings_packets_stored_total: {
    ...counter,
    ...readings,
    help: 'Packets written to the store, repeated ones included',
    labels: {},
  },
  greenwatch_readings_revisions_total: {
    ...counter,
    ...readings,
    help: 'Values that took the place of another one of the same moment and factor, found when a closed day is packed',
    labels: {},
  },
  greenwatch_readings_store_delay_seconds: {
    ...histogram,
    ...readings,
    buckets: DELAYS,
    help: 'From the reception of a packet until it is stored; of packets that make one document: of the first',
    labels: {},
  },
  greenwatch_transmission_ratio: {
    ...figure,
    unit: 'ratio',
    ...readings,
    help: 'Effective transmission rate of yesterday, 0 to 1 (domain.md 1.8), of the province and its cities',
    labels: { division: 'GB/T 2260 code' },
  },

  greenwatch_alarms_total: {
    ...counter,
    ...rules,
    help: 'Alarms raised',
    labels: { kind: ALARM_CODES },
  },
  greenwatch_alarms_open: {
    ...figure,
    ...rules,
    help: 'Alarms that are active',
    labels: {},
  },
  greenwatch_alarm_delay_seconds: {
    ...histogram,
    ...rules,
    buckets: DELAYS,
    help: 'From the reception of the packet that raised an alarm until the alarm is stored; of silence: from when it was due',
    labels: {},
  },

  greenwatch_tasks_open: {
    ...figure,
    ...tasking,
    help: 'Tasks that are not closed, by state',
    labels: { state: TASK_STATES },
  },
  greenwatch_tasks_overdue: {
    ...figure,
    ...tasking,
    help: 'Open tasks that have missed one of their limits',
    labels: {},
  },
  greenwatch_task_clock_breaches_total: {
    ...counter,
    ...tasking,
    help: 'Limits of tasks that passed with the step not done (domain.md 5.2)',
    labels: { clock: ['accept', 'arrive', 'report', 'review', 'file'] },
  },

  greenwatch_deliveries_total: {
    ...counter,
    ...notifications,
    help: 'Deliveries by what became of them; an SMS that arrives is counted as sent and as delivered',
    labels: { channel: CHANNELS, result: ['sent', 'delivered', 'failed', 'unknown', 'skipped'] },
  },
  greenwatch_delivery_seconds: {
    ...histogram,
    ...notifications,
    buckets: DELAYS,
    help: 'From when a message may be sent (not in quiet hours) until the SMSC has it',
    labels: { channel: ['sms', 'reporter-sms'] },
  },
  greenwatch_deliveries_pending: {
    ...figure,
    ...notifications,
    help: 'Messages that wait to be handed to the SMSC or are being handed over',
    labels: { channel: ['sms', 'reporter-sms'] },
  },

  greenwatch_http_duration_seconds: {
    ...histogram,
    ...gateway,
    buckets: CALLS,
    help: 'Time an HTTP request took until its answer was sent; streams of events are not among them',
    labels: {
      method: 'in capitals',
      route: "the route's pattern, `none` where there is no such",
      status: 'HTTP status',
    },
  },
  greenwatch_sse_clients: {
    ...gauge,
    ...gateway,
    help: 'Streams of live events that are open',
    labels: {},
  },

  greenwatch_fraud_runs_total: {
    ...counter,
    services: ['fraud'],
    help: 'Passes over the outlets of a division or enterprise that ended; partly: some outlets could not be scored',
    labels: { result: ['ok', 'partly'] },
  },
  greenwatch_complaints_open: {
    ...figure,
    services: ['complaints'],
    help: 'Complaints that wait for the authority: received, accepted or investigated',
    labels: {},
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
export type NameOf<T extends MetricDefinition['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];

/** The labels of a metric with the values they may have. */
export type LabelsOf<N extends MetricName> = {
  [L in keyof (typeof METRICS)[N]['labels']]: (typeof METRICS)[N]['labels'][L] extends readonly (infer V)[]
    ? V
    : string;
};
