import { ACTS, type PenaltyKind } from '@greenwatch/contracts';
import { ACT_CATALOGUE, assertPenalty, basesFor, citedBases, dayOf, defaultSeverity } from './acts';

const OLD = dayOf('2026-03-01');
const NEW = dayOf('2026-09-01');
const NOW = dayOf('2026-11-22');
const ids = (...[act, actAt, decidedAt]: Parameters<typeof basesFor>) =>
  basesFor(act, actAt, decidedAt).map(({ id }) => id);

describe('domain.md 0: law is data', () => {
  it('every act has a name and a basis in force today; ids are unique', () => {
    expect(ACT_CATALOGUE.map(({ act }) => act).sort()).toEqual([...ACTS].sort());
    for (const act of ACTS) expect(ids(act, NOW, NOW)).not.toEqual([]);
    const all = ACT_CATALOGUE.flatMap(({ bases }) => bases.map(({ id }) => id));
    expect(new Set(all).size).toBe(all.length);
  });
  it('one line has one law on any day', () => {
    for (const { act } of ACT_CATALOGUE) {
      for (const day of ['2021-03-02', '2026-08-14', '2026-08-15', '2026-11-22'].map(dayOf)) {
        const lines = basesFor(act, day, day).map(({ line }) => line);
        expect(new Set(lines).size).toBe(lines.length);
      }
    }
  });
});

describe('domain.md 0, 行政处罚法 Art 37: by date of the act, the newer one where it is lighter (从旧兼从轻)', () => {
  it.each<[string, Parameters<typeof basesFor>, string[]]>([
    ['after the Code came into force: the Code', ['no-permit', NEW, NOW], ['code-1102']],
    ['decided before it: the old law', ['no-permit', OLD, OLD], ['permit-33']],
    ['before it, equally heavy: the old law', ['no-permit', OLD, NOW], ['permit-33']],
    ['before it, the Code is lighter: the Code', ['over-quota', OLD, NOW], ['code-1103-quota']],
    ['before it, the Code is lighter: the Code', ['evading-supervision', OLD, NOW], ['code-1108']],
    ['no range to compare: the old law', ['built-without-approval', OLD, NOW], ['eia-31.report', 'eia-31.form']],
    ['the last day of the old law', ['no-permit', dayOf('2026-08-15') - 1, NOW], ['permit-33']],
    ['the first day of the Code', ['no-permit', dayOf('2026-08-15'), NOW], ['code-1102']],
    ['no law of that day forbade it', ['no-permit', dayOf('2020-01-01'), NOW], []],
  ])('%s', (_, args, expected) => expect(ids(...args)).toEqual(expected));

  it('a basis that may not be cited is refused with those that may', () => {
    expect(() => citedBases('no-permit', NEW, NOW, ['permit-33'])).toThrow(/basisIds\.0.*code-1102/s);
    expect(citedBases('no-permit', NEW, NOW, ['code-1102'])).toMatchObject([
      { fine: { min: 200_000, max: 1_000_000 } },
    ]);
  });
});

describe('domain.md 1.11, 3.5: kinds and fine', () => {
  const code = citedBases('falsified-monitoring', NEW, NOW, ['code-1088']);
  it.each<[string, PenaltyKind[], number | undefined, RegExp | undefined]>([
    ['the least', ['fine'], 100_000, undefined],
    ['the most', ['fine', 'order-to-correct'], 1_000_000, undefined],
    ['below', ['fine'], 99_999, /fine.*100000 to 1000000 yuan/s],
    ['above', ['fine'], 1_000_001, /fine.*100000 to 1000000 yuan/s],
    ['a fine without its kind', ['warning'], 100_000, /fine.*absent/s],
    ['a kind without its fine', ['fine'], undefined, /fine.*needed/s],
    ['a warning alone', ['warning'], undefined, undefined],
    ['no penalty, and a fine', ['no-penalty', 'fine'], 100_000, /kinds/],
    ['no penalty, but an order to correct', ['no-penalty', 'order-to-correct'], undefined, undefined],
  ])('%s', (_, kinds, fine, error) => {
    const judge = () => assertPenalty(kinds, fine, code);
    if (error) expect(judge).toThrow(error);
    else expect(judge).not.toThrow();
  });
  it('without a range in yuan any fine passes: the decision names how it was found', () => {
    expect(() => assertPenalty(['fine'], 5, citedBases('other', NEW, NOW, ['other']))).not.toThrow();
  });
});

it.each<[PenaltyKind[], string]>([
  [['warning'], 'light'],
  [['order-to-correct', 'no-penalty'], 'light'],
  [['fine'], 'general'],
  [['fine', 'stop-production'], 'serious'],
  [['revoke-permit'], 'serious'],
])('domain.md 4.4: %s for an exceedance is %s', (kinds, severity) =>
  expect(defaultSeverity('exceedance', kinds)).toBe(severity),
);
it('domain.md 4.4: falsified data are serious by themselves', () =>
  expect(defaultSeverity('falsified-monitoring', ['fine'])).toBe('serious'));
