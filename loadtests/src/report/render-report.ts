import { escaped, lineChart, shortNumber } from './line-chart';
import type { FleetReport, LoadReport, ResourceReport, ScenarioReport } from './load-report';

/** One page without anything from outside: to be opened, printed, or sent to somebody. Pure. */
export function renderReport(report: LoadReport): string {
  const { mix, target, begun, seconds, scale, speed, length, generator, missed } = report;
  const title = `Load test: ${mix.name}`;
  const held = missed.length === 0;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(title)}</h1>
<p class="verdict ${held ? 'kept' : 'missed'}">${held ? 'Every bound was kept.' : `${missed.length} of the bounds ${missed.length === 1 ? 'was' : 'were'} missed.`}</p>
${held ? '' : `<ul class="missed">${missed.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`}
${table([
  ['begun', escaped(begun)],
  ['against', escaped(target)],
  ['mix', escaped(mix.about)],
  [
    'share of the area',
    `${scale} of its devices and people, at ${speed} times the real rate, phases ${length} times as long`,
  ],
  ['took', `${shortNumber(seconds)} s`],
  ['the load came from', `${generator.cores} cores, ${shortNumber(generator.memoryGb)} GB`],
])}
${report.fleet ? fleetPart(report, report.fleet) : ''}
${report.scenarios.map((scenario) => scenarioPart(report, scenario)).join('\n')}
${report.resources ? resourcesPart(report, report.resources) : ''}
</main></body></html>
`;
}

function fleetPart({ phases }: LoadReport, fleet: FleetReport): string {
  const { verdict, points, faults } = fleet;
  const line = (name: string, of: (point: (typeof points)[number]) => number) => ({
    name,
    points: points.map((point) => [point.at, of(point)] as const),
  });
  const ackBound = fleet.bounds.find(({ name }) => name === ACK_BOUND);
  return `<h2>Devices</h2>
<p>${shortNumber(fleet.devices)} devices, a TCP connection each, in ${fleet.processes} ${fleet.processes === 1 ? 'process' : 'processes'}:
realtime, minute, hour and day data by HJ 212-2017 and HJ/T 212-2005, ${shortNumber(fleet.meanRate)} packets/s in the mean. They keep what is not acknowledged
and send it again. Proves: a packet that was answered with 9014 is stored once, whatever went wrong on its way.</p>
${boundsTable(fleet.bounds)}
${table([
  ['sent', 'answered', 'stored', 'lost', 'stored twice', 'never sent, yet stored'],
  [verdict.attempted, verdict.acknowledged, verdict.stored, verdict.lost, verdict.duplicated, verdict.unexpected].map(
    whole,
  ),
])}
${table([
  [
    'sent again',
    'connections made again',
    'wrong CRC at first',
    'writes split',
    'sent though answered',
    'connections dropped by chance',
    'heart-beats',
  ],
  [fleet.resent, fleet.reconnected, faults.corrupted, faults.split, faults.repeated, faults.dropped, fleet.beats].map(
    whole,
  ),
])}
${lineChart({ title: 'Packets due and answered', unit: '/s', bands: phases, series: [line('due', (p) => p.due), line('answered', (p) => p.answered)] })}
${lineChart({ title: 'From a packet being due to its 9014', unit: 'ms', bands: phases, most: ackBound?.most, series: [line('p50', (p) => p.p50), line('p99', (p) => p.p99)] })}
${lineChart({ title: 'Devices connected', unit: '', bands: phases, series: [line('connected', (p) => p.connected)] })}
<p class="note">The bound of the latency is over the phases in which nobody is dropped on purpose. A packet whose CRC was made wrong is answered when it is
sent again after 10 s: they are too few to reach the p99. The devices’ own processor time was ${shortNumber(fleet.generatorUsPerPacket)} µs a packet.</p>`;
}

/** Name of the bound of the devices' latency. */
export const ACK_BOUND = 'p99 from due to 9014, ms';

function scenarioPart({ phases }: LoadReport, scenario: ScenarioReport): string {
  const { points, requestsByName, thresholds } = scenario;
  const line = (name: string, of: (point: (typeof points)[number]) => number) => ({
    name,
    points: points.map((point) => [point.at, of(point)] as const),
  });
  return `<h2>${escaped(scenario.name)}</h2>
