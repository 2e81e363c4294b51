import type { CreditIndicator, CreditRule } from '@greenwatch/contracts';
import type { SchemeContent } from '../rate';
import { PENALTY_EVENTS } from './penalties';

const METHOD = '企业环境信用评价办法(试行), 环发〔2013〕150号 (domain.md 4.1)';

const POLLUTION = { zh: '污染防治', en: 'Pollution prevention' };
const ECOLOGY = { zh: '生态保护', en: 'Ecological protection' };
const MANAGEMENT = { zh: '环境管理', en: 'Environmental management' };
const SOCIETY = { zh: '社会监督', en: 'Supervision by society' };

type Row = [id: string, zh: string, en: string, group: typeof POLLUTION, weight: number, confidence: 'L' | 'U'];
/** U: the weight was not found; a placeholder that meets the group's sum of 29, 5, 54 and 12. */
const ROWS: Row[] = [
  ['discharge', '大气及水污染物达标排放', 'Air and water within limits', POLLUTION, 15, 'L'],
  ['solid-waste', '一般固体废物处理处置', 'Solid waste', POLLUTION, 5, 'L'],
  ['hazardous-waste', '危险废物规范化管理', 'Hazardous waste', POLLUTION, 5, 'L'],
  ['noise', '噪声污染防治', 'Noise', POLLUTION, 4, 'L'],
  ['siting', '选址布局中的生态保护', 'Siting', ECOLOGY, 2, 'L'],
  ['resources', '资源利用中的生态保护', 'Use of resources', ECOLOGY, 1, 'U'],
  ['development', '开发建设中的生态保护', 'Development', ECOLOGY, 2, 'U'],
  ['permit', '排污许可证', 'Discharge permit', MANAGEMENT, 4, 'U'],
  ['declaration', '排污申报', 'Declaration of discharges', MANAGEMENT, 4, 'U'],
  ['tax', '环境保护税(原排污费)', 'Environmental tax (once the discharge fee)', MANAGEMENT, 4, 'U'],
  ['treatment', '污染治理设施运行', 'Treatment facilities', MANAGEMENT, 5, 'U'],
  ['outlets', '排污口规范化整治', 'Outlets as the rules want them', MANAGEMENT, 3, 'U'],
  ['self-monitoring', '企业自行监测', 'Self-monitoring', MANAGEMENT, 4, 'U'],
  ['internal', '内部环境管理', 'Internal management', MANAGEMENT, 3, 'U'],
  ['risk', '环境风险管理', 'Environmental risks', MANAGEMENT, 10, 'L'],
  ['clean-production', '强制性清洁生产审核', 'Mandatory cleaner-production audit', MANAGEMENT, 2, 'U'],
  ['penalties', '行政处罚与行政命令', 'Penalties and orders', MANAGEMENT, 15, 'L'],
  ['complaints', '群众投诉', 'Complaints', SOCIETY, 4, 'U'],
  ['media', '媒体监督', 'Media', SOCIETY, 3, 'U'],
  ['disclosure', '信息公开', 'Disclosure', SOCIETY, 3, 'U'],
  ['monitoring-disclosure', '自行监测信息公开', 'Disclosure of self-monitoring', SOCIETY, 2, 'U'],
];
const INDICATORS: CreditIndicator[] = ROWS.map(([id, zh, en, group, weight, confidence], i) => ({
  id,
  number: i + 1,
  name: { zh, en },
  group,
  weight,
  confidence,
}));

/** The three bands of every indicator: 80–100, 50–79, 0–49. */
const rate90 = [
  { from: 50, to: 75, low: 0, high: 49 },
  { from: 75, to: 90, low: 50, high: 79 },
  { from: 90, to: 100, low: 80, high: 100 },
];
const rate95 = [
  { from: 0, to: 80, low: 0, high: 49 },
  { from: 80, to: 95, low: 50, high: 79 },
  { from: 95, to: 100, low: 80, high: 100 },
];
const decibels = [
  { from: 0, to: 5, low: 79, high: 50 },
  { from: 5, to: 15, low: 49, high: 0 },
];

const rule = (
  id: string,
  indicator: string,
  zh: string,
  en: string,
  match: CreditRule['match'],
  effect: Pick<CreditRule, 'score' | 'repeat' | 'bands'>,
  confidence: CreditRule['confidence'] = 'D',
): CreditRule => ({ id, indicator, name: { zh, en }, match, ...effect, source: METHOD, confidence });

