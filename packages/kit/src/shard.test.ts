import { shardCommand } from './shard';

const key = { _id: 1 } as const;

test('issue 5, scale out: a mongos is told to shard a collection by its key', () => {
  // What a mongos answers to hello: https://www.mongodb.com/docs/manual/reference/command/hello/
  const hello = { isWritablePrimary: true, msg: 'isdbgrid', ok: 1 };
  expect(shardCommand(hello, 'greenwatch_readings', 'packets', key)).toEqual({
    shardCollection: 'greenwatch_readings.packets',
    key: { _id: 1 },
  });
});

test.each([
  ['a replica set', { isWritablePrimary: true, setName: 'greenwatch', ok: 1 }],
  ['a server that stands alone', { isWritablePrimary: true, ok: 1 }],
])('%s is told nothing', (_, hello) => {
  expect(shardCommand(hello, 'd', 'c', key)).toBeUndefined();
});
