import { type DutyKind, permitsFacts, readingsFacts, registryFacts, type SubmissionRate } from '@greenwatch/contracts';
import {
  afterKey,
  type Call,
  type Caller,
  conflict,
  DomainError,
  invalid,
  type Kit,
  notFound,
  onFact,
  pageOf,
  Round,
  scopeFilter,
  startOfDay,
} from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import type { Found } from './check.model';
import type { CheckStore } from './check-store';
import { dutyModels, type StoredDuty, type StoredExposure, type Submission } from './duty.model';
import { dutiesOn, monthOf, periodOf } from './duty-calendar';
import {
  ledgerProblems,
  monitoringProblems,
  presentDetail,
  presentDuty,
  presentExposure,
  totalProblems,
} from './duty-content';
import { type DutyConfig, dutySettings, reportAllowance } from './duty-settings';
import { DutyStore, PHASES, type Phase } from './duty-store';
import { inspectionList, inspectionProblems } from './inspection-lists';
import type { Observations } from './observations';
import type { Part } from './part';
import type { PermitModels, StoredPermit } from './permit.model';
import type { FieldProblem } from './project-content';
import { type MonitoredTotal, reportDifferences, substitutedIn } from './report-totals';
import { byRate, type DutyCounts, lowestOf, rateOf } from './submission-rate';

/** What falls due by the day is looked for so often. */
const LOOK_EVERY_MS = 1_000;

/** Whether a month's board is still to be made is looked for so often. */
const BOARD_EVERY_MS = 60_000;

/** Permits that one transaction opens duties of. */
const CHUNK = 100;
const DAY = 24 * 3_600_000;
const HOUR = 3_600_000;
/** Days of a standstill that are made up for: what is older nobody can write down any more. */
const CATCH_UP_DAYS = 7;

