import { type Level, rulesFacts, type TaskType } from '@greenwatch/contracts';
import { factorInfo } from '@greenwatch/hj212';
import { type Fact, isoTime, type Kit, newId } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { dedupKey, inspectionFor, isHigher, isLevel, mergesInto, taskTitle, topicOf } from './clue';
import type { AlarmDoc, ClueDoc, clueModels } from './clue.model';
import type { Dispatch } from './dispatch';
import type { EnterpriseDoc, OutletDoc, RegistryCopies } from './registry-copies.model';
import type { TaskDoc } from './task.model';
import { TaskEdit } from './task-edit';
import { isOpen } from './task-state';
import { earlier, limitsFrom, reviewLimit } from './time-limits';

type AlarmFact = Fact<rulesFacts.AlarmChanged>;
type Clues = ReturnType<typeof clueModels>;

const ENTERPRISE_AGAIN_MS = 60_000;
const waitingKey = (alarmId: string) => `alarm:${alarmId}`;

/**
 * From an alarm to a clue to tasks (architecture: alarm → clue → EXPLAIN and VERIFY or INSPECT). Facts of one alarm may
 * come twice and in any order: each carries the whole alarm, so the newest is what counts and the first one seen opens
 * the clue, whichever it is.
 */
export class AlarmIntake {
  constructor(
    private readonly kit: Kit,
    private readonly models: Clues & { tasks: Model<TaskDoc>; copies: RegistryCopies },
    private readonly dispatch: Dispatch,
  ) {}

  async take(fact: AlarmFact, session: ClientSession): Promise<void> {
    const { data, sequence } = fact;
    const { id, active } = data;
    if (!isLevel(data.level))
      throw new Error(`alarm ${id}: level "${data.level}" is not one of urgent, high, mid, low`);
    const level = data.level;
    const { alarms, clues } = this.models;
    const known = await alarms.findOne({ _id: id }, null, { session }).lean<AlarmDoc>();
    // The same sequence again is the timer of an alarm that still waits for its enterprise.
    if (known && (known.sequence > sequence || (known.sequence === sequence && known.clueId))) return;

    let clueId = known?.clueId;
    if (!clueId) {
      clueId = await this.#openOrJoin(fact, level, session);
    } else {
      const clue = await clues.findOne({ _id: clueId }, null, { session }).lean<ClueDoc>();
      if (clue) await this.#raise(clue, level, session);
    }
    await alarms.replaceOne({ _id: id }, { _id: id, sequence, level, active, clueId }, { session, upsert: true });
    // A cleared alarm cancels nothing: what was wrong has still to be looked at.
    if (clueId && !active && known?.active !== false) {
      await this.#eachOpenTask(clueId, session, (edit) => edit.tell('alarm-cleared', { remark: id }), id);
    }
  }

