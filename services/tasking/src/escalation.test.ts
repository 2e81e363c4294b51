import { escalationOf, higherEscalation, PHASES, type Phase, phaseAfter, phaseTime } from './escalation';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('domain.md 5.6: when a step that is not done is told to whom', () => {
  it.each<[Phase, number]>([
    ['reminder', 12 * MINUTE],
    ['overdue', 15 * MINUTE],
    ['city', 15 * MINUTE + 24 * HOUR],
    ['province', 15 * MINUTE + 72 * HOUR],
  ])('limit of 15 min: %s after %d ms', (phase, expected) => {
    expect(phaseTime(phase, 1_000_000, 1_000_000 + 15 * MINUTE)).toBe(1_000_000 + expected);
  });

  it('the phases follow one another and end', () => {
    const seen: (Phase | undefined)[] = ['reminder'];
    while (seen.at(-1)) seen.push(phaseAfter(seen.at(-1) as Phase));
    expect(seen).toEqual([...PHASES, undefined]);
  });

  it.each<[Phase, unknown]>([
    ['reminder', undefined],
    ['overdue', { to: 'superior', tell: 'county' }],
    ['city', { to: 'city', tell: 'city' }],
    ['province', { to: 'province', tell: 'province' }],
  ])('%s', (phase, expected) => expect(escalationOf(phase)).toEqual(expected));

  it('only rises', () => {
    expect(higherEscalation('city', 'superior')).toBe('city');
    expect(higherEscalation('none', 'superior')).toBe('superior');
    expect(higherEscalation('province', 'province')).toBe('province');
  });
});
