import { type Static, type TSchema, Type } from '@sinclair/typebox';

export const Literals = <const T extends string>(values: readonly T[], options: object = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });

/** A moment as an ISO 8601 text with zone. Inside the services times are milliseconds; this is what leaves them. */
export const Time = Type.String({ format: 'date-time', description: 'ISO 8601 with zone' });

export const DivisionCode = Type.String({
  pattern: '^[1-9][0-9]{5}([0-9]{3}|[0-9]{6})?$',
  description: 'GB/T 2260 code of 6 digits, or of 9 or 12 below the county',
});
export const Mn = Type.String({
  minLength: 1,
  maxLength: 32,
  pattern: '^[!-~]+$',
  description: 'MN of the device (HJ 212)',
});
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_.:-]+$' });
export const FactorCode = Type.String({ minLength: 1, maxLength: 32, description: 'HJ 212-2017 factor code' });
export const Medium = Literals(['gas', 'water']);
export const Level = Literals(['urgent', 'high', 'mid', 'low']);
export const KINDS = ['realtime', 'minute', 'hour', 'day', 'state', 'running'] as const;
export const Kind = Literals(KINDS, {
  description: 'Kind of upload: HJ 212 command 2011, 2051, 2061, 2031, 2021, 2041',
});

/** Lists are paged by key: `after` takes the `next` of the page before. */
export const PageParams = {
  after: Type.Optional(Type.String({ maxLength: 512, description: 'the `next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
};
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Optional(Type.String({ description: 'absent on the last page' })),
  });

export const strict = { additionalProperties: false } as const;
export type Kind = Static<typeof Kind>;
export type Level = Static<typeof Level>;
export type Medium = Static<typeof Medium>;
