import type { Substantiated } from '@greenwatch/contracts';
import { withoutIdentity } from './identity-removal';

/** Of a task that came from the complaint, as far as its answer needs it. */
export interface TaskResult {
  taskId: string;
  /** VERIFY | INSPECT | OBSERVE | EXPLAIN */
  type: string;
  /** Of the last finding; empty: none. */
  conclusion: string;
  finding: string;
  /** Epoch ms; 0: not reviewed yet. */
  reviewedAt: number;
}

/**
 * Whether the check found it true. A violation that is suspected bears the complaint out, "normal" does not; a fault of an
 * instrument or a change of process says nothing about what the reporter saw: a supervisor decides.
 */
export function substantiatedBy(results: readonly TaskResult[]): Substantiated {
  const conclusions = new Set(reviewedVisits(results).map(({ conclusion }) => conclusion));
  if (conclusions.has('violation-suspected')) return 'yes';
  return conclusions.size === 1 && conclusions.has('normal') ? 'no' : 'unknown';
}

/** What the enterprise explains is no finding of the authority. */
const reviewedVisits = (results: readonly TaskResult[]) =>
  results.filter(({ type, reviewedAt, finding }) => type !== 'EXPLAIN' && reviewedAt > 0 && finding.trim() !== '');

const WORDS: Record<Substantiated, string> = {
  yes: '经核查，您反映的情况基本属实，已发现疑似违法行为，正在依法进一步调查处理。',
  no: '经核查，现场检查时未发现您反映的情况。',
  unknown: '经核查，现将有关情况答复如下。',
};

/**
 * The draft of an answer from what was found and reviewed, without names; undefined while nothing was. The order in which
 * results came makes no difference.
 * @param number of the complaint
 */
export function draftFrom(number: string, results: readonly TaskResult[]): string | undefined {
  const visits = reviewedVisits(results).sort((a, b) => a.reviewedAt - b.reviewedAt || (a.taskId < b.taskId ? -1 : 1));
  if (visits.length === 0) return undefined;
  const findings = visits.map(({ finding }) => withoutIdentity(finding.trim())).join('\n');
  return `您好！您的投诉举报（编号${number}）我们已办理。${WORDS[substantiatedBy(results)]}\n核查情况：${findings}\n感谢您对生态环境保护工作的关心和支持。`;
}
