import { StreamSerializer } from './stream-serializer';

const serializer = new StreamSerializer();
const over = (packet: object) => serializer.deserialize(serializer.serialize(packet));

test.each(['params', 'data'] as const)('a chunk in %s comes back byte for byte', (place) => {
  const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i));
  expect(over({ id: '1', [place]: bytes, meta: { a: 1 } })).toEqual({
    id: '1',
    [place]: { type: 'Buffer', data: bytes },
    meta: { a: 1 },
  });
});

test('a chunk takes a third more than its bytes, not four times', () => {
  expect(serializer.serialize({ params: Buffer.alloc(300_000, 0xff) }).length).toBeLessThan(410_000);
});

test.each([
  ['an object', { params: { a: 1, b: [true, null, '报警'] } }],
  ['an entity whose type is "Buffer" but which is no chunk', { data: { type: 'Buffer', data: [1, 2] } }],
  ['an array', { data: [{ data: 'x' }] }],
  ['nothing', { data: null }],
])('%s passes as it is', (_, packet) => {
  expect(over(packet)).toEqual(packet);
});
