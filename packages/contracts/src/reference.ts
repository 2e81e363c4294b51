import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, AUTHORITY, EVERYBODY } from './action';
import { FactorCode, Id, Kind, Literals, Page, PageParams, strict } from './schema';

/** A code of its own or of the standards: letters, digits, `_`, `.`, `-`. */
const Code = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$', description: 'factor code' });

/** What a factor is called and counted in. The standards' rows come with the platform; a deployment adds its own. */
export const FactorInput = Type.Object(
  {
    code: Code,
    nameZh: Type.String({ minLength: 1, maxLength: 100 }),
    nameEn: Type.Optional(Type.String({ maxLength: 100 })),
    unit: Type.Optional(Type.String({ maxLength: 20, description: 'of Rtd, Min, Avg, Max; absent: none (pH)' })),
    emissionUnit: Type.Optional(Type.String({ maxLength: 20, description: 'of Cou' })),
    decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 10, description: 'usual for the value' })),
    molarMass: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'g/mol, of a gas: turns ppm into mg/m³' }),
    ),
  },
  strict,
);
export const Factor = Type.Composite(
  [
    FactorInput,
    Type.Object({
      source: Literals(['standard', 'own'], {
        description: 'standard: HJ 212-2017 annex B or HJ/T 212-2005 annex B; own: added or renamed here',
      }),
    }),
  ],
  strict,
);

export const PROFILE_CATEGORIES = [
  'data-logger',
  'electricity-meter',
  'air-station',
  'water-station',
  'camera',
  'other',
] as const;

const PATH = '^[^.\\s]{1,64}(\\.[^.\\s]{1,64}){0,7}$';
const Path = Type.String({
  pattern: PATH,
  description: 'keys and list indices joined by dots, e.g. data.0.value',
});

/** How a maker's own JSON is read; what it sends is in no code. */
export const PayloadMapping = Type.Object(
  {
    kind: Kind,
    each: Type.Optional(
      Type.String({ pattern: PATH, description: 'path of the list whose members are each an upload' }),
    ),
    time: Type.Optional(
      Type.Object(
        {
          path: Path,
          format: Literals(['iso', 's', 'ms', 'local'], {
            description:
              'ISO 8601 with zone; seconds or milliseconds since 1970; YYYY-MM-DD hh:mm:ss or 14 digits in UTC+8',
          }),
        },
        { ...strict, description: 'absent: time of reception' },
      ),
    ),
    items: Type.Array(
      Type.Object(
        {
          path: Path,
          factor: Code,
          field: Type.String({
            pattern: '^[A-Za-z][A-Za-z0-9]{0,15}$',
            description: 'HJ 212 field, e.g. Rtd, Avg, Flag',
          }),
          scale: Type.Optional(Type.Number({ description: 'the number sent times this …' })),
          offset: Type.Optional(Type.Number({ description: '… plus this' })),
          words: Type.Optional(
            Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 100 }), {
              description: 'a word sent to the text it stands for, e.g. {"normal":"N"}',
            }),
          ),
        },
        strict,
      ),
      { minItems: 1, maxItems: 200 },
    ),
  },
  strict,
);

/** A command that is no reply: those are never answered. */
const AnsweredCommand = Type.String({ pattern: '^(?!901[1-4])[0-9]{4}$' });

/** How a maker's devices depart from HJ 212. Nothing of it holds unless it is given. */
const Dialect = Type.Object(
  {
    crc: Type.Optional(
      Literals(['hj212', 'hj212-swapped', 'modbus', 'modbus-swapped', 'arc', 'arc-swapped'], {
        description: 'CRC they send and expect; swapped: low byte first',
      }),
    ),
    maxSegment: Type.Optional(Type.Integer({ minimum: 1, maximum: 9999, description: 'bytes of a data segment' })),
    cipher: Type.Optional(Literals(['sm4'])),
    st: Type.Optional(Type.String({ pattern: '^[0-9A-Z]{2}$', description: 'system code that is meant by theirs' })),
    codes: Type.Optional(
      Type.Record(Code, Code, { description: 'their factor codes to those of the standard, e.g. {"SO2":"a21026"}' }),
    ),
    answers: Type.Optional(
      Type.Record(AnsweredCommand, Literals(['9013', '9014']), {
        description: 'commands of no edition that want an answer, e.g. {"9021":"9014"}',
      }),
    ),
  },
  strict,
);

/** What all devices of one make have in common: data, so that a new make needs no new code. */
export const DeviceProfile = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    category: Literals(PROFILE_CATEGORIES),
    payload: Type.Optional(PayloadMapping),
    dialect: Type.Optional(Dialect),
  },
  strict,
);

/** Owned by registry. */
export const referenceActions = {
  'registry.factor.list': {
    params: Type.Object(
      {
        q: Type.Optional(Type.String({ maxLength: 100, description: 'part of the code or of a name' })),
        source: Type.Optional(Literals(['standard', 'own'])),
        codes: Type.Optional(Type.Array(FactorCode, { maxItems: 500 })),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Factor),
    roles: EVERYBODY,
  },
  /** Adds factors, or changes what they are called; by their codes, so that it may be repeated. */
  'registry.factor.save': {
    params: Type.Object({ factors: Type.Array(FactorInput, { minItems: 1, maxItems: 1000 }) }, strict),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }, strict),
    roles: ['administrator', 'service'],
  },
  'registry.profile.list': {
    params: Type.Object({ ...PageParams }, strict),
    result: Page(DeviceProfile),
    roles: AUTHORITY,
  },
  /** Adds profiles or changes them; by their ids. */
  'registry.profile.save': {
    params: Type.Object({ profiles: Type.Array(DeviceProfile, { minItems: 1, maxItems: 100 }) }, strict),
    result: Type.Object({ changed: Type.Integer(), unchanged: Type.Integer() }, strict),
    roles: ['administrator', 'service'],
  },
} as const satisfies Record<string, ActionContract>;

export type Factor = Static<typeof Factor>;
export type FactorInput = Static<typeof FactorInput>;
export type PayloadMapping = Static<typeof PayloadMapping>;
export type DeviceProfile = Static<typeof DeviceProfile>;
