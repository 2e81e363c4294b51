import { readScopes, scopesAllow } from './api-keys';

test.each([
  [['read'], 'tasks', true],
  [['readings:read'], 'readings', true],
  [['readings:read'], 'tasks', false],
  [[], 'readings', false],
  [['readings:write'], 'readings', false],
] as const)('a key with %j reads %s: %p', (scopes, area, allowed) => {
  expect(scopesAllow(scopes, area)).toBe(allowed);
});

test('scopes are read from a list; one that does not exist is named', () => {
  expect(readScopes('readings:read, alarms:read,readings:read')).toEqual(['readings:read', 'alarms:read']);
  expect(readScopes('readings:write')).toEqual(['readings:write']);
  expect(() => readScopes('tasks:write')).toThrow(/knows no "tasks:write"; there are read, registry:read/);
});
