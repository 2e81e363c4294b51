import { gunzipSync, gzipSync } from 'node:zlib';
import { dayOf } from '@greenwatch/kit';
import type { OrderedPacket } from '../merge';
import { type FieldShape, joinFields, shapeOf, splitFields, valuesIn } from '../packed/field-shape';

/** Columns that every file has; the others are `code-Field`, the exact text of each value. */
const DATA_TIME = 'data_time';
const RECEIVED_AT = 'received_at';
const SEQUENCE = 'log_sequence';
const SHAPE = 'shape';
const OWN_COLUMNS = [DATA_TIME, RECEIVED_AT, SEQUENCE, SHAPE];
const SHAPES = 'greenwatch.shapes';
const DAYS = 'greenwatch.days';

/** GZIP, which every reader of Parquet knows, by the zlib of Node. */
const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) };
const decompressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)) };

interface Month {
  rows: OrderedPacket[];
  shapes: FieldShape[];
  shapeOfRow: number[];
  columns: Map<string, (string | null)[]>;
}

/**
 * The packets of one device and kind and month as an Apache Parquet file that any tool can read: a row a packet, a row
 * group a day, times in UTC with milliseconds, a column for each field of each factor with the exact text. The text of a
 * packet comes back to the letter by its shape (`shape` counts the list in the file's key-value metadata).
 */
export async function writeMonth(packets: readonly OrderedPacket[]): Promise<Buffer> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
  const month = intoColumns(packets);
  const columnsOf = (from: number, to: number) => [
    {
      name: DATA_TIME,
      data: month.rows.slice(from, to).map(({ dataTime }) => new Date(dataTime)),
      type: 'TIMESTAMP' as const,
      nullable: false,
    },
    {
      name: RECEIVED_AT,
      data: month.rows.slice(from, to).map(({ receivedAt }) => new Date(receivedAt)),
      type: 'TIMESTAMP' as const,
      nullable: false,
    },
    {
      name: SEQUENCE,
      data: month.rows.slice(from, to).map(({ sequence }) => BigInt(sequence)),
      type: 'INT64' as const,
      nullable: false,
    },
    { name: SHAPE, data: month.shapeOfRow.slice(from, to), type: 'INT32' as const, nullable: false },
    ...[...month.columns].map(([name, values]) => ({
      name,
      data: values.slice(from, to),
      type: 'STRING' as const,
      nullable: true,
    })),
  ];
  const days = daysIn(month.rows);
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: columnsOf(0, 0) }),
    codec: 'GZIP',
    compressors,
    kvMetadata: [
      { key: SHAPES, value: JSON.stringify(month.shapes.map(({ key }) => key)) },
      { key: DAYS, value: JSON.stringify(days) },
    ],
    createdBy: 'Greenwatch readings',
  });
  for (const { from, to } of days) await file.write({ columnData: columnsOf(from, to), rowGroupSize: to - from });
  await file.finish();
  return Buffer.from(writer.getBuffer());
}

/** The packets of the days from `first` to `last` (yyyymmdd, both included) of a month's file, by day. */
export async function readMonth(bytes: Buffer, first: string, last: string): Promise<Map<string, OrderedPacket[]>> {
  const { parquetMetadata, parquetReadObjects } = await import('hyparquet');
  // A slice of its own: a Buffer of Node shares its memory with others.
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  const told = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '[]']));
  const shapes = (JSON.parse(told.get(SHAPES) ?? '[]') as string[]).map(shapeOf);
  const wanted = (JSON.parse(told.get(DAYS) ?? '[]') as DayRows[]).filter(({ day }) => day >= first && day <= last);
  const days = new Map<string, OrderedPacket[]>();
  for (const { day, from, to } of wanted) {
    const rows = await parquetReadObjects({ file, metadata, rowStart: from, rowEnd: to, compressors: decompressors });
    days.set(
      day,
      rows.map((row) => fromRow(row, shapes)),
    );
  }
  return days;
}

interface DayRows {
  day: string;
  from: number;
  to: number;
}

function daysIn(rows: readonly OrderedPacket[]): DayRows[] {
  const days: DayRows[] = [];
  for (const [at, { dataTime }] of rows.entries()) {
    const day = dayOf(dataTime);
    const last = days.at(-1);
    if (last?.day === day) last.to = at + 1;
    else days.push({ day, from: at, to: at + 1 });
  }
  return days;
}

function intoColumns(packets: readonly OrderedPacket[]): Month {
  const rows = packets.toSorted(
    (a, b) => a.dataTime - b.dataTime || a.receivedAt - b.receivedAt || a.sequence - b.sequence,
  );
  const known = new Map<string, number>();
  const shapes: FieldShape[] = [];
  const shapeOfRow: number[] = [];
  const columns = new Map<string, (string | null)[]>();
  for (const [row, { fields }] of rows.entries()) {
    const before = shapes[shapeOfRow.at(-1) ?? -1];
    let values = before && valuesIn(before, fields);
    let shape = before;
    if (!shape || !values) {
      const split = splitFields(fields);
      shape = split.shape;
      values = split.values;
      if (!known.has(shape.key)) {
        known.set(shape.key, shapes.length);
        shapes.push(shape);
      }
    }
    shapeOfRow.push(known.get(shape.key) ?? 0);
    for (const [at, name] of columnNames(shape).entries()) {
      let column = columns.get(name);
      if (!column) {
        column = new Array<string | null>(rows.length).fill(null);
        columns.set(name, column);
      }
      column[row] = values[at] as string;
    }
  }
  return { rows, shapes, shapeOfRow, columns };
}

/** `code-Field` of each value; one that stands twice in a packet, or is called as our own columns are, gets a number. */
function columnNames({ names }: FieldShape): string[] {
  const taken = new Set(OWN_COLUMNS);
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name}#${n}`;
    taken.add(free);
    return free;
  });
}

function fromRow(row: Record<string, unknown>, shapes: readonly FieldShape[]): OrderedPacket {
  const shape = shapes[Number(row[SHAPE])];
  if (!shape) throw new Error(`a cold month has no shape ${row[SHAPE]}`);
  return {
    dataTime: (row[DATA_TIME] as Date).getTime(),
    receivedAt: (row[RECEIVED_AT] as Date).getTime(),
    sequence: Number(row[SEQUENCE]),
    fields: joinFields(
      shape,
      columnNames(shape).map((name) => row[name] as string),
    ),
  };
}
