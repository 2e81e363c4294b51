import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Mn, Page, PageParams, strict, Time } from './schema';

export const MARK_STATUSES = ['submitted', 'accepted', 'returned', 'withdrawn'] as const;
export const VOUCHER_TYPES = ['image/jpeg', 'image/png', 'application/pdf'] as const;
/** A photo or a document that speaks for a mark; its bytes by `rules.voucher.get`. */
const Voucher = Type.Object(
  {
    id: Id,
    filename: Type.String(),
    contentType: Literals(VOUCHER_TYPES),
    size: Type.Integer({ description: 'bytes' }),
    sha256: Type.String(),
    at: Time,
    by: Type.String(),
  },
  strict,
);
const Amount = Type.String({
  pattern: '^\\d{1,12}(\\.\\d{1,8})?$',
  description: 'a decimal, in the unit of the factor',
});
/** What an hour's mean should have been. */
const AmendedValue = Type.Object(
  {
    factor: FactorCode,
    at: Type.Unsafe<string>({ ...Time, description: 'ISO 8601 with zone; the start of an hour' }),
    value: Amount,
    converted: Type.Optional(Type.Unsafe<string>({ ...Amount, description: 'gas: at the reference oxygen' })),
  },
  strict,
);
const MARK_STEPS = ['set', 'moved', 'revoked', 'submitted', 'voucher', 'accepted', 'returned', 'withdrawn'] as const;
const Stretch = {
  from: Time,
  to: Type.Unsafe<string>({ ...Time, description: 'ISO 8601 with zone; not included' }),
};

/** What a mark code stands for, of one industry or of any (services/rules/src/marks/mark-codes.ts). */
export const MarkCode = Type.Object(
  {
    code: Id,
    scope: Literals(['device', 'condition']),
    nameZh: Type.String(),
    nameEn: Type.String(),
    effect: Literals(['invalid', 'stop', 'low', 'condition', 'amend'], {
      description:
        'invalid: the data do not count; stop: nor are they due once accepted; low: checked on site, truly below the detection ' +
        'limit; condition: not used to decide exceedance within its allowance; amend: other values count once accepted',
    }),
    industry: Type.Optional(Type.String({ description: 'absent: any' })),
    basis: Type.String(),
  },
  strict,
);
/** Hours that marks of some codes may take (domain.md 1.7), and how many they do; hours of marks in force, each counted once. */
export const Allowance = Type.Object(
  {
    name: Id,
    nameZh: Type.String(),
    nameEn: Type.String(),
    codes: Type.Array(Id),
    per: Literals(['year', 'quarter', 'mark']),
    from: Time,
    to: Time,
    hours: Type.Number({ description: 'allowed' }),
    used: Type.Number({ description: 'hours' }),
    over: Type.Number({ description: 'hours above it: data of those decide exceedance; of a mark: its own' }),
    basis: Type.String(),
  },
  strict,
);
/** A mark (标记) on an outlet's data of a stretch of time (domain.md 1.7; MEE announcement 2022 no. 21). */
export const Mark = Type.Object(
  {
    id: Id,
    outletId: Id,
    enterpriseId: Id,
    mn: Type.Optional(Mn),
    factors: Type.Array(FactorCode, { description: 'empty: all' }),
    scope: MarkCode.properties.scope,
    code: Id,
    effect: MarkCode.properties.effect,
    ...Stretch,
    source: Literals(['auto', 'manual']),
    reason: Type.String(),
    values: Type.Optional(Type.Array(AmendedValue, { description: 'of an amendment' })),
    vouchers: Type.Array(Voucher),
    status: Literals(MARK_STATUSES),
    effective: Type.Boolean({ description: 'in force: accepted, or submitted in time and not returned' }),
    late: Type.Boolean({ description: 'came in after 12:00 of the day after: in force only when it is accepted' }),
    dueAt: Type.Unsafe<string>({ ...Time, description: 'until when it had to come in' }),
    vouchersDueAt: Type.Optional(Type.Unsafe<string>({ ...Time, description: 'amendment: until when vouchers count' })),
    allowance: Type.Optional(Allowance),
    submittedAt: Time,
    submittedBy: Type.String(),
    reviewedAt: Type.Optional(Time),
    reviewedBy: Type.Optional(Type.String()),
    comment: Type.Optional(Type.String()),
    withdrawnAt: Type.Optional(Time),
    steps: Type.Array(
      Type.Object(
        { at: Time, by: Type.String(), step: Literals(MARK_STEPS), comment: Type.Optional(Type.String()) },
        strict,
      ),
      { description: 'all that became of it, oldest first' },
    ),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);

export const marksActions = {
  'rules.mark.codes': {
    params: Type.Object({}, strict),
    result: Type.Array(MarkCode),
    roles: EVERYBODY,
  },
  'rules.mark.list': {
    params: Type.Object(
      {
        outletId: Type.Optional(Id),
        enterpriseId: Type.Optional(Id),
        status: Type.Optional(Literals(MARK_STATUSES)),
        code: Type.Optional(Id),
        from: Type.Optional(Time),
        to: Type.Optional(Time),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Mark),
    roles: EVERYBODY,
  },
  'rules.mark.get': { params: Type.Object({ id: Id }, strict), result: Mark, roles: EVERYBODY },
  'rules.mark.submit': {
    params: Type.Object(
      {
        outletId: Id,
        mn: Type.Optional(Mn),
        factors: Type.Optional(Type.Array(FactorCode, { maxItems: 50, uniqueItems: true })),
        code: Id,
        ...Stretch,
        reason: Type.String({ minLength: 1, maxLength: 2000 }),
        values: Type.Optional(
          Type.Array(AmendedValue, { minItems: 1, maxItems: 500, description: 'with code `amended`, and only there' }),
        ),
      },
      strict,
    ),
    result: Mark,
    roles: ['principal', 'operator-staff', 'service'],
  },
  'rules.mark.review': {
    params: Type.Object(
      { id: Id, decision: Literals(['accept', 'return']), comment: Type.Optional(Type.String({ maxLength: 2000 })) },
      strict,
    ),
    result: Mark,
    roles: ['administrator', 'supervisor', 'officer'],
  },
  'rules.mark.withdraw': {
    params: Type.Object({ id: Id, reason: Type.String({ minLength: 1, maxLength: 2000 }) }, strict),
    result: Mark,
    roles: ['principal', 'operator-staff', 'service'],
  },
  // The bytes travel as a Moleculer stream; these are its meta `$params`.
  'rules.voucher.add': {
    params: Type.Object(
      { markId: Id, filename: Type.String({ maxLength: 200 }), contentType: Literals(VOUCHER_TYPES) },
      strict,
    ),
    result: Mark,
    roles: ['principal', 'operator-staff'],
  },
  // Answers with a stream; the caller finds the voucher's description in the mark.
  'rules.voucher.get': {
    params: Type.Object({ markId: Id, voucherId: Id }, strict),
    result: Type.Any(),
    roles: EVERYBODY,
  },
  'rules.allowance.list': {
    params: Type.Object({ outletId: Id, at: Type.Optional(Time) }, strict),
    result: Type.Array(Allowance),
    roles: EVERYBODY,
  },
} as const satisfies Record<string, ActionContract>;

export type Allowance = Static<typeof Allowance>;
export type AmendedValue = Static<typeof AmendedValue>;
export type VoucherType = (typeof VOUCHER_TYPES)[number];
export type Mark = Static<typeof Mark>;
export type MarkCode = Static<typeof MarkCode>;
export type MarkStatus = (typeof MARK_STATUSES)[number];
