import {
  type complaintsFacts,
  type creditFacts,
  type fraudFacts,
  type Level,
  notificationsFacts,
  type permitsFacts,
  type rulesFacts,
  type taskingFacts,
} from '@greenwatch/contracts';
import { factorInfo } from '@greenwatch/hj212';
import { applyNewest, countyOf, type Fact, type Kit, newId, onCommit, traceParent } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import type { AlarmDoc, Copies, EnterpriseDoc, OutletDoc, PersonDoc } from './copies.model';
import { nameOf } from './names';
import { countDelivery, type NoticeDoc, type SmsDoc, tellNotice } from './notice.model';
import { smsTime } from './quiet-hours';
import { cleanVariable, partsOf, smsText } from './sms-text';
import { fill, LEVEL_NAMES, type Locale, PUBLIC_PLACE, shortTime, templateFor, type Variables } from './templates';
import {
  type Official,
  officials,
  type TaskVerb,
  type Told,
  toldOfAlarm,
  toldOfBlacklist,
  toldOfCase,
  toldOfCheck,
  toldOfComplaint,
  toldOfDuty,
  toldOfModel,
  toldOfRating,
  toldOfTask,
} from './who-is-told';

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
  /** Codes that read differently in each language: which variable, which group of names, which code. */
  named?: readonly (readonly [variable: keyof Variables, group: string, code: string])[];
}

/** From facts to notices: in-app at once, SMS into the queue, all in the transaction of the fact. */
export class Notifier {
  constructor(
    private readonly kit: Kit,
    private readonly notices: Model<NoticeDoc>,
    private readonly copies: Copies,
    private readonly settings: { signature: string; sms: boolean; province: string },
  ) {}

  async takeTask(fact: Fact<taskingFacts.TaskChanged>, session: ClientSession): Promise<void> {
    const { data: task } = fact;
    const verb = fact.subject.split('.').at(-1) as TaskVerb;
    const alarm = task.alarmId
      ? await this.copies.alarms.findOne({ _id: task.alarmId }, null, { session }).lean<AlarmDoc>()
      : null;
    const step = task.remark.split(':')[0] ?? '';
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
      named: [['step', 'step', step]],
    };
    for (const told of toldOfTask(verb, task)) {
      // Without the alarm's copy the words for it have nothing to say; a check has no alarm.
      const template = told.template === 'explain' && !alarm ? 'explain-other' : told.template;
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

  /** One notice a check and stage, whether `raised` or `updated` brought it, and in whatever order they come. */
  async takeCheck(fact: Fact<permitsFacts.CheckChanged>, session: ClientSession): Promise<void> {
    const { data } = fact;
    const { principal, supervisors } = await this.#around(fact, data.enterpriseId, session);
    await this.#tellAll(
      toldOfCheck(verbOf(fact), data, principal, supervisors),
      {
        factId: `check:${data.id}:${data.stage}`,
        subject: { kind: 'check', id: data.id },
        alertId: `${data.id}:${data.stage}`,
        level: levelOf(data.level),
        divisionPath: fact.divisionPath,
        enterpriseId: data.enterpriseId,
        variables: { enterprise: data.enterpriseName },
        named: [
          ['what', 'check', data.check],
          ['stage', 'stage', data.stage],
        ],
        devices: [],
      },
      session,
    );
  }

