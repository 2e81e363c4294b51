/** Values of series over time, in promtool's notation, by series. */
export type Series = Record<string, string>;

/** A state of affairs in which an alert fires, and one like it in which it must not. */
export interface AlertCase {
  alert: string;
  /** Where the alert has more than one severity. */
  severity?: 'page' | 'ticket';
  /** When it is looked, from the beginning of the series. */
  at: string;
  /** How far apart the values lie. */
  interval?: string;
  fires: Series;
  /** Labels of the alert that fires, beside its name and severity. */
  labels: Record<string, string>;
  /** By what makes the difference. */
  silent: Record<string, Series>;
}

const NS = 'namespace="zj"';
const info = (service: string, more = '') =>
  `greenwatch_build_info{${NS}, service="${service}", pod="${service}-1"${more && `, ${more}`}}`;
const HERE: Series = { [info('gateway')]: '1x3000' };
const refusals = (values: string): Series => ({
  [`greenwatch_ingestion_refusals_total{${NS}, service="ingestion", pod="i-1", cause="crc"}`]: values,
});
const online = (values: string): Series => ({
  [`greenwatch_ingestion_devices_online{${NS}, service="ingestion", pod="i-1"}`]: values,
});
const pending = (values: string): Series => ({
  // Two instances that tell the same: it counts once.
  [`greenwatch_log_pending{${NS}, service="rules", pod="r-1", group="rules", partition="3"}`]: values,
  [`greenwatch_log_pending{${NS}, service="rules", pod="r-2", group="rules", partition="3"}`]: values,
});
const facts = (waiting: string, handled: string): Series => ({
  [`greenwatch_facts_pending{${NS}, service="tasking", pod="t-1"}`]: waiting,
  [`greenwatch_facts_handled_total{${NS}, service="tasking", pod="t-1", type="rules.alarm.raised", result="ok"}`]:
    handled,
});
const dead = (values: string): Series => ({
  [`greenwatch_dead_letters_total{${NS}, service="tasking", pod="t-1", type="rules.alarm.raised"}`]: values,
});
const delays = (inTime: string, all: string): Series => ({
  [`greenwatch_alarm_delay_seconds_bucket{${NS}, service="rules", pod="r-1", le="60"}`]: inTime,
  [`greenwatch_alarm_delay_seconds_bucket{${NS}, service="rules", pod="r-1", le="120"}`]: all,
  [`greenwatch_alarm_delay_seconds_bucket{${NS}, service="rules", pod="r-1", le="+Inf"}`]: all,
});
const tasks = (overdue: string, open: string): Series => ({
  [`greenwatch_tasks_overdue{${NS}, service="tasking", pod="t-1"}`]: overdue,
  [`greenwatch_tasks_open{${NS}, service="tasking", pod="t-1", state="ACCEPTED"}`]: open,
});
const sms = (waiting: string, sent: string): Series => ({
  [`greenwatch_deliveries_pending{${NS}, service="notifications", pod="n-1", channel="sms"}`]: waiting,
  [`greenwatch_deliveries_total{${NS}, service="notifications", pod="n-1", channel="sms", result="sent"}`]: sent,
});
const fraudRuns = (values: string): Series => ({
  [info('fraud')]: '1x3000',
  [`greenwatch_fraud_runs_total{${NS}, service="fraud", pod="fraud-1", result="ok"}`]: values,
});
const actions = (ok: string, failed: string): Series =>
  Object.fromEntries(
    [
      ['ok', ok],
      ['failed', failed],
    ].map(([result, values]) => [
      `greenwatch_action_duration_seconds_count{${NS}, service="tasking", pod="t-1", action="tasking.task.list", result="${result}"}`,
      values as string,
    ]),
  );
