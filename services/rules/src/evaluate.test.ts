import type { StoredAlarm } from './alarm.model';
import type { Judgement } from './alarm-episode';
import { evaluateSeries, stretchOf } from './evaluate';
import type { Verdict } from './exceedance';

const HOUR = 3_600_000;
const LIVE = 24 * HOUR;
const VERDICTS: Record<string, Verdict> = { n: 'normal', w: 'warn', e: 'exceed' };
const ALL = { from: 0, to: Infinity };

const hours = (text: string): Judgement[] =>
  [...text].flatMap((letter, i) =>
    letter === '.'
      ? []
      : [
          {
            at: i * HOUR,
            until: (i + 1) * HOUR,
            verdict: VERDICTS[letter] as Verdict,
            multiple: letter === 'e' ? 0.2 : 0,
            evidence: { dataTime: i * HOUR, value: letter, field: 'Avg' },
          },
        ],
  );

let ids = 0;
/** Applies what was decided, as the store does. */
function step(alarms: StoredAlarm[], text: string, now = 30 * HOUR): { alarms: StoredAlarm[]; verbs: string[] } {
  const { changes } = evaluateSeries('MEAN_H', hours(text), alarms, ALL, now, LIVE);
  const after = [...alarms];
  for (const { alarm, finding } of changes) {
    const stored = { ...(alarm ?? { _id: `a${++ids}` }), ...finding } as StoredAlarm;
    if (finding.endedAt === undefined) delete stored.endedAt;
    if (alarm) after[after.indexOf(alarm)] = stored;
    else after.push(stored);
  }
  return { alarms: after, verbs: changes.map(({ verb }) => verb) };
}

/** What a sequence of looks at the growing data tells. */
function play(texts: string[], now?: number): { alarms: StoredAlarm[]; verbs: string[][] } {
  let alarms: StoredAlarm[] = [];
  const verbs = texts.map((text) => {
    const result = step(alarms, text, now);
    alarms = result.alarms;
    return result.verbs;
  });
  return { alarms, verbs };
}
const show = (a: StoredAlarm) =>
  `${a.startedAt / HOUR}-${a.until / HOUR} ${a.code} ${a.level}${a.active ? ' active' : ''}${a.history ? ' history' : ''}`;

describe('alarms of one series (domain 1.9; style.md: an alarm is active or cleared)', () => {
  test.each<[string, string[], string[][], string[]]>([
    [
      'an exceedance goes on: one alarm',
      ['ne', 'nee', 'neen', 'neenn'],
      [['raised'], ['updated'], [], ['cleared']],
      ['1-3 EXC_H high'],
    ],
    [
      '3 in a row: the same alarm becomes urgent',
      ['ee', 'eee'],
      [['raised'], ['updated']],
      ['0-3 EXC_H urgent active'],
    ],
    [
      'near the limit, then above it: the same alarm',
      ['w', 'we'],
      [['raised'], ['updated']],
      ['0-2 EXC_H high active'],
    ],
    ['the same data again: nothing', ['ee', 'ee'], [['raised'], []], ['0-2 EXC_H high active']],
    ['a revision takes the only exceedance away', ['e', 'n'], [['raised'], ['cleared']], ['0-1 EXC_H high']],
    ['a revision shortens it', ['eee', 'een'], [['raised'], ['updated']], ['0-2 EXC_H high active']],
    [
      'late normal periods split it: the first part keeps the alarm',
      ['e...e', 'enn.e'],
      [['raised'], ['cleared', 'raised']],
      ['0-1 EXC_H high', '4-5 EXC_H high active'],
    ],
    [
      'a revision joins two: the later alarm is cleared',
      ['enne', 'enee'],
      [
        ['raised', 'raised'],
        ['updated', 'cleared'],
      ],
      ['0-4 EXC_H high active', '3-4 EXC_H high'],
    ],
    [
      'a late period before it makes it begin earlier',
      ['..e', '.ee'],
      [['raised'], ['updated']],
      ['1-3 EXC_H high active'],
    ],
    [
      'late data make a closed alarm go on',
      ['enn', 'eenn', 'eene'],
      [['raised'], ['updated'], ['updated']],
      ['0-4 EXC_H high active'],
    ],
  ])('%s', (_case, texts, verbs, alarms) => {
    const played = play(texts, 5 * HOUR);
    expect(played.verbs).toEqual(verbs);
    expect(played.alarms.map(show)).toEqual(alarms);
  });

  it('design 4: what was over more than 24 h ago is history', () => {
    expect(play(['eenn'], 26 * HOUR).alarms.map(show)).toEqual(['0-2 EXC_H high']);
    expect(play(['eenn'], 26 * HOUR + 1).alarms.map(show)).toEqual(['0-2 EXC_H high history']);
  });

  it('design 4: history that goes on into the live window is raised again', () => {
    const old = play(['ee'], 40 * HOUR);
    const gap = '.'.repeat(17);
    const later = step(old.alarms, `ee${gap}e`, 40 * HOUR);
    expect(later.verbs).toEqual(['raised']);
    expect(later.alarms.map(show)).toEqual(['0-20 EXC_H high active']);
  });

  it('what was raised live does not become history by getting old', () => {
    const live = play(['ee'], 3 * HOUR);
    expect(step(live.alarms, 'eenn', 100 * HOUR).alarms.map(show)).toEqual(['0-2 EXC_H high']);
  });
});

describe('the stretch to look at', () => {
  const alarm = (from: number, to: number, active = false) => ({ startedAt: from, until: to, active });

  test.each([
    ['old data: the context on both sides', [], 1_000, { from: 90, to: 120 }],
    ['near now: up to the newest', [], 115, { from: 90, to: Infinity }],
    ['an alarm that reaches in, as a whole', [alarm(50, 95)], 1_000, { from: 50, to: 120 }],
    ['an alarm that reaches into that one', [alarm(50, 95), alarm(20, 51)], 1_000, { from: 20, to: 120 }],
    ['an active alarm, up to the newest', [alarm(95, 97, true)], 1_000, { from: 90, to: Infinity }],
    ['an alarm elsewhere', [alarm(10, 20)], 1_000, { from: 90, to: 120 }],
  ])('%s', (_case, alarms, now, expected) => {
    expect(stretchOf({ from: 100, to: 110 }, alarms, 10, now)).toEqual(expected);
  });
});