/** A decision about an act falls on the indicator of the act, by how severe it was [D]. */
const byAct = (act: string, indicator: string, zh: string, en: string): CreditRule[] => [
  rule(
    `${act}-serious`,
    indicator,
    `${zh}(严重)`,
    `${en} (serious)`,
    { events: PENALTY_EVENTS, topics: [act], severities: ['serious'] },
    { score: 30, repeat: 30 },
  ),
  rule(
    `${act}-general`,
    indicator,
    zh,
    en,
    { events: PENALTY_EVENTS, topics: [act], severities: ['general'] },
    { score: 60, repeat: 20 },
  ),
  rule(
    `${act}-light`,
    indicator,
    `${zh}(轻微)`,
    `${en} (light)`,
    { events: PENALTY_EVENTS, topics: [act] },
    { score: 79, repeat: 10 },
  ),
];
const duty = (
  kind: string,
  indicator: string,
  zh: string,
  en: string,
  missed: number,
  repeat: number,
): CreditRule[] => [
  rule(
    `missed-${kind}-${indicator}`,
    indicator,
    `${zh}未完成`,
    `${en} missed`,
    { events: ['duty-missed'], topics: [kind] },
    { score: missed, repeat },
  ),
  rule(
    `late-${kind}-${indicator}`,
    indicator,
    `${zh}逾期完成`,
    `${en} late`,
    { events: ['duty-late'], topics: [kind] },
    { score: 90, repeat: 2 },
  ),
];

const RULES: CreditRule[] = [
  rule(
    'discharge-pass-rate',
    'discharge',
    '排放达标率',
    'Pass rate of an outlet',
    { events: ['discharge-pass-rate'] },
    { bands: rate90 },
    'L',
  ),
  rule(
    'solid-waste-rate',
    'solid-waste',
    '固废处置率',
    'Solid waste disposed of',
    { events: ['solid-waste-disposal-rate'] },
    { bands: rate95 },
    'L',
  ),
  rule(
    'noise-over',
    'noise',
    '厂界噪声超标分贝',
    'Noise above the limit, dB',
    { events: ['noise-over-limit'] },
    { bands: decibels },
    'L',
  ),
  ...byAct('exceedance', 'discharge', '超标排放被查处', 'Discharge above the limit'),
  ...byAct('no-permit', 'permit', '无证排污被查处', 'Discharge without a permit'),
  ...byAct('report-late', 'declaration', '未按规定报告被查处', 'Report late'),
  ...byAct('no-automatic-monitoring', 'self-monitoring', '未安装联网自动监测被查处', 'No automatic monitoring'),
  ...byAct('falsified-monitoring', 'self-monitoring', '自动监测数据违法被查处', 'Monitoring data, decided'),
  ...byAct('evading-supervision', 'treatment', '逃避监管排放被查处', 'Evading supervision'),
  rule(
    'penalty-serious',
    'penalties',
    '行政处罚(严重)',
    'Penalty (serious)',
    { events: PENALTY_EVENTS, severities: ['serious'] },
    { score: 30, repeat: 30 },
  ),
  rule(
    'penalty-general',
    'penalties',
    '行政处罚(一般)',
    'Penalty (general)',
    { events: PENALTY_EVENTS, severities: ['general'] },
    { score: 60, repeat: 20 },
  ),
  rule(
    'penalty-light',
    'penalties',
    '行政处罚(轻微)',
    'Penalty (light)',
    { events: PENALTY_EVENTS },
    { score: 79, repeat: 10 },
  ),
  ...duty('execution-report', 'declaration', '排污许可执行报告', 'Execution report', 60, 20),
  ...duty('ledger', 'internal', '环境管理台账', 'Ledger', 79, 2),
  ...duty('self-monitoring', 'self-monitoring', '自行监测', 'Self-monitoring', 60, 10),
  ...duty('publicity', 'monitoring-disclosure', '自行监测信息公开', 'Publicity', 60, 20),
  rule(
    'complaint-true',
    'complaints',
    '群众投诉查实',
    'Complaint found true',
    { events: ['complaint-substantiated'] },
    { score: 75, repeat: 15 },
  ),
  rule(
    'emergency-ordinary-risk',
    'risk',
    '一般突发环境事件',
    'Ordinary emergency',
    { events: ['emergency-ordinary'] },
    { score: 49, repeat: 20 },
  ),
  // What the authority finds when it goes through the 21 indicators of a year: the entry's value is the score.
  ...INDICATORS.map(({ id, number, name }) =>
    rule(
      `assessed-${id}`,
      id,
      `第${number}项评定:${name.zh}`,
      `Indicator ${number} assessed: ${name.en}`,
      { events: ['assessed'], topics: [id] },
      { bands: [{ from: 0, to: 100, low: 0, high: 100 }] },
      'L',
    ),
  ),
];

