import type { InspectionList, InspectionResult } from '@greenwatch/contracts';

// What a firm looks at every day: 6 groups and 49 items as in Tongxiang (印染, 化工, 造纸); the wording is ours [D]. 42 items are for
// everybody, 7 belong to an industry. A list is data: another wording is a new id, and what was answered keeps the old one.

type Item = readonly [zh: string, en: string];

const GROUPS: readonly { id: string; name: string; nameEn: string; items: readonly Item[] }[] = [
  {
    id: 'A',
    name: '证照与管理',
    nameEn: 'Permit and management',
    items: [
      ['排污许可证（登记回执）在有效期内，正本悬挂', 'The permit or form is valid, the original is on display'],
      ['生产设施、工艺、产能与许可证一致', 'Plant, process and capacity are as permitted'],
      ['原辅材料、燃料种类与许可证一致', 'Materials and fuels are as permitted'],
      ['新、改、扩建内容已办环评及许可变更', 'New or changed works have their EIA and permit change'],
      ['环保责任人、岗位操作员在岗', 'The person in charge and the operators are at their posts'],
      ['环保管理制度、操作规程上墙', 'Rules and operating instructions are on the wall'],
      ['许可证、监测结果等信息已公开', 'Permit, monitoring results and the like are published'],
    ],
  },
  {
    id: 'B',
    name: '生产工况',
    nameEn: 'Production',
    items: [
      ['生产负荷、运行时间已记录', 'Load and hours of production are recorded'],
      ['生产与治理设施同步启停', 'Treatment starts before and stops after production'],
      ['车间密闭、集气罩完好，无明显跑冒', 'Rooms closed, hoods whole, nothing escapes visibly'],
      ['用水、用电、用能无异常波动', 'Water, electricity and energy show nothing unusual'],
      ['非正常工况（开停机、检修）已报告并记录', 'Start-ups, stops and repairs are reported and recorded'],
      ['物料贮存、转移、输送密闭', 'Materials are kept and moved closed'],
      ['无组织排放控制措施落实', 'Fugitive emissions are controlled as required'],
    ],
  },
  {
    id: 'C',
    name: '治理设施',
    nameEn: 'Treatment',
    items: [
      ['废水处理设施各单元运行正常', 'Every unit of the water treatment works'],
      ['废水处理药剂投加量、剩余量已记录', 'Reagents of the water treatment are recorded'],
      ['污泥及时脱水、清运', 'Sludge is dewatered and removed in time'],
      ['废气处理设施风机、循环泵运行正常', 'Fans and pumps of the gas treatment work'],
      ['吸收液、活性炭、催化剂按期更换', 'Absorbent, carbon and catalyst are changed on schedule'],
      ['设施用电与生产用电匹配', 'Electricity of treatment fits that of production'],
      ['故障、停运已报告，原因与措施已记录', 'Faults and stops are reported with cause and measure'],
    ],
  },
  {
    id: 'D',
    name: '排放口与监测',
    nameEn: 'Outlets and monitoring',
    items: [
      ['排放口数量、位置、标志牌规范', 'Outlets are as permitted in number, place and sign'],
      ['无旁路、暗管、渗坑及其他非许可排放', 'No by-pass, hidden pipe, pit or other outlet'],
      ['雨污分流，雨水口晴天无流量', 'Rain water is apart; its outlet is dry in dry weather'],
      ['在线监测设备运行正常、联网正常', 'On-line instruments work and are connected'],
      ['在线监测站房门窗、温湿度、标气、试剂完好', 'The instrument house, gases and reagents are in order'],
      ['在线数据无超标、恒值、缺失', 'On-line data: nothing above limits, constant or absent'],
      ['按方案开展自行监测，报告齐全', 'Self-monitoring follows its plan, reports are complete'],
    ],
  },
  {
    id: 'E',
    name: '固废与应急',
    nameEn: 'Waste and emergencies',
    items: [
      ['一般固废分类贮存，去向明确', 'Ordinary waste is sorted and its destination known'],
      ['危废仓库防渗、防漏、标识齐全', 'The store of hazardous waste is tight and labelled'],
      ['危废出入库台账与实物一致', 'The ledger of hazardous waste agrees with what is there'],
      ['危废贮存不超过一年，转移联单齐全', 'Nothing is kept over a year, transfer papers complete'],
      ['应急池空置、阀门可用', 'The emergency basin is empty, its valves work'],
      ['应急物资齐全、在有效期内', 'Emergency supplies are complete and in date'],
      ['化学品贮存围堰完好', 'Bunds around chemicals are whole'],
    ],
  },
  {
    id: 'F',
    name: '台账与报告',
    nameEn: 'Ledger and reports',
    items: [
      ['生产设施运行台账当日已记', "The day's ledger of production is written"],
      ['治理设施运行台账当日已记', "The day's ledger of treatment is written"],
      ['原辅材料、药剂进出台账已记', 'Materials and reagents in and out are written'],
      ['监测记录已归档（保存不少于五年）', 'Monitoring records are filed (kept five years or more)'],
      ['执行报告按期提交', 'Execution reports are on time'],
      ['上次检查问题已整改', 'What was found last time is put right'],
      ['排放量累计未超过许可排放量', 'Quantity to date is within the permitted quantity'],
    ],
  },
];

