const MINUTE = 60_000;
/** domain.md 7: a failed delivery is tried again after 1, 5 and 15 minutes. */
const RETRY_AFTER_MS = [1 * MINUTE, 5 * MINUTE, 15 * MINUTE];
/** An SMS that could not leave for a day tells nobody anything new. */
export const EXPIRES_AFTER_MS = 24 * 60 * MINUTE;

/**
 * How long to wait before the next try.
 * @param attempts how many have failed so far, 1 or more
 * @returns undefined when it is given up
 */
export function retryAfter(attempts: number): number | undefined {
  return RETRY_AFTER_MS[attempts - 1];
}

/** Errors of submit_sm_resp that no second try mends (SMPP 3.4, 5.1.3): length, addresses, their types. */
const PERMANENT = new Set([0x01, 0x0a, 0x0b, 0x33, 0x48, 0x49, 0x50, 0x51]);
/** The receiver has too much to do: throttled, queue full, system error. */
const BUSY = new Set([0x58, 0x14, 0x08]);

export const isPermanent = (commandStatus: number): boolean => PERMANENT.has(commandStatus);
export const isBusy = (commandStatus: number): boolean => BUSY.has(commandStatus);

/** How long a receiver is left alone that has been busy so many times in a row: 1, 2, 4 … 60 s. */
export function pauseAfterBusy(times: number): number {
  return Math.min(60_000, 1_000 * 2 ** (times - 1));
}
