import { type Level, notificationsFacts, type rulesFacts, type taskingFacts } from '@greenwatch/contracts';
import { factorInfo } from '@greenwatch/hj212';
import { applyNewest, type Fact, type Kit, newId } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import type { AlarmDoc, Copies, EnterpriseDoc, OutletDoc, PersonDoc } from './copies.model';
import { type NoticeDoc, type SmsDoc, tellNotice } from './notice.model';
import { smsTime } from './quiet-hours';
import { cleanVariable, partsOf, smsText } from './sms-text';
import { fill, LEVEL_NAMES, type Locale, STEP_NAMES, shortTime, templateFor, type Variables } from './templates';
import { type TaskVerb, type Told, toldOfAlarm, toldOfTask } from './who-is-told';

const PRIORITY: Record<Level, number> = { urgent: 3, high: 2, mid: 1, low: 0 };
const LEVELS = Object.keys(PRIORITY) as Level[];

interface Matter {
  factId: string;
  subject: NoticeDoc['subject'];
  alertId: string;
  level: Level;
  divisionPath: string[];
  enterpriseId?: string;
  variables: Partial<Variables>;
  devices: string[];
  step?: string;
}

/** From facts to notices: in-app at once, SMS into the queue, all in the transaction of the fact. */
export class Notifier {
  constructor(
    private readonly kit: Kit,
    private readonly notices: Model<NoticeDoc>,
    private readonly copies: Copies,
    private readonly settings: { signature: string; sms: boolean },
  ) {}

