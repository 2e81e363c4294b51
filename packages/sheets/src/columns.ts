import type { SheetError } from '@greenwatch/contracts';

/** A cell as the reader gives it: its text, or why it cannot be taken. */
export type Cell = string | { refused: string; shown: string };

/** How the text of a cell is read: the value, or what was expected. */
export type Read = (text: string) => { value: unknown } | { expected: string };

export interface Column<K extends string = string> {
  key: K;
  zh: string;
  en: string;
  required?: boolean;
  read: Read;
  /** Two rows that show what may stand there. */
  examples: [string, string];
}

/** Which column stands where, by place in the heading. */
export type Heading<K extends string = string> = (Column<K> | undefined)[];

/** Reads the heading row; `problem` says why the sheet cannot be read with it. */
export function readHeading<K extends string>(
  columns: readonly Column<K>[],
  cells: readonly Cell[],
): { heading: Heading<K>; problem?: string } {
  const heading: Heading<K> = [];
  const problems: string[] = [];
  cells.forEach((cell, i) => {
    const name = (typeof cell === 'string' ? cell : cell.shown).replace(/[*＊]/g, '').trim();
    if (name === '') return;
    const column = columns.find(({ zh, en, key }) =>
      [zh, en, key].some((one) => one.toLowerCase() === name.toLowerCase()),
    );
    if (!column) problems.push(`the heading "${name}" in ${cellName(i, 1)} is none of the template`);
    else if (heading.includes(column)) problems.push(`the heading "${name}" stands there twice`);
    else heading[i] = column;
  });
  const missing = columns.filter((column) => column.required && !heading.includes(column));
  if (missing.length > 0) {
    problems.push(`expected the headings ${missing.map(({ zh, en }) => `${zh} (${en})`).join(', ')}`);
  }
  return { heading, ...(problems.length > 0 ? { problem: problems.join('; ') } : {}) };
}

/** Name of a cell as sheets call it: column 0, row 7 is A7. */
export function cellName(column: number, row: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return `${name}${row}`;
}

/**
 * Reads one row: the values by the keys of their columns, and `row`, its number (the heading being 1). What is wrong is
 * named by cell; with errors the row is not complete.
 */
export function readRow<K extends string>(
  heading: Heading<K>,
  row: number,
  cells: readonly Cell[],
): { row: Partial<Record<K, unknown>> & { row: number }; errors: SheetError[] } {
  const read: Partial<Record<string, unknown>> & { row: number } = { row };
  const errors: SheetError[] = [];
  heading.forEach((column, i) => {
    if (!column) return;
    const cell = cells[i] ?? '';
    const wrong = (value: string, expected: string) =>
      errors.push({ row, column: column.zh, cell: cellName(i, row), value: value.slice(0, 100), expected });
    if (typeof cell !== 'string') {
      wrong(cell.shown, cell.refused);
      return;
    }
    const raw = cell.trim();
    if (raw === '') {
      if (column.required) wrong('', 'a value: this column must be filled');
      return;
    }
    const result = column.read(raw);
    if ('expected' in result) wrong(raw, result.expected);
    else read[column.key] = result.value;
  });
  return { row: read as Partial<Record<K, unknown>> & { row: number }, errors };
}
