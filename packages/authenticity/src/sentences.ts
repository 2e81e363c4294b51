import type { Language, Sentence } from './result';

/**
 * What is said to officers, with the numbers in braces. It states what was seen and that it is suspected, never that
 * somebody did something: that is found out on the spot.
 */
const texts: Record<string, { zh: string; en: string }> = {
  'not-enough-data': {
    zh: '有效数据不足：窗口 {window} 个，基线 {baseline} 个，至少需要 {leastWindow} 和 {leastBaseline} 个',
    en: 'Not enough valid data: {window} values in the window and {baseline} in the baseline, {leastWindow} and {leastBaseline} are needed',
  },
  'too-few-tests': {
    zh: '五项检验中只有 {applicable} 项适用，至少需要 3 项',
    en: 'Only {applicable} of the five tests apply, 3 are needed',
  },
  'no-limit': { zh: '该因子没有排放限值', en: 'There is no limit for this factor' },
  'no-load': {
    zh: '没有工况（负荷）数据，工况检验不适用',
    en: 'There is no load data, so the working-condition test does not apply',
  },
  'little-load': {
    zh: '与负荷同时刻的数据太少（{pairs} 对）',
    en: 'Too few values at the same time as the load ({pairs} pairs)',
  },
  'E-clear': { zh: '超标检验：限值附近未见疑似异常', en: 'Exceedance: nothing suspected near the limit' },
  'E-bunching': {
    zh: '超标检验疑似异常：紧贴限值以下 {below} 次，刚超过限值仅 {above} 次，平滑分布应约 {expected} 次',
    en: 'Exceedance, suspected abnormal: {below} visits just under the limit but {above} just over it, about {expected} would be smooth',
  },
  'E-switching-off': {
    zh: '超标检验疑似异常：接近限值后 {hits} 次转为无效标记，共接近限值 {near} 次',
    en: 'Exceedance, suspected abnormal: marked invalid {hits} times right after a value near the limit, out of {near} such values',
  },
  'F-clear': { zh: '波动检验：波动与基线相符', en: 'Fluctuation: like the baseline' },
  'F-low': {
    zh: '波动检验疑似异常：{blocks} 个时段中有 {low} 个波动异常小',
    en: 'Fluctuation, suspected abnormal: unusually little in {low} of {blocks} blocks',
  },
  'F-high': {
    zh: '波动检验疑似异常：{blocks} 个时段中有 {high} 个波动异常大（弱信号）',
    en: 'Fluctuation, suspected abnormal: unusually much in {high} of {blocks} blocks (a weak sign)',
  },
  'Z-clear': { zh: '零值检验：零值与恒值与基线相符', en: 'Zero and constant: like the baseline' },
  'Z-zeros': {
    zh: '零值检验疑似异常：不高于检出限 {visits} 次，最长连续 {longest} 个',
    en: 'Zero and constant, suspected abnormal: at or below the detection limit {visits} times, longest run {longest} values',
  },
  'Z-constant': {
    zh: '零值检验疑似异常：同一数值连续 {longest} 个',
    en: 'Zero and constant, suspected abnormal: the same value {longest} times in a row',
  },
  'B-clear': { zh: '箱体检验：分布与基线相符', en: 'Box: distribution like the baseline' },
  'B-outside': {
    zh: '箱体检验疑似异常：超出基线箱线 {visits} 次，预计约 {expected} 次（弱信号）',
    en: 'Box, suspected abnormal: outside the baseline fences {visits} times, about {expected} expected (a weak sign)',
  },
  'B-ceiling': {
    zh: '箱体检验疑似异常：{visits} 次停在最大值 {max} 附近，像有上限',
    en: 'Box, suspected abnormal: stops near the maximum {max} {visits} times, like a ceiling',
  },
  'B-narrow': {
    zh: '箱体检验疑似异常：数值带宽只有基线的 {percent}%',
    en: 'Box, suspected abnormal: the channel is only {percent} % as wide as in the baseline',
  },
  'B-squeezed': {
    zh: '箱体检验疑似异常：高值段被压缩（比值 {ratio}，正态约 2.05）',
    en: 'Box, suspected abnormal: the upper tail is squeezed (ratio {ratio}, about 2.05 for a normal curve)',
  },
  'W-clear': { zh: '工况检验：浓度与工况关系未变', en: 'Working condition: values follow the load as before' },
  'W-shift': {
    zh: '工况检验疑似异常：同样负荷下浓度比基线低 {percent}%（须排除治理改进）',
    en: 'Working condition, suspected abnormal: {percent} % lower than the baseline at the same load (real abatement must be ruled out)',
  },
  'W-broken': {
    zh: '工况检验疑似异常：与负荷的相关系数由 {before} 变为 {now}',
    en: 'Working condition, suspected abnormal: correlation with the load went from {before} to {now}',
  },
  'W-mark-conflict': {
    zh: '工况检验疑似异常：标记停运但有生产迹象 {hours} 小时',
    en: 'Working condition, suspected abnormal: marked as stopped for {hours} h while production shows',
  },
  'W-treatment-off': {
    zh: '工况检验疑似异常：治理设施停运 {hours} 小时而浓度未升高',
    en: 'Working condition, suspected abnormal: treatment off for {hours} h while the values stayed low',
  },
  'signal-clear': { zh: '未见疑似异常', en: 'Nothing suspected' },
  'level-step': {
    zh: '疑似异常：水平突变 {count} 次（最大为原来的 {factor} 倍），前后无停运、无负荷变化，为平常变化的 {ratio} 倍',
    en: 'Suspected abnormal: {count} abrupt changes of level (the largest times {factor}) without a stop or a change of load, {ratio} times an ordinary change',
  },
  'joint-step': {
    zh: '疑似异常：{count} 个项目（{names}）在同一时刻水平突变',
    en: 'Suspected abnormal: {count} series ({names}) change level at the same moment',
  },
  calm: {
    zh: '疑似异常：负荷照常波动，数值却有 {count} 段共 {hours} 小时近乎不动',
    en: 'Suspected abnormal: hardly moves in {count} stretches, {hours} h, while the load moves as usual',
  },
  'zero-running': {
    zh: '疑似异常：运行期间 {visits} 段共 {values} 个值接近零',
    en: 'Suspected abnormal: {values} values near zero in {visits} stretches while the source runs',
  },
  'ceiling-pile': {
    zh: '疑似异常：{percent}% 的数值堆积在上沿 {high} 之下',
    en: 'Suspected abnormal: {percent} % of the values pile up just below {high}',
  },
  replay: {
    zh: '疑似异常：{count} 段曲线与其他时段重复，例如连续 {length} 个值与 {earlier} 起相同',
    en: 'Suspected abnormal: {count} stretches come again, such as {length} values like those from {earlier}',
  },
  copy: {
    zh: '疑似异常：{values} 个值的走势与点位 {peer} 同一时段一致（相关系数不低于 {correlation}）',
    en: 'Suspected abnormal: {values} values move like those of outlet {peer} at the same time (correlation at least {correlation})',
  },
  'invalid-flags': {
    zh: '疑似异常：因子 {factor} 有 {percent}% 的时间标记为校准或维护，共 {visits} 段',
    en: 'Suspected abnormal: {percent} % of the time of factor {factor} is flagged calibration or maintenance, in {visits} stretches',
  },
  'air-sampled': {
    zh: '疑似异常：生产中有 {hours} 小时氧含量等同空气',
    en: 'Suspected abnormal: oxygen as in air for {hours} h while production goes on',
  },
  digits: { zh: '疑似异常：末位数字不均匀（p = {p}）', en: 'Suspected abnormal: uneven last digits (p = {p})' },
  night: {
    zh: '疑似异常：与白天相比，夜间数值比以往低 {percent}%',
    en: 'Suspected abnormal: nights are {percent} % lower than before, compared with days',
  },
  coupling: {
    zh: '疑似异常：与因子 {partner} 的相关系数由 {before} 变为 {now}',
    en: 'Suspected abnormal: correlation with factor {partner} went from {before} to {now}',
  },
  electricity: {
    zh: '疑似异常：治理用电占比下降 {percent}%，浓度却未升高',
    en: 'Suspected abnormal: treatment uses {percent} % less electricity for the same production and no value rose',
  },
  prior: {
    zh: '没有任何异常时的基础扣分',
    en: 'Taken from every outlet, also where nothing is seen',
  },
};

/** Renders a sentence in Chinese or English. @throws RangeError for a code that is not known. */
export function sentenceText(sentence: Sentence, language: Language): string {
  const text = texts[sentence.code];
  if (!text) throw new RangeError(`sentence code "${sentence.code}" is not known`);
  return text[language].replace(/\{(\w+)\}/g, (_, name: string) => String(sentence.values[name] ?? '?'));
}

/** Rounds to `digits` significant digits, so that sentences read well. */
export function rounded(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
