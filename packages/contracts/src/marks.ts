import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Literals, Mn, Page, PageParams, strict, Time } from './schema';

export const MARK_STATUSES = ['submitted', 'accepted', 'returned', 'withdrawn'] as const;
const Attachment = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    url: Type.String({ maxLength: 500, pattern: '^https?://' }),
  },
  strict,
);
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
    effect: Literals(['invalid', 'stop', 'low', 'condition'], {
      description:
        'invalid: the data do not count; stop: nor are they due once accepted; low: checked on site, truly below the detection ' +
        'limit; condition: not used to decide exceedance within its allowance',
    }),
    industry: Type.Optional(Type.String({ description: 'absent: any' })),
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
    attachments: Type.Array(Attachment),
    status: Literals(MARK_STATUSES),
    effective: Type.Boolean({ description: 'in force: accepted, or submitted in time and not returned' }),
    late: Type.Boolean({ description: 'came in after 12:00 of the day after: in force only when it is accepted' }),
    submittedAt: Time,
    submittedBy: Type.String(),
    reviewedAt: Type.Optional(Time),
    reviewedBy: Type.Optional(Type.String()),
    comment: Type.Optional(Type.String()),
    withdrawnAt: Type.Optional(Time),
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
        attachments: Type.Optional(Type.Array(Attachment, { maxItems: 10 })),
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
} as const satisfies Record<string, ActionContract>;

export type Mark = Static<typeof Mark>;
export type MarkCode = Static<typeof MarkCode>;
export type MarkStatus = (typeof MARK_STATUSES)[number];
