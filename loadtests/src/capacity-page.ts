import {
  type Capacity,
  type CostAtRate,
  capacityOf,
  type MeasuredCost,
  type Operation,
  type Traffic,
} from './capacity-model';
import { type ReplicaAssumptions, servicePlans } from './replicas';
import { linearityOf } from './scaling';

/** `measured.json`: outputs of the benches as they printed them, with what the page takes of each. */
export interface Measured {
  note: string;
  machine: string;
  ingest: IngestFigures;
  /** The same with NATS_SYNC_INTERVAL=2m. */
  ingest_unsynced?: IngestFigures;
  /** `bench -- latency`: what a packet costs at a low rate. */
  latency?: { packets_s: number; cpu_us_per_packet: Record<string, number>; memory_peak_mb?: Record<string, number> };
  /** `bench -- connections`: memory of ingestion by its open connections. */
  connections?: { memory_mb_per_1000_connections: number; memory_mb_without: number };
  /** What 1, 2, 3 instances took, each with the same limit of processor: `npm run test:cluster`. */
  linearity?: { cpu_millis: number; points: { instances: number; packets_s: number }[] };
  frame_bytes: number;
  volume: { packed_bytes_per_reading: number; recent_bytes_per_reading: number };
  cold_bytes_per_reading: number;
}

export interface IngestFigures {
  cpu_us_per_packet: Record<string, number>;
  packets_s: number;
  p50_ms: number;
  p99_ms: number;
  log_bytes_per_packet?: number;
  archive_bytes_per_packet?: number;
  memory_peak_mb?: Record<string, number>;
}

/** Of the services that a packet passes; what the others take beside is no cost of a packet. */
const HOT_PATH = ['ingestion', 'readings', 'rules', 'nats', 'mongod', 'valkey'];
/** Where the archive was not measured: its budget (issue 5). */
const ARCHIVE_BUDGET = 25;

const TRAFFIC = { outletsPerEnterprise: 1.5, readingsPerPacket: 8, realtimeSeconds: 60, minuteMinutes: 10, peak: 3 };
/** 26,000 is the province of issue 5; a county is one of its ninety; the country, 31 provinces of half that size. */
const AREAS = [
  { name: 'county', enterprises: 290 },
  { name: 'province', enterprises: 26_000 },
  { name: 'country', enterprises: 400_000 },
] as const;
const INTERVALS = [30, 60, 300, 600];

export const OPERATION: Operation = {
  utilisation: 0.5,
  replicas: 3,
  logDays: 7,
  recentDays: 2,
  packedDays: 400,
  keepYears: 5,
  archiveYears: 5,
  connectionsPerInstance: 10_000,
  memoryMb: 512,
};

/** One alarm a second was measured beside the packets (`bench -- latency`): 86,400 a day. */
const ALARMS_MEASURED = 1;
/** An alarm a day of one device in twenty: more than a province has, for the least of replicas carries far more. */
const ALARMS_PER_THOUSAND = 50;
const LEAST_REPLICAS = 2;
/** Above the most memory that was seen, for a collection of garbage may come late. */
const MEMORY_ROOM = 1.25;

/** Pods of each service of ours for an area. */
export function replicasOf(measured: Measured, area: Capacity) {
  const assumed: ReplicaAssumptions = {
    utilisation: OPERATION.utilisation,
    least: LEAST_REPLICAS,
    alarmsPerThousandDevices: ALARMS_PER_THOUSAND,
    measuredAlarmsPerSecond: ALARMS_MEASURED,
    connectionsPerInstance: OPERATION.connectionsPerInstance,
    memoryMb: memoryOf(measured),
    memoryMbPerThousandConnections: measured.connections?.memory_mb_per_1000_connections ?? 0,
    memoryRoom: MEMORY_ROOM,
  };
  return servicePlans(costOf(measured), area, assumed);
}

