import { type ComplaintClock, complaintsFacts } from '@greenwatch/contracts';
import { type Caller, type Kit, newId, notFound } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { CLOCKS, type Phase, phaseTime } from './clocks';
import { type ComplaintDoc, NEVER, openReview, pointOf, runningUntil, visibleComplaints } from './complaint.model';
import type { ReporterDoc } from './reporter.model';

const HOUR = 3_600_000;
/** Progress that comes days late by SMS only confuses. */
const SMS_VALID_MS = 24 * HOUR;
export type SmsTemplate = 'complaint-received' | 'complaint-progress' | 'complaint-answered';

const timerKey = (id: string, clock: ComplaintClock) => `complaint:${id}:${clock}`;

export interface ComplaintModels {
  complaints: Model<ComplaintDoc>;
  reporters: Model<ReporterDoc>;
}

/**
 * One change of one complaint inside a transaction: whoever changes it works on `doc`, says what happened with `tell`, to
 * the reporter with `sms`, and saves. History, facts and timers follow from that, so none can be forgotten.
 */
export class ComplaintEdit {
  readonly #told: { verb: string; data: complaintsFacts.ComplaintChanged; sequence: number }[] = [];
  readonly #messages: { template: SmsTemplate; variables: Record<string, string> }[] = [];
  readonly #before: ComplaintDoc | undefined;
  readonly now: number;

  /** @param stored false for a complaint that is being made */
  constructor(
    private readonly kit: Kit,
    private readonly models: ComplaintModels,
    readonly doc: ComplaintDoc,
    stored: boolean,
  ) {
    this.#before = stored ? structuredClone(doc) : undefined;
    this.now = stored ? kit.now() : doc.receivedAt;
  }

  /** Adds to the history and tells `facts.complaints.complaint.<verb>` with the complaint as it now stands. */
  readonly tell = (verb: string, { by, remark }: { by?: string; remark?: string } = {}): void => {
    this.doc.sequence += 1;
    this.doc.history.push({ at: this.now, verb, ...(by && { by }), ...(remark && { remark }) });
    this.#told.push({ verb, data: factData(this.doc, remark), sequence: this.doc.sequence });
  };

  /** A message to the reporter's phone, where there is one. */
  readonly sms = (template: SmsTemplate, variables: Record<string, string> = {}): void => {
    this.#messages.push({ template, variables: { number: this.doc.number, ...variables } });
  };

