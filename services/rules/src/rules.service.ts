import { permitsFacts, registryFacts } from '@greenwatch/contracts';
import { useOwnFactors } from '@greenwatch/hj212';
import {
  afterKey,
  applyNewest,
  defineService,
  notFound,
  onFact,
  onProjected,
  ownFactors,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import { alarmModel, type StoredAlarm } from './alarm.model';
import { tellAlarm } from './alarm-store';
import { judgeReadings } from './judge-readings';
import { judgedData } from './judged-data.model';
import { knownSources } from './known-source.model';
import { LastSeenBuffer, lastSeenCollection } from './last-seen';
import { markModel } from './marks/mark.model';
import { MarksByFlags } from './marks/marks-by-flags';
import { marksPart } from './marks/marks-part';
import { presentAlarm } from './present-alarm';
import { RulesConfig, ruleSettings } from './rule-settings';
import { checkSilence } from './silence-check';

export const rulesService = defineService({
  name: 'rules',
  config: RulesConfig,

  create(kit) {
    const alarms = alarmModel(kit.db);
    const sources = knownSources(kit.db);
    const settings = ruleSettings(kit.config);
    const judging = { kit, alarms, sources, data: judgedData(kit.db), settings, marks: markModel(kit.db) };
    const lastSeen = lastSeenCollection(kit.db);
    const offlineAfterMs = kit.config.RULES_OFFLINE_AFTER_S * 1_000;
    const heard = new LastSeenBuffer(lastSeen, Math.ceil(offlineAfterMs / 30));
    const silence = { kit, alarms, sources, lastSeen, offlineAfterMs: offlineAfterMs + heard.delayMs };
    const byFlags = new MarksByFlags(judging);
    const marks = marksPart(judging, byFlags);
    const factors = ownFactors(kit, useOwnFactors);
    let checking: Promise<void> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;

    const check = async () => {
      await heard.flush(kit.now());
      await checkSilence(silence);
    };

    return {
      actions: {
        async 'rules.alarm.list'(
          { active, acknowledged, code, enterpriseId, outletId, from, to, after, limit = 100 },
          { caller },
        ) {
          const conditions: object[] = [scopeFilter(caller)];
          for (const [field, value] of Object.entries({ active, acknowledged, code, enterpriseId, outletId })) {
            if (value !== undefined) conditions.push({ [field]: value });
          }
          // Alarms that have time in common with [from, to).
          if (from !== undefined) conditions.push({ $or: [{ active: true }, { until: { $gt: Date.parse(from) } }] });
          if (to !== undefined) conditions.push({ startedAt: { $lt: Date.parse(to) } });
          const [startedAt, id] = afterKey(after, 2) ?? [];
          if (startedAt !== undefined) {
            const at = Number(startedAt);
            conditions.push({ $or: [{ startedAt: { $lt: at } }, { startedAt: at, _id: { $lt: id } }] });
          }
          const found = await alarms
            .find({ $and: conditions })
            .sort({ startedAt: -1, _id: -1 })
            .limit(limit + 1)
            .lean();
          const page = pageOf(found, limit, (alarm) => [String(alarm.startedAt), alarm._id]);
          return { ...page, items: page.items.map((alarm) => presentAlarm(alarm, kit.now())) };
        },

        async 'rules.alarm.get'({ id }, { caller }) {
          const alarm = await alarms.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
          if (!alarm) throw notFound('alarm', id);
          return presentAlarm(alarm, kit.now());
        },

        async 'rules.alarm.acknowledge'({ id }, { caller }) {
          return kit.transaction(async (session) => {
            const alarm = await alarms.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }, null, { session }).lean();
            if (!alarm) throw notFound('alarm', id);
            const now = kit.now();
            if (alarm.acknowledged) return presentAlarm(alarm, now);
            const acknowledged: StoredAlarm = {
              ...alarm,
              acknowledged: true,
              acknowledgedBy: caller.personId ?? caller.id,
              acknowledgedAt: now,
            };
            const stored = await tellAlarm(kit, alarms, acknowledged, 'acknowledged', session);
            await kit.audit(session, { action: 'alarm.acknowledge', entity: id, by: caller });
            return presentAlarm(stored, now);
          });
        },

        ...marks.actions,
      },

      facts: {
        'facts.registry.device.changed': onFact(registryFacts.DeviceChanged, async (fact, session) => {
          const { status, missingFlagValid, operatorId, bindings, facilities, ppmFactors } = fact.data;
          const copy = { status, missingFlagValid, operatorId, bindings, facilities, ppmFactors };
          const before = await sources.devices.findById(fact.entity, { bindings: 1 }, { session }).lean();
          if (!(await applyNewest(sources.devices, fact.entity, fact.sequence, copy, session))) return;
          await byFlags.rebind(fact.entity, before?.bindings ?? [], bindings, session);
          // An enterprise that came to another division takes its alarms along.
          for (const { enterpriseId, divisionPath } of bindings) {
            const elsewhere = { mn: fact.entity, enterpriseId, divisionPath: { $ne: divisionPath } };
            await alarms.updateMany(elsewhere, { $set: { divisionPath } }, { session });
          }
        }),

        // Molar masses of gases that are not the standard's.
        'facts.registry.factor.changed': factors.taken,

        'facts.permits.permit.changed': onProjected(permitsFacts.PermitChanged, async (fact) => {
          const { status, validFrom, validTo, limits } = fact.data;
          await applyNewest(sources.permits, fact.entity, fact.sequence, {
            status,
            validFrom,
            validTo,
            // 0 stands for none in proto.
            limits: limits.map(({ referenceOxygen, validTo: end, ...limit }) => ({
              ...limit,
              ...(referenceOxygen === 0 ? {} : { referenceOxygen }),
              ...(end === 0 ? {} : { validTo: end }),
            })),
          });
        }),
      },

      partitions: [
        {
          group: 'rules',
          // Larger batches cost less, but an alarm must be at the gateway within a quarter of a second (bench latency).
          lingerMs: 25,
          async handle(messages) {
            await judgeReadings(judging, messages);
            await byFlags.take(messages);
            const now = kit.now();
            for (const { batch } of messages) {
              for (const { mn, receivedAt } of batch.packets) heard.note(mn, receivedAt, now);
            }
          },
        },
      ],

      async started() {
        await factors.started();
        byFlags.start();
        // There at 0 before the first alarm: else it would be no increase.
        kit.metrics.counters('greenwatch_alarms_total', 'kind');
        kit.metrics.histogram('greenwatch_alarm_delay_seconds');
        kit.metrics.ask(['greenwatch_alarms_open'], async () => {
          kit.metrics.gauge('greenwatch_alarms_open').set(await alarms.countDocuments({ active: true }));
        });
        timer = setInterval(() => {
          checking = checking.then(check).catch((error) => kit.log.warn({ err: error }, 'the silence check failed'));
        }, kit.config.RULES_SILENCE_CHECK_S * 1_000);
      },

      async stopped() {
        clearInterval(timer);
        await factors.stopped();
        await byFlags.stop();
        await checking;
        await heard.flush(kit.now(), true);
      },
    };
  },
});