const volume = (claim: string, available: string): Series => ({
  ...HERE,
  [`kubelet_volume_stats_available_bytes{${NS}, persistentvolumeclaim="${claim}"}`]: available,
  [`kubelet_volume_stats_capacity_bytes{${NS}, persistentvolumeclaim="${claim}"}`]: '100x3000',
});
const memory = (used: string): Series => ({
  ...HERE,
  [`container_memory_working_set_bytes{${NS}, pod="r-1", container="rules"}`]: used,
  [`kube_pod_container_resource_limits{${NS}, pod="r-1", container="rules", resource="memory"}`]: '100x3000',
});
/** The same in a namespace where nothing of ours runs. */
const elsewhere = (series: Series): Series => ({
  ...HERE,
  ...Object.fromEntries(
    Object.entries(series)
      .filter(([name]) => !name.startsWith('greenwatch_'))
      .map(([name, values]) => [name.replaceAll(NS, 'namespace="other"'), values]),
  ),
});

const restarts = (values: string): Series => ({
  ...HERE,
  [`kube_pod_container_status_restarts_total{${NS}, pod="r-1", container="rules"}`]: values,
});
const replicas = (available: string): Series => ({
  ...HERE,
  [`kube_deployment_spec_replicas{${NS}, deployment="gw-rules"}`]: '3x100',
  [`kube_deployment_status_replicas_available{${NS}, deployment="gw-rules"}`]: available,
});
const job = (failed: string): Series => ({ ...HERE, [`kube_job_status_failed{${NS}, job_name="gw-migrate"}`]: failed });
const backup = (succeeded: string | undefined, created = '0x3000'): Series => ({
  ...HERE,
  [`kube_cronjob_created{${NS}, cronjob="gw-backup"}`]: created,
  ...(succeeded && { [`kube_cronjob_status_last_successful_time{${NS}, cronjob="gw-backup"}`]: succeeded }),
});