  /** Writes the complaint with its facts, and starts and cancels clocks by what has begun and ended. */
  async save(session: ClientSession): Promise<void> {
    const { doc, kit } = this;
    const ends = CLOCKS.map((clock) => ({
      clock,
      before: this.#before && runningUntil(this.#before, clock),
      after: runningUntil(doc, clock),
    }));
    doc.dueAt = Math.min(NEVER, ...ends.flatMap(({ after }) => after ?? []));
    // What has stopped, or got another limit, is not overdue any more.
    doc.overdue = doc.overdue.filter((late) =>
      ends.some(({ clock, before, after }) => clock === late && before === after),
    );
    if (this.#before) {
      const { matchedCount } = await this.models.complaints.replaceOne(
        { _id: doc._id, sequence: this.#before.sequence },
        doc as never,
        { session },
      );
      // Cannot happen inside the transaction's snapshot; a lost update would be worse than an error.
      if (matchedCount !== 1) throw new Error(`complaint ${doc._id} was changed meanwhile`);
    } else {
      await this.models.complaints.create([doc], { session });
    }
    for (const { verb, data, sequence } of this.#told) {
      await kit.facts.append(session, {
        subject: `facts.complaints.complaint.${verb}`,
        codec: complaintsFacts.ComplaintChanged,
        data,
        entity: doc._id,
        sequence,
        occurredAt: this.now,
        divisionPath: doc.divisionPath,
      });
    }
    await this.#send(session);
    for (const { clock, before, after } of ends) {
      if (before === after) continue;
      if (before !== undefined) await kit.facts.cancel(session, timerKey(doc._id, clock));
      if (after !== undefined) await this.schedule(session, clock, 'reminder', after);
    }
  }

  /** The timer of a clock's phase: a fact told later (design.md 5). */
  async schedule(session: ClientSession, clock: ComplaintClock, phase: Phase, dueAt: number): Promise<void> {
    const { doc, now, kit } = this;
    const publishAt = phaseTime(phase, now, dueAt);
    await kit.facts.append(session, {
      subject: 'facts.complaints.complaint.due',
      codec: complaintsFacts.ComplaintDue,
      data: { complaintId: doc._id, step: clock, phase, dueAt },
      // A timer is no state of the complaint, so it has an entity of its own.
      entity: timerKey(doc._id, clock),
      sequence: doc.sequence,
      occurredAt: publishAt,
      divisionPath: doc.divisionPath,
      publishAt,
      cancelKey: timerKey(doc._id, clock),
    });
  }

  async #send(session: ClientSession): Promise<void> {
    if (this.#messages.length === 0 || this.doc.anonymous) return;
    const reporter = await this.models.reporters.findById(this.doc._id, { phone: 1 }, { session }).lean<ReporterDoc>();
    if (!reporter?.phone) return;
    for (const { template, variables } of this.#messages) {
      await requestSms(this.kit, session, {
        phoneEncrypted: reporter.phone,
        template,
        variables,
        validUntil: this.now + SMS_VALID_MS,
      });
    }
  }
}

/** Asks notifications for a message to a phone; at most once, whatever happens. */
export async function requestSms(
  kit: Kit,
  session: ClientSession,
  message: Omit<complaintsFacts.SmsRequested, 'id'>,
): Promise<void> {
  const id = newId();
  await kit.facts.append(session, {
    subject: 'facts.complaints.sms.requested',
    codec: complaintsFacts.SmsRequested,
    data: { id, ...message },
    entity: id,
    sequence: 1,
    occurredAt: kit.now(),
  });
}

function factData(doc: ComplaintDoc, remark = ''): complaintsFacts.ComplaintChanged {
  return {
    id: doc._id,
    number: doc.number,
    category: doc.category,
    state: doc.state,
    level: doc.level,
    ...pointOf(doc),
    place: doc.place,
    text: doc.text,
    enterpriseId: doc.targetEnterpriseId ?? '',
    outletId: doc.targetOutletId ?? '',
    receivedAt: doc.receivedAt,
    acceptBy: doc.acceptBy,
    answerBy: (openReview(doc)?.dueAt ?? doc.answerBy) || 0,
    mergedInto: doc.mergedInto ?? '',
    anonymous: doc.anonymous,
    substantiated: doc.substantiated,
    answeredAt: doc.answer?.at ?? 0,
    satisfaction: doc.feedback?.satisfaction ?? 0,
    photos: doc.photos.length,
    remark,
  };
}

/** Opens the edit of a stored complaint that the caller may see; without a caller, the system's own. */
export async function editComplaint(
  kit: Kit,
  models: ComplaintModels,
  id: string,
  session: ClientSession,
  caller?: Caller,
): Promise<ComplaintEdit> {
  const filter = { $and: [{ _id: id }, caller ? visibleComplaints(caller) : {}] };
  const doc = await models.complaints.findOne(filter as never, null, { session }).lean<ComplaintDoc>();
  if (!doc) throw notFound('complaint', id);
  return new ComplaintEdit(kit, models, doc, true);
}

/** The complaints merged into one, each to be edited with it. */
export async function editMerged(
  kit: Kit,
  models: ComplaintModels,
  id: string,
  session: ClientSession,
): Promise<ComplaintEdit[]> {
  const docs = await models.complaints
    .find({ mergedInto: id }, null, { session })
    .sort({ _id: 1 })
    .lean<ComplaintDoc[]>();
  return docs.map((doc) => new ComplaintEdit(kit, models, doc, true));
}
