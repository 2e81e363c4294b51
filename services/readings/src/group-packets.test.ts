import { readingsLog } from '@greenwatch/contracts';
import { dayOf, encodeBatch, type LogPacket } from '@greenwatch/kit';
import fc from 'fast-check';
import { groupPackets, type LoggedMessage } from './group-packets';
import { packetKey, parsePacketKey } from './packet-key';

const MINUTE = 60_000;
/** 2026-08-14T23:59:00+08:00 */
const LATE = Date.UTC(2026, 7, 14, 15, 59);

const packet = (over: Partial<LogPacket>): LogPacket => ({
  mn: '010000A8900016F000169DC0',
  kind: readingsLog.Kind.KIND_REALTIME,
  dataTime: LATE,
  receivedAt: LATE + 1_500,
  fields: 'a21026-Rtd=12.30,a21026-Flag=N;a34013-Rtd=4.1,a34013-Flag=N',
  raw: Buffer.from('##0001…'),
  ...over,
});
const message = (packets: LogPacket[]) => encodeBatch(packets, 'i1');
const stored = ({ dataTime, receivedAt, fields }: LogPacket) => ({
  dataTime,
  receivedAt,
  fields,
});

test('design.md 4, grouping: one group a device, kind and day (UTC+8), packets in the order of the log', () => {
  const a1 = packet({});
  const a2 = packet({ dataTime: LATE - MINUTE, fields: 'a21026-Rtd=11.9' });
  const nextDay = packet({ dataTime: LATE + MINUTE });
  const hour = packet({ kind: readingsLog.Kind.KIND_HOUR });
  const other = packet({ mn: 'B' });
  const groups = groupPackets([{ data: message([a1, other, a2, nextDay, hour]), partition: 3, sequence: 77 }]);
  expect(groups.map(({ key, packets }) => [key, readingsLog.StoredPackets.decode(packets).packets])).toEqual([
    ['010000A8900016F000169DC0 1 20260814 3.77', [stored(a1), stored(a2)]],
    ['B 1 20260814 3.77', [stored(other)]],
    ['010000A8900016F000169DC0 1 20260815 3.77', [stored(nextDay)]],
    ['010000A8900016F000169DC0 3 20260814 3.77', [stored(hour)]],
  ]);
});

test('design.md 4, latest: a group names its newest moment and all of that moment’s packets', () => {
  const part1 = packet({ fields: 'a21026-Rtd=1' });
  const older = packet({ dataTime: LATE - MINUTE });
  const part2 = packet({ fields: 'a34013-Rtd=2' });
  const [group] = groupPackets([{ data: message([part1, older, part2]), partition: 0, sequence: 1 }]);
  expect(group?.newest).toBe(LATE);
  expect(readingsLog.StoredPackets.decode(group?.newestPackets ?? Buffer.alloc(0)).packets).toEqual([
    stored(part1),
    stored(part2),
  ]);
});

test('design.md 4, nothing is lost or changed: the same packets as the generated codec reads', () => {
  const anyPacket = fc.record({
    mn: fc.stringMatching(/^[!-~]{1,32}$/),
    kind: fc.integer({ min: 1, max: 6 }),
    dataTime: fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }),
    receivedAt: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    fields: fc.string({ unit: 'grapheme', maxLength: 400 }),
    raw: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(anyPacket, { maxLength: 20 }), (packets) => {
      const groups = groupPackets([{ data: message(packets), partition: 1, sequence: 2 }]);
      for (const group of groups) {
        const key = parsePacketKey(group.key);
        const expected = packets.filter((p) => p.mn === key.mn && p.kind === key.kind && dayOf(p.dataTime) === key.day);
        expect(readingsLog.StoredPackets.decode(group.packets).packets).toEqual(expected.map(stored));
      }
      const count = groups.reduce((sum, g) => sum + readingsLog.StoredPackets.decode(g.packets).packets.length, 0);
      expect(count).toBe(packets.length);
    }),
  );
});

test('packets without readings, which the log carries for the archive, are passed over', () => {
  const other = packet({ kind: readingsLog.Kind.KIND_OTHER, dataTime: 0, fields: '' });
  expect(
    groupPackets([{ data: message([other, packet({})]), partition: 0, sequence: 1 }]).map(({ kind }) => kind),
  ).toEqual([1]);
});

test('issue 5: what a device says beside readings is given out apart, empty ones are not', () => {
  const other = { kind: readingsLog.Kind.KIND_OTHER, mn: 'B' };
  const text = '{"type":"log","text":"量程切换","cn":"3020"}';
  const said: LoggedMessage[] = [];
  const data = message([packet({ ...other, fields: text }), packet({}), packet({ ...other, fields: '' })]);
  expect(groupPackets([{ data, partition: 0, sequence: 1 }], said)).toHaveLength(1);
  expect(said).toEqual([{ mn: 'B', dataTime: LATE, receivedAt: LATE + 1_500, text }]);
});

test('fields a later version of the contract adds are stepped over', () => {
  const later = Buffer.concat([message([packet({})]), Buffer.from([0x78, 0x05]), Buffer.from([0x72, 0x01, 0x41])]);
  expect(groupPackets([{ data: later, partition: 0, sequence: 1 }])).toHaveLength(1);
});

test.each([
  ['cut off inside a packet', message([packet({})]).subarray(0, -3)],
  ['text', Buffer.from('no protobuf at all')],
])('bytes that are no PacketBatch are an error, not half a batch: %s', (_name, bytes) => {
  expect(() => groupPackets([{ data: bytes, partition: 0, sequence: 1 }])).toThrow();
});

test('keys sort by device, kind and day, also where one MN begins like another', () => {
  const key = (mn: string, kind: number, day: string) => packetKey({ mn, kind, day, partition: 0, sequence: 9 });
  const inOrder = [key('A', 1, '20260814'), key('A', 1, '20260815'), key('A', 2, '20260101'), key('A!', 1, '20260101')];
  expect([...inOrder].reverse().sort()).toEqual(inOrder);
  expect(parsePacketKey(inOrder[2] ?? '')).toEqual({
    mn: 'A',
    kind: 2,
    day: '20260101',
    partition: 0,
    sequence: 9,
  });
  expect(() => parsePacketKey('A|1|20260101|0.1')).toThrow('not the key');
});
