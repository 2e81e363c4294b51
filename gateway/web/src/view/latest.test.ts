import type { Device, Moment } from '../api/types';
import { boundDevices, latestValues, limitedFirst } from './latest';

const moment = (kind: Moment['kind'], dataTime: string, values: Moment['values']): Moment => ({
  mn: 'A',
  kind,
  dataTime,
  receivedAt: dataTime,
  values,
  revisions: 0,
});

describe('latestValues', () => {
  it('takes each factor where its data time is newest, whatever the order of arrival', () => {
    const latest = latestValues([
      moment('realtime', '2026-03-01T08:01:00+08:00', { b: { Rtd: '2', Flag: 'N' } }),
      moment('hour', '2026-03-01T07:00:00+08:00', { b: { Avg: '9', Flag: 'N' }, a: { Avg: '5', Flag: 'M' } }),
    ]);
    expect(latest).toEqual([
      { factor: 'a', text: '5', flag: 'M', kind: 'hour', dataTime: '2026-03-01T07:00:00+08:00' },
      { factor: 'b', text: '2', flag: 'N', kind: 'realtime', dataTime: '2026-03-01T08:01:00+08:00' },
    ]);
  });
  it('leaves the states of facilities out and calls a missing flag unknown (domain.md 1.7)', () => {
    const latest = latestValues([
      moment('state', '2026-03-01T08:01:00+08:00', { SB1: { RS: '1' } }),
      moment('hour', '2026-03-01T07:00:00+08:00', { a: { Avg: '5' }, c: { Avg: '' } }),
    ]);
    expect(latest.map((l) => [l.factor, l.flag])).toEqual([['a', 'U']]);
  });
});

it('counts a device only while it is bound to the outlet (design.md 4)', () => {
  const at = Date.parse('2026-03-01T00:00:00Z');
  const device = (mn: string, from?: string, to?: string) =>
    ({ mn, bindings: [{ outletId: 'O', enterpriseId: 'E', medium: 'gas', from, to }] }) as unknown as Device;
  const devices = [
    device('old', undefined, '2026-02-01T00:00:00Z'),
    device('new', '2026-02-01T00:00:00Z'),
    device('next', '2026-04-01T00:00:00Z'),
  ];
  expect(boundDevices({ id: 'O' }, devices, at).map((d) => d.mn)).toEqual(['new']);
  expect(boundDevices({ id: 'X' }, devices, at)).toEqual([]);
});

it('shows what has a limit first', () => {
  const values = latestValues([
    moment('hour', '2026-03-01T07:00:00+08:00', { a: { Avg: '1' }, b: { Avg: '2' }, c: { Avg: '3' } }),
  ]);
  expect(limitedFirst(values, [{ factor: 'b' }]).map((v) => v.factor)).toEqual(['b', 'a', 'c']);
});
