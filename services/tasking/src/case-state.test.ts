import type { CaseState } from '@greenwatch/contracts';
import {
  allowedCaseVerbs,
  assertHeard,
  type CaseVerb,
  decisionAuthority,
  decisionLimit,
  isCaseStepWaitedFor,
  limitationStart,
  nextCaseState,
  publishLimit,
  statementLimit,
} from './case-state';

const at = (text: string) => Date.parse(`${text}+08:00`);

describe('domain.md 5.5: the line of a case', () => {
  it.each<[CaseState, CaseVerb, CaseState]>([
    ['filed', 'serveNotice', 'noticed'],
    ['noticed', 'recordStatement', 'noticed'],
    ['noticed', 'serveNotice', 'noticed'],
    ['noticed', 'decide', 'decided'],
    ['decided', 'publish', 'decided'],
    ['decided', 'close', 'closed'],
    ['closed', 'publish', 'closed'],
    ['filed', 'withdraw', 'withdrawn'],
    ['decided', 'withdraw', 'withdrawn'],
    ['closed', 'withdraw', 'withdrawn'],
  ])('%s + %s = %s', (from, verb, to) => expect(nextCaseState(from, verb)).toBe(to));

  it.each<[string, CaseState, CaseVerb]>([
    ['no decision before the party was told', 'filed', 'decide'],
    ['no second decision', 'decided', 'decide'],
    ['no notice after the decision', 'decided', 'serveNotice'],
    ['no end before the decision', 'noticed', 'close'],
    ['nothing is published before the decision', 'noticed', 'publish'],
  ])('%s', (_, from, verb) => expect(() => nextCaseState(from, verb)).toThrow(/possible: /));
  it('a withdrawn case is over', () => expect(allowedCaseVerbs('withdrawn')).toEqual([]));
});

describe('domain.md 5.5: clocks', () => {
  it('5 d for a statement are working days: over a weekend to Friday', () => {
    // Friday 2026-11-20
    expect(statementLimit(at('2026-11-20T10:00:00'))).toBe(at('2026-11-27T23:59:59'));
  });
  it('90 d from filing; the party’s time is not counted', () => {
    const filedAt = at('2026-11-01T10:00:00');
    const servedAt = at('2026-11-20T10:00:00');
    const statementUntil = statementLimit(servedAt);
    expect(decisionLimit(filedAt)).toBe(at('2027-01-30T23:59:59'));
    expect(decisionLimit(filedAt, { servedAt, statementUntil })).toBe(at('2027-02-07T23:59:59'));
    expect(decisionLimit(filedAt, { servedAt, statementUntil, statedAt: servedAt + 3_600_000 })).toBe(
      at('2027-01-31T23:59:59'),
    );
  });
  it('published 7 working days after the decision', () => {
    expect(publishLimit(at('2026-11-20T10:00:00'))).toBe(at('2026-12-01T23:59:59'));
  });
  it.each<[CaseState, boolean, boolean, boolean]>([
    ['filed', false, true, false],
    ['noticed', false, true, false],
    ['decided', false, false, true],
    ['decided', true, false, false],
    ['closed', false, false, true],
    ['withdrawn', false, false, false],
  ])('%s, published %s: decide %s, publish %s', (state, published, decide, publish) => {
    expect(isCaseStepWaitedFor('decide', state, published)).toBe(decide);
    expect(isCaseStepWaitedFor('publish', state, published)).toBe(publish);
  });
  it('limitation: 2 years, 5 where the act did harm (Code Art 1054)', () => {
    const now = at('2026-11-22T08:00:00');
    expect(limitationStart(now, false)).toBe(at('2024-11-22T08:00:00'));
    expect(limitationStart(now, true)).toBe(at('2021-11-22T08:00:00'));
  });
});

describe('行政处罚法 Art 45, 62: the party is heard', () => {
  const hearing = { servedAt: 0, statementUntil: 1000 };
  it.each<[string, Parameters<typeof assertHeard>[0], number, boolean]>([
    ['its time runs', hearing, 1000, false],
    ['its time is over', hearing, 1001, true],
    ['it has stated or waived', { ...hearing, statedAt: 10 }, 20, true],
  ])('%s', (_, given, now, ok) => {
    const judge = () => assertHeard(given, now, 'then');
    if (ok) expect(judge).not.toThrow();
    else expect(judge).toThrow('until then');
  });
});

describe('案卷评查细则 2024, domain.md 5.1, 8.1: who decides', () => {
  const matter = { divisionPath: ['330000', '330400', '330483'], investigators: ['lead', 'second'] };
  it.each<[string, string, string | undefined, string]>([
    ['the city', '330400', 'city-sup', '330400'],
    ['the province', '330000', 'prov-sup', '330000'],
    ['a county branch does not', '330483', 'sup', 'NO_DECISION_POWER'],
    ['another city does not', '331000', 'sup', 'NO_DECISION_POWER'],
    ['an investigator does not, whatever the office', '330400', 'lead', 'DECIDER_IS_INVESTIGATOR'],
    ['an account without a person does not', '330400', undefined, 'FORBIDDEN'],
  ])('%s', (_, division, personId, expected) => {
    const decide = () => decisionAuthority(matter, { division, personId });
    if (/^\d+$/.test(expected)) expect(decide()).toBe(expected);
    else expect(decide).toThrow(expect.objectContaining({ reason: expected }));
  });
});
