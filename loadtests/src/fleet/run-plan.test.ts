import { readdirSync } from 'node:fs';
import { checkedMix, devicesOf, MIXES_FOLDER, type Mix, readMix, secondsOf, stretched } from './mix';
import { PacketSchedule } from './packet-schedule';
import { planRun } from './run-plan';

const NOW = Date.parse('2026-11-22T10:20:30+08:00');
const county = readMix('county');
const options = { scale: 1, speed: 1, now: NOW, firstDevice: 0, most: 10_000 };

test('a county of 290 enterprises with 1.5 outlets each: 436 devices, 8.1 packets/s (docs/capacity.md)', () => {
  const plan = planRun(county, options);
  expect(plan.devices).toBe(436);
  expect(plan.meanRate).toBeCloseTo(8.1, 1);
});

test('a province at a tenth: 3,900 devices; the country at a sixth: 100,000, in ten processes', () => {
  expect(devicesOf(readMix('province'), 0.1)).toBe(3_900);
  const plan = planRun(readMix('national'), { ...options, scale: 1 / 6 });
  expect(plan.devices).toBe(100_000);
  expect(plan.processes).toHaveLength(10);
  expect(plan.processes.at(-1)).toEqual({ firstDevice: 90_000, devices: 10_000 });
});

test.each([1, 5, 60])('at %d times the real rate no packet is ahead of now, even with the spare ones', (speed) => {
  const plan = planRun(county, { ...options, speed });
  const schedule = new PacketSchedule(county);
  const last = schedule.newestAt(plan.traffic.from) + plan.frames - 1;
  expect(schedule.at(last).dataTime).toBeLessThanOrEqual(NOW);
  // And none is so old that it would be history: a task is made of the last 24 hours (design.md 4).
  expect(NOW - plan.traffic.from).toBeLessThan(24 * 3_600_000);
});

test.each([1, 10])('at %d times the real rate the phase of the full hour begins with its hour', (speed) => {
  const plan = planRun(county, { ...options, speed });
  const schedule = new PacketSchedule(county);
  const phase = county.phases.findIndex(({ fullHour }) => fullHour);
  const each = (schedule.packetsPerDay / 86_400) * speed;
  const sent = county.phases.slice(0, phase).reduce((sum, { seconds, factor }) => sum + seconds * factor * each, 1);
  const first = schedule.newestAt(plan.traffic.from);
  const kinds = [0, 1, 2, 3].map((more) => schedule.at(first + Math.ceil(sent) + more).kind);
  expect(kinds).toContain('hour');
});

test('several runs play other devices', () => {
  expect(planRun(county, { ...options, firstDevice: 500 }).processes).toEqual([{ firstDevice: 500, devices: 436 }]);
});

test.each(readdirSync(MIXES_FOLDER).map((file) => file.replace('.json', '')))('the mix %s is whole', (name) => {
  expect(readMix(name).name).toBe(name);
  expect(planRun(readMix(name), options).devices).toBeGreaterThan(0);
});

test('a tenth of the length: each phase, at least a second', () => {
  expect(secondsOf(stretched(county, 0.1))).toBeCloseTo(secondsOf(county) / 10, 0);
  expect(stretched(county, 0.001).phases.every(({ seconds }) => seconds === 1)).toBe(true);
});

test.each([
  [{ ...county, exceeding: 2 }, 'exceeding'],
  [{ ...county, phases: [] }, 'phases'],
  [{ ...county, dialects: { '2017': 0.5, '2017-unflagged': 0, '2005': 0.2 } }, 'dialects are 0.7 together: expected 1'],
  [{ ...county, colour: 'green' }, 'colour'],
] as [unknown, string][])('a wrong mix is named by its field', (mix, message) => {
  expect(() => checkedMix(mix as Mix, 'x.json')).toThrow(message);
});
