import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { DivisionCode, Id, Level, Literals, Page, PageParams, strict, Time } from './schema';

export const TASK_TYPES = ['VERIFY', 'INSPECT', 'EXPLAIN'] as const;
/** domain.md 5.2; EXPLAIN goes DISPATCHED → ACCEPTED → SUBMITTED → REVIEWED → CLOSED. */
export const TASK_STATES = [
  'CREATED',
  'DISPATCHED',
  'ACCEPTED',
  'CHECKED_IN',
  'IN_PROGRESS',
  'SUBMITTED',
  'REVIEWED',
  'CLOSED',
  'RETURNED',
  'CANCELLED',
] as const;
export const Assignee = Type.Object(
  {
    personId: Id,
    name: Type.String(),
    role: Literals(['lead', 'second', 'principal', 'duty']),
    certificateNo: Type.Optional(Type.String()),
    acceptedAt: Type.Optional(Time),
  },
  strict,
);
export const CheckIn = Type.Object(
  {
    at: Time,
    personId: Id,
    lon: Type.Number(),
    lat: Type.Number(),
    accuracy: Type.Number(),
    distance: Type.Number({ description: 'metres from the enterprise' }),
    inside: Type.Boolean({ description: 'within 300 m at an accuracy of 100 m or better (domain.md 5.4)' }),
    reason: Type.Optional(Type.String()),
  },
  strict,
);
export const Photo = Type.Object(
  {
    id: Id,
    at: Time,
    personId: Id,
    filename: Type.String(),
    contentType: Type.String(),
    size: Type.Integer(),
    sha256: Type.String(),
  },
  strict,
);
export const Finding = Type.Object(
  {
    at: Time,
    personId: Id,
    conclusion: Literals(['violation-suspected', 'instrument-fault', 'process-change', 'normal', 'other']),
    text: Type.String(),
  },
  strict,
);
export const Explanation = Type.Object({ at: Time, personId: Id, text: Type.String() }, strict);
export const TaskEvent = Type.Object(
  {
    at: Time,
    verb: Type.String(),
    by: Type.Optional(Type.String({ description: 'person, or absent for the system' })),
    remark: Type.Optional(Type.String()),
  },
  strict,
);
export const Task = Type.Object(
  {
    id: Id,
    type: Literals(TASK_TYPES),
    state: Literals(TASK_STATES),
    level: Level,
    title: Type.String(),
    clueId: Id,
    alarmId: Type.Optional(Id),
    enterpriseId: Id,
    enterpriseName: Type.String(),
    outletId: Type.Optional(Id),
    place: Type.Object({ lon: Type.Number(), lat: Type.Number(), address: Type.String() }, strict),
    linkedTaskId: Type.Optional(Id),
    assignees: Type.Array(Assignee),
    watchers: Type.Array(Id),
    acceptBy: Type.Optional(Time),
    arriveBy: Type.Optional(Time),
    reportBy: Type.Optional(Time),
    reviewBy: Type.Optional(Time),
    overdue: Type.Array(Literals(['accept', 'arrive', 'report', 'review'])),
    escalation: Literals(['none', 'superior', 'city', 'province']),
    checkIns: Type.Array(CheckIn),
    photos: Type.Array(Photo),
    finding: Type.Optional(Finding),
    explanation: Type.Optional(Explanation),
    review: Type.Optional(
      Type.Object(
        { at: Time, by: Type.String(), decision: Literals(['approve', 'return']), comment: Type.String() },
        strict,
      ),
    ),
    history: Type.Array(TaskEvent),
    createdAt: Time,
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);

const ById = { id: Id };
const PEOPLE = ['administrator', 'supervisor', 'officer', 'duty-officer', 'principal'] as const;
const REVIEWERS = ['administrator', 'supervisor'] as const;
const INSPECTORS = ['supervisor', 'officer'] as const;

export const taskingActions = {
  'tasking.task.list': {
    params: Type.Object(
      {
        state: Type.Optional(Literals(TASK_STATES)),
        type: Type.Optional(Literals(TASK_TYPES)),
        mine: Type.Optional(Type.Boolean({ description: 'only those the caller is assigned to' })),
        open: Type.Optional(Type.Boolean()),
        enterpriseId: Type.Optional(Id),
        alarmId: Type.Optional(Id),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Task),
    roles: EVERYBODY,
  },
  'tasking.task.get': { params: Type.Object(ById, strict), result: Task, roles: EVERYBODY },
  'tasking.task.accept': { params: Type.Object(ById, strict), result: Task, roles: PEOPLE },
  'tasking.task.checkIn': {
    params: Type.Object(
      {
        ...ById,
        lon: Type.Number({ minimum: -180, maximum: 180 }),
        lat: Type.Number({ minimum: -90, maximum: 90 }),
        accuracy: Type.Number({ minimum: 0, description: 'metres' }),
        datum: Literals(['CGCS2000', 'WGS84', 'GCJ02']),
        reason: Type.Optional(Type.String({ maxLength: 1000, description: 'needed when outside the place' })),
      },
      strict,
    ),
    result: Task,
    roles: INSPECTORS,
  },
  'tasking.task.recordFinding': {
    params: Type.Object(
      {
        ...ById,
        conclusion: Finding.properties.conclusion,
        text: Type.String({ minLength: 1, maxLength: 5000 }),
      },
      strict,
    ),
    result: Task,
    roles: INSPECTORS,
  },
  'tasking.task.explain': {
    params: Type.Object({ ...ById, text: Type.String({ minLength: 1, maxLength: 5000 }) }, strict),
    result: Task,
    roles: ['principal'],
  },
  'tasking.task.submit': { params: Type.Object(ById, strict), result: Task, roles: PEOPLE },
  'tasking.task.review': {
    params: Type.Object(
      { ...ById, decision: Literals(['approve', 'return']), comment: Type.String({ maxLength: 2000 }) },
      strict,
    ),
    result: Task,
    roles: REVIEWERS,
  },
  'tasking.task.close': { params: Type.Object(ById, strict), result: Task, roles: REVIEWERS },
  'tasking.task.reassign': {
    params: Type.Object(
      { ...ById, personIds: Type.Array(Id, { minItems: 1, maxItems: 4 }), reason: Type.String({ minLength: 1 }) },
      strict,
    ),
    result: Task,
    // A duty officer who got a task because nobody else was there hands it on.
    roles: [...REVIEWERS, 'duty-officer'],
  },
  // The bytes travel as a Moleculer stream; these are its meta `$params`.
  'tasking.photo.add': {
    params: Type.Object(
      { taskId: Id, filename: Type.String({ maxLength: 200 }), contentType: Literals(['image/jpeg', 'image/png']) },
      strict,
    ),
    result: Task,
    roles: [...INSPECTORS, 'principal'],
  },
  // Answers with a stream; the caller finds the photo's description in the task.
  'tasking.photo.get': {
    params: Type.Object({ taskId: Id, photoId: Id }, strict),
    result: Type.Any(),
    roles: EVERYBODY,
  },
  'tasking.clue.list': {
    params: Type.Object({ enterpriseId: Type.Optional(Id), ...PageParams }, strict),
    result: Page(
      Type.Object({
        id: Id,
        source: Type.String(),
        topic: Type.String(),
        enterpriseId: Id,
        level: Level,
        openedAt: Time,
        alarmIds: Type.Array(Id),
        taskIds: Type.Array(Id),
      }),
    ),
    roles: AUTHORITY,
  },
} as const satisfies Record<string, ActionContract>;

export type Task = Static<typeof Task>;
export type TaskState = (typeof TASK_STATES)[number];
export type TaskType = (typeof TASK_TYPES)[number];
