import type { CreditRule, EventMatch } from '@greenwatch/contracts';
import type { SchemeContent } from '../rate';
import { PENALTY_EVENTS } from './penalties';

const JIANGSU = '江苏省企事业环保信用评价办法, 12 分制 (domain.md 4.2)';

type Row = [
  id: string,
  zh: string,
  en: string,
  match: EventMatch,
  points: number,
  validMonths: number | undefined,
  confidence: CreditRule['confidence'],
  atMost?: number,
];
const on = (event: string, topics?: string[], severities?: EventMatch['severities']): EventMatch => ({
  events: [event],
  ...(topics ? { topics } : {}),
  ...(severities ? { severities } : {}),
});
/** Of the rules that match the first counts: special acts before kinds of penalty. */
const ROWS: Row[] = [
  ['crime', '环境犯罪', 'Crime', on('crime'), -12, 36, 'L'],
  [
    'falsified',
    '自动监测数据违法(已决定)',
    'Monitoring data, decided',
    { events: PENALTY_EVENTS, topics: ['falsified-monitoring'] },
    -9,
    24,
    'D',
  ],
  ['detention', '行政拘留', 'Detention', on('penalty-detention'), -10, 24, 'D'],
  ['revoke', '吊销许可证', 'Permit revoked', on('penalty-revoke-permit'), -10, 24, 'D'],
  ['stop', '责令停产整治', 'Production stopped', on('penalty-stop-production'), -8, 12, 'D'],
  ['suspend', '暂扣许可证', 'Permit suspended', on('penalty-suspend-permit'), -6, 12, 'D'],
  ['limit', '责令限制生产', 'Production limited', on('penalty-limit-production'), -6, 12, 'D'],
  ['fine-serious', '罚款(严重)', 'Fine (serious)', on('penalty-fine', undefined, ['serious']), -5, 12, 'D'],
  ['fine', '罚款', 'Fine', on('penalty-fine'), -3, 6, 'L'],
  ['confiscation', '没收违法所得', 'Confiscation', on('penalty-confiscation'), -3, 6, 'D'],
  ['warning', '警告、通报批评', 'Warning, criticism', { events: ['penalty-warning', 'penalty-criticism'] }, -1, 3, 'L'],
  ['order', '责令改正', 'Order to correct', on('penalty-order-to-correct'), -1, 3, 'L'],
  ['emergency-larger', '较大及以上突发环境事件', 'Larger emergency', on('emergency-larger'), -10, 24, 'D'],
  ['emergency-ordinary', '一般突发环境事件', 'Ordinary emergency', on('emergency-ordinary'), -3, 12, 'D'],
  [
    'report-missed',
    '执行报告未提交',
    'Execution report missed',
    on('duty-missed', ['execution-report']),
    -1,
    6,
    'D',
    2,
  ],
  ['report-late', '执行报告逾期提交', 'Execution report late', on('duty-late', ['execution-report']), -0.5, 3, 'D', 1],
  [
    'monitoring-missed',
    '自行监测未开展',
    'Self-monitoring missed',
    on('duty-missed', ['self-monitoring']),
    -1,
    6,
    'D',
    2,
  ],
  // A ledger is due each day: what a month of them may cost is bounded.
  ['ledger-missed', '台账未报送', 'Ledger missed', on('duty-missed', ['ledger']), -0.5, 3, 'D', 1],
  ['publicity-missed', '信息公开未完成', 'Publicity missed', on('duty-missed', ['publicity']), -0.5, 3, 'D', 1],
  ['complaint', '群众投诉查实', 'Complaint found true', on('complaint-substantiated'), -0.5, 6, 'D', 2],
  ['inspection', '执法检查未发现问题', 'Inspection passed', on('inspection-passed'), 0, 12, 'D'],
  ['honour', '获得环保表彰', 'Commended', on('commended'), 1, 12, 'D', 2],
];

/** Jiangsu's way: 9 points at the start, at most 12, in real time; what is over expires, what is corrected can be repaired. */
export const points12: SchemeContent = {
  id: 'points-12',
  name: { zh: '十二分制', en: 'Twelve points' },
  kind: 'points',
  parties: ['enterprise', 'operator'],
  basis: 'moment',
  colours: [
    { colour: 'green', from: 11 },
    { colour: 'blue', from: 6 },
    { colour: 'yellow', from: 3 },
    // Halves are ours: more than none is red, black is none.
    { colour: 'red', from: 0.01 },
    { colour: 'black', from: -1_000 },
  ],
  indicators: [],
  start: 9,
  max: 12,
  clean: {
    needs: 'pledge',
    steps: [
      { years: 1, points: 1 },
      { years: 2, points: 2 },
    ],
    source: JIANGSU,
    confidence: 'L',
  },
  rules: ROWS.map(([id, zh, en, match, points, validMonths, confidence, atMost]) => ({
    id,
    name: { zh, en },
    match,
    points,
    ...(validMonths === undefined ? {} : { validMonths }),
    ...(atMost === undefined ? {} : { atMost }),
    source: JIANGSU,
    confidence,
  })),
  vetoes: [],
  lowers: [],
  repaired: 'until-repair',
  source: `${JIANGSU}; what it takes for each event but a fine and a warning is a default [D]`,
};