/** The most memory that was seen of each service; of ingestion at full rate, where it had few connections. */
function memoryOf({ ingest, latency }: Measured): Record<string, number> {
  const most = { ...ingest.memory_peak_mb };
  for (const [name, mb] of Object.entries(latency?.memory_peak_mb ?? {})) {
    if (name !== 'ingestion') most[name] = Math.max(most[name] ?? 0, mb);
  }
  return most;
}

export function costOf({ ingest, latency, frame_bytes, volume, cold_bytes_per_reading }: Measured): MeasuredCost {
  const atRate = ({
    packets_s,
    cpu_us_per_packet,
  }: {
    packets_s: number;
    cpu_us_per_packet: Record<string, number>;
  }) => ({
    packetsPerSecond: packets_s,
    cpuUsPerPacket: Object.fromEntries(HOT_PATH.map((name) => [name, cpu_us_per_packet[name] ?? 0])),
  });
  return {
    busy: atRate(ingest),
    ...(latency ? { quiet: atRate(latency) } : {}),
    frameBytes: frame_bytes,
    archiveBytesPerPacket: ingest.archive_bytes_per_packet ?? ARCHIVE_BUDGET,
    recentBytesPerReading: volume.recent_bytes_per_reading,
    packedBytesPerReading: volume.packed_bytes_per_reading,
    coldBytesPerReading: cold_bytes_per_reading,
  };
}

/** What one area needs, whatever its size. */
export const areaOf = (measured: Measured, enterprises: number, traffic: Partial<Traffic> = {}): Capacity =>
  capacityOf(costOf(measured), { enterprises, ...TRAFFIC, ...traffic }, OPERATION);

