import { type DutyKind, permitsFacts } from '@greenwatch/contracts';
import { countyOf, endOfWorkingDay, invalid, type Kit, type NewFact, newId } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { Found } from './check.model';
import type { CheckStore } from './check-store';
import type { DutyModels, StoredDuty, Submission } from './duty.model';
import { type DutyPlan, type DutySettings, dutiesOn, missedAt, monthOf, remindAt } from './duty-calendar';
import { inspectionListFor } from './inspection-lists';
import type { EnterprisePlace, PermitModels, StoredPermit } from './permit.model';
import { markDirty } from './registry-copies';
import type { ReportDifference } from './report-totals';

type Verb = 'opened' | 'reminded' | 'fulfilled' | 'missed';
export const PHASES = ['reminder', 'due', 'missed'] as const;
export type Phase = (typeof PHASES)[number];

const DAY = 24 * 3_600_000;
const timerKey = (id: string) => `duty:${id}`;

/** The one place where duties are written: state, fact and timer in one transaction. */
export class DutyStore {
  constructor(
    private readonly kit: Kit,
    private readonly models: DutyModels,
    private readonly permits: PermitModels,
    private readonly checks: CheckStore,
    private readonly settings: DutySettings,
  ) {}

  /**
   * Opens what the permits oblige to on a day (start, ms) and is not open yet. A duty that is opened late, since this
   * service stood still or the permit came later, leaves its enterprise a working day at least.
   * @returns how many were opened
   */
  async open(permits: readonly StoredPermit[], day: number, session: ClientSession): Promise<number> {
    const now = this.kit.now();
    const enterpriseIds = [...new Set(permits.map(({ enterpriseId }) => enterpriseId))];
    const places = await this.permits.enterprises.find({ _id: { $in: enterpriseIds } }, null, { session }).lean();
    const placeOf = new Map(places.map((place) => [place._id, place]));
    const wanted = permits.flatMap((permit) => {
      const { requirements, validFrom, validTo } = permit;
      const place = placeOf.get(permit.enterpriseId);
      // Nobody can be told before the enterprise is known; its fact has the permits looked at again.
      if (!requirements || !place || place.divisionPath.length === 0) return [];
      const producing = place.status === 'producing';
      const plans = dutiesOn({ validFrom, validTo, requirements, producing }, day, this.settings);
      return plans.map((plan) => this.#dutyOf(plan, permit, place, now));
    });
    if (wanted.length === 0) return 0;
    const fresh = await this.#unknown(wanted, session);
    if (fresh.length === 0) return 0;
    await this.models.duties.collection.insertMany(fresh.map((duty) => ({ ...duty })) as never, { session });
    await this.kit.facts.appendAll(
      session,
      fresh.map((duty) => told(duty, 'opened', now)),
    );
    await this.kit.facts.appendAll(
      session,
      fresh.map((duty) => timer(duty, 'reminder')),
    );
    return fresh.length;
  }

  /**
   * Takes in a past that an older system kept. Its people were told there, so nothing is told here; what has not come is
   * waited for like any other. Duties that are known stay as they are.
   * @returns how many were new
   */
  async bring(past: readonly { plan: DutyPlan; permit: StoredPermit; fulfilledAt?: number }[], session: ClientSession) {
    const now = this.kit.now();
    const places = await this.permits.enterprises
      .find({ _id: { $in: [...new Set(past.map(({ permit }) => permit.enterpriseId))] } }, null, { session })
      .lean();
    const placeOf = new Map(places.map((place) => [place._id, place]));
    const wanted = past.map(({ plan, permit, fulfilledAt }): StoredDuty => {
      const place = placeOf.get(permit.enterpriseId);
      if (!place || place.divisionPath.length === 0) {
        throw invalid('duties', `must be of enterprises that the registry has told, not ${permit.enterpriseId}`);
      }
      const duty = { ...this.#dutyOf(plan, permit, place, plan.opensAt), _id: newId(now) };
      const late = (fulfilledAt ?? now) > duty.dueAt;
      if (fulfilledAt !== undefined) return { ...duty, fulfilledAt, state: late ? 'late' : 'fulfilled' };
      return { ...duty, state: now > duty.missedAt ? 'missed' : late ? 'late' : 'open' };
    });
    const fresh = await this.#unknown(wanted, session);
    if (fresh.length === 0) return 0;
    await this.models.duties.collection.insertMany(fresh.map((duty) => ({ ...duty })) as never, { session });
    await this.kit.facts.appendAll(
      session,
      fresh
        .filter(({ state, fulfilledAt }) => fulfilledAt === undefined && state !== 'missed')
        .map((duty) => timer(duty, duty.state === 'open' ? 'reminder' : 'missed')),
    );
    await markDirty(this.permits, [...new Set(fresh.map(({ enterpriseId }) => enterpriseId))], session);
    return fresh.length;
  }

  /** Those of which there is no duty of the same permit, kind and period yet. */
  async #unknown(wanted: readonly StoredDuty[], session: ClientSession): Promise<StoredDuty[]> {
    const of = (field: 'permitId' | 'period') => ({ $in: [...new Set(wanted.map((duty) => duty[field]))] });
    const known = await this.models.duties
      .find({ permitId: of('permitId'), period: of('period') }, null, { session })
      .lean<StoredDuty[]>();
    const keyOf = ({ permitId, kind, every, period }: StoredDuty) => `${permitId}|${kind}|${every}|${period}`;
    const there = new Set(known.map(keyOf));
    return wanted.filter((duty) => !there.has(keyOf(duty)));
  }

  #dutyOf(plan: DutyPlan, permit: StoredPermit, place: EnterprisePlace, now: number): StoredDuty {
    const { kind, every, period, from, to, items } = plan;
    const late = now >= plan.opensAt + DAY;
    const dueAt = late ? Math.max(plan.dueAt, endOfWorkingDay(now, this.settings.dailyWorkingDays)) : plan.dueAt;
    return {
      _id: newId(now),
      kind,
      every,
      period,
      from,
      to,
      permitId: permit._id,
      enterpriseId: permit.enterpriseId,
      enterpriseName: place.name ?? '',
      divisionPath: [...place.divisionPath],
      county: countyOf(place.divisionPath),
      openedAt: now,
      dueAt,
      missedAt: missedAt({ every, dueAt }, this.settings),
      month: monthOf(dueAt),
      state: 'open',
      ...(items ? { items } : {}),
      ...(kind === 'self-inspection' ? { listId: inspectionListFor(place.industryCode ?? '') } : {}),
      sequence: 1,
    };
  }

