import { hourUploads, momentUploads, stationDevices } from './stations';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T10:20:00+08:00');

it('hours that are over, each once and always the same: a start sends two days again and changes nothing', () => {
  const first = hourUploads('seed', undefined, NOW);
  expect(first).toHaveLength(96);
  expect(first.at(-1)?.dataTime).toBe('2026-11-22T09:00:00.000+08:00');
  expect(hourUploads('seed', undefined, NOW)).toEqual(first);
  const newest = Date.parse('2026-11-22T09:00:00+08:00');
  expect(hourUploads('seed', newest, NOW)).toEqual([]);
  expect(hourUploads('seed', newest - HOUR, NOW)).toEqual(first.slice(-2));
});

it('the meter speaks always, the camera when it sees something', () => {
  const all = Array.from({ length: 400 }, (_, i) => momentUploads('seed', NOW + i * 30_000)).flat();
  const of = (name: string) => all.filter(({ mn }) => mn.startsWith(name)).length;
  expect(of('METER')).toBe(400);
  expect(of('CAMERA')).toBeGreaterThan(5);
  expect(of('CAMERA')).toBeLessThan(40);
});

it('every device of the feed is registered, at a station of its own', () => {
  const known = new Map(stationDevices('seed').map((device) => [device.mn, device]));
  for (const { mn } of [...hourUploads('seed', undefined, NOW), ...momentUploads('seed', NOW)]) {
    expect(known.get(mn)?.station?.divisionCode).toBe('330483');
  }
  expect([...known.values()].every(({ bindings }) => bindings.length === 0)).toBe(true);
});
