import type { Clue, Level, Origin, Place, TaskType } from '@greenwatch/contracts';
import { type Codec, type Fact, isoTime, type Kit, newId } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import { covers, dedupKey, isHigher, isSecret, mergesInto } from './clue';
import type { ClueDoc, clueModels, OriginDoc } from './clue.model';
import type { Dispatch } from './dispatch';
import type { Lead } from './lead';
import type { EnterpriseDoc, OutletDoc, RegistryCopies } from './registry-copies.model';
import type { TaskDoc } from './task.model';
import { TaskEdit } from './task-edit';
import { isOpen, isWorkedOn } from './task-state';
import { earlier, limitsFrom, reviewLimit } from './time-limits';

type Clues = ReturnType<typeof clueModels>;

const ENTERPRISE_AGAIN_MS = 60_000;
const waitingKey = ({ kind, id }: Origin) => `${kind}:${id}`;

/** Where a clue is: at an enterprise, or at a place of its own. */
interface Site {
  enterprise?: EnterpriseDoc;
  place: Place;
  divisionPath: string[];
}

/** What is noted of a clue beside its lead. */
interface Opening {
  site: Site;
  key: string;
  at: number;
  by?: string;
  channel?: Clue['channel'];
}

/**
 * From any lead to a clue to tasks (domain.md 5.2). Facts of one origin may come twice and in any order: each carries the
 * whole of it, the newest one counts, and the first one that makes a task opens the clue, whichever it is.
 */
export class ClueIntake {
  constructor(
    private readonly kit: Kit,
    private readonly models: Clues & { tasks: Model<TaskDoc>; copies: RegistryCopies },
    private readonly dispatch: Dispatch,
  ) {}

  /** @param codec of the fact's data, for the timer of a fact that has to wait */
  async take<T>(fact: Fact<T>, codec: Codec<T>, lead: Lead, session: ClientSession): Promise<void> {
    const { origins } = this.models;
    const _id = waitingKey(lead);
    const known = await origins.findOne({ _id }, null, { session }).lean<OriginDoc>();
    const { sequence } = fact;
    const newer = !known || sequence > known.sequence;
    if (known && !newer && (known.clueId || (known.waiting ?? 0) > sequence)) return;
    const newest = newer ? { sequence, active: lead.active, stage: lead.stage, level: lead.level } : known;

    let clueId = known?.clueId;
    let waiting: number | undefined;
    const clue = clueId ? await this.models.clues.findOne({ _id: clueId }, null, { session }).lean<ClueDoc>() : null;
    const again = clue?.closedAt !== undefined && lead.active && lead.stage !== known?.stage;
    if (!clue || again) {
      const opened = await this.#openOrJoin(fact, lead, session);
      if (opened === 'waits') {
        waiting = sequence;
        await this.#waitForEnterprise(fact, codec, lead, session);
      } else if (opened) {
        clueId = opened;
        // An older fact opened it: what the newest says of its level counts.
        if (!newer) await this.#raise({ _id: opened, level: lead.level }, newest, session);
      }
    } else {
      await this.#raise(clue, lead, session);
      if (!clue.closedAt) await this.#addMissing(clue, lead, session);
    }
    // What ended cancels nothing: what was wrong has still to be looked at.
    const ended = clueId !== undefined && !newest.active;
    if (clueId && ended && !(known?.cleared && clueId === known.clueId)) await this.#tellEnded(clueId, lead, session);
    const { active, stage, level } = newest;
    await origins.replaceOne(
      { _id },
      { _id, sequence: newest.sequence, active, stage, level, clueId, cleared: ended, waiting },
      { session, upsert: true },
    );
  }

  /** A clue that somebody of the authority writes down; it joins none. */
  async openManual(lead: Lead, opening: Omit<Opening, 'key'>, session: ClientSession): Promise<ClueDoc> {
    return this.#open(lead, { ...opening, key: `manual|${lead.id}` }, session);
  }

  /** @returns the clue's id; undefined where the lead makes no task */
  async #openOrJoin<T>(fact: Fact<T>, lead: Lead, session: ClientSession): Promise<string | 'waits' | undefined> {
    if (lead.tasks.length === 0) return undefined;
    const site = await this.#siteOf(fact, lead, session);
    if (!site) return 'waits';
    const { claims, clues } = this.models;
    // Without an enterprise each is a matter of its own: who took it has looked for doubles already.
    const key = lead.enterpriseId ? dedupKey(lead.enterpriseId, lead.topic) : waitingKey(lead);
    await claims.updateOne({ _id: key }, { $inc: { claims: 1 } }, { session, upsert: true });
    const open = await clues
      .findOne({ dedupKey: key, closedAt: null }, null, { session })
      .sort({ openedAt: -1 })
      .lean<ClueDoc>();
    if (open && mergesInto(open, fact.recordedAt)) {
      await this.#join(open, lead, site, session);
      return open._id;
    }
    return (await this.#open(lead, { site, key, at: fact.recordedAt }, session))._id;
  }

