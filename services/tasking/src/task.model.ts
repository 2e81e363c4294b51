import {
  type ClueSource,
  type Level,
  type Origin,
  type Place,
  TASK_STATES,
  type Task,
  type TaskState,
  type TaskType,
} from '@greenwatch/contracts';
import { type Caller, isoTime, isoTimeOrNone, scopeFilter } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import { originSchema } from './clue.model';
import type { Escalation } from './escalation';
import { isOpen, type Step } from './task-state';

export interface AssigneeDoc {
  personId: string;
  name: string;
  role: Task['assignees'][number]['role'];
  certificateNo?: string;
  acceptedAt?: number;
}
export interface EventDoc {
  at: number;
  verb: string;
  by?: string;
  remark?: string;
}

/** A task as it is stored; times in epoch ms, points in CGCS2000. */
export interface TaskDoc {
  _id: string;
  /** Number of facts told about it: 1, 2, 3 … */
  sequence: number;
  type: TaskType;
  state: TaskState;
  level: Level;
  title: string;
  clueId: string;
  clueSource: ClueSource;
  /** What led here, the first one first. */
  origins: Origin[];
  /** Absent for an OBSERVE at a place of nobody's. */
  enterpriseId?: string;
  enterpriseName?: string;
  outletId?: string;
  place: Place;
  /** What the origins say, for those who go there. */
  detail?: string;
  linkedTaskId?: string;
  assignees: AssigneeDoc[];
  watchers: string[];
  acceptBy?: number;
  arriveBy?: number;
  reportBy?: number;
  reviewBy?: number;
  /** Until when a case is filed or not, once a suspected violation was reviewed (domain.md 5.5). */
  fileBy?: number;
  overdue: Step[];
  escalation: Escalation;
  checkIns: {
    at: number;
    personId: string;
    lon: number;
    lat: number;
    accuracy: number;
    distance: number;
    inside: boolean;
    reason?: string;
  }[];
  photos: {
    /** Of the blob that holds the original, whole, as evidence. */
    id: string;
    at: number;
    personId: string;
    filename: string;
    contentType: string;
    size: number;
    sha256: string;
  }[];
  /** Added, never overwritten (domain.md 5.4); the last one counts. The same for explanations and reviews. */
  findings: { at: number; personId: string; conclusion: NonNullable<Task['finding']>['conclusion']; text: string }[];
  explanations: { at: number; personId: string; text: string }[];
  reviews: { at: number; by: string; decision: 'approve' | 'return'; comment: string }[];
  history: EventDoc[];
  createdAt: number;
  /** Closed or cancelled. */
  closedAt?: number;
  caseId?: string;
  divisionPath: string[];
}

/** When each step must be done. */
export const LIMIT_FIELDS = {
  accept: 'acceptBy',
  arrive: 'arriveBy',
  report: 'reportBy',
  review: 'reviewBy',
  file: 'fileBy',
} as const;

const OPEN_STATES = TASK_STATES.filter(isOpen);

const part = (fields: Record<string, unknown>) => [new Schema(fields as never, { _id: false })];
const text = { type: String, required: true };
const number = { type: Number, required: true };

