import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Medium, Page, PageParams, strict, Time } from './schema';

export const MEAN_PERIODS = ['hour', 'day', 'month'] as const;
export const MeanPeriod = Literals(MEAN_PERIODS);

/** One factor's mean of an hour, a day or a month: ours, derived and versioned, beside the device's own (domain.md 1.3 to 1.5). */
export const MeanValue = Type.Object(
  {
    factor: FactorCode,
    version: Type.Integer({ description: '1, 2, 3 …: which time it came out otherwise; 0 while the period goes on' }),
    calculatedAt: Time,
    value: Type.Optional(
      Type.Number({ description: 'as measured (gas: dry, standard state); kept where it is not valid' }),
    ),
    converted: Type.Optional(Type.Number({ description: 'gas: converted to the reference oxygen' })),
    valid: Type.Boolean(),
    reason: Type.Optional(Literals(['missing', 'mark', 'flag', 'short', 'no-flow', 'differs'])),
    basis: Type.Optional(Literals(['minutes', 'device', 'amended'])),
    minutes: Type.Optional(Type.Number({ description: 'hour: minutes of valid records' })),
    periods: Type.Optional(Type.Integer({ description: 'day: valid hours or samples; month: valid days' })),
    needed: Type.Optional(Type.Integer({ description: 'how many of them make it valid' })),
    max: Type.Optional(Type.Number()),
    device: Type.Optional(Type.Number({ description: "the device's own mean" })),
    deviceConverted: Type.Optional(Type.Number()),
    difference: Type.Optional(Type.Number({ description: 'ours less the device’s' })),
    convertedDifference: Type.Optional(Type.Number()),
    differs: Type.Optional(Type.Boolean({ description: 'by more than 1 % and a unit of the last digit' })),
    mass: Type.Optional(Type.Number({ description: 'kg measured' })),
    substituted: Type.Optional(
      Type.Object(
        {
          mass: Type.Number({ description: 'kg put in for what is missing (HJ 75-2017 tables 5, 6; HJ 356-2019)' }),
          periods: Type.Integer({ description: 'hours (gas) or days (water) for which it was put in' }),
          replaces: Type.Optional(
            Type.Number({ description: 'kg measured on these days, which it stands in place of (water)' }),
          ),
          without: Type.Integer({ description: 'of these, for which nothing can be put in' }),
          capture: Type.Optional(
            Literals(['high', 'mid', 'low'], { description: 'gas: α of the quarter so far ≥ 90 %, ≥ 75 %, less' }),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);
export const OutletMeans = Type.Object(
  {
    outletId: Id,
    period: MeanPeriod,
    from: Time,
    to: Time,
    medium: Medium,
    flow: Type.Optional(Type.Number({ description: 'm3' })),
    stopped: Type.Optional(Type.Boolean({ description: 'hour: taken by an approved stop' })),
    conditions: Type.Optional(Type.Array(Type.String(), { description: 'hour: codes of conditions marked in it' })),
    factors: Type.Array(MeanValue),
  },
  strict,
);

const Day = Type.String({ format: 'date', description: 'yyyy-mm-dd, UTC+8' });
export const RATE_LEVELS = ['outlet', 'enterprise', 'operator', 'division'] as const;
const Counts = {
  due: Type.Integer({ description: 'pollutants × hours, without hours of an approved stop' }),
  received: Type.Integer(),
  valid: Type.Integer(),
  transmission: Type.Optional(Type.Number({ description: 'TR = received / due' })),
  validity: Type.Optional(Type.Number({ description: 'VR = valid / due' })),
  effective: Type.Optional(Type.Number({ description: '数据传输有效率 = TR × VR; absent where nothing was due' })),
};
/** 数据传输有效率 of one outlet, enterprise, operator or division, from counts that are summed (domain.md 1.8). */
export const TransmissionRate = Type.Object(
  { level: Literals(RATE_LEVELS), id: Id, from: Day, to: Day, ...Counts },
  strict,
);
const Period = { from: Day, to: Type.Unsafe<string>({ ...Day, description: 'yyyy-mm-dd, UTC+8, the last day' }) };

export const meansActions = {
  'readings.mean.list': {
    params: Type.Object(
      {
        outletId: Id,
        period: MeanPeriod,
        from: Time,
        to: Type.Unsafe<string>({ ...Time, description: 'ISO 8601 with zone; not included' }),
        factor: Type.Optional(FactorCode),
      },
      strict,
    ),
    result: Type.Array(OutletMeans),
    roles: EVERYBODY,
  },
  /** Earlier versions of one period's means, oldest first: what was told before a mark, a correction or late data. */
  'readings.mean.versions': {
    params: Type.Object({ outletId: Id, period: MeanPeriod, at: Time, factor: FactorCode }, strict),
    result: Type.Array(MeanValue),
    roles: EVERYBODY,
  },
  'readings.rate.get': {
    params: Type.Object({ level: Literals(RATE_LEVELS), id: Id, ...Period }, strict),
    result: TransmissionRate,
    roles: EVERYBODY,
  },
  'readings.rate.list': {
    params: Type.Object(
      {
        level: Literals(RATE_LEVELS),
        division: Type.Optional(DivisionCode),
        enterpriseId: Type.Optional(Type.Unsafe<string>({ ...Id, description: 'of outlets: whose' })),
        operatorId: Type.Optional(Type.Unsafe<string>({ ...Id, description: 'of outlets: who maintains them' })),
        divisionLevel: Type.Optional(
          Literals(['province', 'city', 'county'], { description: 'of divisions: which of them' }),
        ),
        ...Period,
        ...PageParams,
      },
      strict,
    ),
    result: Page(TransmissionRate),
    roles: [...AUTHORITY, 'principal', 'operator-staff'],
  },
} as const satisfies Record<string, ActionContract>;

export type MeanPeriod = Static<typeof MeanPeriod>;
export type MeanValue = Static<typeof MeanValue>;
export type OutletMeans = Static<typeof OutletMeans>;
export type RateLevel = (typeof RATE_LEVELS)[number];
export type TransmissionRate = Static<typeof TransmissionRate>;