  async #siteOf<T>(fact: Fact<T>, lead: Lead, session: ClientSession): Promise<Site | undefined> {
    if (!lead.enterpriseId) {
      if (!lead.place) throw new Error(`${lead.kind} ${lead.id} names neither an enterprise nor a place`);
      return { place: lead.place, divisionPath: fact.divisionPath };
    }
    return this.siteOfEnterprise(lead.enterpriseId, session);
  }

  async siteOfEnterprise(id: string, session: ClientSession): Promise<Site | undefined> {
    const enterprise = await this.models.copies.enterprises
      .findOne({ _id: id }, null, { session })
      .lean<EnterpriseDoc>();
    if (!enterprise) return undefined;
    const { lon, lat, address, divisionPath } = enterprise;
    return { enterprise, place: { lon, lat, address }, divisionPath };
  }

  async #join(clue: ClueDoc, lead: Lead, site: Site, session: ClientSession): Promise<void> {
    const origin: Origin = { kind: lead.kind, id: lead.id };
    await this.models.clues.updateOne({ _id: clue._id }, { $addToSet: { origins: origin } }, { session });
    const tasks = await this.#tasksOf(clue._id, session);
    const missing: TaskType[] = [];
    const joined = new Set<TaskDoc>();
    for (const type of lead.tasks) {
      // An alarm is answered by whoever goes or went there for it; others need somebody who still will.
      const doing = tasks.filter((t) => covers(t.type, type) && (lead.kind === 'alarm' || isWorkedOn(t.state)));
      if (doing.length === 0) missing.push(type);
      for (const task of doing) joined.add(task);
    }
    for (const task of joined) {
      if (!isOpen(task.state)) continue;
      const edit = new TaskEdit(this.kit, this.models.tasks, task, true);
      task.origins.push(origin);
      if (lead.detail) task.detail = [task.detail, lead.detail].filter(Boolean).join('\n');
      edit.tell(`${lead.kind}-merged`, { remark: `${lead.code} ${lead.id}` });
      await edit.save(session);
    }
    const level = isHigher(lead.level, clue.level) ? lead.level : clue.level;
    await this.#addTasks(clue._id, level, missing, site, lead, session);
    await this.#raise(clue, lead, session);
  }

  /** A check that first asked for an explanation may come to need a visit. */
  async #addMissing(clue: ClueDoc, lead: Lead, session: ClientSession): Promise<void> {
    const tasks = await this.#tasksOf(clue._id, session);
    const missing = lead.tasks.filter((type) => !tasks.some((task) => covers(task.type, type)));
    if (missing.length === 0 || !lead.enterpriseId) return;
    const site = await this.siteOfEnterprise(lead.enterpriseId, session);
    if (site) await this.#addTasks(clue._id, clue.level, missing, site, lead, session);
  }

  async #open(lead: Lead, { site, key, at, by, channel }: Opening, session: ClientSession): Promise<ClueDoc> {
    const clue: ClueDoc = {
      _id: newId(),
      source: lead.kind,
      ...(channel && { channel }),
      topic: lead.topic,
      title: await this.#titleOf(lead, session),
      dedupKey: key,
      ...(site.enterprise && { enterpriseId: site.enterprise._id }),
      place: site.place,
      level: lead.level,
      openedAt: at,
      origins: [{ kind: lead.kind, id: lead.id }],
      taskIds: [],
      divisionPath: site.divisionPath,
    };
    await this.models.clues.create([clue], { session });
    clue.taskIds = await this.#addTasks(clue._id, lead.level, lead.tasks, site, lead, session, by);
    return clue;
  }

  async #titleOf(lead: Lead, session: ClientSession): Promise<string> {
    const outlet = lead.outletId
      ? await this.models.copies.outlets.findOne({ _id: lead.outletId }, null, { session }).lean<OutletDoc>()
      : null;
    return [outlet ? `${outlet.code} ${outlet.name}` : lead.device, lead.title].filter(Boolean).join(' ');
  }

  /** @returns ids of the tasks made, in the order of `types` */
  async #addTasks(
    clueId: string,
    level: Level,
    types: readonly TaskType[],
    { enterprise, place, divisionPath }: Site,
    lead: Lead,
    session: ClientSession,
    by?: string,
  ): Promise<string[]> {
    const title = await this.#titleOf(lead, session);
    const ids = types.map(() => newId());
    const explains = types.indexOf('EXPLAIN');
    for (const [i, type] of types.entries()) {
      // The one that asks and the one that goes know of each other.
      const linkedTaskId = explains < 0 || types.length < 2 ? undefined : ids[i === explains ? 1 - explains : explains];
      const doc: TaskDoc = {
        _id: ids[i] as string,
        sequence: 0,
        type,
        state: 'CREATED',
        level,
        title,
        clueId,
        clueSource: lead.kind,
        origins: [{ kind: lead.kind, id: lead.id }],
        ...(enterprise && { enterpriseId: enterprise._id, enterpriseName: enterprise.name }),
        ...(lead.outletId && { outletId: lead.outletId }),
        place,
        ...(lead.detail && { detail: lead.detail }),
        ...(linkedTaskId && { linkedTaskId }),
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
        createdAt: this.kit.now(),
        divisionPath,
      };
      const edit = new TaskEdit(this.kit, this.models.tasks, doc, false);
      edit.tell('created', {
        by,
        remark: [lead.code, lead.since ? isoTime(lead.since) : ''].filter(Boolean).join(' '),
      });
      await this.dispatch.route(edit, session);
      await edit.save(session);
    }
    await this.models.clues.updateOne({ _id: clueId }, { $addToSet: { taskIds: { $each: ids } } }, { session });
    return ids;
  }

  /** A level that rises shortens what time is left; one that falls gives none back. */
  async #raise(
    clue: Pick<ClueDoc, '_id' | 'level'>,
    { level }: Pick<Lead, 'level'>,
    session: ClientSession,
  ): Promise<void> {
    if (!isHigher(level, clue.level)) return;
    clue.level = level;
    await this.models.clues.updateOne({ _id: clue._id }, { $set: { level } }, { session });
    for (const task of await this.#tasksOf(clue._id, session)) {
      if (!isOpen(task.state) || !isHigher(level, task.level)) continue;
      const edit = new TaskEdit(this.kit, this.models.tasks, task, true);
      task.level = level;
      if (task.assignees.length > 0) {
        const limits = limitsFrom(task.type, level, edit.now);
        task.acceptBy = earlier(task.acceptBy, limits.acceptBy);
        task.arriveBy = earlier(task.arriveBy, limits.arriveBy);
        task.reportBy = earlier(task.reportBy, limits.reportBy);
      }
      if (task.reviewBy !== undefined) task.reviewBy = earlier(task.reviewBy, reviewLimit(task.type, level, edit.now));
      edit.tell('level-raised', { remark: level });
      await edit.save(session);
    }
  }

  async #tellEnded(clueId: string, { kind, id }: Lead, session: ClientSession): Promise<void> {
    for (const task of await this.#tasksOf(clueId, session)) {
      if (!isOpen(task.state) || !task.origins.some((origin) => origin.kind === kind && origin.id === id)) continue;
      if (isSecret(kind) && task.type === 'EXPLAIN') continue;
      const edit = new TaskEdit(this.kit, this.models.tasks, task, true);
      edit.tell(`${kind}-cleared`, { remark: id });
      await edit.save(session);
    }
  }

  async #tasksOf(clueId: string, session: ClientSession): Promise<TaskDoc[]> {
    return this.models.tasks.find({ clueId }, null, { session }).sort({ _id: 1 }).lean<TaskDoc[]>();
  }

  /** The fact overtook the registry's about its enterprise: it comes again by a timer, until the enterprise is known. */
  async #waitForEnterprise<T>(fact: Fact<T>, codec: Codec<T>, lead: Lead, session: ClientSession): Promise<void> {
    const key = waitingKey(lead);
    this.kit.log.warn({ origin: key, enterprise: lead.enterpriseId }, 'a lead waits: its enterprise is not known yet');
    await this.kit.facts.cancel(session, key);
    await this.kit.facts.append(session, {
      subject: `facts.tasking.${lead.kind}.due`,
      codec,
      data: fact.data,
      entity: key,
      sequence: fact.sequence,
      occurredAt: fact.occurredAt,
      divisionPath: fact.divisionPath,
      publishAt: this.kit.now() + ENTERPRISE_AGAIN_MS,
      cancelKey: key,
    });
  }
}
