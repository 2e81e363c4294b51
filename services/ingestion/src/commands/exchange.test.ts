import { type Exchange, type ExchangeEvent, type Step, step, type Timing } from './exchange';

const T0 = 1_000_000;
const EXPIRES = T0 + 86_400_000;
/** GPRS: 10 s, three resends (HJ 212-2017 table 1). */
const GPRS: Timing = { overTime: 10_000, resends: 3, work: 10_000, ending: 'result' };

const queued: Exchange = { state: 'queued', sends: 0, packets: 0, deadline: EXPIRES, expiresAt: EXPIRES };
const sent: Exchange = { ...queued, state: 'sent', sends: 1, deadline: T0 + 10_000 };
const accepted: Exchange = { ...sent, state: 'accepted', qnRtn: 1, deadline: T0 + 10_000 };

type Case = [string, Exchange, ExchangeEvent, Partial<Exchange> & Partial<Omit<Step, 'next'>>, Partial<Timing>?];

test.each<Case>([
  [
    '6.2: goes out when the device is free',
    queued,
    { type: 'send', at: T0 },
    { state: 'sent', sends: 1, deadline: T0 + 10_000, send: true },
  ],
  ['its validity is over before the device is there', queued, { type: 'send', at: EXPIRES }, { state: 'expired' }],
  ['nobody came: expired', queued, { type: 'time', at: EXPIRES, connected: false }, { state: 'expired' }],
  ['taken back while it waits', queued, { type: 'cancel', at: T0 }, { state: 'cancelled' }],
  [
    '6.2: 9011 QnRtn 1',
    sent,
    { type: 'answer', at: T0 + 5_000, qnRtn: 1, meaning: 'in words' },
    { state: 'accepted', qnRtn: 1, deadline: T0 + 15_000 },
  ],
  [
    'table 7: 9011 QnRtn 3',
    sent,
    { type: 'answer', at: T0, qnRtn: 3, meaning: 'in words' },
    { state: 'refused', qnRtn: 3, reason: 'QnRtn 3: in words' },
  ],
  [
    'table 1: no 9011 in 10 s: again, with a new deadline',
    sent,
    { type: 'time', at: T0 + 10_000, connected: true },
    { state: 'sent', sends: 2, deadline: T0 + 20_000, send: true },
  ],
  [
    'table 1: the third resend',
    { ...sent, sends: 3 },
    { type: 'time', at: T0 + 10_000, connected: true },
    { state: 'sent', sends: 4, send: true },
  ],
  [
    '6.1: after three resends the link counts as dead',
    { ...sent, sends: 4 },
    { type: 'time', at: T0 + 10_000, connected: true },
    { state: 'timed-out', linkDead: true, reason: 'no 9011 after 4 sends' },
  ],
  [
    'the connection goes before 9011: waits again',
    sent,
    { type: 'link-lost', at: T0 },
    { state: 'queued', sends: 1, deadline: EXPIRES },
  ],
  [
    'the connection goes after the last resend',
    { ...sent, sends: 4 },
    { type: 'link-lost', at: T0 },
    { state: 'timed-out' },
  ],
  ['whoever held it died: waits again', sent, { type: 'time', at: T0 + 15_000, connected: false }, { state: 'queued' }],
  [
    '9011 on the next connection, before it went out again',
    { ...queued, sends: 1 },
    { type: 'answer', at: T0, qnRtn: 1, meaning: 'in words' },
    { state: 'accepted' },
  ],
  [
    '9012 on the next connection',
    { ...queued, sends: 1 },
    { type: 'result', at: T0, exeRtn: 1, meaning: 'in words' },
    { state: 'done' },
  ],
  [
    'data before 9011 say as much',
    sent,
    { type: 'data', at: T0, packets: 1 },
    { state: 'accepted', packets: 1, deadline: T0 + 10_000 },
  ],
  [
    '6.2: each packet gives new time',
    accepted,
    { type: 'data', at: T0 + 9_000, packets: 5 },
    { packets: 5, deadline: T0 + 19_000 },
  ],
  [
    '6.2: 9012 ExeRtn 1',
    accepted,
    { type: 'result', at: T0, exeRtn: 1, meaning: 'in words' },
    { state: 'done', exeRtn: 1 },
  ],
  ['9012 without 9011', sent, { type: 'result', at: T0, exeRtn: 1, meaning: 'in words' }, { state: 'done' }],
  [
    'table 6: 9012 ExeRtn 100',
    accepted,
    { type: 'result', at: T0, exeRtn: 100, meaning: 'in words' },
    { state: 'failed', exeRtn: 100, reason: 'ExeRtn 100: in words' },
  ],
  [
    '6.2: nothing in time after 9011: failed, no resend',
    accepted,
    { type: 'time', at: T0 + 10_000, connected: true },
    { state: 'timed-out', reason: 'no data and no 9012 within 10 s' },
  ],
  [
    '2011: the first data will do',
    accepted,
    { type: 'data', at: T0, packets: 1 },
    { state: 'done', packets: 1 },
    { ending: 'data' },
  ],
  [
    '2012: a notice is confirmed by 9013',
    sent,
    { type: 'confirmation', at: T0 },
    { state: 'done' },
    { ending: 'confirmation' },
  ],
  [
    '2012: no 9013',
    { ...sent, sends: 4 },
    { type: 'time', at: T0 + 10_000, connected: true },
    { linkDead: true, state: 'timed-out', reason: 'no 9013 after 4 sends' },
    { ending: 'confirmation' },
  ],
  [
    'it cannot be sent',
    queued,
    { type: 'unsendable', at: T0, reason: 'no password' },
    { state: 'failed', reason: 'no password' },
  ],
])('%s', (_name, exchange, event, expected, timing = {}) => {
  const { next, ...effects } = step(exchange, event, { ...GPRS, ...timing }) as Step;
  const { send, linkDead, ...state } = expected;
  expect(next).toMatchObject(state);
  expect([effects.send, effects.linkDead]).toEqual([send, linkDead]);
});