  async takeDuty(fact: Fact<permitsFacts.DutyChanged>, session: ClientSession): Promise<void> {
    const { data } = fact;
    const verb = verbOf(fact);
    const { principal } = await this.#around(fact, data.enterpriseId, session);
    await this.#tellAll(
      toldOfDuty(verb, principal),
      {
        factId: fact.id,
        subject: { kind: 'duty', id: data.id },
        alertId: data.id,
        level: 'mid',
        divisionPath: fact.divisionPath,
        enterpriseId: data.enterpriseId,
        variables: { enterprise: data.enterpriseName, period: data.period, dueAt: shortTime(data.dueAt) },
        named: [['what', 'duty', data.kind]],
        devices: [],
      },
      session,
    );
  }

  async takeComplaint(fact: Fact<complaintsFacts.ComplaintChanged>, session: ClientSession): Promise<void> {
    const { data } = fact;
    const people = await this.#officials(fact.divisionPath, session);
    const told = toldOfComplaint(
      verbOf(fact),
      data,
      officials(people, fact.divisionPath, 'complaint-handler'),
      officials(people, fact.divisionPath, 'supervisor'),
    );
    await this.#tellAll(
      told,
      {
        factId: fact.id,
        subject: { kind: 'complaint', id: data.id },
        alertId: data.id,
        level: levelOf(data.level),
        divisionPath: fact.divisionPath,
        variables: { number: data.number, place: data.place, dueAt: shortTime(data.acceptBy) },
        named: [
          // Who only set a point on the map wrote no place.
          ...(data.place ? [] : [['place', 'complaint-place', 'point'] as const]),
          ['what', 'category', data.category],
          ['step', 'complaint-step', data.remark.split(':')[0] ?? ''],
        ],
        devices: [],
      },
      session,
    );
  }

  async takeCase(fact: Fact<taskingFacts.CaseChanged>, session: ClientSession): Promise<void> {
    const { data } = fact;
    // The envelope names the enterprise once its notice was served: before, it knows nothing of the case.
    const { principal, supervisors } = await this.#around(fact, fact.enterpriseId ?? '', session);
    const noticed = verbOf(fact) === 'noticed';
    await this.#tellAll(
      toldOfCase(verbOf(fact), principal, supervisors),
      {
        factId: fact.id,
        subject: { kind: 'case', id: data.id },
        alertId: data.id,
        level: 'high',
        divisionPath: fact.divisionPath,
        enterpriseId: fact.enterpriseId,
        variables: {
          enterprise: data.partyName,
          number: data.number,
          reason: data.decision?.documentNo ?? '',
          // Its remark says until when the party may state something.
          ...(noticed && { dueAt: shortTime(Date.parse(data.remark)) }),
        },
        named: [['step', 'step', data.remark]],
        devices: [],
      },
      session,
    );
  }

  async takeRating(fact: Fact<creditFacts.RatingChanged>, session: ClientSession): Promise<void> {
    const { data } = fact;
    if (data.partyKind !== 'enterprise') return;
    const { principal, supervisors } = await this.#around(fact, data.partyId, session);
    await this.#tellAll(
      toldOfRating(verbOf(fact), principal, supervisors),
      {
        factId: fact.id,
        subject: { kind: 'rating', id: data.id },
        alertId: data.id,
        level: 'mid',
        divisionPath: fact.divisionPath,
        enterpriseId: data.partyId,
        variables: {
          enterprise: data.partyName,
          period: data.period,
          score: String(Math.round(data.score * 10) / 10),
          dueAt: shortTime(data.dueAt),
        },
        named: [['colour', 'colour', data.colour]],
        devices: [],
      },
      session,
    );
  }

  async takeBlacklist(fact: Fact<creditFacts.BlacklistChanged>, session: ClientSession): Promise<void> {
    const { data } = fact;
    const told = toldOfBlacklist(verbOf(fact), await this.#ofProvince(session));
    await this.#tellAll(
      told,
      this.#ofWholeProvince(fact, 'blacklist', data.operatorId, { reason: data.reason }),
      session,
    );
  }

  async takeModel(fact: Fact<fraudFacts.ModelChanged>, session: ClientSession): Promise<void> {
    const { version } = fact.data;
    const told = toldOfModel(verbOf(fact), await this.#ofProvince(session));
    await this.#tellAll(told, this.#ofWholeProvince(fact, 'model', version, { version }), session);
  }

  #ofWholeProvince(
    fact: Fact<unknown>,
    kind: 'blacklist' | 'model',
    id: string,
    variables: Partial<Variables>,
  ): Matter {
    return {
      factId: fact.id,
      subject: { kind, id },
      alertId: id,
      level: 'mid',
      divisionPath: [this.settings.province],
      variables,
      devices: [],
    };
  }

  async #ofProvince(session: ClientSession): Promise<string[]> {
    const path = [this.settings.province];
    return officials(await this.#officials(path, session), path, 'supervisor');
  }

  /** The authority's active people of these divisions and of the towns below the county. */
  async #officials(divisionPath: readonly string[], session: ClientSession): Promise<Official[]> {
    const county = countyOf(divisionPath);
    const here = [
      { divisionCode: { $in: [...divisionPath] } },
      ...(divisionPath.length > 1 ? [{ divisionCode: new RegExp(`^${county}[0-9]+$`) }] : []),
    ];
    const people = await this.copies.people
      .find({ active: true, enterpriseId: { $in: ['', null] }, $or: here }, null, { session })
      .lean<PersonDoc[]>();
    return people.map(({ _id, roles, divisionCode }) => ({ id: _id, roles, divisionCode }));
  }

  /** The principal of an enterprise, where it names one, and the supervisors of its county. */
  async #around(
    { divisionPath }: Fact<unknown>,
    enterpriseId: string,
    session: ClientSession,
  ): Promise<{ principal: string; supervisors: string[] }> {
    const supervisors = officials(await this.#officials(divisionPath, session), divisionPath, 'supervisor');
    if (!enterpriseId) return { principal: '', supervisors };
    const enterprise = await this.copies.enterprises
      .findOne({ _id: enterpriseId }, null, { session })
      .lean<EnterpriseDoc>();
    // Tried again with growing delay: the registry's fact is under way.
    if (!enterprise) throw new Error(`enterprise ${enterpriseId} is not known yet`);
    return { principal: enterprise.principalPersonId, supervisors };
  }

  async #tellAll(told: readonly Told[], matter: Matter, session: ClientSession): Promise<void> {
    for (const one of told) {
      const news = { factId: matter.factId, recipientPersonId: one.personId };
      if (await this.notices.exists(news).session(session)) continue;
      await this.#tell(one, matter, session);
    }
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
      ...Object.fromEntries((matter.named ?? []).map(([name, group, code]) => [name, nameOf(locale, group, code)])),
    };
    if (variables.enterprise === '') variables.enterprise = PUBLIC_PLACE[locale];
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
    onCommit(session, () => countDelivery(this.kit, 'in-app', 'delivered', now));
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
      traceParent: traceParent(),
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

const verbOf = (fact: Fact<unknown>): string => fact.subject.split('.').at(-1) ?? '';

/** @throws Error for a level that is none: the fact becomes a dead letter with it */
function levelOf(text: string): Level {
  const level = LEVELS.find((known) => known === text);
  if (!level) throw new Error(`level "${text}" is not one of ${LEVELS.join(', ')}`);
  return level;
}
