import type { EiaClass, ProjectCheck } from '@greenwatch/contracts';

interface Basis {
  check: ProjectCheck;
  classes?: readonly EiaClass[];
  stage?: string;
  /** In force from (inclusive) to (not included), as days in UTC+8; absent: open. */
  from?: string;
  to?: string;
  text: string;
}

const CODE = '2026-08-15';
/** Law as data (domain.md 0): 生态环境法典 replaces 环境影响评价法 on 2026-08-15; the regulations stay in force until re-checked [U]. */
const BASES: readonly Basis[] = [
  {
    check: 'EIA_NO_APPROVAL',
    classes: ['report', 'form'],
    to: CODE,
    text: '《环境影响评价法》第三十一条：责令停止建设，处总投资额百分之一以上百分之五以下罚款',
  },
  {
    check: 'EIA_NO_APPROVAL',
    classes: ['report'],
    from: CODE,
    text: '《生态环境法典》第1095条：报告书项目20万元以上100万元以下',
  },
  {
    check: 'EIA_NO_APPROVAL',
    classes: ['form'],
    from: CODE,
    text: '《生态环境法典》第1095条：报告表项目10万元以上50万元以下',
  },
  {
    check: 'EIA_NO_APPROVAL',
    classes: ['registration'],
    text: '《建设项目环境影响登记表备案管理办法》：建成并投入生产运营前备案',
  },
  {
    check: 'EIA_NO_ACCEPTANCE',
    to: CODE,
    text: '《建设项目环境保护管理条例》第二十三条；国环规环评〔2017〕4号：期限一般不超过3个月，最长不超过12个月',
  },
  {
    check: 'EIA_NO_ACCEPTANCE',
    from: CODE,
    text: '《生态环境法典》第1100条：20万元以上100万元以下；国环规环评〔2017〕4号：期限一般不超过3个月，最长不超过12个月',
  },
  { check: 'EIA_APPROVAL_OVERDUE', text: '《建设项目环境保护管理条例》第九条：报告书60日、报告表30日' },
  { check: 'EIA_LAPSED', text: '《建设项目环境保护管理条例》第十二条：自批准之日起满5年方开工的，应重新审核' },
  {
    check: 'PERMIT_MISSING_AFTER_EIA',
    stage: 'before-production',
    text: '《排污许可管理办法》：启动生产设施或者发生实际排污之前申领',
  },
  {
    check: 'PERMIT_MISSING_AFTER_EIA',
    stage: 'production',
    to: CODE,
    text: '《排污许可管理条例》第三十三条：20万元以上100万元以下',
  },
  {
    check: 'PERMIT_MISSING_AFTER_EIA',
    stage: 'production',
    from: CODE,
    text: '《生态环境法典》第1102条：20万元以上100万元以下',
  },
];

const day = (text: string) => Date.parse(`${text}T00:00:00+08:00`);

/** The legal basis of a check in force when what it says began (`at`, ms). Whether a later, lighter one applies is for the case. */
export function eiaBasis(check: ProjectCheck, eiaClass: EiaClass, stage: string | undefined, at: number): string {
  const found = BASES.find(
    (basis) =>
      basis.check === check &&
      (!basis.classes || basis.classes.includes(eiaClass)) &&
      (!basis.stage || basis.stage === stage) &&
      (!basis.from || at >= day(basis.from)) &&
      (!basis.to || at < day(basis.to)),
  );
  if (!found) throw new Error(`no legal basis is known for ${check} of a ${eiaClass}`);
  return found.text;
}
