import type { EiaClass, ProjectCheck, ProjectStepName } from '@greenwatch/contracts';
import { addMonths, isoTime } from '@greenwatch/kit';
import { eiaBasis } from './eia-basis';

const DAY = 24 * 3_600_000;

/** One thing an alert rests on. */
export interface Evidence {
  name: string;
  value: string;
  at: number;
}

/** What is known of a construction project (建设项目); times in ms. */
export interface ProjectState {
  name: string;
  eiaClass: EiaClass;
  steps: readonly { step: ProjectStepName; at: number; number?: string }[];
  /** First day with flow (m3) or production electricity (kWh) at an outlet of the project, from the day totals. */
  productionSeen?: { day: number; outletId: string; flow: number; productionKwh: number };
  /** Whether a permit or registration form that is valid now covers the project's outlets (any, where it names none). */
  permitted: boolean;
}

/** One alert of domain.md 3.6 that speaks now: never more than a suspicion. */
export interface ProjectFinding {
  check: ProjectCheck;
  level: 'high' | 'mid' | 'low';
  stage?: string;
  /** Since when what it says is so, ms. */
  since: number;
  text: string;
  basis: string;
  clue?: 'visit' | 'desk';
  evidence: Evidence[];
}

/** Time limits of domain.md 3.6. */
export interface ProjectLimits {
  /** Days from receipt to approval (建设项目环境保护管理条例) [C]. */
  approvalDays: Record<'report' | 'form', number>;
  /** Years after which an approval not used is examined again (the same) [C]. */
  approvalYears: number;
  /** Months from completion to acceptance, and at most (国环规环评〔2017〕4号) [L]: settings. */
  acceptanceMonths: number;
  acceptanceMonthsAtMost: number;
  /** Years after which building or producing before approval is no longer pursued once it has ended (处罚法 Art 36) [L]. */
  pursuedYears: number;
}
export const PROJECT_LIMITS: ProjectLimits = {
  approvalDays: { report: 60, form: 30 },
  approvalYears: 5,
  acceptanceMonths: 3,
  acceptanceMonthsAtMost: 12,
  pursuedYears: 2,
};

const date = (ms: number) => isoTime(ms).slice(0, 10);
const STEP_NAMES: Record<ProjectStepName, string> = {
  'access-study': '准入研判',
  'eia-received': '环评受理',
  'eia-approved': '环评批复（备案）',
  'construction-started': '开工建设',
  'construction-finished': '建成竣工',
  'permit-applied': '申领排污许可',
  'permit-issued': '取得排污许可',
  'production-started': '投入生产',
  'acceptance-published': '公开验收报告',
  accepted: '竣工环保验收',
};

/**
 * The alerts of domain.md 3.6 that speak of a project at `now` (ms), each with its evidence. The same project and time give
 * the same alerts, whatever order its steps became known in.
 */
