import { type PermitInput, permitsFacts, registryFacts } from '@greenwatch/contracts';
import {
  applyNewest,
  type Caller,
  conflict,
  DomainError,
  defineService,
  type Kit,
  onFact,
  scopeFilter,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { ClientSession } from 'mongoose';
import { checkPermits } from './check-permit';
import { type PermitModels, permitModels, type StoredPermit } from './permit.model';
import { contentOf, permitChanged, presentLimit, presentPermit, sameContent, statusAt } from './permit-content';

/** Permits that one transaction takes in. */
const CHUNK = 100;

export const permitsService = defineService({
  name: 'permits',
  config: Type.Object({}),

  create(kit) {
    const models = permitModels(kit.db);
    return {
      actions: {
        async 'permits.permit.list'({ enterpriseId }, { caller }) {
          const filter = { $and: [{ enterpriseId }, scopeFilter(caller)] };
          const permits = await models.permits.find(filter).sort({ _id: 1 }).lean();
          return permits.map((permit) => presentPermit(permit, kit.now()));
        },

        async 'permits.limit.list'({ outletId, at }, { caller }) {
          const filter = { $and: [{ 'limits.outletId': outletId }, scopeFilter(caller)] };
          const permits = await models.permits.find(filter).sort({ _id: 1 }).lean();
          const moment = at === undefined ? undefined : Date.parse(at);
          return permits
            .filter((permit) => moment === undefined || covers(permit, moment))
            .flatMap((permit) => permit.limits)
            .filter((limit) => limit.outletId === outletId && (moment === undefined || covers(limit, moment)))
            .map(presentLimit);
        },

        async 'permits.import'({ permits }, { caller }) {
          const errors = checkPermits(permits);
          const [first] = errors;
          if (first) throw new DomainError('INVALID', `${first.field} ${first.expected}`, 422, { errors });
          let changed = 0;
          for (let i = 0; i < permits.length; i += CHUNK) {
            const chunk = permits.slice(i, i + CHUNK);
            changed += await kit.transaction((session) => importPermits(kit, models, chunk, caller, session));
          }
          return { changed, unchanged: permits.length - changed };
        },
      },

      facts: {
        'facts.registry.enterprise.changed': onFact(registryFacts.EnterpriseChanged, async (fact, session) => {
          const { divisionPath } = fact;
          const newer = await applyNewest(models.enterprises, fact.entity, fact.sequence, { divisionPath }, session);
          if (!newer) return;
          const permits = await models.permits.find({ enterpriseId: fact.entity }, null, { session }).lean();
          for (const permit of permits) {
            if (permit.divisionPath.join() === divisionPath.join()) continue;
            await tell(kit, models, { ...permit, divisionPath }, kit.now(), session);
          }
        }),

        'facts.permits.permit.due': onFact(permitsFacts.PermitDue, async ({ data, occurredAt }, session) => {
          const permit = await models.permits.findById(data.id, null, { session }).lean();
          // A newer version has its own timer. This instance's clock may be a little behind the one that published.
          const at = Math.max(kit.now(), occurredAt);
          if (permit && permit.version === data.version) await tell(kit, models, permit, at, session);
        }),
      },
    };
  },
});

const covers = (validity: { validFrom: number; validTo?: number }, at: number) =>
  validity.validFrom <= at && at < (validity.validTo ?? Infinity);

const timerKey = (id: string) => `expiry:${id}`;

/** @returns how many of them were new or changed */
async function importPermits(
  kit: Kit,
  models: PermitModels,
  inputs: readonly PermitInput[],
  caller: Caller,
  session: ClientSession,
): Promise<number> {
  const now = kit.now();
  const known = await models.permits.find({ _id: { $in: inputs.map((input) => input.id) } }, null, { session }).lean();
  const byId = new Map(known.map((permit) => [permit._id, permit]));
  const changes = inputs
    .map((input) => ({ id: input.id, content: contentOf(input), current: byId.get(input.id) }))
    .filter(({ content, current }) => !current || !sameContent(content, current));
  if (changes.length === 0) return 0;
  await refuseTakenNumbers(models, changes, session);
  for (const { id, content, current } of changes) {
    const place = await models.enterprises
      .findOneAndUpdate(
        { _id: content.enterpriseId },
        { $inc: { imports: 1 }, $setOnInsert: { sequence: 0, divisionPath: [] } },
        { upsert: true, returnDocument: 'after', session },
      )
      .lean();
    const version = (current?.version ?? 0) + 1;
    await models.versions.create([{ ...content, _id: `${id}.${version}`, permitId: id, version, recordedAt: now }], {
      session,
    });
    const permit: StoredPermit = {
      ...content,
      _id: id,
      version,
      sequence: current?.sequence ?? 0,
      divisionPath: place.divisionPath,
    };
    await tell(kit, models, permit, now, session);
    await kit.facts.cancel(session, timerKey(id));
    if (statusAt(permit, now) === 'valid') {
      await kit.facts.append(session, {
        subject: 'facts.permits.permit.due',
        codec: permitsFacts.PermitDue,
        data: { id, version },
        entity: id,
        sequence: version,
        occurredAt: permit.validTo,
        publishAt: permit.validTo,
        cancelKey: timerKey(id),
      });
    }
    await kit.audit(session, { action: 'permit.import', entity: id, by: caller, detail: { version } });
  }
  return changes.length;
}

/** One permit per premises: a number belongs to one permit. */
async function refuseTakenNumbers(
  models: PermitModels,
  changes: readonly { id: string; content: { number: string } }[],
  session: ClientSession,
): Promise<void> {
  const numbers = changes.map(({ content }) => content.number);
  const owners = await models.permits.find({ number: { $in: numbers } }, { number: 1 }, { session }).lean();
  for (const { id, content } of changes) {
    const owner = owners.find((permit) => permit.number === content.number && permit._id !== id);
    if (owner) throw conflict('PERMIT_NUMBER_TAKEN', `Permit ${owner._id} has the number ${content.number} already.`);
  }
}

/** Stores a permit as it stands at `now` and tells it, with the next sequence. */
async function tell(
  kit: Kit,
  models: PermitModels,
  permit: StoredPermit,
  now: number,
  session: ClientSession,
): Promise<void> {
  const stored = { ...permit, sequence: permit.sequence + 1 };
  await models.permits.replaceOne({ _id: permit._id }, stored, { upsert: true, session });
  await kit.facts.append(session, {
    subject: 'facts.permits.permit.changed',
    codec: permitsFacts.PermitChanged,
    data: permitChanged(stored, now),
    entity: permit._id,
    sequence: stored.sequence,
    occurredAt: now,
    divisionPath: permit.divisionPath,
    enterpriseId: permit.enterpriseId,
  });
}
