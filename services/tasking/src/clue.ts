import type { Level, TaskType } from '@greenwatch/contracts';

/** What a clue is about. Alarms of one topic at one enterprise are one matter for those who go there (domain.md 5.2). */
export type Topic = 'exceedance' | 'silence' | 'stuck-value' | 'treatment-off' | 'other';

const TOPICS: Record<string, Topic> = {
  EXC_H: 'exceedance',
  EXC_D: 'exceedance',
  OFFLINE: 'silence',
  CONST: 'stuck-value',
  TREAT_OFF: 'treatment-off',
};

export const topicOf = (alarmCode: string): Topic => TOPICS[alarmCode] ?? 'other';

/** Key under which open clues are merged: enterprise and topic (domain.md 5.2). */
export const dedupKey = (enterpriseId: string, topic: Topic): string => `${enterpriseId}|${topic}`;

const HOUR = 3_600_000;
/** Open clues of one key are one within this time (domain.md 5.2 [D]). */
export const MERGE_WITHIN_MS = 72 * HOUR;
/** Back-filled history makes a task only when it is not older than this (design.md 4). */
export const HISTORY_LIMIT_MS = 24 * HOUR;

/** Whether a new alarm at `at` belongs to a clue that is open. */
export function mergesInto(clue: { openedAt: number }, at: number): boolean {
  return Math.abs(at - clue.openedAt) <= MERGE_WITHIN_MS;
}

const LEVELS: readonly Level[] = ['low', 'mid', 'high', 'urgent'];
export const isHigher = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);
export const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text);

interface AlarmForTask {
  level: Level;
  enterpriseId: string;
  history: boolean;
  /** Data time, epoch ms. */
  startedAt: number;
}

/**
 * Which tasks an alarm makes, beside the enterprise's EXPLAIN: none for a warning (low: only the enterprise is told), for
 * an alarm of a device that belongs to no enterprise, and for history; VERIFY, and INSPECT from level high on.
 * @param recordedAt when the rules wrote the alarm's state down, epoch ms
 */
export function inspectionFor(alarm: AlarmForTask, recordedAt: number): Exclude<TaskType, 'EXPLAIN'> | undefined {
  if (alarm.level === 'low' || alarm.enterpriseId === '') return undefined;
  if (alarm.history && recordedAt - alarm.startedAt > HISTORY_LIMIT_MS) return undefined;
  return isHigher(alarm.level, 'mid') ? 'INSPECT' : 'VERIFY';
}

const SUSPICIONS: Record<string, string> = {
  EXC_H: '小时均值疑似超标',
  EXC_D: '日均值疑似超标',
  OFFLINE: '监测数据中断',
  CONST: '监测数据恒值，疑似异常',
  TREAT_OFF: '生产运行而治理设施停运，疑似异常',
};

/**
 * What the task is about, in the words of the field: never more than a suspicion (domain.md 1.11).
 * @param outlet for instance `DA001 锅炉废气排放口`, empty where it is not known
 * @param factor name of the factor, empty for alarms of a device
 */
export function taskTitle(alarmCode: string, outlet: string, factor: string): string {
  return [outlet, factor, SUSPICIONS[alarmCode] ?? `报警 ${alarmCode}，疑似异常`].filter(Boolean).join(' ');
}
