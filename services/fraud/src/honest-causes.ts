import type { BothLanguages } from '@greenwatch/contracts';

/**
 * What an honest plant may show the same signs for, by test of domain.md 2.3: to be ruled out first, on the page and at
 * the place. What is suspected is data that look abnormal, never more (domain.md 1.11).
 */
const CAUSES: Record<'E' | 'F' | 'Z' | 'B' | 'W', BothLanguages[]> = {
  E: [
    {
      zh: '治理设施按限值自动调节（如脱硝喷氨闭环控制），浓度长期贴近限值',
      en: 'Treatment is controlled towards the limit (for instance closed-loop ammonia injection)',
    },
    {
      zh: '同时段有计划的校准、维护或停机，与高值巧合：核对运维记录和停产报告',
      en: 'Planned calibration, maintenance or stops fell on high hours: compare maintenance and stop reports',
    },
    { zh: '限值或标准近期变更，企业刚完成提标改造', en: 'The limit has changed lately and treatment was upgraded' },
  ],
  F: [
    {
      zh: '生产负荷稳定、原料单一，或由间歇改为连续生产',
      en: 'Steady load and raw material, or a change from batch to continuous production',
    },
    { zh: '新增调节池、均质池，出水更平稳', en: 'A new equalisation tank makes the effluent calmer' },
    { zh: '更换仪器或量程，分辨率或平滑时间变了', en: 'A new instrument or range: other resolution or smoothing' },
  ],
  Z: [
    {
      zh: '浓度确低于检出限（深度处理、清洁燃料）：用手工比对样核实',
      en: 'Truly below the detection limit (advanced treatment, clean fuel): take a comparison sample',
    },
    { zh: '仪器分辨率低，自然重复多（如 pH、氨氮）', en: 'A coarse resolution repeats by nature (pH, NH3-N)' },
    {
      zh: '采样泵、试剂或数采通信故障，重复上传上一个值',
      en: 'Sampling pump, reagent or logger fault repeats the last value',
    },
  ],
  B: [
    { zh: '治理设施提标改造或更换填料、催化剂', en: 'Treatment was upgraded, media or catalyst renewed' },
    { zh: '产品、原料、燃料改变，浓度水平整体移动', en: 'Another product, raw material or fuel moved the level' },
    {
      zh: '仪器量程上限或数采仪截断：核对量程设置',
      en: 'Range of the instrument or logger cuts values: check the settings',
    },
  ],
  W: [
    { zh: '真实减排：新增治理设施、停用高污染工序', en: 'Real abatement: new treatment, a dirty process shut down' },
    { zh: '电表、流量计故障或更换，负荷数据失真', en: 'Power or flow meter faulty or replaced: the load is wrong' },
    { zh: '储存或回用使排放与生产时间错开', en: 'Storage or reuse shifts the discharge from the production' },
  ],
};

/** For further signals (domain.md 2.5), whatever their name. */
const OF_SIGNALS: BothLanguages[] = [
  {
    zh: '运维换仪器、换试剂、改参数有工单记录',
    en: 'Instruments, reagents or parameters were changed with a work order',
  },
  { zh: '工艺或班次改变，昼夜规律随之改变', en: 'Process or shifts have changed, and the daily pattern with them' },
  { zh: '数采仪补传、重传造成的重复数据', en: 'A logger sent data again after a line failure' },
];

/** Honest causes for a test's code, or for a further signal. */
export function honestCauses(feature: string): BothLanguages[] {
  return Object.hasOwn(CAUSES, feature) ? CAUSES[feature as keyof typeof CAUSES] : OF_SIGNALS;
}
