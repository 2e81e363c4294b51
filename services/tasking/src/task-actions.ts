import { pipeline, type Readable } from 'node:stream';
import {
  type ActionHandlers,
  afterKey,
  type Call,
  type Caller,
  conflict,
  FileCheck,
  type FileType,
  invalid,
  type Kit,
  notFound,
  pageOf,
} from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { judgeCheckIn } from './check-in';
import type { ClueDoc } from './clue.model';
import { assigneeOf, type Dispatch } from './dispatch';
import type { PersonDoc, RegistryCopies } from './registry-copies.model';
import { type AssigneeDoc, type TaskDoc, taskOf, visibleTasks } from './task.model';
import { editTask, type TaskEdit } from './task-edit';
import { assertMayDo, CLOSED_STATES, isOpen, nextState, type TaskVerb } from './task-state';
import { fileLimit, limitsFrom, reviewLimit } from './time-limits';

interface Models {
  tasks: Model<TaskDoc>;
  clues: Model<ClueDoc>;
  copies: RegistryCopies;
}

const MAX_PHOTO_BYTES = 15 * 1024 * 1024;
const MAX_PHOTOS = 50;

const OBSERVERS: readonly string[] = ['grid-member', 'officer', 'supervisor'];

/** Whether a task's result can become a case: two certified officers found it, an observation from outside is no inspection. */
export const isCaseMatter = (task: Pick<TaskDoc, 'type' | 'findings'>): boolean =>
  (task.type === 'VERIFY' || task.type === 'INSPECT') && task.findings.at(-1)?.conclusion === 'violation-suspected';

