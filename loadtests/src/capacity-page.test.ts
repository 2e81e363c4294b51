import { readFileSync } from 'node:fs';
import { MEASURED_FILE, PAGE_FILE, readMeasured } from './capacity';
import { areaOf, capacityPage, replicasOf } from './capacity-page';

test('docs/capacity.md is what `npm run capacity` makes of what was measured', () => {
  expect(readFileSync(PAGE_FILE, 'utf8')).toBe(capacityPage(readMeasured()));
});

test('the page names every cost it rests on, and both settings against power loss', () => {
  const measured = JSON.parse(readFileSync(MEASURED_FILE, 'utf8'));
  const page = capacityPage({ ...measured, ingest_unsynced: { ...measured.ingest, packets_s: 12_345, p50_ms: 9.9 } });
  expect(page).toContain(`${measured.ingest.cpu_us_per_packet.readings} µs`);
  expect(page).toMatch(/^\| `2m` \| 12,300 \| .* \| 9.9 \| /m);
  expect(page).not.toContain('--sync-interval 2m');
});

test('what is not measured yet is said, and how to measure it', () => {
  const { linearity: _, connections: __, ...rest } = readMeasured();
  const page = capacityPage(rest);
  expect(page).toContain('Not measured yet: 1, 2, 3 instances');
  expect(page).toContain('not measured yet (`npm run bench -- connections`)');
});

test('how near instances come to so many times one', () => {
  const points = [
    { instances: 1, packets_s: 1_000 },
    { instances: 2, packets_s: 1_900 },
    { instances: 3, packets_s: 2_700 },
  ];
  const page = capacityPage({ ...readMeasured(), linearity: { cpu_millis: 500, points } });
  expect(page).toContain('| 2 | 1,900 | 95 % |');
  expect(page).toContain('| 3 | 2,700 | 90 % |');
});

test('a service for every process of ours that was measured, more of them in the country than in a county', () => {
  const measured = readMeasured();
  const [county, country] = [290, 400_000].map((enterprises) => replicasOf(measured, areaOf(measured, enterprises)));
  expect(county?.map(({ name }) => name).sort()).toEqual(Object.keys(measured.ingest.memory_peak_mb ?? {}).sort());
  expect(county?.every(({ replicas }) => replicas === 2)).toBe(true);
  // 600,000 devices at 10,000 connections an instance.
  expect(country?.find(({ name }) => name === 'ingestion')?.replicas).toBe(60);
});

test('a province costs its part of the country', () => {
  const measured = readMeasured();
  const [province, country] = [areaOf(measured, 26_000), areaOf(measured, 400_000)];
  expect(country.diskGb.total / province.diskGb.total).toBeCloseTo(400 / 26);
});
