import type { Case, Me } from '../api/types';
import { caseActionsOf, caseDue, caseStepsOf } from './case-steps';

const NOW = Date.parse('2026-11-22T12:00:00+08:00');
const of = (more: Partial<Case> = {}): Case =>
  ({
    state: 'filed',
    investigators: ['lead'],
    divisionPath: ['330000', '330400', '330483'],
    decideBy: '2027-02-20T23:59:59+08:00',
    ...more,
  }) as Case;
const me = (division: string, personId = 'me'): Pick<Me, 'personId' | 'roles' | 'division'> => ({
  personId,
  division,
  roles: ['supervisor'],
});
const notice = (statementUntil: string) => ({ statementUntil }) as Case['notice'];
const running = notice('2026-11-27T23:59:59+08:00');
const over = notice('2026-11-20T23:59:59+08:00');
const statement = { at: '', waived: true, text: '' };

describe('domain.md 5.5: what a supervisor may do with a case', () => {
  it.each<[string, Case, ReturnType<typeof me>, string[]]>([
    ['filed: the party is told', of(), me('330483'), ['notice', 'withdraw']],
    [
      'while the party is heard',
      of({ state: 'noticed', notice: running }),
      me('330400'),
      ['statement', 'notice', 'withdraw'],
    ],
    [
      'once it is heard the city decides',
      of({ state: 'noticed', notice: running, statement }),
      me('330400'),
      ['decision', 'notice', 'withdraw'],
    ],
    [
      'or once its time is over',
      of({ state: 'noticed', notice: over }),
      me('330400'),
      ['statement', 'decision', 'notice', 'withdraw'],
    ],
    [
      '5.1: the county does not decide',
      of({ state: 'noticed', notice: over, statement }),
      me('330483'),
      ['notice', 'withdraw'],
    ],
    ['nor who investigated', of({ state: 'noticed', notice: over, statement }), me('330400', 'lead'), ['notice']],
    ['decided: published and closed', of({ state: 'decided' }), me('330483'), ['publication', 'close']],
    ['a decision falls by who could make it', of({ state: 'closed', publishedAt: 'x' }), me('330000'), ['withdraw']],
    ['withdrawn: nothing', of({ state: 'withdrawn' }), me('330400'), []],
  ])('%s', (_, given, who, actions) => expect(caseActionsOf(given, who, NOW)).toEqual(actions));
  it('an officer only looks', () =>
    expect(caseActionsOf(of(), { ...me('330400'), roles: ['officer'] }, NOW)).toEqual([]));
});

it.each<[Partial<Case>, number]>([
  [{}, 1],
  [{ state: 'noticed', notice: running }, 2],
  [{ state: 'noticed', notice: running, statement }, 3],
  [{ state: 'decided', decision: {} as Case['decision'] }, 4],
  [{ state: 'decided', decision: {} as Case['decision'], publishedAt: 'x' }, 5],
  [{ state: 'closed' }, 6],
])('%j has %d steps behind it', (more, done) => expect(caseStepsOf(of(more)).done).toBe(done));

it('the clock that runs', () => {
  expect(caseDue(of())).toEqual({ kind: 'decide', at: '2027-02-20T23:59:59+08:00' });
  expect(caseDue(of({ state: 'decided', publishBy: 'p' }))).toEqual({ kind: 'publish', at: 'p' });
  expect(caseDue(of({ state: 'decided', publishBy: 'p', publishedAt: 'x' }))).toBeUndefined();
  expect(caseDue(of({ state: 'withdrawn' }))).toBeUndefined();
});
