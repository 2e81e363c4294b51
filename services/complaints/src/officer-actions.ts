import type { ComplaintDetail } from '@greenwatch/contracts';
import {
  type ActionHandlers,
  afterKey,
  type Call,
  type Caller,
  conflict,
  endOfWorkingDay,
  forbidden,
  invalid,
  isoTime,
  type Kit,
  notFound,
  pageOf,
} from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { extended, limitsOnAcceptance } from './clocks';
import { type ComplaintDoc, complaintOf, openReview, pointOf, visibleComplaints } from './complaint.model';
import { type ComplaintEdit, type ComplaintModels, editComplaint, editMerged } from './complaint-edit';
import { type ComplaintVerb, nextState, SETTLED, TAKES_MERGED } from './complaint-state';
import type { Divisions } from './divisions';
import { DUPLICATE_METRES, DUPLICATE_MS, likelyDuplicates } from './duplicate';
import { withoutIdentity } from './identity-removal';
import { levelOf } from './level';
import { nameCore, proposals } from './nearby';
import { refusalOf } from './refusal';
import type { RegistryCopies } from './registry-copies.model';
import type { ReporterDoc } from './reporter.model';
import { type ComplaintsConfig, limitDays } from './settings';

const DECIDERS = ['supervisor', 'administrator'];
/** More complaints around one place within a week than anybody compares by hand. */
const COMPARED = 300;
const EARTH_RADIUS_M = 6_371_008.8;
/** What the SMS says of a step that is no answer. */
const PROGRESS = {
  accepted: '已受理',
  refused: '不予受理，原因请凭编号和查询码查看',
  merged: '已与同一事项的投诉合并办理',
  forwarded: '已转交有管辖权的部门办理',
  extended: '办理期限已延长',
  closed: '已办结',
} as const;

interface Parts {
  models: ComplaintModels;
  divisions: Divisions;
  copies: RegistryCopies;
}

