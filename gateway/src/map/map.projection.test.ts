import type { registryFacts } from '@greenwatch/contracts';
import { presentBinding } from './map.projection';

const binding = (enterpriseId: string, from: number, to: number): registryFacts.Binding => ({
  outletId: `${enterpriseId}-o`,
  enterpriseId,
  medium: 'gas',
  from,
  to,
  divisionPath: [],
});

test.each([
  ['open on both sides', [binding('e1', 0, 0)], 'e1'],
  ['the one after a move', [binding('e1', 0, 500), binding('e2', 500, 0)], 'e2'],
  ['ended', [binding('e1', 0, 1000)], undefined],
  ['not begun', [binding('e1', 1001, 0)], undefined],
  ['overlapping: the later one', [binding('e1', 0, 0), binding('e2', 900, 0)], 'e2'],
])('binding in force: %s', (_, bindings, expected) => {
  expect(presentBinding(bindings, 1000)?.enterpriseId).toBe(expected);
});
