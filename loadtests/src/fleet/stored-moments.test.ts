import { momentOf } from './stored-moments';

const line = (over: object = {}) =>
  JSON.stringify({
    mn: 'A1',
    kind: 'hour',
    dataTime: '2026-11-22T09:00:00.000+08:00',
    receivedAt: '2026-11-22T10:00:01.000+08:00',
    values: { a21026: { Avg: '12.00' }, a21002: { Avg: '30.00' } },
    revisions: 0,
    ...over,
  });

test('a line of the export as the ledger takes it', () => {
  expect(momentOf(line())).toEqual({
    mn: 'A1',
    kind: 'hour',
    dataTime: Date.parse('2026-11-22T09:00:00+08:00'),
    factors: [{ code: 'a21026' }, { code: 'a21002' }],
    revisions: 0,
  });
});

test('data that no fleet sends are no packet of it', () => {
  expect(() => momentOf(line({ kind: 'state' }))).toThrow('A1 has state data');
});
