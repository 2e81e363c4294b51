import { type Static, Type } from '@sinclair/typebox';
import { type AllowanceRule, allowancesBy } from './marks/allowance';
import type { AmendmentTimes } from './marks/mark-state';

/** Environment variables of this service. The thresholds are of domain.md 1.9 [D]: nobody prescribes them, so they can be set. */
export const RulesConfig = Type.Object({
  RULES_WARN_PERCENT: Type.Integer({ minimum: 50, maximum: 100, default: 90, description: 'of the limit: near it' }),
  RULES_LIVE_WINDOW_H: Type.Integer({ minimum: 1, default: 24, description: 'alarms about older data are history' }),
  RULES_CONST_GAS_HOURS: Type.Integer({
    minimum: 2,
    default: 6,
    description: 'equal hourly means that count as stuck',
  }),
  RULES_CONST_WATER_SAMPLES: Type.Integer({
    minimum: 2,
    default: 4,
    description: 'the same for water, in hourly uploads; twice as many where the logger repeats a 2 h sample each hour',
  }),
  RULES_TREAT_OFF_MIN: Type.Integer({ minimum: 1, default: 10 }),
  RULES_OFFLINE_AFTER_S: Type.Integer({
    minimum: 1,
    default: 3_600,
    description: 'silence that makes a device offline',
  }),
  RULES_MARK_ALLOWANCES: Type.String({
    default: '',
    description: 'hours that marks may take where they differ from domain.md 1.7, e.g. waste-runs=60,maintenance=30',
  }),
  RULES_AMEND_DAYS: Type.Integer({ minimum: 1, default: 10, description: 'in which a value may be amended' }),
  RULES_VOUCHER_DAY: Type.Integer({
    ...{ minimum: 1, maximum: 28, default: 10 },
    description: 'of the next month: until when vouchers for an amendment must be in',
  }),
  RULES_SILENCE_CHECK_S: Type.Integer({ minimum: 1, maximum: 30, default: 10 }),
});
export type RulesConfig = Static<typeof RulesConfig>;

/** The same as the pure rules take them; times in ms. */
export interface RuleSettings {
  warnPercent: number;
  liveWindowMs: number;
  constTimes: { gas: number; water: number };
  treatmentOffMs: number;
  allowances: readonly AllowanceRule[];
  amendment: AmendmentTimes;
}

export function ruleSettings(config: RulesConfig): RuleSettings {
  return {
    warnPercent: config.RULES_WARN_PERCENT,
    liveWindowMs: config.RULES_LIVE_WINDOW_H * 3_600_000,
    constTimes: { gas: config.RULES_CONST_GAS_HOURS, water: config.RULES_CONST_WATER_SAMPLES },
    treatmentOffMs: config.RULES_TREAT_OFF_MIN * 60_000,
    allowances: allowancesBy(config.RULES_MARK_ALLOWANCES),
    amendment: { days: config.RULES_AMEND_DAYS, voucherDay: config.RULES_VOUCHER_DAY },
  };
}
