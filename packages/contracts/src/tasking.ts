import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { DivisionCode, Id, Level, Literals, Page, PageParams, strict, Time } from './schema';
import { caseActions } from './tasking-cases';

export * from './tasking-cases';

/**
 * VERIFY and INSPECT go into an enterprise: two certified officers. OBSERVE stays in public space (photos, smell, outfall,
 * talk to the complainant): one grid member or officer. EXPLAIN is for the enterprise (domain.md 5.1).
 */
export const TASK_TYPES = ['VERIFY', 'INSPECT', 'EXPLAIN', 'OBSERVE'] as const;
/** Where a clue came from (domain.md 5.2); `manual`: somebody of the authority wrote it down. */
export const CLUE_SOURCES = ['alarm', 'suspicion', 'check', 'complaint', 'manual'] as const;
export const ClueSource = Literals(CLUE_SOURCES);
/** How a manual clue reached the authority (domain.md 5.2). */
export const CLUE_CHANNELS = [
  'superior-order',
  'transfer',
  'media',
  'remote-sensing',
  'double-random',
  'patrol',
  'other',
] as const;
/** What a clue was opened or joined by: who published it waits for the result. */
export const Origin = Type.Object({ kind: ClueSource, id: Id }, strict);
export const Place = Type.Object(
  {
    lon: Type.Number({ minimum: -180, maximum: 180, description: 'CGCS2000 degrees' }),
    lat: Type.Number({ minimum: -90, maximum: 90, description: 'CGCS2000 degrees' }),
    address: Type.String({ maxLength: 300 }),
  },
  strict,
);
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
    role: Literals(['lead', 'second', 'principal', 'duty', 'observer']),
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
    clueSource: ClueSource,
    origins: Type.Array(Origin, { description: 'everything that led here, the first one first' }),
    alarmId: Type.Optional(Id),
    enterpriseId: Type.Optional(Id),
    enterpriseName: Type.Optional(Type.String()),
    outletId: Type.Optional(Id),
    place: Place,
    detail: Type.Optional(Type.String({ description: 'what the origin says, for those who go there' })),
    linkedTaskId: Type.Optional(Id),
    assignees: Type.Array(Assignee),
    watchers: Type.Array(Id),
    acceptBy: Type.Optional(Time),
    arriveBy: Type.Optional(Time),
    reportBy: Type.Optional(Time),
    reviewBy: Type.Optional(Time),
    fileBy: Type.Optional(
      Type.String({ format: 'date-time', description: 'until when to file a case or not (domain.md 5.5: 15 d)' }),
    ),
    overdue: Type.Array(Literals(['accept', 'arrive', 'report', 'review', 'file'])),
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
    closedAt: Type.Optional(Time),
    caseId: Type.Optional(Id),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);
/** Something that may be wrong somewhere (domain.md 5.2). */
export const Clue = Type.Object(
  {
    id: Id,
    source: ClueSource,
    channel: Type.Optional(Literals(CLUE_CHANNELS)),
    topic: Type.String(),
    title: Type.String(),
    enterpriseId: Type.Optional(Id),
    place: Type.Optional(Place),
    level: Level,
    openedAt: Time,
    closedAt: Type.Optional(Time),
    origins: Type.Array(Origin),
    taskIds: Type.Array(Id),
  },
  strict,
);

const ById = { id: Id };
const PEOPLE = ['administrator', 'supervisor', 'officer', 'duty-officer', 'grid-member', 'principal'] as const;
const REVIEWERS = ['administrator', 'supervisor'] as const;
/** Whoever goes out; a grid member is only ever given an OBSERVE. */
const GO_OUT = ['supervisor', 'officer', 'grid-member'] as const;

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
        originKind: Type.Optional(ClueSource),
        originId: Type.Optional(Id),
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
    roles: GO_OUT,
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
    roles: GO_OUT,
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
  // What need not be done any more; never by somebody it was given to.
  'tasking.task.cancel': {
    params: Type.Object({ ...ById, reason: Type.String({ minLength: 1, maxLength: 1000 }) }, strict),
    result: Task,
    roles: REVIEWERS,
  },
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
    roles: [...GO_OUT, 'principal'],
  },
  // Answers with a stream; the caller finds the photo's description in the task.
  'tasking.photo.get': {
    params: Type.Object({ taskId: Id, photoId: Id }, strict),
    result: Type.Any(),
    roles: EVERYBODY,
  },
  'tasking.clue.list': {
    params: Type.Object({ enterpriseId: Type.Optional(Id), source: Type.Optional(ClueSource), ...PageParams }, strict),
    result: Page(Clue),
    roles: AUTHORITY,
  },
  // A clue from outside the platform. Without an enterprise it is an OBSERVE at a place.
  'tasking.clue.create': {
    params: Type.Object(
      {
        channel: Literals(CLUE_CHANNELS),
        title: Type.String({ minLength: 2, maxLength: 100 }),
        detail: Type.Optional(Type.String({ maxLength: 2000 })),
        level: Level,
        type: Literals(['VERIFY', 'INSPECT', 'OBSERVE']),
        explain: Type.Optional(Type.Boolean({ description: 'also asks the enterprise to explain' })),
        enterpriseId: Type.Optional(Id),
        outletId: Type.Optional(Id),
        place: Type.Optional(Place),
        divisionCode: Type.Optional(DivisionCode),
      },
      strict,
    ),
    result: Clue,
    roles: REVIEWERS,
  },
  ...caseActions,
} as const satisfies Record<string, ActionContract>;

export type Task = Static<typeof Task>;
export type TaskState = (typeof TASK_STATES)[number];
export type TaskType = (typeof TASK_TYPES)[number];
export type ClueSource = (typeof CLUE_SOURCES)[number];
export type Clue = Static<typeof Clue>;
export type Origin = Static<typeof Origin>;
export type Place = Static<typeof Place>;
