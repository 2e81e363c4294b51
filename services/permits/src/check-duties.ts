import type { Found } from './check.model';
import { about, dayText, type EnterpriseView, type Keyed } from './check-view';

const KINDS = {
  'self-monitoring': {
    check: 'P8',
    level: 'mid',
    name: '自行监测',
    text: '未按许可证要求的频次开展自行监测',
    basis: '生态环境法典第1086条；排污许可管理办法第19条',
  },
  publicity: {
    check: 'P11',
    level: 'low',
    name: '信息公开',
    text: '未按许可证要求公开污染物排放信息',
    basis: '生态环境法典第1110条；排污许可管理条例第23条',
  },
} as const;

/** P8 and P11: duties that were missed and not made good since. */
export function dutyChecks(view: EnterpriseView): Keyed[] {
  return Object.entries(KINDS).flatMap(([kind, { check, level, name, text, basis }]): Keyed[] => {
    const missed = view.missed.filter((duty) => duty.kind === kind).sort((a, b) => a.dueAt - b.dueAt);
    const [first] = missed;
    if (!first) return [];
    const found: Found = {
      ...about(view),
      check,
      level,
      openedAt: first.dueAt,
      evidence: missed.slice(-10).map(({ period, dueAt, items = [] }) => ({
        name: [name, ...items.map(({ outletId = '', factor }) => `${outletId} ${factor}`.trim())].join(' '),
        value: `${period}，应于${dayText(dueAt)}前完成`,
        at: dueAt,
      })),
      text: `${view.name}${text}`,
      basis,
      clue: 'desk',
    };
    return [[`${check}:${view.id}`, found]];
  });
}