type Veto = [id: string, zh: string, en: string, match: CreditRule['match'], confidence?: 'D'];
const act = (topic: string): CreditRule['match'] => ({ events: PENALTY_EVENTS, topics: [topic] });
const event = (name: string): CreditRule['match'] => ({ events: [name] });
/** The 14 items of the method and one of ours. */
const VETOES: Veto[] = [
  ['crime', '构成环境犯罪', 'Environmental crime', event('crime')],
  ['built-without-approval', '未批先建', 'Built without EIA approval', act('built-without-approval')],
  ['operated-without-acceptance', '未验先投', 'Operated without acceptance', act('operated-without-acceptance')],
  [
    'major-change-without-eia',
    '重大变动未重新报批环评',
    'Major change without a new EIA',
    event('major-change-without-eia'),
  ],
  ['over-quota', '超总量排放', 'Over the total quota', act('over-quota')],
  ['hidden-discharge', '暗管、渗井或旁路排放', 'Hidden pipes, wells or bypass', act('evading-supervision')],
  [
    'illegal-hazardous-waste',
    '非法处置危险废物',
    'Illegal disposal of hazardous waste',
    event('illegal-hazardous-waste'),
  ],
  ['drinking-water', '造成饮用水取水中断', 'Drinking-water intake interrupted', event('drinking-water')],
  ['protected-area', '对保护区造成损害', 'Harm to protected areas', event('protected-area')],
  ['ecological-damage', '造成严重生态破坏', 'Serious ecological damage', event('ecological-damage')],
  ['emergency-larger', '较大及以上突发环境事件', 'Larger environmental emergency', event('emergency-larger')],
  ['supervision-overdue', '挂牌督办逾期未完成整改', 'Listed supervision overdue', event('supervision-overdue')],
  ['violent-obstruction', '暴力抗法', 'Violent obstruction', event('violent-obstruction')],
  [
    'heavy-pollution-response',
    '拒不执行重污染天气应急响应',
    'Heavy-pollution response ignored',
    event('heavy-pollution-response'),
  ],
  ['falsified-monitoring', '自动监测数据违法(已决定)', 'Monitoring data, decided', act('falsified-monitoring'), 'D'],
];

/** The ministry's method of 2013: 21 indicators, four colours, yearly on the year before. */
export const national21: SchemeContent = {
  id: 'national-21',
  name: { zh: '国家21项指标', en: 'National, 21 indicators' },
  kind: 'indicators',
  parties: ['enterprise'],
  basis: 'previous-year',
  // Cut-offs are local (Guangzhou 100/80/60, Anhui 95/80/60); 95/80/60 is the default here [D].
  colours: [
    { colour: 'green', from: 95 },
    { colour: 'blue', from: 80 },
    { colour: 'yellow', from: 60 },
    { colour: 'red', from: 0 },
  ],
  indicators: INDICATORS,
  rules: RULES,
  vetoes: VETOES.map(([id, zh, en, match, confidence]) => ({
    id,
    name: { zh, en },
    match,
    colour: 'red' as const,
    source: METHOD,
    confidence: confidence ?? 'L',
  })),
  lowers: [
    {
      id: 'emergency-ordinary',
      name: { zh: '一般突发环境事件,下调一级', en: 'Ordinary emergency: one level down' },
      match: event('emergency-ordinary'),
      levels: 1,
      source: METHOD,
      confidence: 'L',
    },
  ],
  repaired: 'never',
  source: `${METHOD}; weights marked U are placeholders, cut-offs and score rules marked D are defaults`,
};
