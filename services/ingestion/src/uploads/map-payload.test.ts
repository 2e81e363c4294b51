import type { PayloadMapping } from '@greenwatch/contracts';
import { mapPayload } from './map-payload';
import { UploadRefused } from './upload-refused';

const AT = Date.parse('2026-11-22T10:00:00+08:00');
const mapping = (change: Partial<PayloadMapping> = {}): PayloadMapping => ({
  kind: 'realtime',
  items: [{ path: 'v', factor: 'd20101', field: 'Rtd' }],
  ...change,
});

describe('time', () => {
  it.each([
    ['iso', '2026-11-22T09:00:00+08:00'],
    ['s', 1_795_309_200],
    ['ms', '1795309200000'],
    ['local', '2026-11-22 09:00:00'],
    ['local', '20261122090000'],
  ] as const)('%s: %s', (format, time) => {
    const [read] = mapPayload({ v: 1, time }, mapping({ time: { path: 'time', format } }), AT);
    expect(read?.dataTime).toBe(Date.parse('2026-11-22T09:00:00+08:00'));
  });
  it('none in the profile: time of reception', () => {
    expect(mapPayload({ v: 1 }, mapping(), AT)[0]?.dataTime).toBe(AT);
  });
  it.each([
    ['iso', 1_795_309_200],
    ['s', 'soon'],
    ['ms', true],
    ['local', '2026-02-31 09:00:00'],
    ['s', undefined],
  ] as const)('%s: %s is refused', (format, time) => {
    expect(() => mapPayload({ v: 1, time }, mapping({ time: { path: 'time', format } }), AT)).toThrow(UploadRefused);
  });
});

it('scale and offset leave no dust of binary fractions', () => {
  const items = [{ path: 'v', factor: 'd20101', field: 'Rtd', scale: 0.001, offset: 0.1 }];
  expect(mapPayload({ v: '12345.6' }, mapping({ items }), AT)[0]?.values).toEqual({ d20101: { Rtd: 12.4456 } });
});

it('paths go through lists and objects, and reach nothing that was not sent', () => {
  const items = [
    { path: 'data.1.value', factor: 'a1', field: 'Rtd' },
    { path: 'constructor.name', factor: 'a2', field: 'Rtd' },
    { path: 'data.length', factor: 'a3', field: 'Rtd' },
  ];
  expect(mapPayload({ data: [{}, { value: 7 }] }, mapping({ items }), AT)[0]?.values).toEqual({
    a1: { Rtd: 7 },
    a3: { Rtd: 2 },
  });
});

it.each([
  ['no value at any path', { x: 1 }, {}, /no value at v/],
  ['an object where a value should be', { v: {} }, {}, /payload.v, expected a number/],
  ['a list that is none', { v: 1 }, { each: 'events' }, /payload.events, expected a list/],
  ['an empty list', { events: [] }, { each: 'events' }, /1 to 1000/],
  [
    'a text to be scaled',
    { v: 'x' },
    { items: [{ path: 'v', factor: 'a', field: 'Rtd', scale: 2 }] },
    /expected a number/,
  ],
  [
    'a word that is not known',
    { v: 'odd' },
    { items: [{ path: 'v', factor: 'a', field: 'Flag', words: { ok: 'N' } }] },
    /"odd", expected one of ok/,
  ],
] as const)('%s is refused, naming its path', (_what, payload, change, detail) => {
  expect(() => mapPayload(payload, mapping(change as Partial<PayloadMapping>), AT)).toThrow(detail);
});
