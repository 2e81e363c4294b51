import { FrameCutter, parseSegment, readReply } from '@greenwatch/hj212';
import type { LoggerProfile } from './packets';
import { type Order, orderOf, replyFrames } from './requests';

const NOW = Date.parse('2026-11-20T10:20:00+08:00');
const logger: LoggerProfile = {
  ...{ mn: 'ABC', password: '123456', edition: '2017', st: '32', wantsAnswer: true, process: false, sendsStates: true },
  factors: ['w01018'],
};
const order = (cn: string, cp = '', profile = logger) =>
  orderOf(profile, { cn, cp, pw: '123456' }, { realtimeSeconds: 30 }, NOW);

test.each<[string, string, string, Order]>([
  ['C.5 1011', '1011', 'PolId=w01018', { answer: 'PolId=w01018;SystemTime=20261120102000' }],
  ['C.8 1061', '1061', '', { answer: 'RtdInterval=30' }],
  ['C.9 1062', '1062', 'RtdInterval=60', { realtimeSeconds: 60 }],
  ['table 4: RtdInterval is 30 to 3600', '1062', 'RtdInterval=5', { failed: 3 }],
  ['C.13 2012 is a notice', '2012', '', { upload: { kind: 'realtime', on: false }, notice: true }],
  [
    'C.25 2061',
    '2061',
    'BeginTime=20261120080000,EndTime=20261120095959',
    { history: { kind: 'hour', from: NOW - 140 * 60_000, to: NOW - 20 * 60_000 - 1_000 } },
  ],
  ['a history that ends before it begins', '2061', 'BeginTime=20261120080000,EndTime=20261120070000', { failed: 3 }],
  ['table 6: no running times', '2041', 'BeginTime=20261120080000,EndTime=20261120095959', { failed: 100 }],
  ['table 7: a CN that it does not know', '3099', '', { refused: 8 }],
])('%s', (_name, cn, cp, expected) => {
  expect(order(cn, cp)).toEqual(expected);
});

test('table 7: a wrong password', () => {
  expect(orderOf(logger, { cn: '1011', cp: '', pw: '654321' }, { realtimeSeconds: 30 }, NOW)).toEqual({ refused: 3 });
});

test.each(['2005', '2017'] as const)(
  '%s: 9011, the answer, 9012, each with the QN where the edition has it',
  (edition) => {
    const request = parseSegment('QN=20261120102000001;ST=32;CN=1061;PW=123456;MN=ABC;Flag=5;CP=&&&&');
    const { before, after } = replyFrames({ ...logger, edition }, request, order('1061'));
    const cutter = new FrameCutter();
    const read = [...before, ...after]
      .flatMap((frame) => cutter.push(frame))
      .map((piece) => {
        if (piece.type !== 'frame') throw new Error(piece.detail);
        return parseSegment(piece.segment);
      });
    expect(read.map(({ cn }) => cn)).toEqual(['9011', '1061', '9012']);
    const [accepted, , done] = read.map(readReply);
    expect(accepted).toMatchObject({ type: 'accepted', code: 1, qn: '20261120102000001' });
    expect(done).toMatchObject({ type: 'executed', code: 1, qn: '20261120102000001' });
  },
);