export function projectFindings(
  project: ProjectState,
  now: number,
  limits: ProjectLimits = PROJECT_LIMITS,
): ProjectFinding[] {
  const at = (step: ProjectStepName) => {
    const taken = project.steps.find((candidate) => candidate.step === step);
    return taken && taken.at <= now ? taken.at : undefined;
  };
  const stepEvidence = (...steps: ProjectStepName[]): Evidence[] =>
    steps.flatMap((step) => {
      const taken = project.steps.find((candidate) => candidate.step === step);
      if (!taken || taken.at > now) return [];
      const value = [date(taken.at), taken.number].filter(Boolean).join(' ');
      return [{ name: STEP_NAMES[step], value, at: taken.at }];
    });
  const seen = project.productionSeen;
  const seenEvidence: Evidence[] = seen
    ? [
        {
          name: '排放口首日监测',
          value: `流量 ${rounded(seen.flow)} m³，生产用电 ${rounded(seen.productionKwh)} kWh`,
          at: seen.day,
        },
      ]
    : [];
  const producing = earliest(at('production-started'), seen?.day);
  const approved = at('eia-approved');
  const findings: Omit<ProjectFinding, 'basis'>[] = [];

  // 未批先建, 未批先投: a registration form is filed online before operation starts, so building counts for the others only.
  const built = project.eiaClass === 'registration' ? undefined : at('construction-started');
  const began = earliest(built, producing);
  const pursued = approved === undefined || now < addMonths(approved, 12 * limits.pursuedYears);
  if (began !== undefined && (approved === undefined || began < approved) && pursued) {
    const registration = project.eiaClass === 'registration';
    const produces = producing !== undefined && (approved === undefined || producing < approved);
    const what = produces ? '投入生产' : '开工建设';
    const still = approved === undefined;
    findings.push({
      check: 'EIA_NO_APPROVAL',
      level: registration ? 'low' : still ? 'high' : 'mid',
      stage: produces ? 'production' : 'construction',
      since: began,
      text: still
        ? `项目“${project.name}”于 ${date(began)} 已有${what}迹象，未见环评${registration ? '备案' : '批复'}，疑似${produces ? '未批先投' : '未批先建'}。`
        : `项目“${project.name}”于 ${date(began)} 已有${what}迹象，早于环评${registration ? '备案' : '批复'}日期 ${date(approved)}，疑似${produces ? '未批先投' : '未批先建'}。`,
      clue: registration ? 'desk' : 'visit',
      evidence: [
        ...stepEvidence('eia-received', 'eia-approved', 'construction-started', 'production-started'),
        ...seenEvidence,
      ],
    });
  }

  const finished = at('construction-finished');
  const accepted = earliest(at('accepted'), at('acceptance-published'));
  // Readings from before completion are of the works that were there already, or of a trial; from then on they count.
  if (
    finished !== undefined &&
    producing !== undefined &&
    accepted === undefined &&
    project.eiaClass !== 'registration'
  ) {
    const due = addMonths(finished, limits.acceptanceMonths);
    const last = addMonths(finished, limits.acceptanceMonthsAtMost);
    if (now >= due) {
      const over = now >= last;
      findings.push({
        check: 'EIA_NO_ACCEPTANCE',
        level: over ? 'high' : 'mid',
        stage: `${over ? limits.acceptanceMonthsAtMost : limits.acceptanceMonths}-months`,
        since: due,
        text: `项目“${project.name}”于 ${date(finished)} 建成，投产后超过 ${over ? limits.acceptanceMonthsAtMost : limits.acceptanceMonths} 个月未见竣工环保验收，疑似未验先投。`,
        clue: over ? 'visit' : 'desk',
        evidence: [...stepEvidence('construction-finished', 'production-started'), ...seenEvidence],
      });
    }
  }

  const received = at('eia-received');
  if (received !== undefined && approved === undefined && project.eiaClass !== 'registration') {
    const days = limits.approvalDays[project.eiaClass];
    const due = received + days * DAY;
    if (now >= due) {
      findings.push({
        check: 'EIA_APPROVAL_OVERDUE',
        level: 'mid',
        since: due,
        text: `项目“${project.name}”环评于 ${date(received)} 受理，已超过 ${days} 日法定审批时限，未见批复。`,
        // It is the authority that is late: nothing for inspectors to look for at the enterprise.
        evidence: stepEvidence('eia-received'),
      });
    }
  }

  const started = at('construction-started');
  if (approved !== undefined && project.eiaClass !== 'registration') {
    const lapses = addMonths(approved, 12 * limits.approvalYears);
    const late = started !== undefined && started >= lapses;
    // Where works run already, construction was started even if nobody recorded it.
    const idle = started === undefined && producing === undefined && finished === undefined && now >= lapses;
    if (late || idle) {
      findings.push({
        check: 'EIA_LAPSED',
        level: late ? 'mid' : 'low',
        stage: late ? 'started' : 'idle',
        since: late ? started : lapses,
        text: `项目“${project.name}”环评于 ${date(approved)} 批复，超过 ${limits.approvalYears} 年${late ? `后于 ${date(started)} 开工` : '未开工'}，应重新报审核。`,
        ...(late ? { clue: 'desk' as const } : {}),
        evidence: stepEvidence('eia-approved', 'construction-started'),
      });
    }
  }

  const issued = at('permit-issued');
  if (approved !== undefined && !project.permitted && issued === undefined) {
    if (producing !== undefined && producing >= approved) {
      findings.push({
        check: 'PERMIT_MISSING_AFTER_EIA',
        level: 'high',
        stage: 'production',
        since: producing,
        text: `项目“${project.name}”环评批复后于 ${date(producing)} 已有生产迹象，未见排污许可证（登记），疑似无证排污。`,
        clue: 'desk',
        evidence: [...stepEvidence('eia-approved', 'permit-applied', 'production-started'), ...seenEvidence],
      });
    } else if (finished !== undefined && at('permit-applied') === undefined) {
      findings.push({
        check: 'PERMIT_MISSING_AFTER_EIA',
        level: 'low',
        stage: 'before-production',
        since: finished,
        text: `项目“${project.name}”已于 ${date(finished)} 建成，未见申领排污许可证（登记）；应在实际排污前取得。`,
        evidence: stepEvidence('eia-approved', 'construction-finished'),
      });
    }
  }
  return findings.map((finding) => ({
    ...finding,
    basis: eiaBasis(finding.check, project.eiaClass, finding.stage, finding.since),
  }));
}

/**
 * What is odd about the number of a step, as a warning: bureaus write approval numbers freely (嘉环建〔2022〕12号), a filing
 * number has 18 digits = year 4 + county 6 + serial 8 [L].
 */
export function stepNumberWarning(eiaClass: EiaClass, step: ProjectStepName, number: string): string | undefined {
  if (step !== 'eia-approved') return undefined;
  if (eiaClass === 'registration') {
    return /^20\d{2}[1-9]\d{5}\d{8}$/.test(number)
      ? undefined
      : '备案号一般为18位数字：年份4位、县级区划6位、顺序号8位';
  }
  return /[〔[(（]20\d{2}[〕\])）]\s*\d+\s*号/.test(number) ? undefined : '批复文号一般形如“嘉环建〔2022〕12号”';
}

const rounded = (value: number) => String(Math.round(value * 10) / 10);
const earliest = (...times: (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};
