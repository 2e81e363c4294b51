import type { Duty, DutyDetail, DutyExposure, ManagementLedger, MonitoringResult } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import type { StoredDuty, StoredExposure, Submission } from './duty.model';
import { inspectionList } from './inspection-lists';
import type { FieldProblem } from './project-content';

const HOUR = 3_600_000;

/** Hours of a ledger cannot be more than its period has. */
export function ledgerProblems(ledger: ManagementLedger, { from, to }: { from: number; to: number }): FieldProblem[] {
  const most = Math.round((to - from) / HOUR);
  const expected = `must be at most ${most}, the hours of the period`;
  return [
    ...(ledger.productionHours > most ? [{ field: 'productionHours', expected }] : []),
    ...ledger.treatment.flatMap(({ runningHours }, i) =>
      runningHours > most ? [{ field: `treatment.${i}.runningHours`, expected }] : [],
    ),
  ];
}

/** Results of a self-monitoring: dated in the period, not in the future, and one at least of everything to be measured. */
export function monitoringProblems(
  results: readonly MonitoringResult[],
  { from, to, items = [] }: Pick<StoredDuty, 'from' | 'to' | 'items'>,
  now: number,
): FieldProblem[] {
  const problems: FieldProblem[] = results.flatMap(({ at }, i) => {
    const time = Date.parse(at);
    const inside = time >= from && time < to && time <= now;
    return inside
      ? []
      : [
          {
            field: `results.${i}.at`,
            expected: `must lie in the period, from ${isoTime(from)} to before ${isoTime(to)}`,
          },
        ];
  });
  const key = ({ outletId, factor }: { outletId?: string; factor: string }) => `${outletId ?? ''} ${factor}`.trim();
  const given = new Set(results.map(key));
  const absent = items.filter((item) => !given.has(key(item)));
  if (absent.length > 0) {
    problems.push({
      field: 'results',
      expected: `must hold everything to be measured, also ${absent.map(key).join(', ')}`,
    });
  }
  return problems;
}

/** Totals of a report name each factor once. */
export function totalProblems(totals: readonly { factor: string }[]): FieldProblem[] {
  const seen = new Set<string>();
  return totals.flatMap(({ factor }, i) => {
    const twice = seen.has(factor);
    seen.add(factor);
    return twice ? [{ field: `totals.${i}.factor`, expected: `must stand once, ${factor} is there twice` }] : [];
  });
}

export function presentDuty(duty: StoredDuty): Duty {
  return {
    id: duty._id,
    kind: duty.kind,
    every: duty.every,
    period: duty.period,
    enterpriseId: duty.enterpriseId,
    enterpriseName: duty.enterpriseName,
    permitId: duty.permitId,
    openedAt: isoTime(duty.openedAt),
    dueAt: isoTime(duty.dueAt),
    state: duty.state,
    ...(duty.fulfilledAt === undefined ? {} : { fulfilledAt: isoTime(duty.fulfilledAt) }),
    ...(duty.items ? { items: duty.items } : {}),
    divisionPath: duty.divisionPath,
  };
}

export function presentDetail(duty: StoredDuty, submission: Submission | undefined): DutyDetail {
  const { _id, ...content } = submission ?? { _id: '' };
  const list = duty.listId ? inspectionList(duty.listId) : undefined;
  return {
    ...presentDuty(duty),
    ...(duty.submittedBy ? { submittedBy: duty.submittedBy } : {}),
    ...(list ? { list } : {}),
    ...content,
  };
}

export function presentExposure({ _id, division, month, at, enterprises, lowest }: StoredExposure): DutyExposure {
  return { id: _id, division, month, at: isoTime(at), enterprises, lowest };
}