/** Duties that a permit brings: ledgers, self-inspections, reports, self-monitoring, publicity (domain.md 3.3, 3.4). */
export function dutyPart(kit: Kit<DutyConfig>, permits: PermitModels, seen: Observations, checks: CheckStore): Part {
  const models = dutyModels(kit.db);
  const { duties, submissions, exposures } = models;
  const store = new DutyStore(kit, models, permits, checks, dutySettings(kit.config));
  // Set on a permit when its duties of a day are open; whoever writes the permit anew drops it, so they are looked at again.
  const swept = permits.permits.collection as unknown as {
    createIndex(keys: object, options: object): Promise<string>;
    updateMany(filter: object, update: object, options?: object): Promise<unknown>;
  };

  /** Opens the duties of the next permits whose duties of today are not open. @returns whether there may be more */
  async function openSome(): Promise<boolean> {
    const today = startOfDay(kit.now());
    const due = { requirements: { $exists: true }, $or: [{ dutiesDay: null }, { dutiesDay: { $lt: today } }] };
    return kit.transaction(async (session) => {
      const chunk = (await permits.permits.collection
        .find(due, { session })
        .limit(CHUNK)
        .toArray()) as unknown as (StoredPermit & { dutiesDay?: number })[];
      if (chunk.length === 0) return false;
      const first = Math.max(
        today - CATCH_UP_DAYS * DAY,
        Math.min(...chunk.map((p) => (p.dutiesDay ?? today - DAY) + DAY)),
      );
      for (let day = first; day <= today; day += DAY) {
        await store.open(
          chunk.filter(({ dutiesDay }) => (dutiesDay === undefined ? day === today : dutiesDay < day)),
          day,
          session,
        );
      }
      const ids = chunk.map(({ _id }) => _id);
      await swept.updateMany({ _id: { $in: ids } }, { $set: { dutiesDay: today } }, { session });
      return chunk.length === CHUNK;
    });
  }

  /** Rates of a division's enterprises in a month, of the duties that have fallen due, lowest first. */
  async function ratesOf(scope: object, month: string, kind: DutyKind, now: number, session?: ClientSession) {
    const came = { $gt: ['$fulfilledAt', 0] };
    const counts = await duties.aggregate<DutyCounts>(
      [
        { $match: { $and: [scope, { month, kind, $or: [{ dueAt: { $lt: now } }, { state: 'fulfilled' }] }] } },
        {
          $group: {
            _id: '$enterpriseId',
            enterpriseName: { $last: '$enterpriseName' },
            due: { $sum: 1 },
            inTime: { $sum: { $cond: [{ $eq: ['$state', 'fulfilled'] }, 1, 0] } },
            late: { $sum: { $cond: [{ $and: [{ $ne: ['$state', 'fulfilled'] }, came] }, 1, 0] } },
          },
        },
        { $project: { _id: 0, enterpriseId: '$_id', enterpriseName: 1, due: 1, inTime: 1, late: 1 } },
      ],
      session ? { session } : {},
    );
    return counts.map(rateOf).sort(byRate);
  }

  /** The exposure board of one county more, once a month is over. @returns whether there may be more */
  let lookAgainAt = 0;
  async function closeMonth(): Promise<boolean> {
    const now = kit.now();
    if (now < lookAgainAt) return false;
    const month = monthOf(periodOf('month', now).from - 1);
    const counties = await duties.distinct('county', { month, kind: 'ledger' });
    const done = new Set(await exposures.distinct('division', { month }));
    const county = counties.find((code) => code !== '' && !done.has(code));
    if (county === undefined) {
      lookAgainAt = now + BOARD_EVERY_MS;
      return false;
    }
    await kit.transaction(async (session) => {
      const rates = await ratesOf({ county }, month, 'ledger', now, session);
      const lowest = lowestOf(rates);
      const [one] = await duties
        .find({ month, kind: 'ledger', county }, null, { session })
        .limit(1)
        .lean<StoredDuty[]>();
      const divisionPath = one?.divisionPath ?? [county];
      const exposure: StoredExposure = {
        _id: `${county}:${month}`,
        division: county,
        // Of the county itself, without the town of the one duty looked at.
        divisionPath: divisionPath.slice(0, divisionPath.indexOf(county) + 1),
        month,
        at: now,
        enterprises: rates.length,
        lowest,
      };
      await exposures.create([exposure], { session });
      for (const rate of rates) {
        const exposed = lowest.some(({ enterpriseId }) => enterpriseId === rate.enterpriseId);
        await checks.settle(
          session,
          `P9:${rate.enterpriseId}`,
          exposed ? await exposedCheck(rate, month, county, now, session) : undefined,
          now,
        );
      }
    });
    return true;
  }

  async function exposedCheck(
    { enterpriseId, enterpriseName, due, inTime, late, absent, rate }: SubmissionRate,
    month: string,
    county: string,
    now: number,
    session: ClientSession,
  ): Promise<Found> {
    const place = await permits.enterprises.findById(enterpriseId, null, { session }).lean();
    const percent = Math.round(rate * 1000) / 10;
    return {
      check: 'P9',
      level: 'low',
      clue: 'town',
      enterpriseId,
      enterpriseName,
      divisionPath: place?.divisionPath ?? [county],
      openedAt: now,
      text: `${month} 环境管理台账按期提交率 ${percent}%，居全县（市、区）后五位，交属地镇（街道）督促。`,
      basis: '《排污许可管理条例》第二十一条',
      evidence: [
        { name: '应提交', value: `${due} 份`, at: now },
        { name: '按期提交', value: `${inTime} 份`, at: now },
        { name: '逾期提交', value: `${late} 份`, at: now },
        { name: '未提交', value: `${absent} 份`, at: now },
      ],
    };
  }

  const round = new Round(
    {
      log: kit.log,
      everyMs: LOOK_EVERY_MS,
      failed: 'duties could not be looked through; they are tried again',
      lease: kit.lease('duties'),
    },
    async () => {
      const more = await openSome();
      return more || (await closeMonth());
    },
  );

  async function find(id: string, caller: Caller, session?: ClientSession): Promise<StoredDuty> {
    const filter = { $and: [{ _id: id }, scopeFilter(caller)] };
    const duty = await duties.findOne(filter, null, session ? { session } : {}).lean<StoredDuty>();
    if (!duty) throw notFound('duty', id);
    return duty;
  }

  /** Hands in what one duty asks for: it must be of the kind, and not have come before. */
  async function submit(
    kind: DutyKind,
    id: string,
    { caller }: Call,
    content: Omit<Submission, '_id'>,
    problems: (duty: StoredDuty) => readonly FieldProblem[] = () => [],
  ) {
    return kit.transaction(async (session) => {
      const duty = await find(id, caller, session);
      if (duty.kind !== kind) {
        throw conflict('WRONG_KIND', `Duty ${id} is a ${duty.kind}, not a ${kind}.`, {
          kind: duty.kind,
          expected: kind,
        });
      }
      if (duty.fulfilledAt !== undefined) {
        throw conflict('ALREADY_SUBMITTED', `Duty ${id} was handed in already.`, { at: duty.fulfilledAt });
      }
      refuse(problems(duty));
      const differences = content.report ? await differencesOf(duty, content.report.totals, session) : [];
      const done = await store.fulfil(
        duty,
        { ...content, ...(differences.length > 0 ? { differences } : {}) },
        caller.name,
        session,
      );
      await kit.audit(session, {
        action: 'duty.submit',
        entity: id,
        by: caller,
        detail: { kind, period: duty.period, state: done.duty.state },
      });
      return presentDetail(done.duty, done.submission);
    });
  }

  /** What is known of a day or month has changed: the reports of that time are held against it again. */
  async function holdReportsAgain(enterpriseId: string, at: number, session: ClientSession): Promise<void> {
    const handedIn = await duties
      .find(
        {
          enterpriseId,
          kind: 'execution-report',
          state: { $in: ['fulfilled', 'late'] },
          from: { $lte: at },
          to: { $gt: at },
        },
        null,
        { session },
      )
      .lean<StoredDuty[]>();
    for (const duty of handedIn) {
      const submission = await submissions.findById(duty._id, { report: 1 }, { session }).lean<Submission>();
      const totals = submission?.report?.totals;
      if (totals) await store.differ(duty, await differencesOf(duty, totals, session), session);
    }
  }

  /** Totals of a report against what is known now of its period: day totals, and mass put in for what is missing (P7). */
  async function differencesOf(
    { enterpriseId, from, to }: StoredDuty,
    reported: readonly { factor: string; quantity: number }[],
    session: ClientSession,
  ) {
    const sums = await seen.totals.aggregate<{ _id: string; mass: number; hours: number; outlets: string[] }>(
      [
        { $match: { enterpriseId, day: { $gte: startOfDay(from), $lt: to } } },
        { $unwind: '$factors' },
        {
          $group: {
            _id: '$factors.factor',
            mass: { $sum: '$factors.mass' },
            hours: { $sum: '$factors.hours' },
            outlets: { $addToSet: '$outletId' },
          },
        },
      ],
      { session },
    );
    const months = await seen.substitutions
      .find({ enterpriseId, month: { $gte: from, $lt: to } }, null, { session })
      .lean();
    const monitored = sums.map(
      ({ _id, mass, hours, outlets }): MonitoredTotal => ({
        factor: _id,
        mass,
        // Hours as if of one outlet: each of them has to cover the period.
        hours: hours / outlets.length,
        substituted: substitutedIn(months, _id, from, to),
      }),
    );
    return reportDifferences(reported, monitored, (to - from) / HOUR, reportAllowance(kit.config));
  }

  return {
    actions: {
      async 'permits.duty.list'(params, { caller }) {
        const { enterpriseId, division, kind, state, waiting, month, after, limit = 100 } = params;
        const key = afterKey(after, 2);
        const found = await duties
          .find({
            $and: [
              scopeFilter(caller),
              ...(enterpriseId ? [{ enterpriseId }] : []),
              ...(division ? [{ divisionPath: division }] : []),
              ...(kind ? [{ kind }] : []),
              ...(state ? [{ state }] : []),
              ...(month ? [{ month }] : []),
              ...(waiting === undefined ? [] : [{ fulfilledAt: { $exists: !waiting } }]),
              ...(key
                ? [{ $or: [{ dueAt: { $lt: Number(key[0]) } }, { dueAt: Number(key[0]), _id: { $lt: key[1] } }] }]
                : []),
            ],
          })
          .sort({ dueAt: -1, _id: -1 })
          .limit(limit + 1)
          .lean<StoredDuty[]>();
        const page = pageOf(found, limit, ({ dueAt, _id }) => [String(dueAt), _id]);
        return { ...page, items: page.items.map(presentDuty) };
      },

      async 'permits.duty.get'({ id }, { caller }) {
        const duty = await find(id, caller);
        const submission = await submissions.findById(id).lean<Submission>();
        return presentDetail(duty, submission ?? undefined);
      },

      async 'permits.duty.ranking'({ division, month, kind = 'ledger' }, { caller }) {
        const now = kit.now();
        const rates = await ratesOf({ $and: [scopeFilter(caller), { divisionPath: division }] }, month, kind, now);
        const sum = (field: 'due' | 'inTime' | 'late' | 'absent') =>
          rates.reduce((total, rate) => total + rate[field], 0);
        return {
          division,
          month,
          final: month < monthOf(now),
          enterprises: rates.length,
          due: sum('due'),
          inTime: sum('inTime'),
          late: sum('late'),
          absent: sum('absent'),
          lowest: lowestOf(rates),
        };
      },

      async 'permits.duty.rates'({ division, month, kind = 'ledger', after, limit = 100 }, { caller }) {
        const scope = { $and: [scopeFilter(caller), { divisionPath: division }] };
        const rates = await ratesOf(scope, month, kind, kit.now());
        const key = afterKey(after, 4);
        const last =
          key &&
          rateOf({
            enterpriseId: key[3] ?? '',
            enterpriseName: '',
            due: Number(key[0]),
            inTime: Number(key[1]),
            late: Number(key[2]),
          });
        const rest = last ? rates.filter((rate) => byRate(rate, last) > 0) : rates;
        return pageOf(rest.slice(0, limit + 1), limit, (rate) => [
          String(rate.due),
          String(rate.inTime),
          String(rate.late),
          rate.enterpriseId,
        ]);
      },

      async 'permits.duty.exposures'({ division, month, after, limit = 100 }, { caller }) {
        const key = afterKey(after, 2);
        const found = await exposures
          .find({
            $and: [
              scopeFilter(caller),
              ...(division ? [{ divisionPath: division }] : []),
              ...(month ? [{ month }] : []),
              ...(key ? [{ $or: [{ month: { $lt: key[0] } }, { month: key[0], _id: { $lt: key[1] } }] }] : []),
            ],
          })
          .sort({ month: -1, _id: -1 })
          .limit(limit + 1)
          .lean<StoredExposure[]>();
        const page = pageOf(found, limit, (exposure) => [exposure.month, exposure._id]);
        return { ...page, items: page.items.map(presentExposure) };
      },

      async 'permits.duty.import'({ duties: list }, { caller }) {
        const settings = dutySettings(kit.config);
        return kit.transaction(async (session) => {
          const now = kit.now();
          const ids = [...new Set(list.map(({ permitId }) => permitId))];
          const found = await permits.permits.find({ _id: { $in: ids } }, null, { session }).lean<StoredPermit[]>();
          const permitOf = new Map(found.map((permit) => [permit._id, permit]));
          const past = list.map(({ permitId, kind, day, fulfilledAt }, i) => {
            const field = (name: string) => `duties.${i}.${name}`;
            const permit = permitOf.get(permitId);
            if (!permit) throw invalid(field('permitId'), 'must be the id of a permit');
            const from = Date.parse(`${day}T00:00:00+08:00`);
            if (from >= startOfDay(now)) throw invalid(field('day'), 'must be before today');
            const came = fulfilledAt === undefined ? undefined : Date.parse(fulfilledAt);
            if (came !== undefined && (came < from || came > now)) {
              throw invalid(field('fulfilledAt'), 'must lie after the day began, not in the future');
            }
            const { validFrom, validTo, requirements } = permit;
            const plans = requirements
              ? dutiesOn({ validFrom, validTo, requirements, producing: true }, from, settings)
              : [];
            const plan = plans.find((one) => one.kind === kind && one.every === 'day');
            if (!plan) throw invalid(field('kind'), `must be a daily duty of permit ${permitId} on ${day}`);
            return { plan, permit, ...(came === undefined ? {} : { fulfilledAt: came }) };
          });
          const changed = await store.bring(past, session);
          if (changed > 0) {
            await kit.audit(session, { action: 'duty.import', entity: 'duties', by: caller, detail: { changed } });
          }
          return { changed, unchanged: list.length - changed };
        });
      },

      'permits.ledger.submit': ({ id, ...ledger }, call) =>
        submit('ledger', id, call, { ledger }, (duty) => ledgerProblems(ledger, duty)),

      'permits.selfInspection.submit': ({ id, results }, call) =>
        submit('self-inspection', id, call, { inspection: results }, ({ listId = '' }) => {
          const list = inspectionList(listId);
          if (!list) throw new Error(`the list ${listId} of duty ${id} is not known`);
          return inspectionProblems(list, results);
        }),

      'permits.executionReport.submit': ({ id, ...report }, call) =>
        submit('execution-report', id, call, { report }, () => totalProblems(report.totals)),

      'permits.selfMonitoring.submit': ({ id, results }, call) =>
        submit('self-monitoring', id, call, { monitoring: results }, (duty) =>
          monitoringProblems(results, duty, kit.now()),
        ),

      'permits.publicity.submit': ({ id, ...publicity }, call) =>
        submit('publicity', id, call, { publicity }, ({ from }) => {
          const at = Date.parse(publicity.publishedAt);
          if (at > kit.now()) return [{ field: 'publishedAt', expected: 'must be a time that is not in the future' }];
          return at < from ? [{ field: 'publishedAt', expected: 'must not lie before the period' }] : [];
        }),
    },

    facts: {
      'facts.readings.day.totalled': onFact(readingsFacts.DayTotalled, ({ data }, session) =>
        holdReportsAgain(data.enterpriseId, data.day, session),
      ),

      'facts.readings.month.totalled': onFact(readingsFacts.MonthTotalled, ({ data }, session) =>
        holdReportsAgain(data.enterpriseId, data.month, session),
      ),

      'facts.registry.enterprise.changed': onFact(registryFacts.EnterpriseChanged, async ({ entity }, session) => {
        // The copy was written before: it is the newest known, whichever fact this is.
        const place = await permits.enterprises.findById(entity, null, { session }).lean();
        if (!place || place.divisionPath.length === 0) return;
        await store.move(place, session);
        await swept.updateMany({ enterpriseId: entity }, { $unset: { dutiesDay: '' } }, { session });
      }),

      'facts.permits.duty.due': onFact(permitsFacts.DutyDue, async ({ data, occurredAt }, session) => {
        const { dutyId, phase, dueAt } = data;
        if (!isPhase(phase)) throw new Error(`a timer of phase "${phase}" is not known`);
        // This instance's clock may be a little behind the one that published.
        await store.timerCame(dutyId, phase, dueAt, Math.max(kit.now(), occurredAt), session);
      }),
    },

    async prepare() {
      const named = { name: 'duties_to_open', partialFilterExpression: { requirements: { $exists: true } } };
      await swept.createIndex({ dutiesDay: 1 }, named);
    },
    async started() {
      round.start();
    },
    stopped: () => round.stop(),
  };
}

const isPhase = (text: string): text is Phase => (PHASES as readonly string[]).includes(text);

function refuse(problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (first) throw new DomainError('INVALID', `${first.field} ${first.expected}`, 422, { errors: problems });
}
