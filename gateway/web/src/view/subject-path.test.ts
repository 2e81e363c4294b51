import { subjectPath } from './subject-path';

it.each([
  ['task', '/tasks/x'],
  ['alarm', '/alarms/x'],
  ['complaint', '/complaints/x'],
  ['case', '/cases/x'],
  ['model', '/fraud/models'],
  ['check', '/checks/x'],
  ['duty', '/duties/x'],
] as const)('a notice of a %s leads to %s', (kind, path) => expect(subjectPath({ kind, id: 'x' })).toBe(path));
it('an enterprise sees its rating in its file', () => {
  expect(subjectPath({ kind: 'rating', id: 'x' }, 'e1')).toBe('/enterprises/e1');
});
