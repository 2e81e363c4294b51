import type { Cell, Column, Heading } from './layout';
import { readSheet, type SheetBounds, SheetRefused } from './read-sheet';

/** What a layout makes of the first row that is not empty. */
export type HeadingReader<K extends string> = (cells: readonly Cell[]) => { heading: Heading<K>; problem?: string };

/**
 * The rows of a sheet under its heading, in their order, without the empty ones.
 * @throws SheetRefused when it cannot be read, its heading is not that of the layout, or nothing stands under it
 */
export async function* sheetRows<K extends Column['key']>(
  bytes: Buffer,
  bounds: SheetBounds,
  readHeading: HeadingReader<K>,
): AsyncGenerator<{ heading: Heading<K>; row: number; cells: readonly Cell[] }> {
  let heading: Heading<K> | undefined;
  let empty = true;
  for await (const { row, cells } of readSheet(bytes, bounds)) {
    if (cells.every((cell) => cell === '')) continue;
    if (heading) {
      empty = false;
      yield { heading, row, cells };
      continue;
    }
    const read = readHeading(cells);
    if (read.problem) throw new SheetRefused(read.problem);
    heading = read.heading;
  }
  if (empty) throw new SheetRefused('expected a heading and at least one row');
}
