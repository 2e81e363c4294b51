import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Cell } from './layout';
import { checkZip } from './zip-check';

/** What a sheet may hold at most. */
export interface SheetBounds {
  rows: number;
  /** Bytes that a packed sheet may unpack to. */
  unpacked: number;
}

/** Why a file cannot be read as a sheet at all. */
export class SheetRefused extends Error {}

const MOST_CELL = 2_000;
const MOST_COLUMNS = 200;

/** What the bytes are, whatever the file is called. @throws SheetRefused */
export function formatOf(bytes: Buffer): 'csv' | 'xlsx' {
  if (bytes.length === 0) throw new SheetRefused('the file is empty');
  if (bytes.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 3, 4]))) return 'xlsx';
  if (bytes.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))) {
    throw new SheetRefused(
      'expected .xlsx or .csv, got an old .xls or an encrypted workbook: save it as .xlsx without password',
    );
  }
  if (bytes.subarray(0, 65_536).includes(0) || decoded(bytes.subarray(0, 65_536), false) === undefined) {
    throw new SheetRefused('expected .xlsx or .csv in UTF-8 or GB18030, got something else');
  }
  return 'csv';
}

/** The rows of a sheet in their order; the first worksheet of a workbook. @throws SheetRefused */
export async function* readSheet(bytes: Buffer, bounds: SheetBounds): AsyncGenerator<{ row: number; cells: Cell[] }> {
  let rows = 0;
  for await (const one of formatOf(bytes) === 'xlsx' ? readXlsx(bytes, bounds) : readCsv(bytes)) {
    if (++rows > bounds.rows) throw new SheetRefused(`expected at most ${bounds.rows} rows: split the sheet`);
    if (one.cells.length > MOST_COLUMNS) throw new SheetRefused(`expected at most ${MOST_COLUMNS} columns`);
    yield one;
  }
}

/** UTF-8, or GB18030 as Chinese Excel writes it; undefined where it is neither. */
function decoded(bytes: Buffer, whole = true): string | undefined {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      // A piece may end within a character.
      return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !whole });
    } catch {
      // the next one
    }
  }
  return undefined;
}

async function* readCsv(bytes: Buffer): AsyncGenerator<{ row: number; cells: Cell[] }> {
  const text = decoded(bytes);
  if (text === undefined) throw new SheetRefused('expected text in UTF-8 or GB18030');
  const line = text.slice(0, 10_000).split('\n', 1)[0] ?? '';
  const delimiter = ['\t', ';', ','].reduce((best, one) => {
    return line.split(one).length > line.split(best).length ? one : best;
  }, ',');
  const records = Readable.from(pieces(text)).pipe(
    parse({ delimiter, relax_column_count: true, relax_quotes: true, max_record_size: 200_000 }),
  );
  let row = 0;
  try {
    for await (const record of records as AsyncIterable<string[]>) yield { row: ++row, cells: record.map(csvCell) };
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (code.startsWith('CSV_')) throw new SheetRefused(`row ${row + 1} is not CSV: ${message}`);
    throw error;
  }
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 65_536) yield text.slice(at, at + 65_536);
}

/** What a spreadsheet would calculate is no value: opened again it may say something else, or do something. */
const FORMULA = /^(=|@|[+-](?![\d.]+$))/;

function csvCell(raw: string): Cell {
  const text = raw.trim();
  if (FORMULA.test(text) && text !== '-') return { refused: 'a value, not a formula', shown: text };
  return bounded(text);
}

const bounded = (text: string): Cell =>
  text.length > MOST_CELL ? { refused: `at most ${MOST_CELL} characters`, shown: text.slice(0, 100) } : text;

async function* readXlsx(bytes: Buffer, bounds: SheetBounds): AsyncGenerator<{ row: number; cells: Cell[] }> {
  const problem = await checkZip(bytes, bounds.unpacked);
  if (problem) throw new SheetRefused(problem);
  // Only whoever reads a workbook pays for its reader.
  const { default: ExcelJS } = await import('exceljs');
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(Readable.from([bytes]), {
    entries: 'ignore',
    sharedStrings: 'cache',
    hyperlinks: 'ignore',
    styles: 'cache',
    worksheets: 'emit',
  });
  try {
    for await (const worksheet of reader) {
      for await (const line of worksheet) {
        const cells: Cell[] = [];
        line.eachCell({ includeEmpty: false }, (cell, column) => {
          if (column <= MOST_COLUMNS + 1) cells[column - 1] = xlsxCell(cell.value);
        });
        yield { row: line.number, cells: Array.from(cells, (cell) => cell ?? '') };
      }
      return;
    }
  } catch (error) {
    if (error instanceof SheetRefused) throw error;
    throw new SheetRefused(`the workbook cannot be read: ${(error as Error).message}`);
  }
}

function xlsxCell(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return dateCell(value);
  if (typeof value !== 'object') {
    const text = String(value).trim();
    return typeof value === 'string' && /^[=@]/.test(text)
      ? { refused: 'a value, not a formula', shown: text }
      : bounded(text);
  }
  const cell = value as {
    formula?: string;
    sharedFormula?: string;
    error?: string;
    text?: unknown;
    richText?: { text: string }[];
  };
  if (cell.formula !== undefined || cell.sharedFormula !== undefined) {
    return { refused: 'a value, not a formula', shown: `=${cell.formula ?? cell.sharedFormula}` };
  }
  if (cell.error !== undefined) return { refused: 'a value, not an error', shown: cell.error };
  if (cell.richText)
    return bounded(
      cell.richText
        .map(({ text }) => text)
        .join('')
        .trim(),
    );
  return typeof cell.text === 'string' ? bounded(cell.text.trim()) : { refused: 'a text or a number', shown: '' };
}

/** A day, and its time where it has one: 2026-01-31 or 2026-01-31 08:00:00, as the sheet shows it. */
function dateCell(value: Date): string {
  // A sheet keeps days as fractions of a day: the hour may lie a hair beside itself.
  const text = new Date(Math.round(value.getTime() / 1_000) * 1_000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}
