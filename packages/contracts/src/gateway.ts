import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { type ActionContract, ROLES } from './action';
import { Command } from './commands';
import { Complaint } from './complaints';
import { EnterpriseCredit } from './credit';
import { EnterpriseAuthenticity, Suspicion } from './fraud';
import { DeviceLink } from './ingestion';
import { Delivery, Notice, SUBJECT_KINDS } from './notifications';
import { Check, Permit, QuotaUse } from './permits';
import { Duty, Project } from './permits-duties';
import { Moment } from './readings';
import { Enterprise, EnterpriseDetail } from './registry';
import { Alarm } from './rules';
import { DivisionCode, Id, Level, Literals, Mn, strict, Time } from './schema';
import { Assignee, Case, Task } from './tasking';

/** Roles an account may have: all but that of the processes themselves and of those who have no account. */
export const AccountRole = Literals(
  ROLES.filter((role) => role !== 'service' && role !== 'public' && role !== 'data-source'),
);
export const Password = Type.String({ minLength: 10, maxLength: 200 });
export const Username = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{2,63}$' });

export const AccountInput = Type.Object(
  {
    username: Username,
    name: Type.String(),
    password: Password,
    roles: Type.Array(AccountRole),
    division: DivisionCode,
    personId: Type.Optional(Id),
    enterpriseId: Type.Optional(Id),
    operatorId: Type.Optional(Id),
    locale: Type.Optional(Literals(['zh-CN', 'en'])),
  },
  strict,
);

/** Who is logged in, as the pages need it. */
export const Me = Type.Object(
  {
    kind: Literals(['user', 'api-key']),
    id: Type.String(),
    name: Type.String(),
    username: Type.Optional(Type.String()),
    roles: Type.Array(AccountRole),
    division: DivisionCode,
    divisionName: Type.Optional(Type.String({ description: 'absent while the registry does not answer' })),
    personId: Type.Optional(Id),
    enterpriseId: Type.Optional(Id),
    operatorId: Type.Optional(Id),
    scopes: Type.Array(Type.String(), { description: 'of an API key; empty for people' }),
    locale: Type.Optional(Literals(['zh-CN', 'en'])),
    mustChangePassword: Type.Boolean(),
    expiresAt: Type.Optional(Time),
  },
  strict,
);

/** Areas of the API; an API key reads those its scopes name (`read` stands for all). */
export const API_AREAS = [
  'registry',
  'file',
  'readings',
  'permits',
  'alarms',
  'fraud',
  'complaints',
  'credit',
  'tasks',
  'cases',
  'notices',
  'ingestion',
  'map',
  'events',
] as const;
export type ApiArea = (typeof API_AREAS)[number];
/** Scopes that let a key write; `read` does not stand for them. */
export const WRITE_SCOPES = ['readings:write'] as const;
export type WriteScope = (typeof WRITE_SCOPES)[number];
export const API_SCOPES = ['read', ...API_AREAS.map((area) => `${area}:read` as const), ...WRITE_SCOPES] as const;
export const ApiScope = Literals(API_SCOPES);

export const ApiKey = Type.Object(
  {
    id: Id,
    name: Type.String(),
    division: DivisionCode,
    scopes: Type.Array(ApiScope),
    createdAt: Time,
    createdBy: Type.String(),
    lastUsedAt: Type.Optional(Time),
    revokedAt: Type.Optional(Time),
  },
  strict,
);
export const ApiKeyInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    division: DivisionCode,
    scopes: Type.Optional(Type.Array(ApiScope, { minItems: 1, uniqueItems: true, default: ['read'] })),
  },
  strict,
);
export const NewApiKey = Type.Composite(
  [ApiKey, Type.Object({ key: Type.String({ description: 'shown this once; only its hash is kept' }) })],
  strict,
);

export const gatewayActions = {
  // Accounts that exist keep their password.
  'gateway.account.import': {
    params: Type.Object({ accounts: Type.Array(AccountInput) }, strict),
    result: Type.Object({ created: Type.Integer(), existing: Type.Integer() }),
    roles: ['administrator', 'service'],
  },
  'gateway.apiKey.create': { params: ApiKeyInput, result: NewApiKey, roles: ['administrator', 'service'] },
  'gateway.apiKey.list': {
    params: Type.Object({}, strict),
    result: Type.Object({ items: Type.Array(ApiKey) }, strict),
    roles: ['administrator', 'service'],
  },
  'gateway.apiKey.revoke': {
    params: Type.Object({ id: Id }, strict),
    result: ApiKey,
    roles: ['administrator', 'service'],
  },
} as const satisfies Record<string, ActionContract>;

