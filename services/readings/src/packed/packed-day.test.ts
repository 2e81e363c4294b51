import fc from 'fast-check';
import type { OrderedPacket } from '../merge';
import { PackedDay, packDay } from './packed-day';

const T = Date.UTC(2026, 7, 13, 16);
const packet = (fields: string, at = 0, over: Partial<OrderedPacket> = {}): OrderedPacket => ({
  dataTime: T + at * 60_000,
  receivedAt: T + at * 60_000 + 812,
  sequence: 0,
  fields,
  ...over,
});
const again = (packets: readonly OrderedPacket[]) => new PackedDay(packDay(packets)).packets();

test.each<[string, string[]]>([
  ['nothing', []],
  ['one value', ['a21026-Rtd=12.30']],
  ['decimals as printed', ['a-Rtd=12.30', 'a-Rtd=0.05', 'a-Rtd=-3.10', 'a-Rtd=0.00']],
  ['decimals without needless zeros', ['a-Rtd=12.3', 'a-Rtd=12', 'a-Rtd=12.34', 'a-Rtd=0', 'a-Rtd=-0.5', 'a-Rtd=100']],
  ['no number to the letter', ['a-Rtd=12.30', 'a-Rtd=+1.20', 'a-Rtd=007', 'a-Rtd=1E-05', 'a-Rtd=.5', 'a-Rtd=-0.00']],
  ['one more decimal', ['a-Rtd=1.20', 'a-Rtd=1.21', 'a-Rtd=1.220', 'a-Rtd=1.23', 'a-Rtd=1.24']],
  ['15 digits', ['a-Cou=999999999999999', 'a-Cou=1', 'a-Cou=1000000000000000', 'a-Cou=-999999999999.999']],
  ['factors that come and go', ['a-Rtd=1;b-Rtd=2', 'a-Rtd=1', 'b-Rtd=3;a-Rtd=1', 'b-Rtd=3', 'a-Rtd=1;b-Rtd=2']],
  ['flags', ['a-Rtd=1,a-Flag=N', 'a-Rtd=1,a-Flag=D', 'a-Flag=M', 'a-Rtd=2,a-Flag=N']],
  ['a 2005 code', ['a21026-@=02,a21026-Rtd=1.0', 'a21026-@=02,a21026-Rtd=1.5']],
  ['log text with separators', ['i11001-Info=//a,b;c=d//', 'i11001-Info=//e//,i-x=1', 'i11001-Info=//open,x=1']],
  ['one name twice', ['a-Rtd=1,a-Rtd=2', 'a-Rtd=3', 'a-Rtd=4,a-Rtd=5']],
  ['no item', ['', 'text', '=', 'a=;', 'a-Rtd=,b-Rtd=']],
  ['Chinese', ['SB1-状态=运行', 'SB1-状态=停运']],
])('issue 5, packed to the letter: %s', (_name, texts) => {
  const packets = texts.map((fields, at) => packet(fields, at));
  expect(again(packets)).toEqual(packets);
});

test('issue 5, packed: revisions, late and early reception, order by (data time, reception, log sequence)', () => {
  const first = packet('a-Rtd=1', 0);
  const revised = packet('a-Rtd=2', 0, { receivedAt: T + 86_400_000 * 40 });
  const ahead = packet('a-Rtd=3', 5, { receivedAt: T });
  expect(again([ahead, revised, first])).toEqual([first, revised, ahead]);
});

test('issue 5, packed: the log sequence is kept where two packets of a moment came in one millisecond', () => {
  const packets = [
    packet('a-Rtd=1', 0, { sequence: 7 }),
    packet('a-Rtd=2', 0, { sequence: 9 }),
    packet('a-Rtd=1', 0, { sequence: 9 }),
    packet('a-Rtd=4', 1, { sequence: 9 }),
  ];
  expect(again(packets)).toEqual([...packets.slice(0, 3), { ...packets[3], sequence: 0 }]);
});

test('issue 5, packed: any packets come back', () => {
  const text = fc.oneof(
    fc.constantFrom('1.5', '1.50', '-2', 'N', '', '1E5', '99999999999999', '0.0001', '//x;y//'),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String),
    fc.integer().map((n) => (n / 100).toFixed(2)),
  );
  const item = fc.tuple(fc.constantFrom('a-Rtd', 'a-Flag', 'b-Avg', 'b-Cou'), text).map((pair) => pair.join('='));
  const fields = fc.array(item, { maxLength: 5 }).map((items) => items.join(','));
  const any = fc.record({
    dataTime: fc.integer({ min: T, max: T + 86_399_999 }),
    receivedAt: fc.integer({ min: 0, max: 2 ** 42 }),
    sequence: fc.constant(0),
    fields,
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (packets) => {
      const ordered = packets.toSorted((a, b) => a.dataTime - b.dataTime || a.receivedAt - b.receivedAt);
      expect(again(packets)).toEqual(ordered);
    }),
  );
});

test('numbers and flags of a factor without its texts; NaN where a packet has none', () => {
  const day = new PackedDay(
    packDay([
      packet('a-Rtd=1.10,a-Flag=N', 0),
      packet('b-Rtd=5', 1),
      packet('a-Rtd=1.20,a-Flag=D', 2),
      packet('a-Rtd=1E-1,a-Flag=N', 3),
      packet('a-Rtd=1.30', 4),
    ]),
  );
  expect(day.onePacketAMoment).toBe(true);
  expect([...(day.numbers('a-Rtd') ?? [])]).toEqual([1.1, Number.NaN, 1.2, 0.1, 1.3]);
  expect(day.texts('a-Flag')).toEqual(['N', undefined, 'D', 'N', undefined]);
  expect(day.numbers('c-Rtd')).toBeUndefined();
  expect([...day.dataTimes]).toEqual([0, 1, 2, 3, 4].map((minute) => T + minute * 60_000));
});

test('bytes that changed are refused', () => {
  const bytes = packDay([packet('a-Rtd=1.10')]);
  expect(() => new PackedDay(Buffer.concat([Buffer.of(9), bytes.subarray(1)]))).toThrow('version 9');
  expect(() => new PackedDay(bytes.subarray(0, -2))).toThrow();
  const changed = Buffer.from(bytes);
  changed.writeUInt8((changed.at(-1) ?? 0) ^ 1, changed.length - 1);
  expect(() => new PackedDay(changed)).toThrow('was changed');
});

test('issue 5, size: a day of minutes with the noise of instruments takes about a byte a reading', () => {
  // A repeatable generator of noise around a slow drift: two decimals, about 1 % of the value.
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const noise = () => random() + random() + random() - 1.5;
  const rows = Array.from({ length: 1_440 }, (_, at) => {
    const values = Array.from({ length: 8 }, (_, f) => {
      const value = 20 + f * 3 + Math.sin(at / 200 + f) + noise() * 0.2;
      return `a0000${f}-Rtd=${value.toFixed(2)},a0000${f}-Flag=N`;
    });
    return packet(values.join(';'), at, { receivedAt: T + at * 60_000 + 200 + Math.floor(random() * 900) });
  });
  const bytes = packDay(rows);
  expect(again(rows)).toEqual(rows);
  expect(bytes.length / (1_440 * 8)).toBeLessThan(1.05);
});