  /** A timer of a duty has come. It counts for the date it was made for, and for what has not come. */
  async timerCame(id: string, phase: Phase, dueAt: number, now: number, session: ClientSession): Promise<void> {
    const duty = await this.models.duties.findById(id, null, { session }).lean<StoredDuty>();
    if (!duty || duty.fulfilledAt !== undefined || duty.dueAt !== dueAt) return;
    if (phase === 'reminder') {
      if (duty.state !== 'open') return;
      const reminded = await this.#save(duty, {}, 'reminded', now, session);
      await this.kit.facts.append(session, timer(reminded, 'due'));
    } else if (phase === 'due') {
      if (duty.state !== 'open') return;
      const late = await this.#save(duty, { state: 'late' }, 'reminded', now, session);
      if (late.kind === 'execution-report') await this.checks.settle(session, lateKey(late), lateReport(late), now);
      await this.kit.facts.append(session, timer(late, 'missed'));
      await markDirty(this.permits, [late.enterpriseId], session);
    } else {
      if (duty.state !== 'late') return;
      await this.#save(duty, { state: 'missed' }, 'missed', now, session);
      await markDirty(this.permits, [duty.enterpriseId], session);
    }
  }

  /** What was handed in for an open, late or missed duty. */
  async fulfil(
    duty: StoredDuty,
    submission: Omit<Submission, '_id'>,
    by: string,
    session: ClientSession,
  ): Promise<{ duty: StoredDuty; submission: Submission }> {
    const now = this.kit.now();
    const state = now <= duty.dueAt ? 'fulfilled' : 'late';
    const done = await this.#save(duty, { state, fulfilledAt: now, submittedBy: by }, 'fulfilled', now, session);
    const stored: Submission = { ...submission, _id: duty._id };
    await this.models.submissions.collection.insertOne({ ...stored } as never, { session });
    await this.kit.facts.cancel(session, timerKey(duty._id));
    if (duty.kind === 'execution-report') {
      await this.checks.settle(session, lateKey(duty), undefined, now);
      await this.checks.settle(session, differsKey(done), differingReport(done, submission.differences ?? []), now);
    }
    await markDirty(this.permits, [duty.enterpriseId], session);
    return { duty: done, submission: stored };
  }

  /** By what a report that was handed in differs, as far as is known now. */
  async differ(duty: StoredDuty, differences: readonly ReportDifference[], session: ClientSession): Promise<void> {
    const { submissions } = this.models;
    const change = differences.length > 0 ? { $set: { differences } } : { $unset: { differences: '' } };
    await submissions.updateOne({ _id: duty._id }, change, { session });
    await this.checks.settle(session, differsKey(duty), differingReport(duty, differences), this.kit.now());
  }

  /** Open duties follow their enterprise: name and place are those that people are told. */
  async move(place: EnterprisePlace, session: ClientSession): Promise<void> {
    const { name = '', divisionPath } = place;
    await this.models.duties.updateMany(
      { enterpriseId: place._id, fulfilledAt: null },
      { $set: { enterpriseName: name, divisionPath: [...divisionPath], county: countyOf(divisionPath) } },
      { session },
    );
  }

