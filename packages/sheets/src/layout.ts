import type { SheetError } from '@greenwatch/contracts';

/** A cell as the reader gives it: its text, or why it cannot be taken. */
export type Cell = string | { refused: string; shown: string };

/** How a column is read: the value, or what was expected. */
export type Read = (text: string) => { value: unknown } | { expected: string };

/** A column of a layout; sheets name it by its Chinese or English heading or its key, in any order. */
export interface Column<Key extends string = string> {
  key: Key;
  zh: string;
  en: string;
  required?: boolean;
  read: Read;
  /** Two rows that show what may stand there. */
  examples: [string, string];
}

/** Which column stands where, by place in the heading. */
export type Heading<Key extends string = string> = (Column<Key> | undefined)[];

/**
 * Reads the heading row; `problem` says why the sheet cannot be read with it.
 * @param further the column of a heading that the layout does not have, for layouts with columns that data name
 */
export function readHeading<Key extends string>(
  columns: readonly Column<Key>[],
  cells: readonly Cell[],
  further: (name: string) => Column<Key> | undefined = () => undefined,
): { heading: Heading<Key>; problem?: string } {
  const heading: Heading<Key> = [];
  const problems: string[] = [];
  cells.forEach((cell, i) => {
    const name = (typeof cell === 'string' ? cell : cell.shown).replace(/[*＊]/g, '').trim();
    if (name === '') return;
    const column =
      columns.find(({ zh, en, key }) => [zh, en, key].some((one) => one.toLowerCase() === name.toLowerCase())) ??
      further(name);
    if (!column) problems.push(`the heading "${name}" in ${cellName(i, 1)} is none of the template`);
    else if (heading.some((other) => other?.key === column.key)) {
      problems.push(`the heading "${name}" stands there twice`);
    } else heading[i] = column;
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

/** Reads one row: its values by column, absent where the cell is empty. What is wrong is named by cell. */
export function readRow<Key extends string>(
  heading: Heading<Key>,
  row: number,
  cells: readonly Cell[],
): { values: Partial<Record<Key, unknown>>; errors: SheetError[] } {
  const values: Partial<Record<Key, unknown>> = {};
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
    else values[column.key] = result.value;
  });
  return { values, errors };
}
