import { type Static, Type } from '@sinclair/typebox';

/** Environment variables of fraud beside the kit's. */
export const FraudConfig = Type.Object({
  READINGS_GRPC: Type.String({ pattern: '^[^:/]+:\\d+$', description: 'host:port of the readings service' }),
  FRAUD_WINDOW_DAYS: Type.Integer({ minimum: 1, maximum: 366, default: 30, description: 'domain.md 2.2' }),
  FRAUD_BASELINE_DAYS: Type.Integer({ minimum: 1, maximum: 1100, default: 90, description: 'domain.md 2.2' }),
  FRAUD_SCORING_HOUR: Type.Integer({
    minimum: 0,
    maximum: 23,
    default: 4,
    description: 'hour (UTC+8) at which the day before is scored',
  }),
  FRAUD_CLUES_PER_COUNTY: Type.Integer({
    minimum: 0,
    default: 5,
    description: 'new suspicions a county and day: what its inspectors can look at (domain.md 2.4)',
  }),
  FRAUD_FALSE_DISCOVERY_RATE: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 0.05,
    description: 'q of Benjamini and Hochberg (domain.md 2.4)',
  }),
  FRAUD_WITHDRAW_AFTER_DAYS: Type.Integer({
    minimum: 1,
    default: 3,
    description: 'scored days of level normal after which a suspicion without a verdict is withdrawn',
  }),
  FRAUD_REFIT_AFTER: Type.Integer({ minimum: 2, default: 50, description: 'new verdicts (domain.md 2.4)' }),
  FRAUD_PREVALENCE: Type.Number({
    exclusiveMinimum: 0,
    exclusiveMaximum: 1,
    default: 0.1,
    description:
      'share of outlets assumed to be abnormal: visited ones are a biased sample, so a refit is moved there [D]',
  }),
  FRAUD_KEEP_DETAIL_DAYS: Type.Integer({
    minimum: 1,
    default: 40,
    description: 'how long test by test is kept; of a suspicion it always is',
  }),
  FRAUD_KEEP_DAYS: Type.Integer({ minimum: 1, default: 1100, description: 'how long scores are kept' }),
});
export type FraudConfig = Static<typeof FraudConfig>;
