import { episodesOf } from './alarm-episode';
import { addStates, type Facility, isUntreated, judgeTreatment, type StateRun } from './treatment-off';

const MINUTE = 60_000;
const FACILITIES: Facility[] = [
  { code: 'SB1', role: 'production', name: '定型机' },
  { code: 'SB2', role: 'treatment', name: '冷凝器' },
  { code: 'SB3', role: 'treatment', name: '静电场' },
];
type Sample = [minute: number, states: string];
const statesOf = (text: string) => Object.fromEntries([...text].map((state, i) => [`SB${i + 1}`, state]));
const ON = '111';
const OFF = '110';

function runsOf(samples: Sample[]): StateRun[] {
  const runs: StateRun[] = [];
  for (const [minute, states] of samples) addStates(runs, minute * MINUTE, statesOf(states));
  return runs;
}
const alarmsOf = (samples: Sample[]) =>
  episodesOf(judgeTreatment(runsOf(samples), FACILITIES, 10 * MINUTE)).map((e) => [
    e.startedAt / MINUTE,
    e.until / MINUTE,
    e.active,
  ]);
const each = (from: number, to: number, states: string): Sample[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, states]);

describe('TREAT_OFF (domain 1.9: production on, treatment off for 10 min)', () => {
  test.each<[string, Sample[], unknown[]]>([
    ['off for 10 min', [...each(0, 4, ON), ...each(5, 15, OFF)], [[5, 15, true]]],
    ['off for 9 min so far', [...each(0, 4, ON), ...each(5, 14, OFF)], []],
    ['off for 8 min, then on', [...each(0, 7, OFF), ...each(8, 20, ON)], []],
    ['closed by 2 uploads with treatment on', [...each(0, 26, OFF), ...each(27, 28, ON)], [[0, 27, false]]],
    ['open after 1 upload with treatment on', [...each(0, 26, OFF), ...each(27, 27, ON)], [[0, 27, true]]],
    [
      'another treatment goes off meanwhile: the same episode',
      [...each(0, 6, OFF), ...each(7, 12, '100')],
      [[0, 12, true]],
    ],
    [
      'uploads every 5 min',
      [
        [0, OFF],
        [5, OFF],
        [10, OFF],
      ],
      [[0, 10, true]],
    ],
    [
      'nothing known for 2 h is not off for 2 h',
      [
        [0, OFF],
        [120, OFF],
      ],
      [],
    ],
    ['production off as well', each(0, 30, '000'), []],
    ['production stops after 5 min', [...each(0, 5, OFF), ...each(6, 30, '010')], []],
  ])('%s', (_case, samples, expected) => expect(alarmsOf(samples)).toEqual(expected));

  it('is the same whatever the order of arrival, and when all comes twice', () => {
    const samples: Sample[] = [...each(0, 4, ON), ...each(5, 26, OFF), ...each(27, 29, ON)];
    const late = [...samples.slice(20), ...samples.slice(0, 20)];
    expect(alarmsOf([...samples, ...samples])).toEqual([[5, 27, false]]);
    expect(alarmsOf(late)).toEqual([[5, 27, false]]);
  });

  it('HJ 212-2017 8: split packets of one moment are put together', () => {
    const runs = runsOf(each(0, 3, ON));
    addStates(runs, 4 * MINUTE, { SB1: '1' });
    addStates(runs, 4 * MINUTE, { SB2: '0' });
    expect(runs.at(-1)).toEqual({ from: 4 * MINUTE, to: 4 * MINUTE, samples: 1, states: statesOf('101') });
    expect(addStates(runs, 4 * MINUTE, { SB1: '1' })).toBeUndefined();
  });

  test.each([
    ['HJ 212-2017 table 4: 0 is off', '101', true],
    ['HJ 212-2017 table 4: 3 maintenance is not off', '131', false],
    ['HJ 212-2017 table 4: 4 alarm of production still produces', '401', true],
    ['HJ 212-2017 table 4: 3 maintenance of production does not produce', '301', false],
  ])('%s', (_clause, states, expected) => expect(isUntreated(statesOf(states), FACILITIES)).toBe(expected));
});
