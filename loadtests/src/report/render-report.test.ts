import type { LoadReport } from './load-report';
import { renderReport } from './render-report';

const verdict = {
  ...{ attempted: 1_000, acknowledged: 1_000, stored: 1_000, lost: 0, unexpected: 0, duplicated: 0 },
  examples: { lost: [], unexpected: [] },
};
const point = (at: number) => ({ at, due: 8, answered: 8, p50: 4, p99: 20, connected: 436 });
const report: LoadReport = {
  mix: { name: 'county', about: '290 enterprises' },
  target: 'http://127.0.0.1:8080',
  begun: '2026-11-22T13:00:00.000Z',
  seconds: 300,
  ...{ scale: 1, speed: 1, length: 1 },
  generator: { cores: 2, memoryGb: 25 },
  phases: [
    { name: 'mean', from: 0, to: 90 },
    { name: 'full hour', from: 90, to: 150 },
  ],
  fleet: {
    devices: 436,
    processes: 1,
    meanRate: 8.1,
    points: [point(5), point(10)],
    verdict,
    bounds: [
      { name: 'lost', value: 0, most: 0 },
      { name: 'p99 from due to 9014, ms', value: Number.NaN, most: 250 },
    ],
    faults: { corrupted: 1, split: 20, repeated: 5, dropped: 4 },
    resent: 1,
    reconnected: 4,
    beats: 300,
    generatorUsPerPacket: 40,
  },
  scenarios: [
    {
      name: 'officers-day',
      proves: 'the console stays quick',
      requests: 500,
      failed: 1,
      dropped: 0,
      thresholds: [{ metric: 'http_req_duration{name:<map>}', bound: 'p(95)<500', kept: false, value: 812.5 }],
      requestsByName: [{ name: '<map>', count: 50, p50: 30, p95: 812.5, p99: 900, failed: 1 }],
      points: [{ at: 2.5, requests: 2, failed: 0, p50: 30, p95: 40, p99: 50 }],
    },
  ],
  resources: {
    source: '/proc',
    services: [
      { name: 'rules', cores: [[2, 0.1]], memoryMb: [[2, 200]], cpuUsPerPacket: 700 },
      { name: 'ingestion', cores: [[2, 0.4]], memoryMb: [[2, 260]], cpuUsPerPacket: 900 },
    ],
    measures: [{ name: 'messages waiting on the log', unit: '', points: [[2, 3]] }],
  },
  missed: ['officers-day: map took 812.5 ms'],
};
const page = renderReport(report);

test.each([
  ['the verdict', 'class="verdict missed">1 of the bounds was missed.'],
  ['what was missed', '<li>officers-day: map took 812.5 ms</li>'],
  ['what was sent', '<td>1,000</td><td>1,000</td><td>1,000</td><td>0</td>'],
  ['a bound that was not measured, as missed', 'not measured</td><td><b class="missed">missed'],
  ['a threshold with its figure', '<td>813</td><td><b class="missed">missed'],
  ['what a scenario proves', 'the console stays quick'],
  ['cost a packet', '<td>ingestion</td><td>0.4</td><td>0.4</td><td>260</td><td>900</td>'],
  ['phases in the charts', 'full hour</text>'],
])('the page holds %s', (_name, part) => {
  expect(page).toContain(part);
});

test('the dearest service stands first', () => {
  expect(page.indexOf('<td>ingestion</td>')).toBeLessThan(page.indexOf('<td>rules</td>'));
});

test('nothing is fetched from outside, and no name becomes markup', () => {
  expect(page).not.toMatch(/<script|<link|src=|url\(|@import|href=/);
  expect(page).toContain('&lt;map&gt;');
  expect(page).not.toContain('<map>');
});

test('every element is closed', () => {
  const open: string[] = [];
  for (const [, closing, name = '', rest = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!rest.endsWith('/') && !['meta'].includes(name)) open.push(name);
  }
  expect(open).toEqual([]);
});

test('all kept: said in one line, and nothing is listed', () => {
  const kept = renderReport({ ...report, missed: [] });
  expect(kept).toContain('Every bound was kept.');
  expect(kept).not.toContain('<ul');
});

test.each([
  ['devices alone', { scenarios: [], resources: undefined }],
  ['people alone', { fleet: undefined, phases: [] }],
])('%s make a page too', (_name, over) => {
  expect(renderReport({ ...report, ...over } as LoadReport)).toContain('</html>');
});
