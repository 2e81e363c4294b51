import type { Caller } from '@greenwatch/kit';
import { ALWAYS, type DeviceScope, type TimeRange, visibleRanges, within } from './access';

const PROVINCE = '330000';
const caller = (over: Partial<Caller>): Caller => ({
  kind: 'user',
  id: 'u1',
  name: 'u1',
  roles: ['supervisor'],
  division: PROVINCE,
  scopes: [],
  ...over,
});
const TONGXIANG = ['330000', '330400', '330483'];
const JIAOJIANG = ['330000', '331000', '331002'];
/** A logger that served e1 in Tongxiang until 100, e2 in Jiaojiang from 200, and there a second outlet from 250 on. */
const moved: DeviceScope = {
  operatorId: 'op1',
  bindings: [
    {
      outletId: 'o1',
      enterpriseId: 'e1',
      divisionPath: TONGXIANG,
      from: 0,
      to: 100,
    },
    {
      outletId: 'o3',
      enterpriseId: 'e2',
      divisionPath: JIAOJIANG,
      from: 250,
      to: 0,
    },
    {
      outletId: 'o2',
      enterpriseId: 'e2',
      divisionPath: JIAOJIANG,
      from: 200,
      to: 300,
    },
  ],
};
const END = ALWAYS.to;

test.each<[string, Partial<Caller>, DeviceScope | undefined, TimeRange[]]>([
  ['the province sees it always', {}, moved, [ALWAYS]],
  ['a city sees it while it stood there', { division: '330400' }, moved, [{ from: 0, to: 100 }]],
  ['a county sees it once where bindings overlap', { division: '331002' }, moved, [{ from: 200, to: END }]],
  ['another county does not see it', { division: '330114' }, moved, []],
  ['scope is membership of the path, not a prefix of the code', { division: '3310' }, moved, []],
  ['an enterprise sees its own time', { division: '330483', enterpriseId: 'e1' }, moved, [{ from: 0, to: 100 }]],
  ['an enterprise with the province as division sees no more', { enterpriseId: 'e1' }, moved, [{ from: 0, to: 100 }]],
  ['another enterprise does not see it', { enterpriseId: 'e9' }, moved, []],
  ['an operator sees the device it maintains', { operatorId: 'op1' }, moved, [ALWAYS]],
  ['another operator does not see it', { operatorId: 'op2' }, moved, []],
  ['a device nobody registered is seen by the province', {}, undefined, [ALWAYS]],
  ['a device nobody registered is seen by our services', { kind: 'service', division: '330483' }, undefined, [ALWAYS]],
  ['a device nobody registered is not seen by a county', { division: '330483' }, undefined, []],
  ['a device nobody registered is not seen by an enterprise', { enterpriseId: 'e1' }, undefined, []],
])('design.md 6, scope: %s', (_name, over, device, expected) => {
  expect(visibleRanges(caller(over), device, PROVINCE)).toEqual(expected);
});

/** An air station in Tongxiang: it belongs to no outlet. */
const station: DeviceScope = { bindings: [], stationPath: TONGXIANG };
test.each<[string, Partial<Caller>, DeviceScope, TimeRange[]]>([
  ['its county sees a station at any time', { division: '330483' }, station, [ALWAYS]],
  ['its city too', { division: '330400' }, station, [ALWAYS]],
  ['another county does not', { division: '331002' }, station, []],
  ['an enterprise of its county does not', { division: '330483', enterpriseId: 'e1' }, station, []],
  [
    'once bound to an outlet, its bindings count',
    { division: '330483' },
    { ...moved, stationPath: TONGXIANG },
    [{ from: 0, to: 100 }],
  ],
])('%s', (_, who, device, ranges) => {
  expect(visibleRanges(caller(who), device, PROVINCE)).toEqual(ranges);
});

test.each<[string, TimeRange, TimeRange[]]>([
  [
    'over all',
    { from: 0, to: 1_000 },
    [
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ],
  ],
  [
    'cutting both',
    { from: 15, to: 35 },
    [
      { from: 15, to: 20 },
      { from: 30, to: 35 },
    ],
  ],
  ['between', { from: 20, to: 30 }, []],
])('design.md 4, a query’s range within the visible ones: %s', (_name, range, expected) => {
  expect(
    within(
      [
        { from: 10, to: 20 },
        { from: 30, to: 40 },
      ],
      range,
    ),
  ).toEqual(expected);
});