/** What officers do with complaints. Scope first (404), then whether they may (403), then whether it is time (409). */
export function officerActions(kit: Kit<ComplaintsConfig>, { models, divisions, copies }: Parts) {
  const { complaints, reporters } = models;
  const days = limitDays(kit.config);

  /** One verb on one complaint, in one transaction with history, fact, clocks and the audit entry. */
  async function act(
    id: string,
    verb: ComplaintVerb,
    { caller }: Call,
    change: (edit: ComplaintEdit, by: string, session: ClientSession) => Promise<void> | void,
  ) {
    return kit.transaction(async (session) => {
      const edit = await editComplaint(kit, models, id, session, caller);
      const { doc } = edit;
      const from = doc.state;
      doc.state = nextState(from, verb);
      await change(edit, caller.personId ?? caller.id, session);
      await edit.save(session);
      await kit.audit(session, {
        action: `complaint.${verb}`,
        entity: id,
        by: caller,
        detail: { from, to: doc.state },
      });
      return complaintOf(doc);
    });
  }

  /** The same for every complaint merged into this one: each of their reporters is told. */
  async function eachMerged(id: string, session: ClientSession, change: (edit: ComplaintEdit) => void): Promise<void> {
    for (const edit of await editMerged(kit, models, id, session)) {
      change(edit);
      await edit.save(session);
    }
  }

  async function seen(id: string, caller: Caller): Promise<ComplaintDoc> {
    const doc = await complaints.findOne({ $and: [{ _id: id }, visibleComplaints(caller)] }).lean<ComplaintDoc>();
    if (!doc) throw notFound('complaint', id);
    return doc;
  }

  /** Whom it is about. @throws DomainError 422 naming what is not known */
  async function setTarget(doc: ComplaintDoc, enterpriseId: string | undefined, outletId: string | undefined) {
    const outlet = outletId ? await copies.outlets.findById(outletId).lean() : undefined;
    if (outletId && !outlet) throw invalid('outletId', 'must be an outlet of the registry');
    if (outlet && enterpriseId && outlet.enterpriseId !== enterpriseId) {
      throw invalid('outletId', 'must be an outlet of the enterprise');
    }
    const of = enterpriseId ?? outlet?.enterpriseId;
    const enterprise = of ? await copies.enterprises.findById(of).lean() : undefined;
    if (of && !enterprise) throw invalid('enterpriseId', 'must be an enterprise of the registry');
    doc.targetEnterpriseId = enterprise?._id;
    doc.targetEnterpriseName = enterprise?.name;
    doc.targetOutletId = outlet?._id;
  }

  async function reportsOf(main: string, merged: string[], session?: ClientSession) {
    const docs = await reporters
      .find({ _id: { $in: [main, ...merged] } }, { key: 1, receivedAt: 1 }, { session })
      .lean<ReporterDoc[]>();
    return docs.map(({ key, receivedAt }) => ({ reporter: key, at: receivedAt }));
  }

  /** Others that may be about the same, among those the caller sees. */
  async function duplicatesOf(doc: ComplaintDoc, caller: Caller): Promise<ComplaintDetail['duplicates']> {
    const { targetEnterpriseId } = doc;
    const around = {
      location: {
        $geoWithin: { $centerSphere: [doc.location.coordinates, (DUPLICATE_METRES * 1.01) / EARTH_RADIUS_M] },
      },
    };
    const others = await complaints
      .find({
        $and: [
          visibleComplaints(caller),
          { _id: { $ne: doc._id }, category: doc.category },
          { receivedAt: { $gte: doc.receivedAt - DUPLICATE_MS, $lte: doc.receivedAt + DUPLICATE_MS } },
          { $or: [around, ...(targetEnterpriseId ? [{ targetEnterpriseId }] : [])] },
        ],
      })
      .sort({ _id: -1 })
      .limit(COMPARED)
      .lean<ComplaintDoc[]>();
    const keys = new Map(
      (
        await reporters
          .find({ _id: { $in: [doc._id, ...others.map(({ _id }) => _id)] } }, { phoneIndex: 1 })
          .lean<ReporterDoc[]>()
      ).map(({ _id, phoneIndex }) => [_id, phoneIndex]),
    );
    const matter = (one: ComplaintDoc) => ({
      doc: one,
      ...pointOf(one),
      category: one.category,
      text: one.text,
      enterpriseId: one.targetEnterpriseId,
      receivedAt: one.receivedAt,
      reporterKey: keys.get(one._id),
    });
    return likelyDuplicates(matter(doc), others.map(matter)).map(({ of, ...like }) => ({
      ...like,
      id: of.doc._id,
      number: of.doc.number,
      state: of.doc.state,
      receivedAt: isoTime(of.doc.receivedAt),
      text: of.doc.text,
    }));
  }

  return {
    'complaints.complaint.list': async (params, { caller }) => {
      const { state, open, overdue, category, division, enterpriseId, order = 'newest', after, limit = 100 } = params;
      const asked: Record<string, unknown>[] = [
        visibleComplaints(caller),
        ...(state ? [{ state }] : []),
        ...(open === undefined ? [] : [{ state: open ? { $nin: SETTLED } : { $in: SETTLED } }]),
        ...(overdue === undefined ? [] : [{ 'overdue.0': { $exists: overdue } }]),
        ...(category ? [{ category }] : []),
        ...(division ? [{ divisionPath: division }] : []),
        ...(enterpriseId ? [{ targetEnterpriseId: enterpriseId }] : []),
      ];
      if (order === 'due') {
        const key = afterKey(after, 2);
        const dueAt = Number(key?.[0]);
        const later = key ? [{ $or: [{ dueAt: { $gt: dueAt } }, { dueAt, _id: { $gt: key[1] } }] }] : [];
        const docs = await complaints
          .find({ $and: [...asked, ...later] })
          .sort({ dueAt: 1, _id: 1 })
          .limit(limit + 1)
          .lean<ComplaintDoc[]>();
        const page = pageOf(docs, limit, (doc) => [String(doc.dueAt), doc._id]);
        return { ...page, items: page.items.map(complaintOf) };
      }
      const key = afterKey(after, 1);
      const docs = await complaints
        .find({ $and: [...asked, ...(key ? [{ _id: { $lt: key[0] } }] : [])] })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<ComplaintDoc[]>();
      const page = pageOf(docs, limit, (doc) => [doc._id]);
      return { ...page, items: page.items.map(complaintOf) };
    },

    'complaints.complaint.get': async ({ id }, { caller }) => {
      const doc = await seen(id, caller);
      const core = nameCore(doc.targetName);
      const named = [...core].length >= 2 ? new RegExp(core.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'u') : undefined;
      const [duplicates, sources, merged] = await Promise.all([
        duplicatesOf(doc, caller),
        copies.sources(pointOf(doc), doc.divisionPath[1], named),
        complaints.find({ mergedInto: id }).sort({ _id: 1 }).limit(1_000).lean<ComplaintDoc[]>(),
      ]);
      return {
        ...complaintOf(doc),
        duplicates: duplicates.filter((other) => !merged.some(({ _id }) => _id === other.id)),
        nearby: proposals({ ...pointOf(doc), category: doc.category, targetName: doc.targetName }, sources),
        merged: merged.map(({ _id, number, receivedAt }) => ({ id: _id, number, receivedAt: isoTime(receivedAt) })),
      };
    },

    'complaints.photo.get': async ({ complaintId, photoId }, { caller }) => {
      const photo = (await seen(complaintId, caller)).photos.find(({ id }) => id === photoId);
      if (!photo) throw notFound('photo', photoId);
      return (await kit.blobs.get(photo.copy)).content;
    },

    'complaints.complaint.accept': ({ id, enterpriseId, outletId, emergency }, call) =>
      act(id, 'accept', call, async ({ doc, now, tell, sms }, by, session) => {
        if (enterpriseId || outletId) await setTarget(doc, enterpriseId, outletId);
        Object.assign(doc, { acceptedAt: now }, limitsOnAcceptance(now, days));
        if (emergency !== undefined) {
          doc.emergency = emergency;
          const merged = await complaints.find({ mergedInto: id }, { _id: 1 }, { session }).lean<ComplaintDoc[]>();
          const reports = await reportsOf(
            id,
            merged.map(({ _id }) => _id),
            session,
          );
          doc.level = levelOf(emergency, reports);
        }
        tell('accepted', { by });
        sms('complaint-progress', { progress: PROGRESS.accepted });
        await eachMerged(id, session, (other) => other.sms('complaint-progress', { progress: PROGRESS.accepted }));
      }),

    'complaints.complaint.setTarget': ({ id, enterpriseId, outletId }, call) =>
      act(id, 'set-target', call, async ({ doc, tell }, by) => {
        await setTarget(doc, enterpriseId, outletId);
        tell('target-set', { by, remark: doc.targetEnterpriseName });
      }),

    'complaints.complaint.refuse': ({ id, reason, text, turnTo, sameAs }, call) =>
      act(id, 'refuse', call, async ({ doc, now, tell, sms }, by, session) => {
        const same = sameAs ? await seen(sameAs, call.caller) : undefined;
        if (same?._id === id) throw invalid('sameAs', 'must be another complaint');
        const refusal = refusalOf(
          reason,
          { text: withoutIdentity(text), turnTo },
          same && { number: same.number, accepted: same.acceptedAt !== undefined },
        );
        doc.refusal = { at: now, ...refusal };
        tell('refused', { by, remark: reason });
        sms('complaint-progress', { progress: PROGRESS.refused });
        await eachMerged(id, session, (other) => {
          other.doc.state = 'refused';
          other.doc.refusal = { at: now, ...refusal };
          other.tell('refused', { by, remark: reason });
          other.sms('complaint-progress', { progress: PROGRESS.refused });
        });
      }),

    'complaints.complaint.merge': ({ id, into }, call) =>
      act(id, 'merge', call, async ({ doc, tell, sms }, by, session) => {
        if (into === id) throw invalid('into', 'must be another complaint');
        const main = await editComplaint(kit, models, into, session, call.caller);
        if (!TAKES_MERGED.includes(main.doc.state)) {
          throw conflict('WRONG_STATE', `Nothing can be merged into a complaint that is ${main.doc.state}.`, {
            state: main.doc.state,
            allowed: TAKES_MERGED,
          });
        }
        doc.mergedInto = into;
        tell('merged', { by, remark: main.doc.number });
        sms('complaint-progress', { progress: PROGRESS.merged });
        // Those that were merged into it before go along.
        const before = await editMerged(kit, models, id, session);
        for (const other of before) {
          other.doc.mergedInto = into;
          other.tell('merged', { by, remark: main.doc.number });
          await other.save(session);
        }
        const there = await complaints.find({ mergedInto: into }, { _id: 1 }, { session }).lean<ComplaintDoc[]>();
        const merged = new Set([...there.map(({ _id }) => _id), id, ...before.map((other) => other.doc._id)]);
        const reports = await reportsOf(into, [...merged], session);
        main.doc.reporters = new Set(reports.map(({ reporter }) => reporter)).size;
        main.doc.emergency ||= doc.emergency;
        main.doc.level = levelOf(main.doc.emergency, reports);
        main.tell('joined', { by, remark: doc.number });
        await main.save(session);
      }),

    'complaints.complaint.forward': ({ id, division, reason }, call) =>
      act(id, 'forward', call, async ({ doc, now, tell, sms }, by) => {
        const to = await divisions.find(division);
        const province = doc.divisionPath[0];
        if (!to || (province && !to.path.includes(province))) throw invalid('division', 'must be a known division');
        if (to.path.join() === doc.divisionPath.join()) throw invalid('division', 'must be another division');
        const late = now > doc.forwardBy;
        if (late && !call.caller.roles.some((role) => DECIDERS.includes(role))) {
          throw forbidden('The time to hand it on is over: a supervisor decides.');
        }
        doc.divisionPath = to.path;
        // Whom it was handed on to may object within this time, by handing it back.
        doc.forwardBy = endOfWorkingDay(now, kit.config.COMPLAINTS_OBJECTION_WORKING_DAYS);
        tell('forwarded', { by, remark: `${to.name}：${withoutIdentity(reason)}` });
        sms('complaint-progress', { progress: PROGRESS.forwarded });
      }),

    'complaints.complaint.makeClue': ({ id }, call) =>
      act(id, 'make-clue', call, ({ doc, now, tell }, by) => {
        if (doc.clueMadeAt) throw conflict('CLUE_MADE', 'A clue was made of this complaint already.');
        doc.clueMadeAt = now;
        tell('clue-made', { by });
      }),

    'complaints.complaint.draft': ({ id, text, substantiated }, call) =>
      act(id, 'draft', call, ({ doc, now, tell }, by) => {
        doc.draft = { at: now, by, text: withoutIdentity(text) };
        if (substantiated) Object.assign(doc, { substantiated, substantiatedSet: true });
        tell('drafted', { by });
      }),

    'complaints.complaint.answer': ({ id, text, substantiated }, call) =>
      act(id, 'answer', call, async ({ doc, now, tell, sms }, by, session) => {
        if (openReview(doc)) throw conflict('REVIEW_OPEN', 'A review is asked for: answer the review.');
        const words = withoutIdentity(text ?? doc.draft?.text ?? '').trim();
        if (!words) throw invalid('text', 'is needed: there is no draft to confirm');
        if (substantiated) Object.assign(doc, { substantiated, substantiatedSet: true });
        doc.answer = { at: now, by, text: words };
        doc.draft = undefined;
        tell('answered', { by });
        sms('complaint-answered');
        await eachMerged(id, session, (other) => {
          other.doc.state = 'answered';
          other.doc.answer = { at: now, by, text: words };
          other.doc.substantiated = doc.substantiated;
          other.tell('answered', { by });
          other.sms('complaint-answered');
        });
      }),

    'complaints.complaint.answerReview': ({ id, text, substantiated }, call) =>
      act(id, 'answer-review', call, async ({ doc, now, tell, sms }, by, session) => {
        const review = openReview(doc);
        if (!review) throw conflict('NO_REVIEW', 'No review is asked for: answer the complaint.');
        if (doc.answer?.by === by) throw forbidden('Somebody else than who answered decides the review (domain.md 6).');
        const words = withoutIdentity(text).trim();
        Object.assign(review, { answeredAt: now, answeredBy: by, text: words });
        if (substantiated) Object.assign(doc, { substantiated, substantiatedSet: true });
        doc.answer = { at: now, by, text: words };
        tell('review-answered', { by });
        sms('complaint-answered');
        await eachMerged(id, session, (other) => {
          other.doc.state = 'answered';
          other.doc.answer = { at: now, by, text: words };
          other.doc.substantiated = doc.substantiated;
          other.tell('review-answered', { by });
          other.sms('complaint-answered');
        });
      }),

    'complaints.complaint.extend': ({ id, reason }, call) =>
      act(id, 'extend', call, async ({ doc, now, tell, sms }, by, session) => {
        if (doc.extendedAt) throw conflict('ALREADY_EXTENDED', 'The time was extended before; once is all there is.');
        if (!doc.answerBy || openReview(doc)) throw conflict('REVIEW_OPEN', 'The time of a review is not extended.');
        doc.answerBy = extended(doc.answerBy, days);
        doc.extendedAt = now;
        tell('extended', { by, remark: withoutIdentity(reason) });
        sms('complaint-progress', { progress: PROGRESS.extended });
        await eachMerged(id, session, (other) => other.sms('complaint-progress', { progress: PROGRESS.extended }));
      }),

    'complaints.complaint.close': ({ id, summary }, call) =>
      act(id, 'close', call, async ({ doc, now, tell }, by, session) => {
        if (doc.mergedInto) throw conflict('MERGED', 'It is closed with the complaint it was merged into.');
        doc.closedAt = now;
        doc.summary = withoutIdentity(summary?.trim() || doc.answer?.text || '').slice(0, 1_000);
        tell('closed', { by });
        await eachMerged(id, session, (other) => {
          other.doc.state = 'closed';
          other.doc.closedAt = now;
          other.tell('closed', { by });
        });
      }),
  } satisfies ActionHandlers;
}