/** `docs/capacity.md`, from what was measured. */
export function capacityPage(measured: Measured): string {
  const cost = costOf(measured);
  const areas = AREAS.map(({ name, enterprises }) => ({ name, enterprises, ...areaOf(measured, enterprises) }));
  const perArea = (what: string, of: (area: (typeof areas)[number]) => string) => [what, ...areas.map(of)];
  return `# Capacity

Written by \`npm run capacity\` from \`loadtests/measured.json\` (outputs of the benches) with the model in
\`loadtests/src/capacity-model.ts\`; change those, not this page. Sizes are decimal (1 GB = 10^9 bytes).

${measured.note} Machine: ${measured.machine}.

## What was measured

${table([
  ['cost', 'figure', 'by'],
  ...HOT_PATH.map((name) => [
    `${name}, a packet of ${TRAFFIC.readingsPerPacket} readings`,
    `${cost.busy.cpuUsPerPacket[name]} µs of processor`,
    '`bench -- ingest`',
  ]),
  [`all of these, at ${number(cost.busy.packetsPerSecond)} packets/s`, `${total(cost.busy)} µs of processor`, ''],
  ...(cost.quiet
    ? [
        [
          `the same at ${number(cost.quiet.packetsPerSecond)} packets/s`,
          `${total(cost.quiet)} µs`,
          '`bench -- latency`',
        ],
      ]
    : []),
  ['a frame', `${cost.frameBytes} bytes`, 'the bench’s frames'],
  ['a frame in the archive', `${cost.archiveBytesPerPacket} bytes`, '`bench -- ingest`'],
  ['a reading, recent', `${cost.recentBytesPerReading} bytes`, '`bench -- volume`'],
  ['a reading, packed', `${cost.packedBytesPerReading} bytes`, '`bench -- volume`'],
  ['a reading, cold', `${cost.coldBytesPerReading} bytes`, 'Parquet files'],
])}

## What an area needs

Assumed: ${TRAFFIC.outletsPerEnterprise} outlets an enterprise with instruments, a device each; realtime data every ${TRAFFIC.realtimeSeconds} s, minute data every
${TRAFFIC.minuteMinutes} min, hour and day data; ${TRAFFIC.readingsPerPacket} readings a packet; the busiest minute ${TRAFFIC.peak} times the mean; a core planned to ${OPERATION.utilisation * 100} %;
${OPERATION.replicas} copies of everything on disk; the log kept ${OPERATION.logDays} days, readings recent for ${OPERATION.recentDays}, packed until ${OPERATION.packedDays}, all kept ${OPERATION.keepYears} years (records: at
least five, 生态环境监测条例 Art 26), the archive of frames ${OPERATION.archiveYears}.

${table([
  ['', ...areas.map(({ name }) => name)],
  perArea('enterprises', ({ enterprises }) => number(enterprises)),
  perArea('devices', ({ outlets }) => number(outlets)),
  perArea('packets a day', ({ packetsPerDay }) => number(packetsPerDay)),
  perArea('readings a day', ({ readingsPerDay }) => number(readingsPerDay)),
  perArea('packets/s, mean', ({ packetsPerSecond }) => number(packetsPerSecond)),
  perArea('packets/s, peak', ({ peakPacketsPerSecond }) => number(peakPacketsPerSecond)),
  perArea('inbound at the peak, Mbit/s', ({ inboundMbitPerSecond }) => number(inboundMbitPerSecond)),
  perArea('cores at the peak', ({ cores }) => number(cores)),
  ...HOT_PATH.map((name) => perArea(`… of which ${name}, cores (instances)`, (area) => coresOf(area, name))),
  perArea('memory of our processes, GB', ({ memoryGb }) => number(memoryGb)),
  ...(['log', 'recent', 'packed', 'cold', 'archive', 'total'] as const).map((part) =>
    perArea(`disk, ${part}, GB`, ({ diskGb }) => number(diskGb[part])),
  ),
])}

The servers' cores are of one member of MongoDB's replica set and one nats-server; the other members do about the same again.
${HOT_PATH.slice(0, 3).join(', ')} run as many instances as they have cores here and share the partitions; two of each are the least
for a deployment that survives a machine. A country is no single deployment: one a province (design.md).

## Replicas

What a pod of each service asks for and how many there are: replicas × processor (thousandths of a core) / memory (MB). At least ${LEAST_REPLICAS} of each; ingestion, readings
and rules by the packets of the peak, a core planned to ${OPERATION.utilisation * 100} %; the others by alarms (${ALARMS_PER_THOUSAND} a day of a thousand devices, at the cost of ${ALARMS_MEASURED} a second in
\`bench -- latency\`); memory is the most that was seen and ${Math.round((MEMORY_ROOM - 1) * 100)} % more.

${table([
  ['service', ...areas.map(({ name }) => name)],
  ...replicasOf(measured, areas[0] as Capacity).map(({ name }) => [
    name,
    ...areas.map((area) => {
      const plan = replicasOf(measured, area).find((one) => one.name === name);
      return plan ? `${number(plan.replicas)} × ${plan.cpuMillis}m / ${plan.memoryMb}` : '';
    }),
  ]),
  perArea('together, cores', (area) =>
    number(sum(replicasOf(measured, area).map(({ replicas, cpuMillis }) => (replicas * cpuMillis) / 1_000))),
  ),
  perArea('together, GB', (area) =>
    number(sum(replicasOf(measured, area).map(({ replicas, memoryMb }) => (replicas * memoryMb) / 1_000))),
  ),
])}

${table([
  ['bytes of a packet', 'figure', 'where'],
  ['from the device, into ingestion', number(measured.frame_bytes), 'a frame of 8 readings'],
  [
    'onto the log, and from there once to readings, to rules and to the archive',
    bytesOf(measured.ingest.log_bytes_per_packet),
    '`bench -- ingest`',
  ],
  [
    'in the store while recent',
    number(measured.volume.recent_bytes_per_reading * TRAFFIC.readingsPerPacket),
    '`bench -- volume`',
  ],
  ['in the archive', number(cost.archiveBytesPerPacket), '`bench -- ingest`'],
])}

${connectionsLine(measured)}

### Whether instances add up

${linearity(measured)}

## How it grows

Cost lies in packets, so it grows with devices and falls with the interval. A province of ${number(AREAS[1].enterprises)} enterprises:

${table([
  ['realtime every, s', 'packets/s, peak', 'cores at the peak', 'readings a day', 'disk, GB'],
  ...INTERVALS.map((realtimeSeconds) => {
    const area = areaOf(measured, AREAS[1].enterprises, { realtimeSeconds });
    return [
      String(realtimeSeconds),
      number(area.peakPacketsPerSecond),
      number(area.cores),
      number(area.readingsPerDay),
      number(area.diskGb.total),
    ];
  }),
])}

A packet costs more at a low rate, where groups are small (a message of the log and a write of the store for few packets), and
no more at a higher one. ${cost.quiet ? 'The model goes evenly from one measured rate to the other.' : 'Only the high rate was measured yet: at some hundred packets a second expect several times as much a packet, still a part of one core.'}
It knows nothing of pages and reports, whose cost lies in people, not in devices.

## What is promised, and what not

* A packet that was answered with 9014 is on the log's disk file. It survives the end of any process, of ours or a server, by
  whatever signal: \`npm run chaos\` shows it. It is stored once, however often it is sent or delivered.
* A packet that was not answered may be stored or not; the device sends it again, and it still counts once.
* Power loss of the whole machine: kept for certain only if \`NATS_SYNC_INTERVAL\` is \`always\` (the log is flushed to the disk
  before each answer; the default of \`npm start\`), or if the log has replicas on other machines. With a period, as NATS has it by
  default (\`2m\`), what was answered within that time before the power went may be gone. MongoDB writes with w:majority and j:true in
  either case.
* Valkey holds only what can be rebuilt.

${settings(measured)}
`;
}