  /** @returns the clue's id; undefined where the alarm makes no task, or has to wait */
  async #openOrJoin(fact: AlarmFact, level: Level, session: ClientSession): Promise<string | undefined> {
    const { data } = fact;
    const inspection = inspectionFor({ ...data, level }, fact.recordedAt);
    if (!inspection) return undefined;
    const { claims, clues, copies } = this.models;
    const enterprise = await copies.enterprises
      .findOne({ _id: data.enterpriseId }, null, { session })
      .lean<EnterpriseDoc>();
    if (!enterprise) {
      await this.#waitForEnterprise(fact, session);
      return undefined;
    }
    const key = dedupKey(data.enterpriseId, topicOf(data.code));
    await claims.updateOne({ _id: key }, { $inc: { claims: 1 } }, { session, upsert: true });
    const open = await clues
      .findOne({ dedupKey: key, closedAt: null }, null, { session })
      .sort({ openedAt: -1 })
      .lean<ClueDoc>();
    if (open && mergesInto(open, fact.recordedAt)) {
      await clues.updateOne({ _id: open._id }, { $addToSet: { alarmIds: data.id } }, { session });
      await this.#eachOpenTask(open._id, session, (edit) => {
        edit.task.alarmIds.push(data.id);
        edit.tell('alarm-merged', { remark: `${data.code} ${data.id}` });
      });
      await this.#raise(open, level, session);
      return open._id;
    }
    return this.#open(fact, level, inspection, enterprise, key, session);
  }

  async #open(
    { data, recordedAt }: AlarmFact,
    level: Level,
    inspection: TaskType,
    enterprise: EnterpriseDoc,
    key: string,
    session: ClientSession,
  ): Promise<string> {
    const outlet = data.outletId
      ? await this.models.copies.outlets.findOne({ _id: data.outletId }, null, { session }).lean<OutletDoc>()
      : null;
    const title = taskTitle(
      data.code,
      outlet ? `${outlet.code} ${outlet.name}` : data.mn,
      factorInfo(data.factor)?.nameZh ?? data.factor,
    );
    const now = this.kit.now();
    const clueId = newId();
    const explainId = newId();
    const inspectId = newId();
    const { divisionPath } = enterprise;
    const taskDoc = (_id: string, type: TaskType, linkedTaskId: string): TaskDoc => ({
      _id,
      sequence: 0,
      type,
      state: 'CREATED',
      level,
      title,
      clueId,
      alarmIds: [data.id],
      enterpriseId: enterprise._id,
      enterpriseName: enterprise.name,
      ...(data.outletId && { outletId: data.outletId }),
      place: { lon: enterprise.lon, lat: enterprise.lat, address: enterprise.address },
      linkedTaskId,
      assignees: [],
      watchers: [],
      overdue: [],
      escalation: 'none',
      checkIns: [],
      photos: [],
      findings: [],
      explanations: [],
      reviews: [],
      history: [],
      createdAt: now,
      divisionPath,
    });
    for (const doc of [taskDoc(explainId, 'EXPLAIN', inspectId), taskDoc(inspectId, inspection, explainId)]) {
      const edit = new TaskEdit(this.kit, this.models.tasks, doc, false);
      edit.tell('created', { remark: `${data.code} ${isoTime(data.startedAt)}` });
      await this.dispatch.route(edit, session);
      await edit.save(session);
    }
    const clue: ClueDoc = {
      _id: clueId,
      source: 'alarm',
      topic: topicOf(data.code),
      dedupKey: key,
      enterpriseId: enterprise._id,
      level,
      openedAt: recordedAt,
      alarmIds: [data.id],
      taskIds: [explainId, inspectId],
      divisionPath,
    };
    await this.models.clues.create([clue], { session });
    return clueId;
  }

  /** A level that rises shortens what time is left; one that falls gives none back. */
  async #raise(clue: ClueDoc, level: Level, session: ClientSession): Promise<void> {
    if (!isHigher(level, clue.level)) return;
    await this.models.clues.updateOne({ _id: clue._id }, { $set: { level } }, { session });
    await this.#eachOpenTask(clue._id, session, (edit) => {
      const { task, now } = edit;
      task.level = level;
      if (task.assignees.length > 0) {
        const limits = limitsFrom(task.type, level, now);
        task.acceptBy = earlier(task.acceptBy, limits.acceptBy);
        task.arriveBy = earlier(task.arriveBy, limits.arriveBy);
        task.reportBy = earlier(task.reportBy, limits.reportBy);
      }
      if (task.reviewBy !== undefined) task.reviewBy = earlier(task.reviewBy, reviewLimit(task.type, level, now));
      edit.tell('level-raised', { remark: level });
    });
  }

  async #eachOpenTask(
    clueId: string,
    session: ClientSession,
    change: (edit: TaskEdit) => void,
    alarmId?: string,
  ): Promise<void> {
    const { tasks } = this.models;
    const filter = { clueId, ...(alarmId && { alarmIds: alarmId }) };
    for (const doc of await tasks.find(filter, null, { session }).sort({ _id: 1 }).lean<TaskDoc[]>()) {
      if (!isOpen(doc.state)) continue;
      const edit = new TaskEdit(this.kit, tasks, doc, true);
      change(edit);
      await edit.save(session);
    }
  }

  /** The alarm overtook the registry's fact about its enterprise: it comes again by a timer, until the enterprise is known. */
  async #waitForEnterprise({ data, sequence, divisionPath }: AlarmFact, session: ClientSession): Promise<void> {
    this.kit.log.warn(
      { alarm: data.id, enterprise: data.enterpriseId },
      'an alarm waits: its enterprise is not known yet',
    );
    await this.kit.facts.cancel(session, waitingKey(data.id));
    await this.kit.facts.append(session, {
      subject: 'facts.tasking.alarm.due',
      codec: rulesFacts.AlarmChanged,
      data,
      entity: waitingKey(data.id),
      sequence,
      occurredAt: data.startedAt,
      divisionPath,
      publishAt: this.kit.now() + ENTERPRISE_AGAIN_MS,
      cancelKey: waitingKey(data.id),
    });
  }
}
