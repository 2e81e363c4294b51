import { type Static, Type } from '@sinclair/typebox';
import type { LimitDays } from './clocks';

const days = (default_: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 365, default: default_, description });
const count = (default_: number, description: string) => Type.Integer({ minimum: 1, default: default_, description });

/** Environment variables of the service: what differs from place to place, and what domain.md marks [L] or [D]. */
export const ComplaintsConfig = Type.Object({
  COMPLAINTS_ACCEPT_DAYS: days(15, 'to tell whether it is accepted, d (信访工作条例) [C]'),
  COMPLAINTS_EMERGENCY_ACCEPT_MINUTES: count(60, 'the same for an emergency, which is accepted at once [D]'),
  COMPLAINTS_ANSWER_DAYS: days(60, 'to answer, d from acceptance [C]'),
  COMPLAINTS_EXTENSION_DAYS: days(30, 'one extension with notice, d [C]'),
  COMPLAINTS_GOAL_DAYS: days(30, 'local goal for the answer, d [L]'),
  COMPLAINTS_REVIEW_DAYS: days(30, 'to ask for a review, and to decide it, d [C]'),
  COMPLAINTS_FORWARD_WORKING_DAYS: days(3, 'to hand it on, working days [L]'),
  COMPLAINTS_OBJECTION_WORKING_DAYS: days(5, 'for whom it was handed on to, to hand it back, working days [C]'),
  COMPLAINTS_PER_ADDRESS_HOUR: count(10, 'complaints from one address [D]'),
  COMPLAINTS_PER_ADDRESS_DAY: count(40, 'complaints from one address [D]'),
  COMPLAINTS_PHOTOS_PER_ADDRESS_HOUR: count(80, 'photos from one address [D]'),
  COMPLAINTS_CODES_PER_PHONE_DAY: count(5, 'codes by SMS to one phone, at most one a minute [D]'),
  COMPLAINTS_CODES_PER_ADDRESS_HOUR: count(10, 'codes by SMS asked for from one address [D]'),
  COMPLAINTS_TRIES_PER_NUMBER: count(10, 'wrong secret codes for one complaint from one address in 15 min [D]'),
  COMPLAINTS_TRIES_PER_ADDRESS: count(60, 'wrong secret codes from one address in 15 min [D]'),
  COMPLAINTS_UPLOAD_MINUTES: count(60, 'after which photos of a complaint that was not sent are deleted [D]'),
  COMPLAINTS_SWEEP_SECONDS: count(60, 'between two looks for such photos'),
});
export type ComplaintsConfig = Static<typeof ComplaintsConfig>;

export const limitDays = (config: ComplaintsConfig): LimitDays => ({
  accept: config.COMPLAINTS_ACCEPT_DAYS,
  answer: config.COMPLAINTS_ANSWER_DAYS,
  extension: config.COMPLAINTS_EXTENSION_DAYS,
  goal: config.COMPLAINTS_GOAL_DAYS,
  review: config.COMPLAINTS_REVIEW_DAYS,
  forward: config.COMPLAINTS_FORWARD_WORKING_DAYS,
});
