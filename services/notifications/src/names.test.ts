import { NAMES, nameOf } from './names';

it('both languages name the same codes', () => {
  expect(Object.keys(NAMES.en)).toEqual(Object.keys(NAMES['zh-CN']));
});
it('domain.md 1.11: no name says more than a suspicion', () => {
  for (const text of Object.values(NAMES['zh-CN'])) expect(text).not.toMatch(/造假|伪造|篡改/);
  for (const text of Object.values(NAMES.en)) expect(text).not.toMatch(/forge|fraud|fake/i);
});
it('a code that is not known stays as it is, none says nothing', () => {
  expect(nameOf('en', 'check', 'P99')).toBe('P99');
  expect(nameOf('en', 'stage', '')).toBe('');
});
