import type { ComplaintRefusalReason } from '@greenwatch/contracts';
import { invalid } from '@greenwatch/kit';

/**
 * Why a complaint may be refused, and where its reporter is sent (domain.md 6: not accepted, but told why and where). Where
 * to turn depends on the matter for some reasons; for the others it is said here.
 */
export const REFUSALS: Record<ComplaintRefusalReason, { turnTo?: string; needsSame?: true }> = {
  // 属其他部门职责: which one, the officer says.
  'other-agency': {},
  // 依法应通过诉讼、仲裁、行政复议等途径解决: which one, the officer says.
  'legal-path': {},
  // 同一事项已受理: its progress is told instead.
  'same-matter': { turnTo: '请凭原投诉编号和查询码查看办理进度。', needsSame: true },
  // 对已作出的最终答复不服
  'final-answer': { turnTo: '对答复不服的，请在收到答复之日起30日内通过原投诉编号申请复查。' },
  'not-environmental': { turnTo: '可拨打12345政务服务便民热线反映。' },
};

/**
 * What the reporter is told with a refusal.
 * @param same number and state of the complaint that was accepted already, where the reason needs one
 * @throws DomainError 422 naming what is missing
 */
export function refusalOf(
  reason: ComplaintRefusalReason,
  given: { text: string; turnTo?: string },
  same?: { number: string; accepted: boolean },
): { reason: ComplaintRefusalReason; text: string; turnTo: string; sameAs?: string } {
  const rule = REFUSALS[reason];
  const turnTo = given.turnTo?.trim() || rule.turnTo;
  if (!turnTo) throw invalid('turnTo', 'is needed for this reason: who is responsible instead');
  if (rule.needsSame && !same) throw invalid('sameAs', 'is needed for this reason: the complaint accepted already');
  if (rule.needsSame && !same?.accepted) throw invalid('sameAs', 'must be a complaint that was accepted');
  return { reason, text: given.text.trim(), turnTo, ...(rule.needsSame && same && { sameAs: same.number }) };
}
