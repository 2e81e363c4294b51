import type { Level } from '@greenwatch/contracts';
import { capReached, smsTime } from './quiet-hours';

const at = (text: string) => Date.parse(`${text}+08:00`);

describe('domain.md 7: quiet hours 22–07 except high and urgent', () => {
  it.each<[Level, string, string]>([
    ['mid', '2026-11-18T21:59:59', '2026-11-18T21:59:59'],
    ['mid', '2026-11-18T22:00:00', '2026-11-19T07:00:00'],
    ['mid', '2026-11-18T23:59:59', '2026-11-19T07:00:00'],
    ['low', '2026-11-19T00:00:00', '2026-11-19T07:00:00'],
    ['low', '2026-11-19T06:59:59', '2026-11-19T07:00:00'],
    ['mid', '2026-11-19T07:00:00', '2026-11-19T07:00:00'],
    ['high', '2026-11-19T03:00:00', '2026-11-19T03:00:00'],
    ['urgent', '2026-11-18T23:00:00', '2026-11-18T23:00:00'],
  ])('%s at %s: %s', (level, now, expected) => expect(smsTime(level, at(now))).toBe(at(expected)));
});

describe('domain.md 7: at most one in 30 minutes for an alert and person, 20 a day', () => {
  const now = at('2026-11-18T12:00:00');
  const sent = (alertId: string, minutesAgo: number) => ({ alertId, at: now - minutesAgo * 60_000 });
  it.each([
    ['nothing sent', [], undefined],
    ['the same alert 29 min ago', [sent('a', 29)], 'same-alert'],
    ['the same alert 30 min ago', [sent('a', 30)], undefined],
    ['another alert 1 min ago', [sent('b', 1)], undefined],
    ['19 today', Array.from({ length: 19 }, (_, i) => sent(`x${i}`, i)), undefined],
    ['20 today', Array.from({ length: 20 }, (_, i) => sent(`x${i}`, i)), 'day'],
    ['20 yesterday', Array.from({ length: 20 }, (_, i) => sent(`x${i}`, 13 * 60 + i)), undefined],
  ])('%s', (_, list, expected) => expect(capReached(list, 'a', now)).toBe(expected));
});