const bytesOf = (bytes: number | undefined) => (bytes === undefined ? 'not measured yet' : number(bytes));

function connectionsLine({ connections }: Measured): string {
  if (!connections) return 'Memory for connections: not measured yet (`npm run bench -- connections`).';
  const { memory_mb_per_1000_connections: more, memory_mb_without: none } = connections;
  return `Ingestion takes ${number(none)} MB without connections and ${number(more)} MB more with each 1,000 (\`npm run bench -- connections\`, in a cluster \`npm run test:cluster\`).`;
}

function linearity({ linearity }: Measured): string {
  const how =
    'instances of ingestion, readings and rules, each pod limited to the same share of a processor (`npm run test:cluster`)';
  if (!linearity) return `Not measured yet: 1, 2, 3 ${how}.`;
  const rows = linearityOf(
    linearity.points.map(({ instances, packets_s }) => ({ instances, packetsPerSecond: packets_s })),
  );
  return `1, 2, 3 ${how}, here ${linearity.cpu_millis} thousandths of a core:

${table([
  ['instances', 'packets/s', 'of so many times one'],
  ...rows.map(({ instances, packetsPerSecond, efficiency }) => [
    String(instances),
    number(packetsPerSecond),
    `${Math.round(efficiency * 100)} %`,
  ]),
])}`;
}

/** What the promise against power loss costs: the same bench under both settings. */
function settings({ ingest, ingest_unsynced }: Measured): string {
  const row = (name: string, figures: IngestFigures) => [
    name,
    number(figures.packets_s),
    number(sum(Object.values(figures.cpu_us_per_packet))),
    String(figures.p50_ms),
    String(figures.p99_ms),
  ];
  const rows = [
    ['`NATS_SYNC_INTERVAL`', 'packets/s', 'µs a packet, all processes', 'p50, ms', 'p99, ms'],
    row('`always`', ingest),
    ...(ingest_unsynced ? [row('`2m`', ingest_unsynced)] : []),
  ];
  const other = 'Not measured yet: `npm run bench -- ingest --sync-interval 2m`.';
  return `${table(rows)}${ingest_unsynced ? '' : `\n\n${other}`}`;
}

function coresOf(area: Capacity, name: string): string {
  const found = area.processes.find((process) => process.name === name);
  return found ? `${number(found.cores)} (${found.instances})` : '0';
}

const total = ({ cpuUsPerPacket }: CostAtRate) => number(sum(Object.values(cpuUsPerPacket)));

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** Three digits that count, thousands apart. */
function number(value: number): string {
  const rounded = value === 0 ? 0 : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 4 });
}

function table([head = [], ...rows]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
