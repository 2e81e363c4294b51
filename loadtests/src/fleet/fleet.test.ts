import { FACTORS, mnOf } from '../bench-frames';
import { ACKED, NOT_SENT, SENT } from '../load-messages';
import type { StoredMoment } from '../sent-ledger';
import { fleetBounds, fleetVerdict } from './fleet';
import { FleetFrames } from './fleet-frames';

const plan = new FleetFrames({
  ...{ realtimeSeconds: 60, minuteMinutes: 10, exceeding: 0, slowClocks: { share: 0, minutes: 0 } },
  dialects: { '2017': 1, '2017-unflagged': 0, '2005': 0 },
  from: Date.parse('2026-11-22T09:58:00+08:00'),
});
const DEVICE = 40;
/** 09:58 and 09:59 realtime, 09:50 minute, 09:00 hour; 10:00 was sent and not answered, 10:01 not sent. */
const sent = [{ states: [new Uint8Array([ACKED, ACKED, ACKED, ACKED, SENT, NOT_SENT])], firstDevice: DEVICE, plan }];
const stored = (frame: number, over: Partial<StoredMoment> = {}): StoredMoment => ({
  mn: mnOf(DEVICE),
  ...plan.momentOf(DEVICE, frame),
  factors: FACTORS.map((code) => ({ code })),
  revisions: 0,
  ...over,
});
const all = [0, 1, 2, 3].map((frame) => stored(frame));
async function* each(moments: StoredMoment[]) {
  yield* moments;
}
const at = (time: string) => Date.parse(`2026-11-22T${time}:00+08:00`);

test.each([
  ['all that was answered is stored', all, { attempted: 5, acknowledged: 4, stored: 4, lost: 0 }],
  ['what was only sent may be stored', [...all, stored(4)], { stored: 5, lost: 0, unexpected: 0 }],
  ['an hour that is missing is lost', all.slice(0, 3), { stored: 3, lost: 1 }],
  ['a minute mean stored twice', [...all, stored(2)], { duplicated: 1, lost: 0 }],
  ['a realtime value of 09:00 is not the hour 09:00', [...all, stored(3, { kind: 'realtime' })], { unexpected: 0 }],
  ['what was sent before this run is left out', [...all, stored(0, { dataTime: at('09:57') })], { unexpected: 0 }],
  ['what was never sent is unexpected', [...all, stored(5)], { unexpected: 1 }],
  [
    'a moment that no device of the fleet sends',
    [...all, stored(0, { dataTime: at('10:00') + 30_000 })],
    { unexpected: 1 },
  ],
  ['another device', [...all, stored(0, { mn: mnOf(7) })], { unexpected: 1 }],
] as [string, StoredMoment[], object][])('%s', async (_name, moments, expected) => {
  expect(await fleetVerdict(sent, each(moments))).toMatchObject({ ...expected });
});

test('bounds: nothing lost, doubled, unexpected, unanswered; nobody away', async () => {
  const verdict = await fleetVerdict(sent, each(all.slice(1)));
  expect(fleetBounds(verdict, 2).filter(({ value, most }) => value > most)).toEqual([
    { name: 'lost', value: 1, most: 0 },
    { name: 'unanswered', value: 1, most: 0 },
    { name: 'devices that stayed away', value: 2, most: 0 },
  ]);
});
