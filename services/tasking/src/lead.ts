import type {
  ClueSource,
  complaintsFacts,
  fraudFacts,
  Level,
  permitsFacts,
  rulesFacts,
  TaskType,
} from '@greenwatch/contracts';
import { factorInfo } from '@greenwatch/hj212';
import { isHigher, isLevel, type Topic } from './clue';

/** What one fact of another service says that somebody may have to look at, whichever service it is (domain.md 5.2). */
export interface Lead {
  kind: ClueSource;
  id: string;
  /** Whether what it tells still lasts: an alarm not cleared, a check not settled. */
  active: boolean;
  /** A clue that was closed is opened again when this changes: the stage of a check, the round of a complaint. */
  stage: string;
  level: Level;
  topic: Topic;
  /** The tasks it makes; none: it is only noted. */
  tasks: readonly TaskType[];
  /** Empty: nobody is named, it is about `place`. */
  enterpriseId: string;
  outletId: string;
  place?: { lon: number; lat: number; address: string };
  /** For instance `MN1` of a device that has no outlet. */
  device: string;
  /** What the task is about, in the words of the field: never more than a suspicion (domain.md 1.11). */
  title: string;
  /** What the origin says, for those who go there. */
  detail: string;
  /** In the history of the task: the code of what it is, and since when (epoch ms; 0: not said). */
  code: string;
  since: number;
}

const HOUR = 3_600_000;
/** Back-filled history makes a task only when it is not older than this (design.md 4). */
export const HISTORY_LIMIT_MS = 24 * HOUR;

const levelOf = (kind: string, id: string, level: string): Level => {
  if (isLevel(level)) return level;
  throw new Error(`${kind} ${id}: level "${level}" is not one of urgent, high, mid, low`);
};
/** VERIFY, and INSPECT from level high on. */
const visitFor = (level: Level): TaskType => (isHigher(level, 'mid') ? 'INSPECT' : 'VERIFY');
const factorName = (factor: string) => factorInfo(factor)?.nameZh ?? factor;
const words = (...parts: string[]) => parts.filter(Boolean).join(' ');

const ALARM_TOPICS: Record<string, Topic> = {
  EXC_H: 'exceedance',
  EXC_D: 'exceedance',
  OFFLINE: 'silence',
  CONST: 'stuck-value',
  TREAT_OFF: 'treatment-off',
};
const ALARM_WORDS: Record<string, string> = {
  EXC_H: '小时均值疑似超标',
  EXC_D: '日均值疑似超标',
  OFFLINE: '监测数据中断',
  CONST: '监测数据恒值，疑似异常',
  TREAT_OFF: '生产运行而治理设施停运，疑似异常',
};

/**
 * An alarm asks the enterprise to explain and sends inspectors: not a warning (low: only the enterprise is told), not one
 * of a device that belongs to no enterprise, not history.
 * @param recordedAt when the rules wrote the alarm's state down, epoch ms
 */
export function leadOfAlarm(alarm: rulesFacts.AlarmChanged, recordedAt: number): Lead {
  const { id, code, enterpriseId, outletId } = alarm;
  const level = levelOf('alarm', id, alarm.level);
  const old = alarm.history && recordedAt - alarm.startedAt > HISTORY_LIMIT_MS;
  return {
    kind: 'alarm',
    id,
    active: alarm.active,
    stage: '',
    level,
    topic: ALARM_TOPICS[code] ?? 'other',
    tasks: level === 'low' || enterpriseId === '' || old ? [] : ['EXPLAIN', visitFor(level)],
    enterpriseId,
    outletId,
    device: alarm.mn,
    title: words(factorName(alarm.factor), ALARM_WORDS[code] ?? `报警 ${code}，疑似异常`),
    detail: '',
    code,
    since: alarm.startedAt,
  };
}

/**
 * A suspicion sends two officers without a word to the enterprise (domain.md 5.3); level high: doubted data last for weeks,
 * so the visit is not a matter of hours.
 */
export function leadOfSuspicion(suspicion: fraudFacts.SuspicionChanged): Lead {
  const { id, active, enterpriseId, outletId, indications } = suspicion;
  return {
    kind: 'suspicion',
    id,
    active,
    stage: '',
    level: 'high',
    topic: 'authenticity',
    tasks: ['INSPECT'],
    enterpriseId,
    outletId,
    device: '',
    title: `自动监测数据疑似异常（真实性得分 ${Math.round(suspicion.authenticity)}）`,
    detail: indications.map(({ factor, text }) => words(factorName(factor), text)).join('\n'),
    code: suspicion.level,
    since: suspicion.day,
  };
}

