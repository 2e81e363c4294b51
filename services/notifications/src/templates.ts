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
  /** Of a check, duty, complaint, case, rating or model, in words. */
  what: string;
  stage: string;
  number: string;
  place: string;
  period: string;
  dueAt: string;
  colour: string;
  score: string;
  fine: string;
  version: string;
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
  'explain-other': {
    'zh-CN': {
      title: '请说明情况：{title}',
      body: '{enterprise}：{title}。请核查，并于{acceptBy}前确认、{reportBy}前提交说明。',
      sms: '请说明情况：{enterprise} {title}，请于{reportBy}前提交说明。',
    },
    en: {
      title: 'Please explain: {title}',
      body: '{enterprise}: {title}. Please look into it, acknowledge by {acceptBy} and explain by {reportBy}.',
      sms: 'Please explain: {enterprise} {title}, by {reportBy}.',
    },
  },
  observe: {
    'zh-CN': {
      title: '现场观察任务：{title}',
      body: '{enterprise}：{title}。级别：{level}。请在公共区域观察、拍照、记录气味和排口情况，不进入企业。{acceptBy}前接单，{reportBy}前提交。',
      sms: '现场观察任务（{level}）：{enterprise} {title}。仅限公共区域，{acceptBy}前接单，{reportBy}前提交。',
    },
    en: {
      title: 'To observe: {title}',
      body: '{enterprise}: {title}. Level: {level}. From public space only: look, photograph, note smell and outfall; do not enter. Accept by {acceptBy}, submit by {reportBy}.',
      sms: 'To observe ({level}): {enterprise} {title}. Public space only; accept by {acceptBy}, submit by {reportBy}.',
    },
  },
  cancelled: {
    'zh-CN': {
      title: '任务取消：{title}',
      body: '{enterprise}：{title}，任务已取消：{reason}',
      sms: '任务取消：{enterprise} {title}，无需再处理。',
    },
    en: {
      title: 'Cancelled: {title}',
      body: '{enterprise}: {title}: the task was cancelled: {reason}',
      sms: 'Cancelled: {enterprise} {title}.',
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
  'check-own': {
    'zh-CN': {
      title: '请核查：{what}{stage}',
      body: '{enterprise}：{what}{stage}。请及时核查处理，如与实际不符请说明。',
      sms: '{enterprise}：{what}{stage}，请及时核查处理。',
    },
    en: {
      title: 'Please check: {what}{stage}',
      body: '{enterprise}: {what}{stage}. Please look into it, and say so where it is not as it seems.',
      sms: '{enterprise}: {what}{stage}. Please look into it.',
    },
  },
  check: {
    'zh-CN': {
      title: '许可与环评检查：{what}{stage}',
      body: '{enterprise}：{what}{stage}（{level}）。请核实。',
      sms: '许可与环评检查（{level}）：{enterprise} {what}{stage}，请核实。',
    },
    en: {
      title: 'Permit and EIA check: {what}{stage}',
      body: '{enterprise}: {what}{stage} ({level}). Please verify.',
      sms: 'Check ({level}): {enterprise} {what}{stage}. Please verify.',
    },
  },
  'duty-reminded': {
    'zh-CN': {
      title: '请按期提交：{what} {period}',
      body: '{enterprise}：{what}（{period}）请于{dueAt}前提交。',
      sms: '{enterprise}：{what}（{period}）请于{dueAt}前提交。',
    },
    en: {
      title: 'Due soon: {what} {period}',
      body: '{enterprise}: {what} of {period} is due by {dueAt}.',
      sms: '{enterprise}: {what} of {period} is due by {dueAt}.',
    },
  },
  'duty-missed': {
    'zh-CN': {
      title: '未按期提交：{what} {period}',
      body: '{enterprise}：{what}（{period}）已于{dueAt}到期，尚未提交，请尽快补交。',
      sms: '{enterprise}：{what}（{period}）已于{dueAt}到期未提交，请尽快补交。',
    },
    en: {
      title: 'Not handed in: {what} {period}',
      body: '{enterprise}: {what} of {period} was due by {dueAt} and is missing. Please hand it in.',
      sms: '{enterprise}: {what} of {period} was due by {dueAt} and is missing.',
    },
  },
  'complaint-received': {
    'zh-CN': {
      title: '新投诉举报：{what}',
      body: '{number}：{what}，{place}。级别：{level}。请于{dueAt}前告知是否受理。',
      sms: '新投诉举报（{level}）：{number} {what}，{place}。请及时受理。',
    },
    en: {
      title: 'New complaint: {what}',
      body: '{number}: {what}, {place}. Level: {level}. Say by {dueAt} whether it is accepted.',
      sms: 'New complaint ({level}): {number} {what}, {place}.',
    },
  },
  'complaint-review': {
    'zh-CN': {
      title: '投诉举报申请复查：{number}',
      body: '{number}：{what}，{place}。举报人对答复不满意，申请复查，请另行安排人员办理。',
    },
    en: {
      title: 'Review of a complaint asked: {number}',
      body: '{number}: {what}, {place}. The reporter asks for a review, by somebody else.',
    },
  },
  'complaint-drafted': {
    'zh-CN': {
      title: '投诉举报答复待确认：{number}',
      body: '{number}：{what}，{place}。现场结论已形成答复草稿，请确认。',
    },
    en: {
      title: 'Answer to confirm: {number}',
      body: '{number}: {what}, {place}. What was found on site has become a draft answer. Please confirm.',
    },
  },
  'complaint-due': {
    'zh-CN': {
      title: '投诉举报临期：{number}',
      body: '{number}：{what}，{place}，“{step}”时限即将到期，请尽快办理。',
    },
    en: {
      title: 'Complaint due soon: {number}',
      body: '{number}: {what}, {place}: the time to {step} is nearly over.',
    },
  },
  'complaint-overdue': {
    'zh-CN': {
      title: '投诉举报逾期：{number}',
      body: '{number}：{what}，{place}，“{step}”已逾期，请立即办理。',
      sms: '投诉举报逾期：{number} {what}，“{step}”已逾期，请立即办理。',
    },
    en: {
      title: 'Complaint overdue: {number}',
      body: '{number}: {what}, {place}: {step} is overdue. Please act now.',
      sms: 'Complaint overdue: {number} {what}: {step}.',
    },
  },
  'case-noticed': {
    'zh-CN': {
      title: '行政处罚事先告知：{number}',
      body: '{enterprise}：案件{number}已告知拟作出的决定。请查阅告知书，可在{dueAt}前陈述、申辩。',
      sms: '{enterprise}：案件{number}已送达事先告知书，可于{dueAt}前陈述、申辩，请登录平台查阅。',
    },
    en: {
      title: 'Notice of an intended decision: {number}',
      body: '{enterprise}: case {number}: you were told what is intended. You may state and defend yourself until {dueAt}.',
      sms: '{enterprise}: case {number}: notice served; statements until {dueAt}.',
    },
  },
  'case-decided': {
    'zh-CN': {
      title: '行政处罚决定：{number}',
      body: '{enterprise}：案件{number}已作出决定，决定书文号：{reason}。如不服可依法申请行政复议或提起诉讼。',
      sms: '{enterprise}：案件{number}已作出决定，请登录平台查阅决定书。',
    },
    en: {
      title: 'Decision: {number}',
      body: '{enterprise}: case {number} is decided, document {reason}. You may ask for reconsideration or go to court.',
      sms: '{enterprise}: case {number} is decided; see the document on the platform.',
    },
  },
  'case-withdrawn': {
    'zh-CN': { title: '案件撤销：{number}', body: '{enterprise}：案件{number}已撤销。' },
    en: { title: 'Case withdrawn: {number}', body: '{enterprise}: case {number} was withdrawn.' },
  },
  'case-due': {
    'zh-CN': {
      title: '案件临期：{number}',
      body: '{enterprise}：案件{number}，“{step}”时限即将到期，请尽快办理。',
    },
    en: { title: 'Case due soon: {number}', body: '{enterprise}: case {number}: the time to {step} is nearly over.' },
  },
  'case-overdue': {
    'zh-CN': {
      title: '案件逾期：{number}',
      body: '{enterprise}：案件{number}，“{step}”已逾期，请立即办理。',
      sms: '案件逾期：{enterprise} {number}，“{step}”已逾期，请立即办理。',
    },
    en: {
      title: 'Case overdue: {number}',
      body: '{enterprise}: case {number}: {step} is overdue.',
      sms: 'Case overdue: {enterprise} {number}: {step}.',
    },
  },
  'rating-noticed': {
    'zh-CN': {
      title: '信用评价结果告知：{period}',
      body: '{enterprise}：{period}环境信用评价初评为{colour}（{score}分）。如有异议，请于{dueAt}前提出。',
      sms: '{enterprise}：{period}环境信用评价初评为{colour}，如有异议请于{dueAt}前提出。',
    },
    en: {
      title: 'Your credit rating, draft: {period}',
      body: '{enterprise}: the draft rating of {period} is {colour} ({score}). You may object until {dueAt}.',
      sms: '{enterprise}: draft credit rating of {period}: {colour}; object by {dueAt}.',
    },
  },
  'rating-answered': {
    'zh-CN': {
      title: '信用评价异议已答复：{period}',
      body: '{enterprise}：对{period}环境信用评价的异议已答复，结果为{colour}。',
    },
    en: {
      title: 'Your objection is answered: {period}',
      body: '{enterprise}: your objection to the rating of {period} is answered: {colour}.',
    },
  },
  'rating-published': {
    'zh-CN': {
      title: '信用评价公示：{period}',
      body: '{enterprise}：{period}环境信用评价结果{colour}正在公示，至{dueAt}。',
    },
    en: {
      title: 'Your credit rating is shown: {period}',
      body: '{enterprise}: the rating of {period}, {colour}, is shown in public until {dueAt}.',
    },
  },
  'rating-final': {
    'zh-CN': {
      title: '信用评价结果：{period}',
      body: '{enterprise}：{period}环境信用评价最终结果为{colour}（{score}分）。',
      sms: '{enterprise}：{period}环境信用评价最终结果为{colour}。',
    },
    en: {
      title: 'Your credit rating: {period}',
      body: '{enterprise}: the final rating of {period} is {colour} ({score}).',
      sms: '{enterprise}: final credit rating of {period}: {colour}.',
    },
  },
  'rating-objected': {
    'zh-CN': {
      title: '信用评价异议：{enterprise}',
      body: '{enterprise}对{period}环境信用评价（{colour}）提出异议，请于{dueAt}前答复。',
    },
    en: {
      title: 'Objection to a rating: {enterprise}',
      body: '{enterprise} objects to its rating of {period} ({colour}). Please answer by {dueAt}.',
    },
  },
  'blacklist-listed': {
    'zh-CN': { title: '运维单位列入黑名单', body: '运维单位被列入黑名单，不得承接新的监测设备。{reason}' },
    en: {
      title: 'An operator was blacklisted',
      body: 'An operator was blacklisted and may take on no devices. {reason}',
    },
  },
  'blacklist-lifted': {
    'zh-CN': { title: '运维单位移出黑名单', body: '运维单位已移出黑名单。' },
    en: { title: 'An operator left the blacklist', body: 'An operator was taken off the blacklist.' },
  },
  'model-fitted': {
    'zh-CN': {
      title: '真实性评分模型已更新：{version}',
      body: '真实性评分模型已按现场核查结论重新拟合，版本{version}。请核对各检验的权重，必要时可退回上一版本。',
    },
    en: {
      title: 'The authenticity model was refitted: {version}',
      body: 'The authenticity model was fitted anew from the verdicts of visits, version {version}. Look at its weights; it can be taken back.',
    },
  },
} as const satisfies Record<string, Record<Locale, Template>>;
export type TemplateName = keyof typeof TEMPLATES;

export const LEVEL_NAMES: Record<Locale, Record<Level, string>> = {
  'zh-CN': { urgent: '紧急', high: '高', mid: '中', low: '低' },
  en: { urgent: 'urgent', high: 'high', mid: 'mid', low: 'low' },
};
/** What stands for the enterprise where a task has none: somebody looks from public space. */
export const PUBLIC_PLACE: Record<Locale, string> = { 'zh-CN': '公共区域', en: 'Public space' };

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
