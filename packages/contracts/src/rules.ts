import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, EVERYBODY } from './action';
import { DivisionCode, FactorCode, Id, Level, Literals, Mn, Page, PageParams, strict, Time } from './schema';

export const ALARM_CODES = ['EXC_H', 'EXC_D', 'WARN_H', 'WARN_D', 'OFFLINE', 'CONST', 'TREAT_OFF'] as const;
export const AlarmEvidence = Type.Object(
  {
    dataTime: Time,
    value: Type.String(),
    field: Type.String(),
    limit: Type.Optional(Type.Number()),
    unit: Type.Optional(Type.String()),
    limitId: Type.Optional(Id),
    basis: Type.Optional(Type.String()),
  },
  strict,
);
export const Alarm = Type.Object(
  {
    id: Id,
    code: Literals(ALARM_CODES, { description: 'domain.md 1.9' }),
    level: Level,
    enterpriseId: Type.Optional(Id),
    outletId: Type.Optional(Id),
    mn: Mn,
    factor: Type.Optional(FactorCode),
    active: Type.Boolean(),
    acknowledged: Type.Boolean(),
    acknowledgedBy: Type.Optional(Type.String()),
    startedAt: Time,
    endedAt: Type.Optional(Time),
    durationMin: Type.Integer(),
    history: Type.Boolean({ description: 'raised from data older than the live window' }),
    multiple: Type.Optional(Type.Number({ description: 'worst (mean − limit)/limit' })),
    evidence: Type.Array(AlarmEvidence),
    divisionPath: Type.Array(DivisionCode),
  },
  strict,
);

export const rulesActions = {
  'rules.alarm.list': {
    params: Type.Object(
      {
        active: Type.Optional(Type.Boolean()),
        acknowledged: Type.Optional(Type.Boolean()),
        code: Type.Optional(Literals(ALARM_CODES)),
        enterpriseId: Type.Optional(Id),
        outletId: Type.Optional(Id),
        from: Type.Optional(Time),
        to: Type.Optional(Time),
        ...PageParams,
      },
      strict,
    ),
    result: Page(Alarm),
    roles: EVERYBODY,
  },
  'rules.alarm.get': { params: Type.Object({ id: Id }, strict), result: Alarm, roles: EVERYBODY },
  'rules.alarm.acknowledge': {
    params: Type.Object({ id: Id }, strict),
    result: Alarm,
    roles: ['administrator', 'supervisor', 'duty-officer', 'officer'],
  },
} as const satisfies Record<string, ActionContract>;

export type Alarm = Static<typeof Alarm>;
export type AlarmEvidence = Static<typeof AlarmEvidence>;
export type AlarmCode = (typeof ALARM_CODES)[number];