/** What people do with tasks. Scope first (404), then whether they may (403), then whether it is time (409). */
export function taskActions(kit: Kit, { tasks, clues, copies }: Models, dispatch: Dispatch) {
  /** One verb on one task, in one transaction with history, fact, timers and, where it matters, the audit entry. */
  async function act(
    id: string,
    verb: TaskVerb,
    call: Call,
    change: (edit: TaskEdit, by: string, session: ClientSession) => Promise<void> | void,
    audited = false,
  ) {
    const { caller } = call;
    return kit.transaction(async (session) => {
      const edit = await editTask(kit, tasks, id, session, caller);
      const { task } = edit;
      assertMayDo(verb, task, caller);
      const from = task.state;
      const to = nextState(task.type, from, verb);
      if (verb !== 'reassign') task.state = to;
      if (!isOpen(to)) task.closedAt = edit.now;
      await change(edit, caller.personId ?? caller.id, session);
      await edit.save(session);
      if (!isOpen(task.state)) await closeClue(task.clueId, edit.now, session);
      if (audited) {
        await kit.audit(session, { action: `task.${verb}`, entity: id, by: caller, detail: { from, to: task.state } });
      }
      return taskOf(task, caller);
    });
  }

  async function seen(id: string, caller: Caller): Promise<TaskDoc> {
    const task = await tasks.findOne({ $and: [{ _id: id }, visibleTasks(caller)] } as never).lean<TaskDoc>();
    if (!task) throw notFound('task', id);
    return task;
  }

  /** A clue is closed when the last of its tasks is. */
  async function closeClue(clueId: string, now: number, session: ClientSession): Promise<void> {
    const others = await tasks.find({ clueId }, { state: 1 }, { session }).lean();
    if (others.some(({ state }) => isOpen(state))) return;
    await clues.updateOne({ _id: clueId }, { $set: { closedAt: now } }, { session });
  }

  /** @throws DomainError 422 naming who cannot be given the task, and why */
  async function chosen(task: TaskDoc, personIds: string[], session: ClientSession): Promise<AssigneeDoc[]> {
    if (new Set(personIds).size !== personIds.length) throw invalid('personIds', 'must name different people');
    const found = await copies.people
      .find({ _id: { $in: personIds }, active: true }, null, { session })
      .lean<PersonDoc[]>();
    const people = personIds.map((personId, i) => {
      const person = found.find(({ _id }) => _id === personId);
      if (!person) throw invalid(`personIds.${i}`, 'must be an active person');
      return person;
    });
    if (task.type === 'EXPLAIN') {
      const [principal] = people;
      if (
        people.length !== 1 ||
        !principal?.roles.includes('principal') ||
        principal.enterpriseId !== task.enterpriseId
      ) {
        throw invalid('personIds', 'must name one principal of the enterprise');
      }
      return [assigneeOf(principal, 'principal')];
    }
    if (task.type === 'OBSERVE') {
      const near = new Set((await dispatch.candidates(task.divisionPath, session)).map(({ id }) => id));
      people.forEach((person, i) => {
        if (!person.roles.some((role) => OBSERVERS.includes(role)) || !near.has(person._id)) {
          throw invalid(
            `personIds.${i}`,
            'must be a grid member, officer or supervisor of the county, city or province',
          );
        }
      });
      return people.map((person) => assigneeOf(person, 'observer'));
    }
    const near = new Set((await dispatch.candidates(task.divisionPath, session)).map(({ id }) => id));
    people.forEach((person, i) => {
      const inspects = person.roles.includes('supervisor') || person.roles.includes('officer');
      if (!inspects || !person.certificateNo) {
        throw invalid(`personIds.${i}`, 'must be a supervisor or officer with a certificate (处罚法 Art 42)');
      }
      if (!near.has(person._id)) throw invalid(`personIds.${i}`, 'must work in the county, its city or the province');
    });
    if (people.length < 2) throw invalid('personIds', 'must name at least two people (处罚法 Art 42)');
    return people.map((person, i) => assigneeOf(person, i === 0 ? 'lead' : 'second'));
  }

  return {
    'tasking.task.list': async (params, { caller }) => {
      const { state, type, mine, open, enterpriseId, alarmId, originKind, originId, after, limit = 100 } = params;
      if (originId && !originKind) throw invalid('originKind', 'is needed beside originId');
      // Without a person nobody is "me".
      if (mine && !caller.personId) return { items: [] };
      const key = afterKey(after, 1);
      const asked: Record<string, unknown>[] = [
        visibleTasks(caller),
        ...(state ? [{ state }] : []),
        ...(type ? [{ type }] : []),
        ...(mine ? [{ 'assignees.personId': caller.personId }] : []),
        ...(open === undefined ? [] : [{ state: open ? { $nin: CLOSED_STATES } : { $in: CLOSED_STATES } }]),
        ...(enterpriseId ? [{ enterpriseId }] : []),
        ...(alarmId ? [{ origins: { $elemMatch: { kind: 'alarm', id: alarmId } } }] : []),
        ...(originKind ? [{ origins: { $elemMatch: { kind: originKind, ...(originId && { id: originId }) } } }] : []),
        ...(key ? [{ _id: { $lt: key[0] } }] : []),
      ];
      const docs = await tasks
        .find({ $and: asked } as never)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<TaskDoc[]>();
      const page = pageOf(docs, limit, (doc) => [doc._id]);
      return { ...page, items: page.items.map((doc) => taskOf(doc, caller)) };
    },

    'tasking.task.get': async ({ id }, { caller }) => taskOf(await seen(id, caller), caller),

    'tasking.task.accept': ({ id }, call) =>
      act(id, 'accept', call, ({ task, now, tell }, by) => {
        const own = task.assignees.find(({ personId }) => personId === by) as AssigneeDoc;
        if (own.acceptedAt) throw conflict('ALREADY_ACCEPTED', 'You have accepted this task already.');
        own.acceptedAt = now;
        tell('accepted', { by });
      }),

    'tasking.task.checkIn': ({ id, reason, ...sent }, call) =>
      act(id, 'checkIn', call, ({ task, now, tell }, by) => {
        const judged = judgeCheckIn(sent, task.place);
        if (!judged.inside && !reason?.trim()) {
          throw invalid(
            'reason',
            `is needed: ${judged.distance} m from the place at an accuracy of ${sent.accuracy} m, expected 300 m and 100 m`,
          );
        }
        task.checkIns.push({ at: now, personId: by, ...judged, accuracy: sent.accuracy, ...(reason && { reason }) });
        tell('checked-in', { by, remark: judged.inside ? `${judged.distance} m` : `${judged.distance} m, ${reason}` });
      }),

    'tasking.task.recordFinding': ({ id, conclusion, text }, call) =>
      act(id, 'recordFinding', call, ({ task, now, tell }, by) => {
        task.findings.push({ at: now, personId: by, conclusion, text });
        tell('finding-recorded', { by, remark: conclusion });
      }),

    'tasking.task.explain': ({ id, text }, call) =>
      act(id, 'explain', call, ({ task, now, tell }, by) => {
        task.explanations.push({ at: now, personId: by, text });
        tell('explained', { by });
      }),

    'tasking.task.submit': ({ id }, call) =>
      act(
        id,
        'submit',
        call,
        async (edit, by, session) => {
          const { task, now } = edit;
          assertComplete(task);
          task.reviewBy = reviewLimit(task.type, task.level, now);
          await dispatch.askReviewers(edit, session);
          edit.tell('submitted', { by });
        },
        true,
      ),

    'tasking.task.review': ({ id, decision, comment }, call) =>
      act(
        id,
        decision === 'approve' ? 'approve' : 'return',
        call,
        ({ task, now, tell }, by) => {
          if (decision === 'return' && !comment.trim())
            throw invalid('comment', 'is needed: what has to be done again');
          task.reviews.push({ at: now, by, decision, comment });
          // Done again within the time that the level gives for a report.
          if (decision === 'return') task.reportBy = limitsFrom(task.type, task.level, now).reportBy;
          // 5.5: what two officers found and a reviewer confirmed is filed as a case or not.
          if (decision === 'approve' && isCaseMatter(task)) task.fileBy = fileLimit(now);
          tell(decision === 'approve' ? 'reviewed' : 'returned', { by, remark: comment });
        },
        true,
      ),

    'tasking.task.close': ({ id }, call) => act(id, 'close', call, ({ tell }, by) => tell('closed', { by }), true),

    'tasking.task.cancel': ({ id, reason }, call) =>
      act(id, 'cancel', call, ({ tell }, by) => tell('cancelled', { by, remark: reason }), true),

    'tasking.task.reassign': ({ id, personIds, reason }, call) =>
      act(
        id,
        'reassign',
        call,
        async (edit, by, session) => {
          const assignees = await chosen(edit.task, personIds, session);
          dispatch.assign(edit, assignees, 'reassigned', by, reason);
        },
        true,
      ),

    'tasking.photo.add': async ({ taskId, filename, contentType }, call) => {
      const { caller, stream } = call;
      if (!stream) throw invalid('photo', 'must be sent as a stream');
      // Before a byte is kept: whoever may not add a photo fills no store.
      const task = await seen(taskId, caller);
      assertMayDo('addPhoto', task, caller);
      nextState(task.type, task.state, 'addPhoto');
      if (task.photos.length >= MAX_PHOTOS) {
        throw conflict('TOO_MANY_PHOTOS', `A task holds up to ${MAX_PHOTOS} photos.`);
      }
      const blob = await kit.blobs.put(checked(stream, contentType), { contentType, name: filename });
      try {
        return await act(taskId, 'addPhoto', call, ({ task, now, tell }, by) => {
          const { id, size, sha256 } = blob;
          task.photos.push({ id, at: now, personId: by, filename, contentType, size, sha256 });
          tell('photo-added', { by, remark: filename });
        });
      } catch (error) {
        await kit.blobs.delete(blob.id);
        throw error;
      }
    },

    'tasking.photo.get': async ({ taskId, photoId }, { caller }) => {
      const task = await seen(taskId, caller);
      if (!task.photos.some(({ id }) => id === photoId)) throw notFound('photo', photoId);
      return (await kit.blobs.get(photoId)).content;
    },
  } satisfies ActionHandlers;
}

/** @throws DomainError 409 that says what the record still lacks (domain.md 5.4) */
function assertComplete(task: TaskDoc): void {
  if (task.type === 'EXPLAIN') {
    if (task.explanations.length === 0)
      throw conflict('EXPLANATION_MISSING', 'Write the explanation before submitting.');
    return;
  }
  if (task.findings.length === 0) throw conflict('FINDING_MISSING', 'Record a finding before submitting.');
  if (task.photos.length === 0 && !task.checkIns.some(({ inside }) => inside)) {
    throw conflict('PHOTO_MISSING', 'Nobody checked in at the place: a photo is needed beside the reason.');
  }
}

/** The bytes while they are a photo. */
function checked(stream: Readable, announced: FileType): Readable {
  return pipeline(stream, new FileCheck(announced, MAX_PHOTO_BYTES, 'photo'), () => {});
}