/** Seven items of an industry, by the beginning of its GB/T 4754 code, each put into a group. */
const INDUSTRIES: readonly {
  id: string;
  codes: readonly string[];
  name: string;
  nameEn: string;
  items: readonly (readonly [group: string, ...Item])[];
}[] = [
  {
    id: 'dyeing',
    codes: ['17', '18'],
    name: '印染行业每日自查清单',
    nameEn: 'Daily list, dyeing and printing',
    items: [
      ['B', '定型机与油烟净化设施同步运行', 'Setting machines run with their fume treatment'],
      ['B', '印花、涂层车间密闭收集', 'Printing and coating rooms are closed and drawn off'],
      [
        'C',
        '定型机冷凝器、风机、静电净化运行正常',
        'Condenser, fan and electrostatic unit of the setting machines work',
      ],
      ['C', '丝光碱回收、中水回用设施运行', 'Lye recovery and reuse of water run'],
      ['C', '高浓度退浆、碱减量废水单独预处理', 'Strong desizing and alkali waste water is treated apart first'],
      ['D', '苯胺类、六价铬车间排口达标', 'Anilines and chromium(VI) at the workshop are within limits'],
      ['E', '染料、助剂包装物按危废管理', 'Packaging of dyes and auxiliaries is kept as hazardous waste'],
    ],
  },
  {
    id: 'chemical',
    codes: ['26', '27', '28', '29'],
    name: '化工行业每日自查清单',
    nameEn: 'Daily list, chemicals',
    items: [
      ['B', '反应釜、离心、干燥工序密闭并接入废气收集', 'Reactors, centrifuges and dryers are closed and drawn off'],
      ['B', '储罐呼吸气、装卸废气已收集', 'Breathing and loading of tanks is collected'],
      ['C', 'RTO、RCO 等燃烧设施温度达标', 'Oxidisers are at temperature'],
      ['C', '高盐、高毒废水分质预处理', 'Salty and toxic waste water is treated apart first'],
      ['D', 'LDAR 泄漏检测与修复按期完成', 'Leak detection and repair is on schedule'],
      ['D', '厂界 VOCs、异味巡查无异常', 'VOC and smell at the boundary: nothing unusual'],
      ['E', '精（蒸）馏残渣、废溶剂入危废库', 'Residues and solvents are in the store of hazardous waste'],
    ],
  },
  {
    id: 'paper',
    codes: ['22'],
    name: '造纸行业每日自查清单',
    nameEn: 'Daily list, paper',
    items: [
      ['B', '单位产品基准排水量未超', 'Water a tonne of product is within the reference'],
      ['B', '锅炉燃料、蒸汽量已记录', 'Fuel and steam of the boiler are recorded'],
      ['C', '白水回收系统运行正常', 'Recovery of white water works'],
      ['C', '厌氧沼气燃烧或利用，无直排', 'Biogas is burnt or used, none escapes'],
      ['C', '锅炉脱硫、脱硝、除尘运行正常', 'Desulphurisation, denitrification and filters of the boiler work'],
      ['D', 'AOX、二噁英监测按期完成', 'AOX and dioxins are measured on schedule'],
      ['E', '造纸污泥、脱墨渣分类处置', 'Paper sludge and deinking residue are disposed of apart'],
    ],
  },
  {
    id: 'general',
    codes: [''],
    name: '通用每日自查清单',
    nameEn: 'Daily list, general',
    items: [
      ['B', '锅炉、炉窑燃烧工况稳定', 'Boilers and kilns burn steadily'],
      ['B', '噪声源减振、隔声设施完好', 'Noise is damped and screened'],
      ['C', '除尘设施压差、卸灰正常', 'Pressure and ash of the filters are normal'],
      ['C', '隔油、调节池无溢流', 'Grease traps and basins do not overflow'],
      ['D', '厂界异味、扬尘巡查无异常', 'Smell and dust at the boundary: nothing unusual'],
      ['D', '雨水排放口闸阀完好', 'The valve of the rain water outlet works'],
      ['E', '废机油、废包装等零星危废入库', 'Oil, packaging and other small hazardous waste is in the store'],
    ],
  },
];

