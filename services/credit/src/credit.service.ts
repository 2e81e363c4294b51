import { complaintsFacts, creditFacts, permitsFacts, registryFacts, taskingFacts } from '@greenwatch/contracts';
import {
  afterKey,
  defineService,
  forbidden,
  notFound,
  onFact,
  onProjected,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { mongo } from 'mongoose';
import { Blacklist } from './blacklist';
import { type BlacklistDoc, creditCollections, type PartyDoc, partyKey } from './credit.model';
import { entryActions } from './entry-actions';
import { barsOperator, entryOfCase, entryOfComplaint, entryOfDuty, entryOfTask } from './entry-source';
import { Everybody } from './everybody';
import { Ledger } from './ledger';
import { blacklistingOf, schemeOf } from './present';
import { ratingActions } from './rating-actions';
import { Ratings } from './ratings';
import { SchemeStore } from './scheme-store';
import { readScope } from './scope';
import { scoreActions } from './score-actions';

const days = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 365, default: value, description });
const months = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 36, default: value, description });

/** Credit of enterprises and operators: a ledger, schemes, ratings and the blacklist (domain.md 4). */
export const creditService = defineService({
  name: 'credit',
  config: Type.Object({
    CREDIT_OBJECTION_DAYS: days(15, 'to object after the notice; 0: at once (domain.md 4.4 [L])'),
    CREDIT_ANSWER_WORKING_DAYS: days(20, 'to answer an objection or an appeal (domain.md 4.4 [L])'),
    CREDIT_PUBLICITY_DAYS: days(15, 'of publicity before a rating is final; 0: none (domain.md 4.4 [L])'),
    CREDIT_REPAIR_WORKING_DAYS: days(10, 'to decide on a repair (domain.md 4.4 [D])'),
    CREDIT_REPAIR_LIGHT_MONTHS: months(0, 'a light entry stands at least (domain.md 4.4 [L])'),
    CREDIT_REPAIR_GENERAL_MONTHS: months(3, 'a general one (domain.md 4.4 [L])'),
    CREDIT_REPAIR_SERIOUS_MONTHS: months(12, 'a serious one (domain.md 4.4 [L])'),
  }),

  async create(kit) {
    const { config } = kit;
    const db = await creditCollections(kit.db);
    const schemes = new SchemeStore(kit, db);
    const ratings = new Ratings(kit, db, schemes, {
      objectionDays: config.CREDIT_OBJECTION_DAYS,
      answerWorkingDays: config.CREDIT_ANSWER_WORKING_DAYS,
      publicityDays: config.CREDIT_PUBLICITY_DAYS,
    });
    const ledger = new Ledger(kit, db, schemes, ratings);
    const everybody = new Everybody(kit, db, ledger);
    const blacklist = new Blacklist(kit, db);
    const entries = entryActions(kit, db, schemes, ledger, {
      appealWorkingDays: config.CREDIT_ANSWER_WORKING_DAYS,
      repairWorkingDays: config.CREDIT_REPAIR_WORKING_DAYS,
      repairMonths: {
        light: config.CREDIT_REPAIR_LIGHT_MONTHS,
        general: config.CREDIT_REPAIR_GENERAL_MONTHS,
        serious: config.CREDIT_REPAIR_SERIOUS_MONTHS,
      },
    });
    await schemes.start();

    const task = onFact(taskingFacts.TaskChanged, async (fact, session) => {
      const source = { kind: 'task', id: fact.entity } as const;
      const outcome = entryOfTask(fact.data);
      // A visit that comes to nothing here is told of a dozen times; only one that passed is remembered.
      if (outcome === 'none' || !(await ledger.isNewest(source, fact.sequence, session))) return;
      await ledger.takeOutcome(source, outcome, session);
    });
    const duty = onFact(permitsFacts.DutyChanged, async (fact, session) => {
      const source = { kind: 'duty', id: fact.entity } as const;
      if (!(await ledger.isNewest(source, fact.sequence, session))) return;
      await ledger.takeOutcome(source, entryOfDuty(fact.data), session);
    });

    return {
      actions: {
        'credit.scheme.list': async () => (await schemes.versions()).map(schemeOf),
        'credit.scheme.get': async ({ id, version }) => schemeOf(await schemes.get(id, kit.now(), version)),
        'credit.scheme.publish': async (input, { caller }) => {
          if (caller.division !== config.PROVINCE) throw forbidden('Schemes are the province’s matter.');
          return schemeOf(
            await schemes.publish(input, caller, (session, doc) => everybody.schemePublished(doc, session)),
          );
        },

        ...scoreActions(kit, db, schemes, ledger, entries.present),
        ...entries.actions,
        ...ratingActions(kit, db, schemes, ledger, ratings, entries.checked),

        'credit.recompute': ({ division = config.PROVINCE }, { caller }) =>
          everybody.recompute([...new Set([caller.division, division])]),

        'credit.blacklist.list': async ({ listed, after, limit = 100 }, { caller }) => {
          const key = afterKey(after, 1);
          const rows = await db.blacklist
            .find({
              $and: [
                readScope(caller),
                listed === undefined ? {} : { listed },
                key ? { _id: { $gt: key[0] as string } } : {},
              ],
            } as mongo.Filter<BlacklistDoc>)
            .sort({ _id: 1 })
            .limit(limit + 1)
            .toArray();
          const page = pageOf(rows, limit, (row) => [row._id]);
          const keys = page.items.map(({ party }) => party);
          const parties = await db.parties.find({ _id: { $in: keys } }).toArray();
          const byKey = new Map(parties.map((party) => [party._id, party]));
          return { ...page, items: page.items.map((row) => blacklistingOf(row, byKey.get(row.party) ?? null)) };
        },
        'credit.blacklist.listOperator': async ({ operatorId, reason, caseNo }, { caller }) => {
          const filter = { $and: [{ _id: partyKey('operator', operatorId) }, scopeFilter(caller)] };
          return kit.transaction(async (session) => {
            const operator = await db.parties.findOne(filter as mongo.Filter<PartyDoc>, { session });
            if (!operator) throw notFound('operator', operatorId);
            const listing = { reason, ...(caseNo === undefined ? {} : { caseNo }) };
            return blacklistingOf(await blacklist.list(operator, listing, session, caller), operator);
          });
        },
        'credit.blacklist.lift': async ({ operatorId, reason }, { caller }) => {
          const filter = { $and: [{ _id: partyKey('operator', operatorId) }, scopeFilter(caller)] };
          return kit.transaction(async (session) => {
            const operator = await db.parties.findOne(filter as mongo.Filter<PartyDoc>, { session });
            if (!operator) throw notFound('operator', operatorId);
            return blacklistingOf(await blacklist.lift(operatorId, reason, session, caller), operator);
          });
        },
      },

      facts: {
        'facts.registry.enterprise.changed': onFact(registryFacts.EnterpriseChanged, async (fact, session) => {
          const { name, uscc, divisionCode } = fact.data;
          const { entity: partyId, sequence, divisionPath } = fact;
          await ledger.takeParty(
            { partyKind: 'enterprise', partyId, sequence, name, uscc, divisionCode, divisionPath },
            session,
          );
        }),
        'facts.registry.operator.changed': onFact(registryFacts.OperatorChanged, async (fact, session) => {
          const { name, uscc, divisionCode } = fact.data;
          const { entity: partyId, sequence, divisionPath } = fact;
          await ledger.takeParty(
            { partyKind: 'operator', partyId, sequence, name, uscc, divisionCode, divisionPath },
            session,
          );
        }),
        'facts.tasking.case.decided': caseFact(),
        'facts.tasking.case.closed': caseFact(),
        'facts.tasking.case.withdrawn': caseFact(),
        'facts.tasking.task.reviewed': task,
        'facts.tasking.task.closed': task,
        'facts.permits.duty.missed': duty,
        'facts.permits.duty.fulfilled': duty,
        'facts.complaints.complaint.closed': onFact(complaintsFacts.ComplaintChanged, async (fact, session) => {
          const source = { kind: 'complaint', id: fact.entity } as const;
          if (!(await ledger.isNewest(source, fact.sequence, session))) return;
          await ledger.takeOutcome(source, entryOfComplaint(fact.data, fact), session);
        }),
        'facts.credit.rating.due': onFact(creditFacts.RatingDue, ({ data }, session) => ratings.due(data, session)),
        // Longer than a transaction may be; done twice it ends the same.
        'facts.credit.recompute.due': onProjected(creditFacts.RecomputeDue, ({ data }) => everybody.due(data)),
      },

      started: () => everybody.start(),
    };

    function caseFact() {
      return onFact(taskingFacts.CaseChanged, async (fact, session) => {
        const { data } = fact;
        const source = { kind: 'case', id: fact.entity } as const;
        if (!(await ledger.isNewest(source, fact.sequence, session))) return;
        await ledger.takeOutcome(source, entryOfCase(data), session);
        if (barsOperator(data)) {
          const operator = await ledger.lock('operator', data.partyId, session, data.partyName);
          const caseNo = data.decision?.documentNo || data.number;
          await blacklist.list(
            operator,
            { reason: '监测数据违法，案件已作出决定', caseNo, caseId: fact.entity },
            session,
          );
        } else if (data.state === 'withdrawn') await blacklist.caseWithdrawn(fact.entity, session);
      });
    }
  },
});