export function taskModel(db: Connection): Model<TaskDoc> {
  const schema = new Schema<TaskDoc>(
    {
      _id: text,
      sequence: number,
      type: text,
      state: text,
      level: text,
      title: text,
      clueId: text,
      clueSource: text,
      origins: [originSchema],
      enterpriseId: String,
      enterpriseName: String,
      outletId: String,
      place: { lon: number, lat: number, address: String },
      detail: String,
      linkedTaskId: String,
      assignees: part({ personId: text, name: text, role: text, certificateNo: String, acceptedAt: Number }),
      watchers: [String],
      acceptBy: Number,
      arriveBy: Number,
      reportBy: Number,
      reviewBy: Number,
      fileBy: Number,
      overdue: [String],
      escalation: text,
      checkIns: part({
        at: number,
        personId: text,
        lon: number,
        lat: number,
        accuracy: number,
        distance: number,
        inside: { type: Boolean, required: true },
        reason: String,
      }),
      photos: part({
        id: text,
        at: number,
        personId: text,
        filename: String,
        contentType: text,
        size: number,
        sha256: text,
      }),
      findings: part({ at: number, personId: text, conclusion: text, text: text }),
      explanations: part({ at: number, personId: text, text: text }),
      reviews: part({ at: number, by: text, decision: text, comment: String }),
      history: part({ at: number, verb: text, by: String, remark: String }),
      createdAt: number,
      closedAt: Number,
      caseId: String,
      divisionPath: [String],
    },
    { versionKey: false, collection: 'tasks' },
  );
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ enterpriseId: 1, _id: -1 });
  schema.index({ 'assignees.personId': 1, _id: -1 });
  schema.index({ 'origins.id': 1 });
  schema.index({ clueId: 1 });
  schema.index({ state: 1 }, { name: 'open', partialFilterExpression: { state: { $in: OPEN_STATES } } });
  return db.model<TaskDoc>('Task', schema);
}

/** How many tasks are in each open state, and how many of them have missed a limit. */
export async function openTasks(
  tasks: Model<TaskDoc>,
): Promise<{ state: TaskState; count: number; overdue: number }[]> {
  const missed = { $cond: [{ $gt: [{ $size: '$overdue' }, 0] }, 1, 0] };
  const found = await tasks.aggregate<{ _id: TaskState; count: number; overdue: number }>([
    { $match: { state: { $in: OPEN_STATES } } },
    { $group: { _id: '$state', count: { $sum: 1 }, overdue: { $sum: missed } } },
  ]);
  return OPEN_STATES.map((state) => {
    const { count = 0, overdue = 0 } = found.find(({ _id }) => _id === state) ?? {};
    return { state, count, overdue };
  });
}

/** An enterprise's people see what they are asked to explain, never the inspectors' task. */
const isEnterprises = (caller: Caller) => caller.enterpriseId !== undefined;

/** MongoDB filter for the tasks a caller sees; put it into every query. */
export function visibleTasks(caller: Caller): Record<string, unknown> {
  return { ...scopeFilter(caller), ...(isEnterprises(caller) && { type: 'EXPLAIN' }) };
}

/** The task as it leaves the service. The enterprise does not learn who inspects it when (5.3: no advance notice). */
export function taskOf(doc: TaskDoc, caller: Caller): Task {
  const at = <T extends { at: number }>(item: T) => ({ ...item, at: isoTime(item.at) });
  const last = <T extends { at: number }>(items: T[]) => {
    const item = items.at(-1);
    return item && at(item);
  };
  const { _id, sequence, origins, caseId, fileBy, findings, explanations, reviews, linkedTaskId, watchers, ...rest } =
    doc;
  return {
    ...rest,
    id: _id,
    origins,
    alarmId: origins.find(({ kind }) => kind === 'alarm')?.id,
    ...(isEnterprises(caller) ? { watchers: [] } : { watchers, linkedTaskId, caseId, fileBy: isoTimeOrNone(fileBy) }),
    assignees: doc.assignees.map((a) => ({ ...a, acceptedAt: isoTimeOrNone(a.acceptedAt) })),
    acceptBy: isoTimeOrNone(doc.acceptBy),
    arriveBy: isoTimeOrNone(doc.arriveBy),
    reportBy: isoTimeOrNone(doc.reportBy),
    reviewBy: isoTimeOrNone(doc.reviewBy),
    checkIns: doc.checkIns.map(at),
    photos: doc.photos.map(at),
    finding: last(findings),
    explanation: last(explanations),
    review: last(reviews),
    history: doc.history.map(at),
    createdAt: isoTime(doc.createdAt),
    closedAt: isoTimeOrNone(doc.closedAt),
  };
}