/** Plain alerts; those of the objectives are tried by slo-cases.ts. */
export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'RefusalsSurge',
    at: '31h',
    interval: '5m',
    labels: { cause: 'crc' },
    fires: refusals('0+6x360 2160+300x40'),
    silent: {
      'as much as yesterday': refusals('0+300x400'),
      'more, yet few': refusals('0+1x360 360+10x40'),
      'on the first day': refusals('_x300 0+6x60 360+300x40'),
    },
  },
  {
    alert: 'DevicesGone',
    at: '5h',
    labels: {},
    fires: online('1000x280 700x60'),
    silent: { 'a tenth fewer': online('1000x280 900x60'), 'hardly any devices': online('10x280 2x60') },
  },
  {
    alert: 'ConnectionsNearLimit',
    at: '30m',
    labels: { pod: 'i-1' },
    fires: {
      [`greenwatch_ingestion_connections{${NS}, pod="i-1", way="hj212"}`]: '10000x60',
      [`greenwatch_ingestion_connections{${NS}, pod="i-1", way="hj212-tls"}`]: '7000x60',
    },
    silent: {
      'over two instances': {
        [`greenwatch_ingestion_connections{${NS}, pod="i-1", way="hj212"}`]: '10000x60',
        [`greenwatch_ingestion_connections{${NS}, pod="i-2", way="hj212"}`]: '10000x60',
      },
    },
  },
  {
    alert: 'ArchiveBehind',
    severity: 'ticket',
    at: '1h',
    labels: {},
    fires: { [`greenwatch_archive_behind_seconds{${NS}, pod="i-1"}`]: '2000x120' },
    silent: { 'as it should be': { [`greenwatch_archive_behind_seconds{${NS}, pod="i-1"}`]: '600x120' } },
  },
  {
    alert: 'ArchiveBehind',
    severity: 'page',
    at: '1h',
    labels: {},
    fires: { [`greenwatch_archive_behind_seconds{${NS}, pod="i-1"}`]: '180000x120' },
    silent: { 'only some hours': { [`greenwatch_archive_behind_seconds{${NS}, pod="i-1"}`]: '20000x120' } },
  },
  {
    alert: 'LogBacklogGrowing',
    at: '40m',
    labels: { group: 'rules' },
    fires: pending('0+100x60'),
    silent: { 'it becomes less': pending('9000-100x60'), 'a few': pending('0+5x60') },
  },
  {
    alert: 'PartitionStalled',
    at: '40m',
    labels: { group: 'rules', partition: '3' },
    fires: pending('5+1x60'),
    silent: {
      'busy, but worked on': pending(
        '5 9 4 8 7 5 9 4 8 7 5 9 4 8 7 5 9 4 8 7 5 9 4 8 7 5 9 4 8 7 5 9 4 8 7 5 9 4 8 7 5',
      ),
      empty: pending('0x60'),
    },
  },
  {
    alert: 'FactsNotHandled',
    at: '40m',
    labels: { service: 'tasking' },
    fires: facts('3x60', '100x60'),
    silent: { 'they are handled': facts('3x60', '100+5x60'), 'none wait': facts('0x60', '100x60') },
  },
  {
    alert: 'FactsNotHandled',
    at: '40m',
    labels: { service: 'tasking' },
    fires: facts('30000x60', '100+5x60'),
    silent: { 'a burst': facts('3000x60', '100+5x60') },
  },
  {
    alert: 'DeadLetters',
    at: '2h',
    labels: { service: 'tasking', type: 'rules.alarm.raised' },
    fires: dead('_x100 1x60'),
    silent: { 'long ago': dead('4x180') },
  },
  {
    alert: 'DeadLetters',
    at: '2h',
    labels: { service: 'tasking', type: 'rules.alarm.raised' },
    fires: dead('4x100 5x60'),
    silent: { 'long ago': dead('4x20 5x160') },
  },
  {
    alert: 'OutboxOld',
    at: '20m',
    labels: { service: 'rules' },
    fires: { [`greenwatch_outbox_oldest_seconds{${NS}, service="rules", pod="r-1"}`]: '90x60' },
    silent: {
      'for a moment': { [`greenwatch_outbox_oldest_seconds{${NS}, service="rules", pod="r-1"}`]: '0x17 90x2 0x60' },
    },
  },
  {
    alert: 'AlarmDelayHigh',
    at: '40m',
    labels: {},
    fires: delays('0+1x60', '0+10x60'),
    silent: { 'one of a hundred': delays('0+99x60', '0+100x60') },
  },
  {
    alert: 'TransmissionRateLow',
    at: '3h',
    labels: { division: '330400' },
    fires: { [`greenwatch_transmission_ratio{${NS}, service="readings", pod="d-1", division="330400"}`]: '0.85x300' },
    silent: {
      'above the goal': {
        [`greenwatch_transmission_ratio{${NS}, service="readings", pod="d-1", division="330400"}`]: '0.95x300',
      },
    },
  },
  {
    alert: 'TasksOverdue',
    at: '1h',
    labels: {},
    fires: tasks('30x120', '100x120'),
    silent: { 'a tenth': tasks('30x120', '300x120'), 'one of two': tasks('1x120', '2x120') },
  },
  {
    alert: 'TaskClocksBreached',
    at: '2h',
    labels: { clock: 'accept' },
    fires: { [`greenwatch_task_clock_breaches_total{${NS}, pod="t-1", clock="accept"}`]: '0+1x180' },
    silent: {
      'some, as always': { [`greenwatch_task_clock_breaches_total{${NS}, pod="t-1", clock="accept"}`]: '0+0.1x180' },
    },
  },
  {
    alert: 'SmsNotLeaving',
    at: '40m',
    labels: { channel: 'sms' },
    fires: sms('4x60', '100x60'),
    silent: { 'they leave': sms('4x60', '100+1x60'), 'none wait': sms('0x60', '100x60') },
  },
  {
    alert: 'FraudNotRunning',
    at: '3d',
    interval: '5m',
    labels: {},
    fires: fraudRuns('7x1000'),
    silent: {
      'it runs daily': fraudRuns('7x250 8x250 9x250 10x300'),
      'it was installed today': { [info('fraud')]: '_x700 1x200' },
    },
  },
  {
    alert: 'ServiceAbsent',
    at: '1h',
    labels: { service: 'fraud' },
    fires: { ...HERE, [info('fraud')]: '1x30 stale' },
    silent: {
      'it was never there': HERE,
      'another pod of it': {
        ...HERE,
        [info('fraud')]: '1x30 stale',
        [info('fraud').replace('fraud-1', 'fraud-2')]: '_x30 1x60',
      },
    },
  },
  {
    alert: 'EventLoopBlocked',
    at: '40m',
    labels: { service: 'rules', pod: 'rules-1' },
    fires: {
      [info('rules')]: '1x60',
      [`nodejs_eventloop_lag_p99_seconds{${NS}, service="rules", pod="rules-1"}`]: '0.8x60',
    },
    silent: {
      'no process of ours': { ...HERE, [`nodejs_eventloop_lag_p99_seconds{${NS}, service="x", pod="x-1"}`]: '0.8x60' },
    },
  },
  {
    alert: 'ActionsFailing',
    at: '40m',
    labels: { service: 'tasking' },
    fires: actions('0+90x60', '0+10x60'),
    silent: { 'one in a hundred': actions('0+99x60', '0+1x60') },
  },
  {
    alert: 'UpgradeUnfinished',
    at: '2h',
    labels: {},
    fires: { [info('rules', 'version="1"')]: '1x180', [info('tasking', 'version="2"')]: '1x180' },
    silent: {
      'within the hour': {
        [info('rules', 'version="1"')]: '1x90 stale',
        [info('tasking', 'version="2"')]: '_x80 1x180',
      },
    },
  },
  {
    alert: 'PodRestarting',
    at: '2h',
    labels: { pod: 'r-1', container: 'rules' },
    fires: restarts('0x60 0+1x10 10x60'),
    silent: { once: restarts('0x60 1x120'), 'not ours': elsewhere(restarts('0x60 0+1x10 10x60')) },
  },
  {
    alert: 'ReplicasMissing',
    at: '40m',
    labels: { deployment: 'gw-rules' },
    fires: replicas('2x100'),
    silent: { 'all there': replicas('3x100'), 'not ours': elsewhere(replicas('2x100')) },
  },
  {
    alert: 'MemoryNearLimit',
    at: '40m',
    labels: { pod: 'r-1', container: 'rules' },
    fires: memory('95x100'),
    silent: { 'three quarters': memory('75x100'), 'not ours': elsewhere(memory('95x100')) },
  },
  {
    alert: 'JetStreamDiskFilling',
    at: '40m',
    labels: { persistentvolumeclaim: 'data-gw-nats-0' },
    fires: volume('data-gw-nats-0', '10x100'),
    silent: {
      'half full': volume('data-gw-nats-0', '50x100'),
      'another volume': volume('data-x', '10x100'),
      'not ours': elsewhere(volume('data-gw-nats-0', '10x100')),
    },
  },
  {
    alert: 'MongoDiskFilling',
    at: '40m',
    labels: { persistentvolumeclaim: 'data-gw-mongodb-0' },
    fires: volume('data-gw-mongodb-0', '10x100'),
    silent: {
      'half full': volume('data-gw-mongodb-0', '50x100'),
      'not ours': elsewhere(volume('data-gw-mongodb-0', '10x100')),
    },
  },
  {
    alert: 'BackupTooOld',
    at: '32h',
    interval: '5m',
    labels: { cronjob: 'gw-backup' },
    fires: backup('3600x1000'),
    silent: { 'this morning': backup('36000x1000'), 'not ours': elsewhere(backup('3600x1000')) },
  },
  {
    alert: 'BackupTooOld',
    at: '32h',
    interval: '5m',
    labels: { cronjob: 'gw-backup' },
    fires: backup(undefined),
    silent: { 'installed today': backup(undefined, '36000x1000') },
  },
  {
    alert: 'JobFailed',
    at: '20m',
    labels: { job_name: 'gw-migrate' },
    fires: job('1x100'),
    silent: { 'it did not': job('0x100'), 'not ours': elsewhere(job('1x100')) },
  },
];
