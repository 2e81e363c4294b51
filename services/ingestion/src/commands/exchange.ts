import type { CommandState } from '@greenwatch/contracts';

/** Where a command stands. Times in ms. */
export interface Exchange {
  state: CommandState;
  /** How often it went out, over all connections of the device. */
  sends: number;
  /** Data packets that came for it. */
  packets: number;
  /** When it is looked at again if nothing comes: while queued the end of its validity, afterwards the standard's time-out. */
  deadline: number;
  expiresAt: number;
  qnRtn?: number;
  exeRtn?: number;
  /** Why it ended without being done. */
  reason?: string;
}

/** What ends an exchange well. */
export type Ending =
  /** 9011, data if any, 9012. */
  | 'result'
  /** As above, and the first data packet will do: what it starts goes on by itself (2011, 2021). */
  | 'data'
  /** A notice: 9013. */
  | 'confirmation';

/** Figures of HJ 212-2017 table 1, or what the device was told by CN 1000. */
export interface Timing {
  /** ms */
  overTime: number;
  resends: number;
  /** How long the device may work between its 9011 and its 9012 without a data packet, ms. */
  work: number;
  ending: Ending;
}

export type ExchangeEvent =
  /** Its device is connected here and free for it. */
  | { type: 'send'; at: number }
  /** 9011 */
  | { type: 'answer'; at: number; qnRtn: number; meaning: string }
  | { type: 'data'; at: number; packets: number }
  /** 9012 */
  | { type: 'result'; at: number; exeRtn: number; meaning: string }
  /** 9013 */
  | { type: 'confirmation'; at: number }
  /** The deadline may be over. `connected`: the device still is, here. */
  | { type: 'time'; at: number; connected: boolean }
  /** The connection on which it went out is gone. */
  | { type: 'link-lost'; at: number }
  /** It cannot be sent as it stands. */
  | { type: 'unsendable'; at: number; reason: string }
  | { type: 'cancel'; at: number };

export interface Step {
  next: Exchange;
  /** The frame goes out now: the first time, or again. */
  send?: true;
  /** Sent as often as it may be, without an answer: the link counts as dead (HJ 212-2017 6.1). */
  linkDead?: true;
  /** What its history says of the step; absent: nothing worth a line. */
  detail?: string;
}

const ENDED: ReadonlySet<CommandState> = new Set(['done', 'refused', 'failed', 'timed-out', 'expired', 'cancelled']);

/** Whether nothing more can become of it. */
export function hasEnded(state: CommandState): boolean {
  return ENDED.has(state);
}

/**
 * One step of a request to a device (HJ 212-2017 6.1, 6.2; HJ/T 212-2005 6.1): 9011 within the time-out, else the request goes
 * out again, so many times; then data and 9012, each within the time-out after the one before, without a resend. What has
 * gone out and was not answered waits again when the connection goes, and counts its sends on; what was answered may still be
 * ended over the device's next connection.
 * @returns undefined where the event changes nothing
 */
export function step(exchange: Exchange, event: ExchangeEvent, timing: Timing): Step | undefined {
  const { state, sends } = exchange;
  if (hasEnded(state)) return undefined;
  const { at } = event;
  const to = (change: Partial<Exchange>, more: Omit<Step, 'next'> = {}): Step => ({
    next: { ...exchange, ...change },
    ...more,
  });
  const end = (ended: CommandState, reason: string, change: Partial<Exchange> = {}, more: Omit<Step, 'next'> = {}) =>
    to({ state: ended, reason, deadline: at, ...change }, more);
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const sendsLeft = sends <= timing.resends;
  const unanswered = `no ${timing.ending === 'confirmation' ? '9013' : '9011'} after ${sends} sends`;

  switch (event.type) {
    case 'send':
      if (state !== 'queued') return undefined;
      if (at >= exchange.expiresAt) return end('expired', 'the device was not there while the command was good');
      return to({ state: 'sent', sends: sends + 1, deadline: at + timing.overTime }, { send: true });
    case 'answer':
      if (state === 'accepted') return undefined;
      if (event.qnRtn !== 1) {
        return end('refused', `QnRtn ${event.qnRtn}: ${event.meaning}`, {
          qnRtn: event.qnRtn,
        });
      }
      return to({ state: 'accepted', qnRtn: 1, deadline: at + timing.work });
    case 'data': {
      const packets = exchange.packets + event.packets;
      if (timing.ending === 'data') return to({ state: 'done', packets, deadline: at });
      return to({ state: 'accepted', packets, deadline: at + timing.work });
    }
    case 'result':
      if (event.exeRtn === 1) return to({ state: 'done', exeRtn: 1, deadline: at });
      return end('failed', `ExeRtn ${event.exeRtn}: ${event.meaning}`, {
        exeRtn: event.exeRtn,
      });
    case 'confirmation':
      return timing.ending === 'confirmation' ? to({ state: 'done', deadline: at }) : undefined;
    case 'link-lost':
      if (state !== 'sent') return undefined;
      if (!sendsLeft) return end('timed-out', `${unanswered}, and the connection is gone`);
      return to({ state: 'queued', deadline: exchange.expiresAt }, { detail: 'the connection is gone' });
    case 'time':
      if (at < exchange.deadline) return undefined;
      if (state === 'queued') return end('expired', 'the device was not there while the command was good');
      if (state === 'accepted') return end('timed-out', `no data and no 9012 within ${seconds(timing.work)}`);
      if (!sendsLeft) return end('timed-out', unanswered, {}, { linkDead: true });
      if (!event.connected) return to({ state: 'queued', deadline: exchange.expiresAt }, { detail: 'nobody held it' });
      return to(
        { sends: sends + 1, deadline: at + timing.overTime },
        { send: true, detail: `no answer within ${seconds(timing.overTime)}: sent again` },
      );
    case 'unsendable':
      return end('failed', event.reason);
    case 'cancel':
      return state === 'queued' ? end('cancelled', 'taken back') : undefined;
  }
}
