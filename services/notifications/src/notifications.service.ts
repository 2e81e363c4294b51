import { notificationsFacts, rulesFacts, taskingFacts } from '@greenwatch/contracts';
import { afterKey, defineService, notFound, onFact, pageOf, scopeFilter } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { copiesOf } from './copies.model';
import { changeNotice, type NoticeDoc, noticeModel, noticeOf } from './notice.model';
import { Notifier } from './notifier';
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
    const notifier = new Notifier(kit, notices, copies, { signature, sms: url !== undefined });
    const sender = url ? new SmsSender(kit, notices, copies, { url, source, window, unresolvedAfterMs }) : undefined;
    const taskChanged = onFact(taskingFacts.TaskChanged, (fact, session) => notifier.takeTask(fact, session));

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
      },
      facts: {
        ...copies.facts,
        ...Object.fromEntries(TASK_VERBS.map((verb) => [`facts.tasking.task.${verb}`, taskChanged])),
        'facts.rules.alarm.*': onFact(rulesFacts.AlarmChanged, (fact, session) => notifier.takeAlarm(fact, session)),
        'facts.notifications.delivery.due': onFact(notificationsFacts.DeliveryDue, async ({ data }, session) => {
          await notices.updateOne(
            { _id: data.noticeId, 'sms.status': 'waiting', 'sms.attempts': data.attempt },
            { $set: { 'sms.status': 'queued' } },
            { session },
          );
        }),
      },
      started: async () => sender?.start(),
      stopped: async () => sender?.stop(),
    };
  },
});
