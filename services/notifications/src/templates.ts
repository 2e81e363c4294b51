import type { Level } from '@greenwatch/contracts';

export type Locale = 'zh-CN' | 'en';

/** What a template may name in braces. Times are `MM-DD HH:mm` in UTC+8. */
export interface Variables {
  enterprise: string;
  title: string;
  level: string;
  acceptBy: string;
  reportBy: string;
  step: string;
  reason: string;
  /** Of the alarm: when it began, for how many minutes, what it concerns. */
  date: string;
  min: string;
  devices: string;
}

interface Template {
  title: string;
  body: string;
  /** Absent: this is never sent as an SMS. */
  sms?: string;
}

/**
 * Texts as data (domain.md 7): an SMS template is approved by the operator before it is used, so its wording changes with
 * the approval. Only ever "suspected" (domain.md 1.11).
 */
export const TEMPLATES = {
  assigned: {
    'zh-CN': {
      title: '新任务：{title}',
      body: '{enterprise}：{title}。级别：{level}。请于{acceptBy}前接单，{reportBy}前提交。',
      sms: '新任务（{level}）：{enterprise} {title}。{acceptBy}前接单，{reportBy}前提交。',
    },
    en: {
      title: 'New task: {title}',
      body: '{enterprise}: {title}. Level: {level}. Please accept by {acceptBy} and submit by {reportBy}.',
      sms: 'New task ({level}): {enterprise} {title}. Accept by {acceptBy}, submit by {reportBy}.',
    },
  },
  duty: {
    'zh-CN': {
      title: '待分派任务：{title}',
      body: '{enterprise}：{title}。级别：{level}。本辖区无可派人员，请于{acceptBy}前接单并分派。',
      sms: '待分派任务（{level}）：{enterprise} {title}。请于{acceptBy}前接单并分派。',
    },
    en: {
      title: 'Task to hand on: {title}',
      body: '{enterprise}: {title}. Level: {level}. Nobody was found in the county: please accept by {acceptBy} and hand it on.',
      sms: 'Task to hand on ({level}): {enterprise} {title}. Accept by {acceptBy}.',
    },
  },
  explain: {
    'zh-CN': {
      title: '请说明情况：{title}',
      body: '{title}。报警从{date}开始，持续{min}分钟，涉及相关异常设备：{devices}等，请及时排查恢复，并于{acceptBy}前确认、{reportBy}前提交说明。',
      sms: '报警从{date}开始，持续{min}分钟，涉及相关异常设备：{devices}等，请及时排查恢复，并于{reportBy}前提交说明。',
    },
    en: {
      title: 'Please explain: {title}',
      body: '{title}. The alarm began at {date}, has lasted {min} min and concerns {devices}. Please look into it, acknowledge by {acceptBy} and explain by {reportBy}.',
      sms: 'Alarm since {date}, {min} min, concerning {devices} etc. Please look into it and explain by {reportBy}.',
    },
  },
  reminded: {
    'zh-CN': {
      title: '临期提醒：{title}',
      body: '{enterprise}：{title}，“{step}”时限即将到期，请尽快处理。',
      sms: '临期提醒：{enterprise} {title}，“{step}”时限即将到期，请尽快处理。',
    },
    en: {
      title: 'Due soon: {title}',
      body: '{enterprise}: {title}: the time to {step} is nearly over.',
      sms: 'Due soon: {enterprise} {title}: the time to {step} is nearly over.',
    },
  },
  overdue: {
    'zh-CN': {
      title: '已逾期：{title}',
      body: '{enterprise}：{title}，“{step}”已逾期，已报告上级。请立即处理。',
      sms: '已逾期：{enterprise} {title}，“{step}”已逾期并报告上级，请立即处理。',
    },
    en: {
      title: 'Overdue: {title}',
      body: '{enterprise}: {title}: {step} is overdue and has been reported. Please act now.',
      sms: 'Overdue: {enterprise} {title}: {step} is overdue and has been reported.',
    },
  },
  escalated: {
    'zh-CN': {
      title: '督办：{title}',
      body: '{enterprise}：{title}（{level}），“{step}”逾期未完成，请督办。',
      sms: '督办：{enterprise} {title}（{level}），“{step}”逾期未完成，请督办。',
    },
    en: {
      title: 'Escalated: {title}',
      body: '{enterprise}: {title} ({level}): {step} is overdue. Please see to it.',
      sms: 'Escalated: {enterprise} {title} ({level}): {step} is overdue.',
    },
  },
  'level-raised': {
    'zh-CN': {
      title: '级别上调为{level}：{title}',
      body: '{enterprise}：{title}，级别上调为{level}，请于{reportBy}前提交。',
      sms: '级别上调为{level}：{enterprise} {title}，请于{reportBy}前提交。',
    },
    en: {
      title: 'Level raised to {level}: {title}',
      body: '{enterprise}: {title}: the level was raised to {level}. Please submit by {reportBy}.',
      sms: 'Level raised to {level}: {enterprise} {title}. Submit by {reportBy}.',
    },
  },
  returned: {
    'zh-CN': {
      title: '退回：{title}',
      body: '{enterprise}：{title}，审核退回：{reason}。请于{reportBy}前重新提交。',
      sms: '审核退回：{enterprise} {title}，请于{reportBy}前重新提交。',
    },
    en: {
      title: 'Returned: {title}',
      body: '{enterprise}: {title}: returned by the review: {reason}. Please submit again by {reportBy}.',
      sms: 'Returned: {enterprise} {title}. Submit again by {reportBy}.',
    },
  },
  submitted: {
    'zh-CN': { title: '待审核：{title}', body: '{enterprise}：{title}，已提交，请审核。' },
    en: { title: 'To review: {title}', body: '{enterprise}: {title}: submitted, please review.' },
  },
  reviewed: {
    'zh-CN': { title: '审核通过：{title}', body: '{enterprise}：{title}，审核通过。{reason}' },
    en: { title: 'Approved: {title}', body: '{enterprise}: {title}: approved. {reason}' },
  },
  closed: {
    'zh-CN': { title: '已办结：{title}', body: '{enterprise}：{title}，任务已办结。' },
    en: { title: 'Closed: {title}', body: '{enterprise}: {title}: the task is closed.' },
  },
  warning: {
    'zh-CN': {
      title: '预警：{devices}接近限值',
      body: '{enterprise}：{devices}自{date}起接近排放限值，请关注并排查。',
    },
    en: {
      title: 'Warning: {devices} is near its limit',
      body: '{enterprise}: {devices} has been near its limit since {date}. Please look into it.',
    },
  },
} as const satisfies Record<string, Record<Locale, Template>>;
export type TemplateName = keyof typeof TEMPLATES;

export const LEVEL_NAMES: Record<Locale, Record<Level, string>> = {
  'zh-CN': { urgent: '紧急', high: '高', mid: '中', low: '低' },
  en: { urgent: 'urgent', high: 'high', mid: 'mid', low: 'low' },
};
export const STEP_NAMES: Record<Locale, Record<string, string>> = {
  'zh-CN': { accept: '接单', arrive: '到场', report: '提交', review: '审核', route: '分派' },
  en: { accept: 'accept', arrive: 'arrive', report: 'submit', review: 'review', route: 'assign' },
};

/** Puts variables into a text; what is not known stays empty. */
export function fill(template: string, variables: Partial<Variables>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => variables[name as keyof Variables] ?? '');
}

/** The template in a person's language. */
export function templateFor(name: TemplateName, locale: string): Template {
  return TEMPLATES[name][locale === 'en' ? 'en' : 'zh-CN'];
}

/** `MM-DD HH:mm` in UTC+8; empty for 0, which stands for none. */
export function shortTime(ms: number): string {
  return ms ? new Date(ms + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ') : '';
}
