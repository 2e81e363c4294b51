import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { Id, Literals, Mn, Page, PageParams, strict, Time } from './schema';

export const REFUSAL_REASONS = [
  'garbage',
  'too-long',
  'length',
  'crc',
  'structure',
  'unknown-device',
  'wrong-password',
  'wrong-address',
  'data-time',
  'value',
  'slow',
  'blocked',
  'too-many',
] as const;
export const WAYS = ['tcp', 'mqtt', 'http', 'grpc', 'sheet'] as const;
export const Refusal = Type.Object(
  {
    id: Type.String(),
    at: Time,
    reason: Literals(REFUSAL_REASONS),
    detail: Type.String({ description: 'names the field and what was expected' }),
    mn: Type.Optional(Mn),
    address: Type.String(),
    way: Literals(WAYS, { description: 'the way in' }),
    raw: Type.String({ description: 'the bytes as they came (latin1), at most 2048; the password masked' }),
    size: Type.Integer({ description: 'bytes refused' }),
  },
  strict,
);
export const DeviceLink = Type.Object(
  { mn: Mn, online: Type.Boolean(), lastSeen: Type.Optional(Time), address: Type.Optional(Type.String()) },
  strict,
);

export const RefusalCount = Type.Object({ reason: Literals(REFUSAL_REASONS), count: Type.Integer() }, strict);
/** The clock of a device against ours. */
export const DeviceClock = Type.Object(
  {
    aheadSeconds: Type.Number({ description: 'median; below 0: the device is behind' }),
    spreadSeconds: Type.Number({ description: 'median distance from the median: what transport and resends add' }),
    samples: Type.Integer(),
    at: Time,
  },
  strict,
);
/** What ingestion sees of a device. Counts are of the days asked for, at most a minute old. */
export const DeviceState = Type.Object(
  {
    mn: Mn,
    status: Literals(['active', 'unclaimed', 'retired']),
    edition: Type.Optional(Type.String()),
    enterpriseId: Type.Optional(Id),
    operatorId: Type.Optional(Id),
    online: Type.Boolean(),
    /** when it came online, or went */
    since: Type.Optional(Time),
    /** its last accepted packet */
    lastSeen: Type.Optional(Time),
    address: Type.Optional(Type.String()),
    accepted: Type.Integer(),
    refused: Type.Array(RefusalCount, { description: 'most first' }),
    clock: Type.Optional(DeviceClock),
    /** when it last used a password from before a rotation */
    oldPasswordAt: Type.Optional(Time),
    /** after repeated wrong passwords, at some address */
    blockedUntil: Type.Optional(Time),
  },
  strict,
);
const Days = {
  from: Type.Optional(
    Type.String({ format: 'date', description: 'first day, UTC+8; the last seven days when absent' }),
  ),
  to: Type.Optional(Type.String({ format: 'date', description: 'last day' })),
};
/** A device at an address, or a whole address, whose passwords are not looked at for a while. */
export const DeviceBlock = Type.Object(
  {
    address: Type.String(),
    /** absent: every device that was never let in from this address */
    mn: Type.Optional(Mn),
    until: Time,
  },
  strict,
);

export const ingestionActions = {
  'ingestion.device.list': {
    params: Type.Object(
      {
        q: Type.Optional(Type.String({ minLength: 1, maxLength: 32, description: 'beginning of the MN' })),
        status: Type.Optional(Literals(['active', 'unclaimed', 'retired'])),
        online: Type.Optional(Type.Boolean()),
        enterpriseId: Type.Optional(Id),
        ...Days,
        ...PageParams,
      },
      strict,
    ),
    result: Page(DeviceState),
    roles: EVERYBODY,
  },
  'ingestion.device.get': {
    params: Type.Object({ mn: Mn, ...Days }, strict),
    result: Type.Composite([
      DeviceState,
      Type.Object({
        hours: Type.Array(
          Type.Object({ at: Time, accepted: Type.Integer(), refused: Type.Array(RefusalCount) }, strict),
          {
            description: 'hours in which it sent anything',
          },
        ),
      }),
    ]),
    roles: EVERYBODY,
  },
  'ingestion.device.summary': {
    params: Type.Object({ ...Days }, strict),
    result: Type.Object(
      {
        active: Type.Integer(),
        unclaimed: Type.Integer(),
        retired: Type.Integer(),
        online: Type.Integer(),
        accepted: Type.Integer(),
        refused: Type.Array(RefusalCount),
        nobodys: Type.Array(RefusalCount, {
          description: 'of no registered device: strangers, and bytes without a sender; for people of the province',
        }),
      },
      strict,
    ),
    roles: AUTHORITY,
  },
  'ingestion.block.list': {
    params: Type.Object({}, strict),
    result: Type.Object({ items: Type.Array(DeviceBlock) }, strict),
    roles: AUTHORITY,
  },
  'ingestion.block.lift': {
    params: Type.Object({ address: Type.String({ minLength: 1, maxLength: 64 }), mn: Type.Optional(Mn) }, strict),
    result: Type.Object({ lifted: Type.Boolean() }, strict),
    roles: ['administrator', 'supervisor'],
  },
  'ingestion.refusal.list': {
    params: Type.Object(
      { mn: Type.Optional(Mn), reason: Type.Optional(Literals(REFUSAL_REASONS)), ...PageParams },
      strict,
    ),
    result: Page(Refusal),
    roles: AUTHORITY,
  },
  'ingestion.link.list': {
    params: Type.Object({ mns: Type.Array(Mn, { maxItems: 1000 }) }, strict),
    result: Type.Array(DeviceLink),
    roles: EVERYBODY,
  },
  'ingestion.archive.verify': {
    params: Type.Object({ day: Type.String({ format: 'date', description: 'day of reception, UTC+8' }) }, strict),
    result: Type.Object(
      {
        day: Type.String(),
        chunks: Type.Integer(),
        frames: Type.Integer(),
        intact: Type.Boolean(),
        broken: Type.Optional(Type.String({ description: 'the first chunk that does not verify, and how' })),
      },
      strict,
    ),
    roles: ['administrator', 'supervisor', 'service'],
  },
  // Answers with a stream of lines (services/ingestion/src/evidence.ts).
  'ingestion.archive.export': {
    params: Type.Object({ mn: Mn, from: Time, to: Time }, strict),
    result: Type.Any(),
    roles: AUTHORITY,
  },
} as const satisfies Record<string, ActionContract>;

export type Refusal = Static<typeof Refusal>;
export type DeviceState = Static<typeof DeviceState>;
export type RefusalCount = Static<typeof RefusalCount>;
export type DeviceLink = Static<typeof DeviceLink>;
