import { draftFrom, substantiatedBy, type TaskResult } from './answer-draft';

const result = (more: Partial<TaskResult> = {}): TaskResult => ({
  taskId: 't1',
  type: 'VERIFY',
  conclusion: 'normal',
  finding: '现场未见异味',
  reviewedAt: 10,
  ...more,
});
describe('whether the check found it true', () => {
  it.each<[string, TaskResult[], string]>([
    ['a suspected violation', [result({ conclusion: 'violation-suspected' })], 'yes'],
    ['normal', [result()], 'no'],
    ['a fault of the instrument', [result({ conclusion: 'instrument-fault' })], 'unknown'],
    ['other', [result({ conclusion: 'other' })], 'unknown'],
    ['normal and something else', [result(), result({ taskId: 't2', conclusion: 'other' })], 'unknown'],
    ['one of two visits found it', [result(), result({ taskId: 't2', conclusion: 'violation-suspected' })], 'yes'],
    ['not reviewed yet', [result({ conclusion: 'violation-suspected', reviewedAt: 0 })], 'unknown'],
    ['what the enterprise explains does not count', [result({ type: 'EXPLAIN' })], 'unknown'],
    ['nothing', [], 'unknown'],
  ])('%s', (_, results, expected) => {
    expect(substantiatedBy(results)).toBe(expected);
  });
});

it('the draft holds the findings in the order of their reviews, without names and numbers', () => {
  const results = [
    result({ taskId: 't2', finding: '约谈负责人，联系人：张三 13800001234', reviewedAt: 20 }),
    result({ conclusion: 'violation-suspected', finding: '锅炉房有明显异味', reviewedAt: 10 }),
  ];
  const text = draftFrom('TS1', results);
  expect(text).toContain('编号TS1');
  expect(text).toContain('基本属实');
  expect(text).toMatch(/锅炉房有明显异味\n约谈负责人，联系人：\[已隐去\]/);
  expect(text).not.toMatch(/张三|13800001234/);
  expect(draftFrom('TS1', [...results].reverse())).toBe(text);
});
it('there is none before a visit was reviewed', () => {
  expect(draftFrom('TS1', [result({ reviewedAt: 0 }), result({ type: 'EXPLAIN' })])).toBeUndefined();
});
