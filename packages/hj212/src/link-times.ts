/**
 * How long an answer is waited for, and how often a message without one is sent again, by the link (HJ 212-2017 table 1; PSTN and SMS
 * HJ/T 212-2005). Both sides may set others by 1000. The figures of 2025 are not known; those of 2017 stand for them.
 */
export const LINK_TIMES = {
  adsl: { timeoutS: 5, resends: 3 },
  cellular: { timeoutS: 10, resends: 3 },
  pstn: { timeoutS: 5, resends: 3 },
  sms: { timeoutS: 30, resends: 3 },
} as const satisfies Record<string, { timeoutS: number; resends: number }>;

export type Link = keyof typeof LINK_TIMES;
