import { merged, testValues } from './values';

test('maps are merged, everything else is replaced', () => {
  const base = { ingestion: { replicas: 1, settings: { A: 1 } }, demo: { enabled: true } };
  const over = { ingestion: { settings: { B: 'x' } }, demo: { enabled: false } };
  expect(merged(base, over)).toEqual({
    ingestion: { replicas: 1, settings: { A: 1, B: 'x' } },
    demo: { enabled: false },
  });
  expect(base.ingestion.settings).toEqual({ A: 1 });
});

test('an upgrade changes the tag of our images and leaves the servers alone', () => {
  const values = testValues('second', 'first');
  expect(values.global).toMatchObject({ image: { tag: 'second' } });
  for (const server of ['mongodb', 'nats', 'valkey']) expect(values[server]).toEqual({ image: { tag: 'first' } });
});