  async takeTask(fact: Fact<taskingFacts.TaskChanged>, session: ClientSession): Promise<void> {
    const { data: task } = fact;
    const verb = fact.subject.split('.').at(-1) as TaskVerb;
    const alarm = task.alarmId
      ? await this.copies.alarms.findOne({ _id: task.alarmId }, null, { session }).lean<AlarmDoc>()
      : null;
    const step = task.remark.split(':')[0];
    const matter: Matter = {
      factId: fact.id,
      subject: { kind: 'task', id: task.id },
      alertId: task.alarmId || task.id,
      level: levelOf(task.level),
      divisionPath: fact.divisionPath,
      enterpriseId: fact.enterpriseId,
      variables: {
        enterprise: task.enterpriseName,
        title: task.title,
        acceptBy: shortTime(task.acceptBy),
        reportBy: shortTime(task.reportBy),
        reason: task.remark,
        ...(alarm && this.#began(alarm)),
      },
      devices: alarm ? [await this.#deviceName(alarm, session)] : [],
      step,
    };
    for (const told of toldOfTask(verb, task)) {
      // Without the alarm's copy the words for it have nothing to say.
      const template = told.template === 'explain' && !alarm ? 'assigned' : told.template;
      await this.#tell({ ...told, template }, matter, session);
    }
  }

  async takeAlarm(fact: Fact<rulesFacts.AlarmChanged>, session: ClientSession): Promise<void> {
    const { data, sequence } = fact;
    const { id, startedAt, outletId, mn, factor } = data;
    const known = await this.copies.alarms.findOne({ _id: id }, { sequence: 1 }, { session }).lean<AlarmDoc>();
    if (!known || known.sequence < sequence) {
      await applyNewest(this.copies.alarms, id, sequence, { startedAt, outletId, mn, factor }, session);
    }
    const verb = fact.subject.split('.').at(-1) as string;
    if (toldOfAlarm(verb, data, 'somebody').length === 0 || !data.enterpriseId) return;
    const enterprise = await this.copies.enterprises
      .findOne({ _id: data.enterpriseId }, null, { session })
      .lean<EnterpriseDoc>();
    // Tried again with growing delay: the registry's fact is under way.
    if (!enterprise) throw new Error(`enterprise ${data.enterpriseId} of alarm ${id} is not known yet`);
    const alarm = { _id: id, sequence, startedAt, outletId, mn, factor };
    const matter: Matter = {
      factId: fact.id,
      subject: { kind: 'alarm', id },
      alertId: id,
      level: levelOf(data.level),
      divisionPath: fact.divisionPath,
      enterpriseId: data.enterpriseId,
      variables: { enterprise: enterprise.name, ...this.#began(alarm) },
      devices: [await this.#deviceName(alarm, session)],
    };
    for (const told of toldOfAlarm(verb, data, enterprise.principalPersonId)) await this.#tell(told, matter, session);
  }

  #began({ startedAt }: AlarmDoc): Pick<Variables, 'date' | 'min'> {
    const minutes = Math.max(0, Math.round((this.kit.now() - startedAt) / 60_000));
    return { date: shortTime(startedAt), min: String(minutes) };
  }

  async #deviceName({ outletId, mn, factor }: AlarmDoc, session: ClientSession): Promise<string> {
    const outlet = await this.copies.outlets.findOne({ _id: outletId }, null, { session }).lean<OutletDoc>();
    const place = outlet ? `${outlet.code} ${outlet.name}` : mn;
    return [place, factorInfo(factor)?.nameZh ?? factor].filter(Boolean).join(' ');
  }

  async #tell({ personId, template, sms }: Told, matter: Matter, session: ClientSession): Promise<void> {
    const now = this.kit.now();
    const person = await this.copies.people.findOne({ _id: personId }, null, { session }).lean<PersonDoc>();
    const locale: Locale = person?.locale === 'en' ? 'en' : 'zh-CN';
    const texts = templateFor(template, locale);
    const variables: Partial<Variables> = {
      ...matter.variables,
      level: LEVEL_NAMES[locale][matter.level],
      ...(matter.step && { step: STEP_NAMES[locale][matter.step] ?? matter.step }),
    };
    const withDevices = { ...variables, devices: matter.devices.join('、') };
    const doc: NoticeDoc = {
      _id: newId(),
      sequence: 1,
      factId: matter.factId,
      recipientPersonId: personId,
      template,
      title: fill(texts.title, withDevices),
      body: fill(texts.body, withDevices),
      subject: matter.subject,
      alertId: matter.alertId,
      level: matter.level,
      createdAt: now,
      divisionPath: matter.divisionPath,
      enterpriseId: matter.enterpriseId,
    };
    if (sms && texts.sms && this.settings.sms) doc.sms = this.#sms(texts.sms, variables, matter, now);
    await this.notices.create([doc], { session });
    if (doc.sms?.status === 'waiting') await scheduleDelivery(this.kit, doc, smsTime(matter.level, now), session);
    await tellNotice(this.kit, doc, session);
  }

  #sms(template: string, variables: Partial<Variables>, matter: Matter, now: number): SmsDoc {
    const clean = Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, cleanVariable(text)]));
    const text = smsText(
      this.settings.signature,
      (devices) => fill(template, { ...clean, devices }),
      matter.devices.map(cleanVariable),
    );
    return {
      status: smsTime(matter.level, now) > now ? 'waiting' : 'queued',
      at: now,
      attempts: 0,
      priority: PRIORITY[matter.level],
      text,
      parts: partsOf(text).map((part) => ({ text: part, status: 'new' })),
    };
  }
}

/** The timer after which a waiting SMS goes into the queue: a fact told later (design.md 5). */
export async function scheduleDelivery(kit: Kit, doc: NoticeDoc, at: number, session: ClientSession): Promise<void> {
  await kit.facts.append(session, {
    subject: 'facts.notifications.delivery.due',
    codec: notificationsFacts.DeliveryDue,
    data: { noticeId: doc._id, channel: 'sms', attempt: doc.sms?.attempts ?? 0 },
    entity: `${doc._id}:sms`,
    sequence: (doc.sms?.attempts ?? 0) + 1,
    occurredAt: at,
    divisionPath: doc.divisionPath,
    publishAt: at,
    cancelKey: `delivery:${doc._id}`,
  });
}

/** @throws Error for a level that is none: the fact becomes a dead letter with it */
function levelOf(text: string): Level {
  const level = LEVELS.find((known) => known === text);
  if (!level) throw new Error(`level "${text}" is not one of ${LEVELS.join(', ')}`);
  return level;
}
