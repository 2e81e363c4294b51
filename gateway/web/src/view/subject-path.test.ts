import { subjectPath } from './subject-path';

it.each([
  ['task', '/tasks/x'],
  ['alarm', '/alarms/x'],
  ['complaint', '/complaints/x'],
  ['case', '/cases/x'],
  ['model', '/fraud/models'],
  ['check', '/checks?check=x'],
] as const)('a notice of a %s leads to %s', (kind, path) => expect(subjectPath({ kind, id: 'x' })).toBe(path));
it('an enterprise sees its checks, duties and ratings in its file', () => {
  for (const kind of ['check', 'duty', 'rating'] as const)
    expect(subjectPath({ kind, id: 'x' }, 'e1')).toBe('/enterprises/e1');
});