const CHECK_TOPICS: Record<string, Topic> = {
  P6: 'quota',
  P7: 'duties',
  P8: 'duties',
  P9: 'duties',
  P11: 'duties',
};
const CHECK_WORDS: Record<string, string> = {
  P1: '疑似无证排污',
  P2: '排污许可证已过期，疑似仍在排污',
  P3: '未按期申请延续排污许可',
  P4: '排放口或监测点与许可证不符，疑似异常',
  P5: '污染物或浓度疑似超出许可',
  P6: '排放量接近或疑似超过许可量',
  P7: '执行报告逾期或与监测数据不符，疑似异常',
  P8: '自行监测频次不足',
  P9: '环境管理台账未按期提交',
  P10: '重点管理单位未联网自动监测',
  P11: '信息公开缺失',
  P12: '基本信息变更未申报',
  P13: '疑似应重新申请排污许可',
  EIA_NO_APPROVAL: '疑似未批先建或未批先投',
  EIA_NO_ACCEPTANCE: '疑似未验先投',
  EIA_APPROVAL_OVERDUE: '环评审批逾期',
  EIA_LAPSED: '环评批复超过五年未开工',
  PERMIT_MISSING_AFTER_EIA: '环评后未申领排污许可证',
};
const CHECK_TASKS: Record<string, (level: Level) => readonly TaskType[]> = {
  '': () => [],
  visit: (level) => ['EXPLAIN', visitFor(level)],
  desk: () => ['EXPLAIN'],
  // Unfinished duties are handed to the town (Tongxiang); its grid member stays outside (国办发〔2024〕54号).
  town: () => ['OBSERVE'],
};

/** A check of permits and EIA makes what its `clue` says. */
export function leadOfCheck(check: permitsFacts.CheckChanged): Lead {
  const { id, enterpriseId, outletId, factor, stage } = check;
  const level = levelOf('check', id, check.level);
  const tasks = CHECK_TASKS[check.clue];
  if (!tasks) throw new Error(`check ${id}: clue "${check.clue}" is not one of visit, desk, town`);
  return {
    kind: 'check',
    id,
    active: check.active,
    stage,
    level,
    topic: CHECK_TOPICS[check.check] ?? (check.check.includes('EIA') ? 'eia' : 'permit'),
    tasks: tasks(level),
    enterpriseId,
    outletId,
    device: '',
    title: words(factorName(factor), CHECK_WORDS[check.check] ?? `检查 ${check.check}，疑似异常`),
    detail: check.text,
    code: words(check.check, stage),
    since: check.openedAt,
  };
}

/** Air and water complaints are about what an exceedance alarm is about; a project, about its EIA. */
const COMPLAINT_TOPICS: Record<string, Topic> = {
  air: 'exceedance',
  odour: 'exceedance',
  water: 'exceedance',
  project: 'eia',
};
const COMPLAINT_WORDS: Record<string, string> = {
  air: '大气',
  odour: '恶臭',
  water: '水',
  noise: '噪声',
  'solid-waste': '固废',
  radiation: '辐射',
  ecology: '生态',
  project: '建设项目',
  other: '其他',
};

/** A report that joined the complaint may raise its level; it makes no task of its own. */
export function leadOfJoined(complaint: complaintsFacts.ComplaintChanged, round: number): Lead {
  return { ...leadOfComplaint(complaint, round), tasks: [] };
}

/**
 * A complaint that a supervisor made a clue: two officers where an enterprise is named, and no question to it, which would
 * tell it that somebody complained; else somebody looks at the place.
 * @param round sequence of the fact: a second clue of the same complaint is another round
 */
export function leadOfComplaint(complaint: complaintsFacts.ComplaintChanged, round: number): Lead {
  const { id, enterpriseId, outletId, lon, lat, place, category } = complaint;
  return {
    kind: 'complaint',
    id,
    active: true,
    stage: String(round),
    level: levelOf('complaint', id, complaint.level),
    topic: COMPLAINT_TOPICS[category] ?? 'complaint',
    tasks: [enterpriseId ? 'VERIFY' : 'OBSERVE'],
    enterpriseId,
    outletId,
    place: { lon, lat, address: place },
    device: '',
    title: `投诉举报（${COMPLAINT_WORDS[category] ?? category}），疑似异常`,
    detail: complaint.text,
    code: complaint.number,
    since: complaint.receivedAt,
  };
}
