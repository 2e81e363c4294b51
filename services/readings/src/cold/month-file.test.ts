import type { OrderedPacket } from '../merge';
import { readMonth, writeMonth } from './month-file';

const DAY = 86_400_000;
const T = Date.UTC(2026, 6, 31, 16);
const packet = (dataTime: number, fields: string, over: Partial<OrderedPacket> = {}): OrderedPacket => ({
  dataTime,
  receivedAt: dataTime + 1_234,
  sequence: 0,
  fields,
  ...over,
});
const packets = [
  packet(T, 'a21026-Rtd=12.30,a21026-Flag=N;w01018-Rtd=5'),
  packet(T, 'a21026-Rtd=12.31,a21026-Flag=D', { receivedAt: T + 9 * DAY, sequence: 7 }),
  packet(T + 60_000, 'a21026-Rtd=1E-05,a21026-Flag=N;w01018-Rtd=007'),
  packet(T + DAY, 'i11001-Info=//a,b;c=d//'),
  packet(T + 30 * DAY, 'a-x=1,a-x=2;shape=3;data_time=', { receivedAt: T }),
  packet(T + 30 * DAY + 1, 'SB1-状态=运行'),
];
const read = async (first: string, last: string) => [
  ...(await readMonth(await writeMonth(packets.toReversed()), first, last)),
];

test('issue 5, old months as Parquet: every packet comes back to the letter, day by day', async () => {
  expect(await read('20260801', '20260831')).toEqual([
    ['20260801', packets.slice(0, 3)],
    ['20260802', packets.slice(3, 4)],
    ['20260831', packets.slice(4)],
  ]);
});

test('only the days asked for are read', async () => {
  expect(await read('20260802', '20260830')).toEqual([['20260802', packets.slice(3, 4)]]);
});

test('any tool sees times, and a column with the text of each field', async () => {
  const { parquetMetadata, parquetSchema } = await import('hyparquet');
  const bytes = await writeMonth(packets);
  const metadata = parquetMetadata(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  );
  expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([3, 1, 2]);
  const columns = parquetSchema(metadata).children.map(({ element }) => `${element.name} ${element.type}`);
  expect(columns.slice(0, 6)).toEqual([
    'data_time INT64',
    'received_at INT64',
    'log_sequence INT64',
    'shape INT32',
    'a21026-Rtd BYTE_ARRAY',
    'a21026-Flag BYTE_ARRAY',
  ]);
});
