import { type FlowState, type FlowVerb, step } from './rating-flow';
import { repairableFrom, requireRepairable } from './repair';

const at = (text: string) => Date.parse(`${text}+08:00`);
const DAYS = { objectionDays: 15, answerWorkingDays: 20, publicityDays: 15 };
const now = at('2026-03-02T10:00:00');

describe('4.4 flow', () => {
  test.each<[string, FlowState, FlowVerb, Partial<FlowState>]>([
    [
      'notice: 15 d to object',
      { state: 'draft', frozen: false },
      'notify',
      { state: 'notice', dueAt: at('2026-03-17T23:59:59') },
    ],
    [
      'objection: 20 wd to answer (清明 is none)',
      { state: 'notice', dueAt: now + 1, frozen: false },
      'object',
      { state: 'objection', dueAt: at('2026-03-30T23:59:59') },
    ],
    [
      'answer: 15 d of publicity',
      { state: 'objection', frozen: false },
      'answer',
      { state: 'publicity', dueAt: at('2026-03-17T23:59:59') },
    ],
    [
      'publicity when nobody objected in time',
      { state: 'notice', dueAt: now, frozen: false },
      'publish',
      { state: 'publicity', dueAt: at('2026-03-17T23:59:59') },
    ],
    ['final when publicity is over', { state: 'publicity', dueAt: now, frozen: false }, 'final', { state: 'final' }],
    [
      'withdrawn before it is final',
      { state: 'publicity', dueAt: now + 1, frozen: true },
      'withdraw',
      { state: 'withdrawn' },
    ],
  ])('%s', (_, from, verb, to) => {
    expect(step(from, verb, now, DAYS)).toMatchObject(to);
  });
  test.each<[string, FlowState, FlowVerb, string]>([
    ['no objection after 15 d', { state: 'notice', dueAt: now, frozen: false }, 'object', 'TOO_LATE'],
    ['no publicity while it may object', { state: 'notice', dueAt: now + 1, frozen: false }, 'publish', 'TOO_EARLY'],
    ['not final before publicity is over', { state: 'publicity', dueAt: now + 1, frozen: false }, 'final', 'TOO_EARLY'],
    ['an appeal freezes publication', { state: 'publicity', dueAt: now, frozen: true }, 'final', 'APPEAL_OPEN'],
    ['no draft becomes final', { state: 'draft', frozen: false }, 'final', 'WRONG_STATE'],
    ['nothing is withdrawn once final', { state: 'final', frozen: false }, 'withdraw', 'WRONG_STATE'],
  ])('%s', (_, from, verb, reason) => {
    expect(() => step(from, verb, now, DAYS)).toThrow(expect.objectContaining({ reason }));
  });
});

describe('4.4 repair', () => {
  const MONTHS = { light: 0, general: 3, serious: 12 };
  const entry = (more: object = {}) =>
    ({ id: 'e', event: 'penalty-fine', occurredAt: at('2025-12-02T10:00:00'), status: 'effective', ...more }) as const;
  test.each([
    ['light: at once', 'light' as const, '2025-12-02T10:00:00'],
    ['general: after 3 months', 'general' as const, '2026-03-02T10:00:00'],
    ['serious: after 1 year', 'serious' as const, '2026-12-02T10:00:00'],
    ['none said: as light', undefined, '2025-12-02T10:00:00'],
  ])('%s', (_, severity, from) => {
    expect(repairableFrom({ occurredAt: entry().occurredAt, severity }, MONTHS)).toBe(at(from));
  });
  test('the least time is over', () => {
    expect(() => requireRepairable(entry({ severity: 'general' }), now, MONTHS)).not.toThrow();
    expect(() => requireRepairable(entry({ severity: 'general' }), now - 1, MONTHS)).toThrow(
      expect.objectContaining({ reason: 'TOO_EARLY' }),
    );
  });
  test.each(['appealed', 'cancelled', 'repaired'] as const)('what is %s cannot be repaired', (status) => {
    expect(() => requireRepairable(entry({ status }), now, MONTHS)).toThrow(
      expect.objectContaining({ reason: 'WRONG_STATE' }),
    );
  });
});