/** Active alarms (without those raised from history) by level. */
export const AlarmCounts = Type.Object(
  { urgent: Type.Integer(), high: Type.Integer(), mid: Type.Integer(), low: Type.Integer() },
  strict,
);
export const DeviceCounts = Type.Object({ total: Type.Integer(), online: Type.Integer() }, strict);
export const MapPoint = Type.Object(
  {
    id: Id,
    name: Type.String(),
    lon: Type.Number(),
    lat: Type.Number(),
    status: Enterprise.properties.status,
    alarms: AlarmCounts,
    devices: DeviceCounts,
  },
  strict,
);
export const MapCluster = Type.Object(
  {
    lon: Type.Number(),
    lat: Type.Number(),
    count: Type.Integer({ minimum: 2 }),
    bbox: Type.Array(Type.Number(), { minItems: 4, maxItems: 4, description: 'west, south, east, north' }),
    alarms: AlarmCounts,
    devices: DeviceCounts,
  },
  strict,
);
export const MapView = Type.Object({ points: Type.Array(MapPoint), clusters: Type.Array(MapCluster) }, strict);

/** One service's part of the file; `data` is absent where the service gave none in time, and `reason` says why. */
const Part = <T extends TSchema>(data: T) =>
  Type.Object(
    {
      source: Type.String({ description: 'the service that answered' }),
      at: Time,
      available: Type.Boolean(),
      reason: Type.Optional(Type.String()),
      data: Type.Optional(data),
    },
    strict,
  );
export const TimelineEntry = Type.Object(
  {
    at: Time,
    kind: Literals([
      ...['reading', 'alarm', 'task', 'finding', 'explanation', 'permit', 'notice'],
      ...['check', 'project', 'suspicion', 'case', 'complaint', 'credit'],
    ] as const),
    verb: Type.String(),
    subject: Type.Object(
      {
        kind: Literals([...SUBJECT_KINDS, 'permit', 'project', 'suspicion', 'entry'] as const),
        id: Id,
      },
      strict,
    ),
    level: Type.Optional(Level),
    title: Type.String(),
    detail: Type.Record(Type.String(), Type.String()),
  },
  strict,
);
/** Complaints about an enterprise, as its file tells them: nothing that could lead to a reporter. */
export const ComplaintsInFile = Type.Object(
  {
    open: Type.Integer(),
    substantiated: Type.Integer(),
    items: Type.Array(
      Type.Pick(
        Complaint,
        [
          'id',
          'number',
          'category',
          'state',
          'level',
          'receivedAt',
          'answerBy',
          'closedAt',
          'substantiated',
          'summary',
        ],
        strict,
      ),
    ),
  },
  strict,
);
/**
 * 一企一档: all that is known of one enterprise, in parts that stand or fail alone, and in one timeline. A part is absent
 * where the caller may not know it at all.
 */
export const EnterpriseFile = Type.Object(
  {
    id: Id,
    at: Time,
    parts: Type.Object(
      {
        registry: Part(EnterpriseDetail),
        permits: Part(Type.Array(Permit)),
        checks: Part(Type.Array(Check)),
        quotas: Part(Type.Array(QuotaUse)),
        projects: Part(Type.Array(Project)),
        duties: Part(Type.Array(Duty)),
        latest: Part(Type.Array(Moment)),
        links: Part(Type.Array(DeviceLink)),
        alarms: Part(Type.Array(Alarm)),
        fraud: Type.Optional(Part(EnterpriseAuthenticity)),
        suspicions: Type.Optional(Part(Type.Array(Suspicion))),
        tasks: Part(Type.Array(Task)),
        cases: Type.Optional(Part(Type.Array(Case))),
        complaints: Type.Optional(Part(ComplaintsInFile)),
        credit: Part(EnterpriseCredit),
        notices: Type.Optional(Part(Type.Array(Notice))),
      },
      strict,
    ),
    missing: Type.Array(Type.String(), { description: 'names of the parts that could not be had' }),
    timeline: Type.Array(TimelineEntry, { description: 'newest first' }),
  },
  strict,
);
/** Whether each service answers at present. */
export const SystemHealth = Type.Object(
  {
    at: Time,
    services: Type.Array(Type.Object({ name: Type.String(), available: Type.Boolean() }, strict)),
    missing: Type.Array(Type.String(), { description: 'names of the services that do not answer' }),
  },
  strict,
);

