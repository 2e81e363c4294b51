import { featureName, inWords } from './words';

test('factors are called by their names', () => {
  expect(inWords({ code: 'coupling', values: { partner: 'w21003', before: 0.52, now: -0.02 } })).toEqual({
    zh: '疑似异常：与因子 氨氮 的相关系数由 0.52 变为 -0.02',
    en: expect.stringMatching(/^Suspected abnormal: correlation with factor .*nitrogen.* went from 0.52 to -0.02$/i),
  });
  const { zh } = inWords({ code: 'joint-step', values: { count: 2, names: 'w01018, w99999' } });
  expect(zh).toBe('疑似异常：2 个项目（化学需氧量, w99999）在同一时刻水平突变');
});

test('what other versions of the rules knew is shown as it is', () => {
  expect(inWords({ code: 'of-old', values: { hours: 3 } })).toEqual({
    zh: 'of-old {"hours":3}',
    en: 'of-old {"hours":3}',
  });
  expect(featureName('of-old')).toEqual({ zh: 'of-old', en: 'of-old' });
  expect(featureName('prior').zh).toBe('基础扣分');
});
