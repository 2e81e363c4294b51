import { FACTORS, mnOf } from './bench-frames';
import { ACKED, NOT_SENT, SENT } from './load-messages';
import { SentLedger } from './sent-ledger';

const FIRST = Date.UTC(2026, 0, 1);
const all = FACTORS.map((code) => ({ code }));
const moment = (device: number, frame: number, over = {}) => ({
  ...{ mn: mnOf(device), dataTime: FIRST + frame * 1_000, factors: all, revisions: 0 },
  ...over,
});
/** Two devices: one with three frames acknowledged, one with one acknowledged, one sent, one never sent. */
const ledger = () =>
  new SentLedger([
    { states: [new Uint8Array([ACKED, ACKED, ACKED]), new Uint8Array([ACKED, SENT, NOT_SENT])], firstTime: FIRST },
  ]);

function verdictOf(...moments: ReturnType<typeof moment>[]) {
  const filled = ledger();
  for (const one of moments) filled.add(one);
  const { examples, ...counts } = filled.close();
  return { ...counts, examples };
}
const stored = [moment(0, 0), moment(0, 1), moment(0, 2), moment(1, 0)];

test('all that was acknowledged is there: nothing to complain of; what was only sent may be there', () => {
  const clean = { lost: 0, unexpected: 0, duplicated: 0, examples: { lost: [], unexpected: [] } };
  expect(verdictOf(...stored)).toEqual({ ...clean, attempted: 5, acknowledged: 4, stored: 4 });
  expect(verdictOf(...stored, moment(1, 1))).toEqual({ ...clean, attempted: 5, acknowledged: 4, stored: 5 });
});

test('one that is missing is lost, and named', () => {
  expect(verdictOf(...stored.slice(1))).toMatchObject({
    lost: 1,
    examples: { lost: [`${mnOf(0)} 2026-01-01T08:00:00.000+08:00`] },
  });
});

test('half a packet is lost', () => {
  const half = moment(0, 0, { factors: all.slice(1) });
  expect(verdictOf(half, ...stored.slice(1))).toMatchObject({ lost: 1, unexpected: 0 });
});

test.each([
  ['twice', [moment(0, 0)], { duplicated: 1 }],
  ['never sent', [moment(1, 2)], { unexpected: 1 }],
  ['of a time before the first', [moment(0, -1)], { unexpected: 1 }],
  ['of a device that is none of ours', [moment(7, 0)], { unexpected: 1 }],
])('a moment that is there %s', (_name, more, expected) => {
  expect(verdictOf(...stored, ...more)).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0, ...expected });
});

test('a revision of what was sent with one content counts as a duplicate', () => {
  expect(verdictOf(moment(0, 0, { revisions: 1 }), ...stored.slice(1))).toMatchObject({ duplicated: 1, lost: 0 });
});

test('two loads of the same devices at different times are kept apart', () => {
  const both = new SentLedger([
    { states: [new Uint8Array([ACKED])], firstTime: FIRST },
    { states: [new Uint8Array([ACKED])], firstTime: FIRST - 86_400_000 },
  ]);
  both.add(moment(0, 0));
  both.add(moment(0, -86_400));
  expect(both.close()).toMatchObject({ attempted: 2, stored: 2, lost: 0, unexpected: 0, duplicated: 0 });
});