<p>${escaped(scenario.proves)}</p>
${scenario.failure ? `<p class="verdict missed">It did not run to its end: ${escaped(scenario.failure)}</p>` : ''}
<p>${whole(scenario.requests)} requests, ${whole(scenario.failed)} failed; ${whole(scenario.dropped)} iterations found nobody free to begin them.</p>
${table([
  ['bound', 'of', 'measured', ''],
  ...thresholds.map(({ metric, bound, kept, value }) => [
    escaped(bound),
    escaped(metric),
    value === undefined ? '' : shortNumber(value),
    verdictOf(kept),
  ]),
])}
${table([
  ['request', 'count', 'p50, ms', 'p95, ms', 'p99, ms', 'failed'],
  ...requestsByName.map(({ name, count, p50, p95, p99, failed }) => [
    escaped(name),
    whole(count),
    ...[p50, p95, p99].map(shortNumber),
    whole(failed),
  ]),
])}
${lineChart({ title: 'Time of a request', unit: 'ms', bands: phases, series: [line('p50', (p) => p.p50), line('p95', (p) => p.p95), line('p99', (p) => p.p99)] })}
${lineChart({ title: 'Requests', unit: '/s', bands: phases, series: [line('requests', (p) => p.requests), line('failed', (p) => p.failed)] })}`;
}

function resourcesPart({ phases }: LoadReport, { source, services, measures }: ResourceReport): string {
  const most = (points: [number, number][]) => Math.max(0, ...points.map(([, value]) => value));
  const mean = (points: [number, number][]) =>
    points.length === 0 ? 0 : points.reduce((sum, [, value]) => sum + value, 0) / points.length;
  const byCost = [...services].sort((a, b) => mean(b.cores) - mean(a.cores));
  const shown = byCost.slice(0, MOST_LINES);
  return `<h2>What it cost</h2>
<p>${escaped(source)}</p>
${table([
  ['service', 'cores, mean', 'cores, most', 'memory, most, MB', 'µs a packet'],
  ...byCost.map(({ name, cores, memoryMb, cpuUsPerPacket }) => [
    escaped(name),
    shortNumber(mean(cores)),
    shortNumber(most(cores)),
    shortNumber(most(memoryMb)),
    cpuUsPerPacket === undefined ? '' : shortNumber(cpuUsPerPacket),
  ]),
])}
${lineChart({ title: 'Cores used', unit: '', bands: phases, series: shown.map(({ name, cores }) => ({ name, points: cores })) })}
${lineChart({ title: 'Resident memory', unit: 'MB', bands: phases, series: shown.map(({ name, memoryMb }) => ({ name, points: memoryMb })) })}
${measures.map(({ name, unit, points }) => lineChart({ title: name, unit, bands: phases, series: [{ name, points }] })).join('\n')}
<p class="note">µs a packet: processor time of the whole run over the packets answered in it, people’s requests included; at a low rate a packet costs more, for groups are small.</p>`;
}

/** Lines that can still be told apart. */
const MOST_LINES = 8;

const boundsTable = (bounds: FleetReport['bounds']) =>
  table([
    ['bound', 'at most', 'measured', ''],
    ...bounds.map(({ name, value, most }) => [
      escaped(name),
      shortNumber(most),
      Number.isFinite(value) ? shortNumber(value) : 'not measured',
      verdictOf(value <= most),
    ]),
  ]);

const verdictOf = (kept: boolean) => (kept ? '<b class="kept">kept</b>' : '<b class="missed">missed</b>');
const whole = (value: number) => Math.round(value).toLocaleString('en-US');

/** The first row is the head where there are more than two columns. Cells are markup. */
function table(rows: string[][]): string {
  const [head = [], ...body] = rows;
  const row = (cells: string[], tag: string) => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  if (head.length > 2) {
    return `<table><thead>${row(head, 'th')}</thead><tbody>${body.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
  }
  return `<table class="facts">${rows.map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`).join('')}</table>`;
}

const STYLE = `
body{font:15px/1.5 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;color:#1c2321;margin:0;background:#fff}
main{max-width:900px;margin:0 auto;padding:24px}h1{font-size:26px;margin:0 0 8px}h2{font-size:19px;margin:32px 0 6px;border-bottom:1px solid #c9d3cf;padding-bottom:4px}
table{border-collapse:collapse;margin:10px 0;font-size:14px}th,td{padding:3px 12px 3px 0;text-align:left;border-bottom:1px solid #e3e9e6;vertical-align:top;font-variant-numeric:tabular-nums}
.facts th{color:#5b6965;font-weight:normal;white-space:nowrap}.note{color:#5b6965;font-size:13px}
.verdict{font-weight:bold}.kept{color:#00693e}.missed{color:#b00020}
svg{width:100%;height:auto;margin:10px 0;break-inside:avoid}svg text{font-size:11px;fill:#44504c}svg .h{font-size:13px;font-weight:bold;fill:#1c2321}svg .t{text-anchor:end}svg .s{text-anchor:middle}
svg .g{stroke:#e3e9e6;fill:none}svg .l{fill:none;stroke-width:1.6}svg .m{stroke:#b00020;stroke-dasharray:5 4;fill:none}svg .b rect{fill:#f3f6f4}svg .b.o rect{fill:#e8eeeb}svg .b text{font-size:10px;fill:#6b7874}`;