/** What `GET /api/v1/events` sends: event name → its data. */
export const LiveEvents = {
  ready: Type.Object({ at: Time, watching: Type.Array(Mn) }, strict),
  alarm: Type.Object({ verb: Type.String(), alarm: Type.Omit(Alarm, ['acknowledgedBy']) }, strict),
  task: Type.Object(
    {
      verb: Type.String(),
      task: Type.Composite(
        [
          Type.Pick(Task, [
            'id',
            'type',
            'state',
            'level',
            'title',
            'clueId',
            'clueSource',
            'caseId',
            'alarmId',
            'enterpriseId',
            'enterpriseName',
            'outletId',
            'linkedTaskId',
            'watchers',
            'acceptBy',
            'arriveBy',
            'reportBy',
            'reviewBy',
          ]),
          Type.Object({ assignees: Type.Array(Type.Pick(Assignee, ['personId', 'role'])) }),
        ],
        strict,
      ),
      remark: Type.Optional(Type.String()),
    },
    strict,
  ),
  notice: Type.Object(
    {
      notice: Type.Composite(
        [
          Type.Omit(Notice, ['deliveries']),
          Type.Object({ deliveries: Type.Array(Type.Omit(Delivery, ['attempts', 'to'])) }),
        ],
        strict,
      ),
    },
    strict,
  ),
  // These six are for the authority alone: what an enterprise is to know it is told by a notice.
  suspicion: Type.Object(
    {
      verb: Type.String(),
      suspicion: Type.Object(
        {
          id: Id,
          enterpriseId: Id,
          outletId: Id,
          authenticity: Type.Number(),
          level: Type.String(),
          active: Type.Boolean(),
          verdict: Type.Optional(Type.String()),
        },
        strict,
      ),
    },
    strict,
  ),
  check: Type.Object(
    {
      verb: Type.String(),
      check: Type.Object(
        {
          id: Id,
          check: Type.String(),
          enterpriseId: Id,
          enterpriseName: Type.String(),
          outletId: Type.Optional(Id),
          level: Level,
          stage: Type.Optional(Type.String()),
          active: Type.Boolean(),
          text: Type.String(),
        },
        strict,
      ),
    },
    strict,
  ),
  complaint: Type.Object(
    {
      verb: Type.String(),
      complaint: Type.Object(
        {
          id: Id,
          number: Type.String(),
          category: Type.String(),
          state: Type.String(),
          level: Level,
          place: Type.String(),
          enterpriseId: Type.Optional(Id),
        },
        strict,
      ),
    },
    strict,
  ),
  case: Type.Object(
    {
      verb: Type.String(),
      case: Type.Composite(
        [
          Type.Pick(Case, ['id', 'number', 'state', 'partyKind', 'partyId', 'partyName', 'act']),
          Type.Object({ taskId: Type.Optional(Id) }),
        ],
        strict,
      ),
    },
    strict,
  ),
  rating: Type.Object(
    {
      verb: Type.String(),
      rating: Type.Object(
        {
          id: Id,
          partyKind: Type.String(),
          partyId: Id,
          partyName: Type.String(),
          scheme: Type.String(),
          period: Type.String(),
          score: Type.Number(),
          colour: Type.String(),
          state: Type.String(),
        },
        strict,
      ),
    },
    strict,
  ),
  command: Type.Object(
    {
      verb: Type.String(),
      command: Type.Composite(
        [
          Type.Pick(Command, ['id', 'mn', 'command', 'cn', 'cause', 'state', 'sends', 'packets', 'reason']),
          Type.Object({ enterpriseId: Type.Optional(Id) }),
        ],
        strict,
      ),
    },
    strict,
  ),
  link: Type.Object({ mn: Mn, online: Type.Boolean(), at: Time, enterpriseId: Type.Optional(Id) }, strict),
  reading: Type.Omit(Moment, ['revisions'], {
    ...strict,
    description: 'values of one packet: merge by factor into what is shown',
  }),
  end: Type.Object({ reason: Literals(['expired', 'slow', 'stopping']) }, strict),
} as const;

export type AccountInput = Static<typeof AccountInput>;
export type Me = Static<typeof Me>;
export type ApiKey = Static<typeof ApiKey>;
export type ApiKeyInput = Static<typeof ApiKeyInput>;
export type ApiScope = Static<typeof ApiScope>;
export type AlarmCounts = Static<typeof AlarmCounts>;
export type DeviceCounts = Static<typeof DeviceCounts>;
export type MapPoint = Static<typeof MapPoint>;
export type MapCluster = Static<typeof MapCluster>;
export type MapView = Static<typeof MapView>;
export type TimelineEntry = Static<typeof TimelineEntry>;
export type EnterpriseFile = Static<typeof EnterpriseFile>;
export type ComplaintsInFile = Static<typeof ComplaintsInFile>;
export type SystemHealth = Static<typeof SystemHealth>;
export type LiveEvents = { [K in keyof typeof LiveEvents]: Static<(typeof LiveEvents)[K]> };
