import type { Language } from './result';

/** Every feature a `logistic` model may weigh, in words. A feature is 0 (nothing seen) to 1. */
const words: Record<string, { zh: string; en: string }> = {
  E: { zh: '超标检验：紧贴限值或接近限值即停', en: 'Exceedance: bunched under the limit, or switched off near it' },
  F: { zh: '波动检验：波动与基线不符', en: 'Fluctuation: unlike the baseline' },
  Z: { zh: '零值检验：零值或恒值', en: 'Zero and constant values' },
  B: { zh: '箱体检验：上限、带宽、高值段', en: 'Box: ceiling, channel width, upper tail' },
  W: { zh: '工况检验：与负荷不符', en: 'Working condition: at odds with the load' },
  'level-step': { zh: '无停运、无负荷变化的水平突变', en: 'Abrupt change of level without a stop or a change of load' },
  'joint-step': { zh: '多个项目同一时刻水平突变', en: 'Several series change level at the same moment' },
  calm: { zh: '负荷照常波动而数值近乎不动', en: 'Hardly moves while the load moves as usual' },
  'zero-running': { zh: '生产运行时成段的零值', en: 'Stretches of zero while the source runs' },
  'ceiling-pile': { zh: '数值堆积在上沿', en: 'Values piled up under a ceiling' },
  replay: { zh: '与本点位其他时段的曲线重复', en: 'A stretch of its own past comes again' },
  copy: { zh: '与其他点位同一时段的曲线重复', en: 'Shows the curve of another outlet' },
  'invalid-flags': { zh: '校准、维护标记过多', en: 'Too many hours flagged as calibration or maintenance' },
  'air-sampled': { zh: '生产中烟气氧含量等同空气', en: 'Oxygen of air in the flue gas of a working plant' },
  digits: { zh: '末位数字不均匀', en: 'Last digits unlike before' },
  night: { zh: '夜间数值偏离以往', en: 'Nights lower than before, compared with days' },
  coupling: { zh: '与其他因子的关联消失', en: 'Correlation with another factor got lost' },
  electricity: { zh: '治理用电下降而浓度未升', en: 'Treatment uses less electricity and the values stay low' },
};

/** Names of all features, the five tests first. */
export const featureNames: readonly string[] = Object.keys(words);

/** The feature in words. @throws RangeError for a name that is no feature. */
export function describeFeature(feature: string, language: Language): string {
  const text = words[feature];
  if (!text) throw new RangeError(`feature "${feature}" is not known`);
  return text[language];
}
