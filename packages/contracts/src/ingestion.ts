import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { Literals, Mn, Page, PageParams, strict, Time } from './schema';

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
] as const;
export const Refusal = Type.Object(
  {
    id: Type.String(),
    at: Time,
    reason: Literals(REFUSAL_REASONS),
    detail: Type.String({ description: 'names the field and what was expected' }),
    mn: Type.Optional(Mn),
    address: Type.String(),
    raw: Type.String({ description: 'the bytes as they came (latin1), at most 2048; the password masked' }),
    size: Type.Integer({ description: 'bytes refused' }),
  },
  strict,
);
export const DeviceLink = Type.Object(
  { mn: Mn, online: Type.Boolean(), lastSeen: Type.Optional(Time), address: Type.Optional(Type.String()) },
  strict,
);

export const ingestionActions = {
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
} as const satisfies Record<string, ActionContract>;

export type Refusal = Static<typeof Refusal>;
export type DeviceLink = Static<typeof DeviceLink>;
