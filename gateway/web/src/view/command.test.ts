import type { CommandKindInfo } from '@greenwatch/contracts/src/commands';
import { parametersOf, REQUESTS, type RequestEdition } from '@greenwatch/hj212';
import {
  answerItems,
  answerValue,
  type FieldValues,
  firstValues,
  type Parameter,
  parameterNames,
  paramText,
  readParams,
} from './command';

const EDITIONS: RequestEdition[] = ['2005', '2017', '2025', 'surface-water'];
/** The commands as the API gives them. */
const kindsOf = (edition: RequestEdition): CommandKindInfo[] =>
  REQUESTS.filter(({ forms }) => forms[edition] !== undefined).map((definition) => ({
    ...definition,
    parameters: parametersOf(definition, edition).map((parameter) => ({
      ...parameter,
      choices: parameter.choices && [...parameter.choices],
    })),
  }));
const kind = (name: string, edition: RequestEdition = '2017') =>
  kindsOf(edition).find((one) => one.name === name) as CommandKindInfo;

const NOW = Date.parse('2026-03-02T10:20:00+08:00');
const SPAN = { beginTime: '2026-03-01T10:00:00+08:00', endTime: '2026-03-02T10:00:00+08:00' };

it('history is asked for of the last whole day unless somebody says otherwise (C.27, CN 2061)', () => {
  const hours = kind('get-hours');
  expect(readParams(hours, firstValues(hours, NOW))).toEqual({ params: SPAN, wrong: {} });
});

it.each<[string, string, RequestEdition, FieldValues, object, object]>([
  ['C.5 CN 1011: the factor may be left out', 'get-time', '2017', {}, {}, {}],
  ['C.9 CN 1062', 'set-realtime-interval', '2017', { rtdInterval: 60 }, { rtdInterval: 60 }, {}],
  [
    'table 4: RtdInterval is 30 to 3600',
    'set-realtime-interval',
    '2017',
    { rtdInterval: 29 },
    {},
    { rtdInterval: 'range' },
  ],
  [
    'table 4: MinInterval divides an hour',
    'set-minute-interval',
    '2017',
    { minInterval: 7 },
    {},
    { minInterval: 'choice' },
  ],
  ['CN 1062 without its value', 'set-realtime-interval', '2017', {}, {}, { rtdInterval: 'needed' }],
  ['CN 1072: six characters', 'set-password', '2017', { newPw: 'abc12' }, {}, { newPw: 'form' }],
  [
    'CN 3016: hhmmss',
    'set-sampling-cycle',
    '2017',
    { polId: 'w01018', cstartTime: '08:00:00', cTime: 2 },
    { polId: 'w01018', cstartTime: '080000', cTime: 2 },
    {},
  ],
  ['CN 1042 of 2005: hhmm', 'set-report-time', '2005', { reportTime: '2460' }, {}, { reportTime: 'form' }],
  [
    'CN 3014 of 2005: hours',
    'set-sampling-times',
    '2005',
    { polId: 'w01018', cTimes: ['02', '14'] },
    { polId: 'w01018', cTimes: ['02', '14'] },
    {},
  ],
  ['CN 1021 of 2005: factors', 'get-limits', '2005', { polIds: ['w01018'] }, { polIds: ['w01018'] }, {}],
  [
    'CN 1022 of 2005: factor, lower, upper',
    'set-limits',
    '2005',
    { limits: 'w01018 0 100.5\nw21003  0 8' },
    {
      limits: [
        { polId: 'w01018', low: 0, up: 100.5 },
        { polId: 'w21003', low: 0, up: 8 },
      ],
    },
    {},
  ],
  ['CN 1022: a line without an upper limit', 'set-limits', '2005', { limits: 'w01018 0' }, {}, { limits: 'form' }],
  [
    'CN 2061: the end before the beginning',
    'get-hours',
    '2017',
    { beginTime: '2026-03-02T10:00', endTime: '2026-03-01T10:00' },
    { beginTime: SPAN.endTime, endTime: SPAN.beginTime },
    { endTime: 'order' },
  ],
  [
    'CN 2061: no time',
    'get-hours',
    '2017',
    { beginTime: '2026-03', endTime: '2026-03-01T10:00' },
    { endTime: SPAN.beginTime },
    { beginTime: 'time' },
  ],
])('%s', (_, name, edition, values, params, wrong) => {
  expect(readParams(kind(name, edition), values)).toEqual({ params, wrong });
});

it('every type of every command of every edition can be filled in (HJ 212-2017 annex C)', () => {
  const FILLED: Record<Parameter['type'], (parameter: Parameter) => FieldValues[string]> = {
    code: () => 'w01018',
    text: ({ name }) => ({ infoId: 'i13004', newPw: 'abc123' })[name] ?? 'abc123',
    key: () => '0123456789abcdef',
    integer: ({ choices, min }) => choices?.[0] ?? min,
    time: () => '2026-03-01T10:00',
    clock: ({ digits = 4 }) => '080000'.slice(0, digits),
    codes: () => ['w01018'],
    clocks: () => ['08'],
    limits: () => 'w01018 0 100',
  };
  const refused = EDITIONS.flatMap((edition) =>
    kindsOf(edition).flatMap((one) => {
      const values = Object.fromEntries(one.parameters.map((p) => [p.name, FILLED[p.type](p)]));
      return Object.entries(readParams(one, values).wrong).map(
        ([field, why]) => `${edition} ${one.name} ${field} ${why}`,
      );
    }),
  );
  expect(refused).toEqual([]);
});

it.each([
  [
    'C.5 CN 1011',
    'PolId=w01018;SystemTime=20260301100000',
    [
      ['PolId', 'w01018'],
      ['SystemTime', '2026-03-01 10:00:00'],
    ],
  ],
  ['HJ/T 212-2005: the QN of the request inside CP', 'QN=20260301100000001;RtdInterval=30', [['RtdInterval', '30']]],
  [
    'CN 3020: a text with separators of its own',
    'DataTime=20260301100000;i11001-Info=//门开，a;b//',
    [
      ['DataTime', '2026-03-01 10:00:00'],
      ['i11001-Info', '门开，a;b'],
    ],
  ],
  ['nothing', '', []],
])('answer %s', (_, area, items) => {
  expect(answerItems(area).map(({ name, value }) => [name, answerValue(value)])).toEqual(items);
});

it('an item of an answer is called as the parameter of the same name', () => {
  expect(parameterNames(kindsOf('2017')).get('rtdinterval')).toMatchObject({ nameZh: '实时数据间隔（秒）' });
});

it.each([
  [SPAN.beginTime, '2026-03-01 10:00'],
  ['w01018', 'w01018'],
  [60, '60'],
  [['02', '14'], '02, 14'],
  [[{ polId: 'w01018', low: 0, up: 100 }], 'w01018 0 100'],
])('the parameter %j reads %s', (value, text) => expect(paramText(value)).toBe(text));
