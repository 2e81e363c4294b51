import { readFileSync } from 'node:fs';
import { MEASURED_FILE, PAGE_FILE, readMeasured } from './capacity';
import { areaOf, capacityPage } from './capacity-page';

test('docs/capacity.md is what `npm run capacity` makes of what was measured', () => {
  expect(readFileSync(PAGE_FILE, 'utf8')).toBe(capacityPage(readMeasured()));
});

test('the page names every cost it rests on, and both settings against power loss', () => {
  const measured = JSON.parse(readFileSync(MEASURED_FILE, 'utf8'));
  const page = capacityPage({ ...measured, ingest_unsynced: { ...measured.ingest, packets_s: 12_345, p50_ms: 9.9 } });
  expect(page).toContain(`${measured.ingest.cpu_us_per_packet.readings} µs`);
  expect(page).toMatch(/^\| `2m` \| 12,300 \| .* \| 9.9 \| /m);
  expect(page).not.toContain('Not measured yet');
});

test('a province costs its part of the country', () => {
  const measured = readMeasured();
  const [province, country] = [areaOf(measured, 26_000), areaOf(measured, 400_000)];
  expect(country.diskGb.total / province.diskGb.total).toBeCloseTo(400 / 26);
});