  async #save(duty: StoredDuty, change: Partial<StoredDuty>, verb: Verb, now: number, session: ClientSession) {
    const saved = { ...duty, ...change, sequence: duty.sequence + 1 };
    const { matchedCount } = await this.models.duties.collection.replaceOne(
      { _id: duty._id as never, sequence: duty.sequence },
      { ...saved } as never,
      { session },
    );
    // Cannot happen inside the transaction's snapshot; a lost update would be worse than an error.
    if (matchedCount !== 1) throw new Error(`duty ${duty._id} was changed meanwhile`);
    await this.kit.facts.append(session, told(saved, verb, now));
    return saved;
  }
}

function told(duty: StoredDuty, verb: Verb, now: number): NewFact<permitsFacts.DutyChanged> {
  return {
    subject: `facts.permits.duty.${verb}`,
    codec: permitsFacts.DutyChanged,
    data: {
      id: duty._id,
      kind: duty.kind,
      enterpriseId: duty.enterpriseId,
      period: duty.period,
      dueAt: duty.dueAt,
      state: duty.state,
      fulfilledAt: duty.fulfilledAt ?? 0,
      enterpriseName: duty.enterpriseName,
    },
    entity: duty._id,
    sequence: duty.sequence,
    occurredAt: now,
    divisionPath: duty.divisionPath,
    enterpriseId: duty.enterpriseId,
  };
}

/** One timer a duty at a time; each phase starts the next. */
function timer(duty: StoredDuty, phase: Phase): NewFact<permitsFacts.DutyDue> {
  const at = {
    reminder: remindAt({ opensAt: duty.openedAt, dueAt: duty.dueAt }),
    due: duty.dueAt + 1_000,
    missed: duty.missedAt,
  };
  return {
    subject: 'facts.permits.duty.due',
    codec: permitsFacts.DutyDue,
    data: { dutyId: duty._id, phase, dueAt: duty.dueAt },
    // A timer is no state of the duty, so it has an entity of its own.
    entity: timerKey(duty._id),
    sequence: PHASES.indexOf(phase) + 1,
    occurredAt: at[phase],
    divisionPath: duty.divisionPath,
    publishAt: at[phase],
    cancelKey: timerKey(duty._id),
  };
}

const lateKey = ({ _id }: StoredDuty) => `P7:${_id}`;
const differsKey = ({ _id }: StoredDuty) => `P7D:${_id}`;
const KIND_NAMES: Record<DutyKind, string> = {
  ledger: '环境管理台账',
  'self-inspection': '每日自查',
  'execution-report': '排污许可执行报告',
  'self-monitoring': '自行监测结果',
  publicity: '信息公开',
};

function lateReport(duty: StoredDuty): Found {
  return {
    check: 'P7',
    stage: 'late',
    level: 'mid',
    clue: 'desk',
    enterpriseId: duty.enterpriseId,
    enterpriseName: duty.enterpriseName,
    divisionPath: duty.divisionPath,
    permitId: duty.permitId,
    openedAt: duty.dueAt,
    text: `${duty.period} ${KIND_NAMES[duty.kind]}到期未提交。`,
    basis: '《排污许可管理条例》第二十二条、第三十七条：每次5000元以上2万元以下',
    evidence: [{ name: '应提交时间', value: duty.period, at: duty.dueAt }],
  };
}

function differingReport(duty: StoredDuty, differences: readonly ReportDifference[]): Found | undefined {
  if (differences.length === 0) return undefined;
  const percent = (part: number) => `${part > 0 ? '+' : '−'}${Math.abs(Math.round(part * 100))}%`;
  return {
    check: 'P7',
    stage: 'difference',
    level: 'mid',
    clue: 'desk',
    enterpriseId: duty.enterpriseId,
    enterpriseName: duty.enterpriseName,
    divisionPath: duty.divisionPath,
    permitId: duty.permitId,
    text: `${duty.period} ${KIND_NAMES[duty.kind]}的排放量与自动监测统计相差较大，疑似不一致。`,
    basis: '《排污许可管理条例》第二十二条、第三十七条',
    evidence: differences.map(({ factor, reported, monitored, substituted, difference }) => ({
      name: factor,
      value: `报告 ${kg(reported)} kg，监测 ${kg(monitored)} kg${putIn(substituted)}，相差 ${percent(difference)}`,
      at: duty.to,
    })),
  };
}

const putIn = (mass?: number) => (mass ? `（其中缺失时段替代 ${kg(mass)} kg）` : '');
const kg = (mass: number) => String(Math.round(mass * 100) / 100);