test.each<[string, Exchange, ExchangeEvent]>([
  ['a second 9011, to a resend', accepted, { type: 'answer', at: T0, qnRtn: 1, meaning: 'in words' }],
  ['the deadline is not over', sent, { type: 'time', at: T0 + 9_999, connected: true }],
  ['it is sent already', sent, { type: 'send', at: T0 }],
  ['it cannot be taken back once it is sent', sent, { type: 'cancel', at: T0 }],
  ['a device at work may go on over its next connection', accepted, { type: 'link-lost', at: T0 }],
  ['a request is not ended by 9013', sent, { type: 'confirmation', at: T0 }],
])('changes nothing: %s', (_name, exchange, event) => {
  expect(step(exchange, event, GPRS)).toBeUndefined();
});

const EVENTS: ExchangeEvent[] = [
  { type: 'send', at: T0 },
  { type: 'answer', at: T0, qnRtn: 1, meaning: 'in words' },
  { type: 'data', at: T0, packets: 1 },
  { type: 'result', at: T0, exeRtn: 1, meaning: 'in words' },
  { type: 'confirmation', at: T0 },
  { type: 'time', at: EXPIRES * 2, connected: true },
  { type: 'link-lost', at: T0 },
  { type: 'unsendable', at: T0, reason: 'x' },
  { type: 'cancel', at: T0 },
];
test.each(['done', 'refused', 'failed', 'timed-out', 'expired', 'cancelled'] as const)('%s: nothing more', (state) => {
  for (const event of EVENTS) expect(step({ ...accepted, state }, event, GPRS)).toBeUndefined();
});

test('never hangs: time alone ends it, within the figures of the standard', () => {
  let now: Exchange = queued;
  let at = T0;
  now = (step(now, { type: 'send', at }, GPRS) as Step).next;
  while (now.state === 'sent') {
    at = now.deadline;
    now = (step(now, { type: 'time', at, connected: true }, GPRS) as Step).next;
  }
  expect(now).toMatchObject({ state: 'timed-out', sends: 4 });
  expect(at - T0).toBe(4 * 10_000);
});
