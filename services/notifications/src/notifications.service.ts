import {
  complaintsFacts,
  creditFacts,
  fraudFacts,
  notificationsFacts,
  permitsFacts,
  rulesFacts,
  taskingFacts,
} from '@greenwatch/contracts';
import { useOwnFactors } from '@greenwatch/hj212';
import {
  afterKey,
  type Codec,
  defineService,
  type Fact,
  type FactHandlers,
  notFound,
  onFact,
  ownFactors,
  pageOf,
  scopeFilter,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { ClientSession } from 'mongoose';
import { copiesOf } from './copies.model';
import { beginDeliveryFigures, changeNotice, type NoticeDoc, noticeModel, noticeOf } from './notice.model';
import { Notifier } from './notifier';
import { type PhoneMessageDoc, phoneMessageModel, phoneMessageOf } from './phone-message.model';
import { PhoneSender } from './phone-sender';
import { SmsLine } from './sms-line';
import { SmsSender } from './sms-sender';
import { TASK_VERBS } from './who-is-told';

/** Who is told what and when: in-app and by SMS (domain.md 7). */
export const notificationsService = defineService({
  name: 'notifications',
  config: Type.Object({
    SMPP_URL: Type.Optional(
      Type.String({
        pattern: '^s?smpp://',
        description: '(s)smpp://user:password@host:port of the SMSC; absent: no SMS',
      }),
    ),
    SMPP_WINDOW: Type.Integer({ minimum: 1, maximum: 1000, default: 10, description: 'messages under way at a time' }),
    SMS_SIGNATURE: Type.String({ minLength: 2, maxLength: 16, default: '生态环境监管', description: 'as approved' }),
    SMS_SOURCE: Type.String({ maxLength: 20, default: '10690000', description: 'number the operator has given' }),
    SMS_UNRESOLVED_AFTER_S: Type.Integer({ minimum: 1, default: 120, description: 'until a lost answer is given up' }),
  }),
  create(kit) {
    const { SMPP_URL: url, SMPP_WINDOW: window, SMS_SIGNATURE: signature, SMS_SOURCE: source } = kit.config;
    const unresolvedAfterMs = kit.config.SMS_UNRESOLVED_AFTER_S * 1000;
    const notices = noticeModel(kit.db);
    const copies = copiesOf(kit.db);
    const notifier = new Notifier(kit, notices, copies, {
      signature,
      sms: url !== undefined,
      province: kit.config.PROVINCE,
    });
    const phoneMessages = phoneMessageModel(kit.db);
    const line = url ? new SmsLine(kit, { url, source }) : undefined;
    const sender = line && new SmsSender(kit, notices, copies, line, { window, unresolvedAfterMs });
    const phoneSender = new PhoneSender(kit, phoneMessages, line, { signature, unresolvedAfterMs });
    const taskChanged = onFact(taskingFacts.TaskChanged, (fact, session) => notifier.takeTask(fact, session));

    const factors = ownFactors(kit, useOwnFactors);
    beginDeliveryFigures(kit);
    kit.metrics.ask(['greenwatch_deliveries_pending'], async () => {
      const underWay = { $in: ['queued', 'sending'] };
      const pending = (channel: 'sms' | 'reporter-sms') =>
        kit.metrics.gauge('greenwatch_deliveries_pending', { channel });
      pending('sms').set(await notices.countDocuments({ 'sms.status': underWay } as never));
      pending('reporter-sms').set(await phoneMessages.countDocuments({ status: underWay } as never));
    });

    return {
      actions: {
        'notifications.notice.list': async ({ unread, after, limit = 100 }, { caller }) => {
          if (!caller.personId) return { items: [] };
          const key = afterKey(after, 1);
          const docs = await notices
            .find({
              recipientPersonId: caller.personId,
              ...(unread === undefined ? {} : { readAt: unread ? null : { $ne: null } }),
              ...(key && { _id: { $lt: key[0] } }),
            })
            .sort({ _id: -1 })
            .limit(limit + 1)
            .lean<NoticeDoc[]>();
          const page = pageOf(docs, limit, (doc) => [doc._id]);
          return { ...page, items: page.items.map(noticeOf) };
        },

        'notifications.notice.read': async ({ id }, { caller }) => {
          // Only the recipient reads it; a text "nobody" is no person's id.
          const own = { _id: id, recipientPersonId: caller.personId ?? '' };
          const changed = await kit.transaction((session) =>
            changeNotice(kit, notices, { ...own, readAt: null }, session, (doc) => {
              doc.readAt = kit.now();
              return true;
            }),
          );
          const doc = changed ?? (await notices.findOne(own).lean<NoticeDoc>());
          if (!doc) throw notFound('notice', id);
          return noticeOf(doc);
        },

        'notifications.notice.ofSubject': async ({ kind, id }, { caller }) => {
          const docs = await notices
            .find({ 'subject.id': id, 'subject.kind': kind, ...scopeFilter(caller) } as never)
            .sort({ _id: 1 })
            .lean<NoticeDoc[]>();
          return docs.map(noticeOf);
        },

        'notifications.phoneMessage.list': async ({ after, limit = 100 }, { caller }) => {
          const key = afterKey(after, 1);
          const docs = await phoneMessages
            .find({ ...scopeFilter(caller), ...(key && { _id: { $lt: key[0] } }) } as never)
            .sort({ _id: -1 })
            .limit(limit + 1)
            .lean<PhoneMessageDoc[]>();
          const page = pageOf(docs, limit, (doc) => [doc._id]);
          return { ...page, items: page.items.map(phoneMessageOf) };
        },
      },
      facts: {
        ...copies.facts,
        'facts.registry.factor.changed': factors.taken,
        ...Object.fromEntries(TASK_VERBS.map((verb) => [`facts.tasking.task.${verb}`, taskChanged])),
        'facts.rules.alarm.*': onFact(rulesFacts.AlarmChanged, (fact, session) => notifier.takeAlarm(fact, session)),
        'facts.permits.check.*': onFact(permitsFacts.CheckChanged, (fact, session) =>
          notifier.takeCheck(fact, session),
        ),
        ...verbs('facts.permits.duty', ['reminded', 'missed'], permitsFacts.DutyChanged, (fact, session) =>
          notifier.takeDuty(fact, session),
        ),
        ...verbs(
          'facts.complaints.complaint',
          ['received', 'forwarded', 'drafted', 'review-asked', 'reminded', 'escalated'],
          complaintsFacts.ComplaintChanged,
          (fact, session) => notifier.takeComplaint(fact, session),
        ),
        ...verbs(
          'facts.tasking.case',
          ['noticed', 'decided', 'withdrawn', 'reminded', 'overdue'],
          taskingFacts.CaseChanged,
          (fact, session) => notifier.takeCase(fact, session),
        ),
        ...verbs(
          'facts.credit.rating',
          ['noticed', 'objected', 'answered', 'published', 'final'],
          creditFacts.RatingChanged,
          (fact, session) => notifier.takeRating(fact, session),
        ),
        'facts.credit.blacklist.*': onFact(creditFacts.BlacklistChanged, (fact, session) =>
          notifier.takeBlacklist(fact, session),
        ),
        'facts.fraud.model.fitted': onFact(fraudFacts.ModelChanged, (fact, session) =>
          notifier.takeModel(fact, session),
        ),
        'facts.complaints.sms.requested': onFact(complaintsFacts.SmsRequested, (fact, session) =>
          phoneSender.take(fact, session),
        ),
        'facts.notifications.delivery.due': onFact(notificationsFacts.DeliveryDue, async ({ data }, session) => {
          await notices.updateOne(
            { _id: data.noticeId, 'sms.status': 'waiting', 'sms.attempts': data.attempt },
            { $set: { 'sms.status': 'queued', 'sms.at': kit.now() } },
            { session },
          );
        }),
      },
      prepare: async () => sender?.prepare(),
      started: async () => {
        await factors.started();
        sender?.start();
        phoneSender.start();
        line?.start();
      },
      stopped: async () => {
        await Promise.all([sender?.stop(), phoneSender.stop()]);
        await line?.stop();
        await factors.stopped();
      },
    };
  },
});

/** One handler for some verbs of an entity: what tells nobody is not taken. */
function verbs<T>(
  entity: string,
  names: readonly string[],
  codec: Codec<T>,
  handle: (fact: Fact<T>, session: ClientSession) => Promise<void>,
): FactHandlers {
  const handler = onFact(codec, handle);
  return Object.fromEntries(names.map((verb) => [`${entity}.${verb}`, handler]));
}