const lists = new Map(
  INDUSTRIES.map(({ id, name, nameEn, items }) => {
    const groups = GROUPS.map((group) => {
      const own = items.filter(([to]) => to === group.id).map(([, zh, en]) => [zh, en] as const);
      return {
        id: group.id,
        name: group.name,
        nameEn: group.nameEn,
        items: [...group.items, ...own].map(([text, textEn], i) => ({ id: `${group.id}${i + 1}`, text, textEn })),
      };
    });
    return [`${id}-1`, { id: `${id}-1`, name, nameEn, groups } satisfies InspectionList];
  }),
);

/** The list by its id; undefined where there is none. */
export const inspectionList = (id: string): InspectionList | undefined => lists.get(id);

/** Id of the list that an industry (GB/T 4754 code) uses now; the general one where it has none of its own. */
export function inspectionListFor(industryCode: string): string {
  // Codes may carry the letter of their section (C1713).
  const code = industryCode.replace(/^[A-Z]/, '');
  const industry = INDUSTRIES.find(({ codes }) => codes.some((start) => code.startsWith(start)));
  return `${industry?.id ?? 'general'}-1`;
}

/** What is wrong with answers to a list, field by field: each item once, a remark for each problem. */
export function inspectionProblems(
  list: InspectionList,
  results: readonly InspectionResult[],
): { field: string; expected: string }[] {
  const items = new Set(list.groups.flatMap((group) => group.items.map(({ id }) => id)));
  const problems: { field: string; expected: string }[] = [];
  const answered = new Set<string>();
  results.forEach(({ item, result, remark }, i) => {
    if (!items.has(item))
      problems.push({ field: `results.${i}.item`, expected: `must be an item of the list ${list.id}` });
    else if (answered.has(item)) problems.push({ field: `results.${i}.item`, expected: 'must be answered once' });
    answered.add(item);
    if (result === 'problem' && !remark?.trim()) {
      problems.push({ field: `results.${i}.remark`, expected: 'is needed: what the problem is' });
    }
  });
  const open = [...items].filter((id) => !answered.has(id));
  if (open.length > 0) problems.push({ field: 'results', expected: `must answer every item, also ${open.join(', ')}` });
  return problems;
}
