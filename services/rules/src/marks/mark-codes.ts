import type { MarkCode } from '@greenwatch/contracts';

const RULES_2022 = '污染物排放自动监测设备标记规则（公告2022年第21号）';
const WASTE = '公告2019年第50号；部令第10号';

/** Of any industry: what the device does (domain.md 1.7). */
const DEVICE: readonly MarkCode[] = [
  ['fault', '故障', 'Fault', 'invalid', RULES_2022],
  ['maintenance', '维护', 'Maintenance', 'invalid', RULES_2022],
  ['commissioning', '调试', 'Commissioning', 'invalid', RULES_2022],
  ['calibration', '校准', 'Calibration', 'invalid', RULES_2022],
  ['out-of-control', '失控', 'Out of control', 'invalid', 'HJ 75-2017 11; HJ 355-2019 8'],
  ['link-lost', '通讯中断', 'Link lost', 'invalid', WASTE],
  ['stopped', '停运', 'Stopped', 'stop', RULES_2022],
  ['verified-low', '低于检出限（现场核实）', 'Below detection limit, checked on site', 'low', 'HJ 356-2019 6'],
  ['amended', '数据补遗（修正）', 'Amended values', 'amend', '污染源自动监控数据传输有效率考核规则（2014）'],
].map(([code, nameZh, nameEn, effect, basis]) => ({
  ...{ code: code as string, scope: 'device' as const, nameZh: nameZh as string, nameEn: nameEn as string },
  ...{ effect: effect as MarkCode['effect'], basis: basis as string },
}));

/** Of an industry: what production goes through. */
const CONDITIONS: readonly MarkCode[] = [
  ['waste.drying', '烘炉', 'Furnace drying', 'waste-incineration', WASTE],
  ['waste.start', '启炉', 'Furnace start', 'waste-incineration', WASTE],
  ['waste.stop', '停炉', 'Furnace stop', 'waste-incineration', WASTE],
  ['waste.cooling', '停炉降温', 'Furnace cooling', 'waste-incineration', WASTE],
  ['waste.fault', '故障', 'Process fault', 'waste-incineration', WASTE],
  ['waste.accident', '事故', 'Accident', 'waste-incineration', WASTE],
  ['power.start', '并网/供能（冷态启动）', 'Connecting, cold start', 'thermal-power', `${RULES_2022}；HJ 953`],
  ['power.warm-start', '并网/供能（热态启动）', 'Connecting, warm start', 'thermal-power', `${RULES_2022}；HJ 953`],
  ['power.stop', '解列', 'Disconnecting', 'thermal-power', `${RULES_2022}；HJ 953`],
  ['power.fault', '故障/事故', 'Fault or accident', 'thermal-power', RULES_2022],
  ['cement.start', '点火/启窑（冷窑）', 'Kiln start, cold', 'cement', RULES_2022],
  ['cement.warm-start', '点火/启窑（热窑）', 'Kiln start, warm', 'cement', RULES_2022],
  ['cement.stop', '停窑', 'Kiln stop', 'cement', RULES_2022],
  ['cement.fault', '故障', 'Process fault', 'cement', RULES_2022],
  ['paper.fault', '故障', 'Process fault', 'paper', RULES_2022],
  ['paper.overhaul', '检修', 'Overhaul', 'paper', RULES_2022],
].map(([code, nameZh, nameEn, industry, basis]) => ({
  ...{ code: code as string, scope: 'condition' as const, nameZh: nameZh as string, nameEn: nameEn as string },
  ...{ effect: 'condition' as const, industry: industry as string, basis: basis as string },
}));

/** Every code a mark may have. "1+N": one rule for devices, one of conditions for each industry (announcement 2022 no. 21). */
export const MARK_CODES: readonly MarkCode[] = [...DEVICE, ...CONDITIONS];

const BY_CODE = new Map(MARK_CODES.map((one) => [one.code, one]));

export const markCode = (code: string): MarkCode | undefined => BY_CODE.get(code);
