import type { TaskType } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Call,
  type Caller,
  inScope,
  invalid,
  type Kit,
  newId,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import type { Model } from 'mongoose';
import { type ClueDoc, clueOf } from './clue.model';
import type { ClueIntake } from './clue-intake';
import type { Lead } from './lead';

/** What supervisors do with clues: see them, and write down what reached the authority by other ways (domain.md 5.2). */
export function clueActions(kit: Kit, clues: Model<ClueDoc>, intake: ClueIntake) {
  /** Codes from the province to a division, as the registry's tree has them. */
  async function pathOf(code: string, caller: Caller): Promise<string[]> {
    const divisions = await kit.call('registry.division.list', {});
    const division = divisions.find((candidate) => candidate.code === code);
    if (!division || !inScope(caller, { divisionPath: division.path })) {
      throw invalid('divisionCode', 'must be a division of your own area');
    }
    return division.path;
  }

  return {
    'tasking.clue.list': async ({ enterpriseId, source, after, limit = 100 }, { caller }) => {
      const key = afterKey(after, 1);
      const filter = {
        ...scopeFilter(caller),
        ...(enterpriseId && { enterpriseId }),
        ...(source && { source }),
        ...(key && { _id: { $lt: key[0] } }),
      };
      const docs = await clues
        .find(filter as never)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<ClueDoc[]>();
      const page = pageOf(docs, limit, (doc) => [doc._id]);
      return { ...page, items: page.items.map(clueOf) };
    },

    'tasking.clue.create': async (params, { caller }: Call) => {
      const {
        channel,
        title,
        detail = '',
        level,
        type,
        explain = false,
        enterpriseId,
        outletId,
        place,
        divisionCode,
      } = params;
      if (outletId && !enterpriseId) throw invalid('outletId', 'must be absent where no enterprise is named');
      if (!enterpriseId) {
        if (type !== 'OBSERVE') throw invalid('type', 'must be OBSERVE where no enterprise is named: nobody enters');
        if (explain) throw invalid('explain', 'must be absent where no enterprise is named');
        if (!place) throw invalid('place', 'is needed where no enterprise is named');
        if (!divisionCode) throw invalid('divisionCode', 'is needed where no enterprise is named');
      }
      const divisionPath = divisionCode && !enterpriseId ? await pathOf(divisionCode, caller) : [];
      const tasks: TaskType[] = explain ? ['EXPLAIN', type] : [type];
      return kit.transaction(async (session) => {
        const known = enterpriseId ? await intake.siteOfEnterprise(enterpriseId, session) : undefined;
        if (enterpriseId && !(known && inScope(caller, known))) {
          throw invalid('enterpriseId', 'must be an enterprise of your own area');
        }
        const site = known ?? (place && { place, divisionPath });
        if (!site) throw invalid('place', 'is needed where no enterprise is named');
        const lead: Lead = {
          kind: 'manual',
          id: newId(),
          active: true,
          stage: '',
          level,
          topic: 'manual',
          tasks,
          enterpriseId: enterpriseId ?? '',
          outletId: outletId ?? '',
          device: '',
          title,
          detail,
          code: channel,
          since: 0,
        };
        const by = caller.personId ?? caller.id;
        const clue = await intake.openManual(lead, { site, at: kit.now(), by, channel }, session);
        await kit.audit(session, { action: 'clue.create', entity: clue._id, by: caller, detail: { channel, type } });
        return clueOf(clue);
      });
    },
  } satisfies ActionHandlers;
}
