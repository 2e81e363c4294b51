/** What a step saw against what it must be. */
export interface Row {
  step: string;
  seen: string;
  bound: string;
  ok: boolean;
}

const HEAD = ['step', 'seen', 'bound', ''] as const;
/** Characters of a cell before it goes on in the next line. */
const WIDEST = 72;

/** The rows as a table for a terminal of any width from 120 on; long cells are wrapped at blanks. */
export function table(rows: readonly Row[]): string {
  const cells = [[...HEAD], ...rows.map(({ step, seen, bound, ok }) => [step, seen, bound, ok ? 'ok' : 'FAILED'])];
  const wrapped = cells.map((row) => row.map((text) => wrap(text, WIDEST)));
  const widths = HEAD.map((_, column) =>
    Math.max(...wrapped.flatMap((row) => (row[column] ?? []).map((line) => line.length))),
  );
  const lines = wrapped.flatMap((row, i) => {
    const height = Math.max(...row.map((cell) => cell.length));
    const shown = Array.from({ length: height }, (_, line) =>
      row
        .map((cell, column) => (cell[line] ?? '').padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    );
    return i === 0 ? [...shown, widths.map((width) => '-'.repeat(width)).join('  ')] : shown;
  });
  return lines.join('\n');
}

/** The last line: how many rows passed and failed. */
export function tally(rows: readonly Row[]): string {
  const failed = rows.filter(({ ok }) => !ok).length;
  return `${rows.length - failed} passed, ${failed} failed`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
