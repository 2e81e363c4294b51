import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { FactorCode, Id, Kind, Mn, Page, PageParams, strict, Time } from './schema';

/** One (device, kind, data time): packets merged, newest revision of each factor (design.md 4). */
export const Moment = Type.Object(
  {
    mn: Mn,
    kind: Kind,
    dataTime: Time,
    receivedAt: Time,
    values: Type.Record(
      FactorCode,
      Type.Record(Type.String(), Type.String(), { description: 'field → exact text, e.g. {"Avg":"12.30","Flag":"N"}' }),
    ),
    revisions: Type.Integer({ description: 'how often a value of this moment was replaced by another one' }),
  },
  strict,
);
const Range = { from: Type.Optional(Time), to: Type.Optional(Time) };

export const readingsActions = {
  'readings.moment.list': {
    params: Type.Object({ mn: Mn, kind: Kind, ...Range, ...PageParams }, strict),
    result: Page(Moment),
    roles: EVERYBODY,
  },
  'readings.outlet.list': {
    params: Type.Object({ outletId: Id, kind: Kind, ...Range, ...PageParams }, strict),
    result: Page(Moment),
    roles: EVERYBODY,
  },
  'readings.latest.list': {
    params: Type.Object({ mns: Type.Array(Mn, { minItems: 1, maxItems: 1000 }) }, strict),
    result: Type.Array(Moment),
    roles: EVERYBODY,
  },
  /** Hours without an hourly upload; ingestion asks them back (CN 2061). */
  'readings.gap.list': {
    params: Type.Object({ mns: Type.Array(Mn, { minItems: 1, maxItems: 100 }), from: Time, to: Time }, strict),
    result: Type.Array(
      Type.Object(
        {
          mn: Mn,
          gaps: Type.Array(Type.Object({ from: Time, to: Time }, strict), { description: '`to` is not in it' }),
        },
        strict,
      ),
    ),
    roles: AUTHORITY,
  },
} as const satisfies Record<string, ActionContract>;

export type Moment = Static<typeof Moment>;
