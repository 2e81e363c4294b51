import { readFileSync } from 'node:fs';
import { create, type Font, type Run } from 'fontkit';

/** Runs that are kept: every Chinese character of a province's files, and the words and numbers that come again. */
const MOST_RUNS = 20_000;
/** A Chinese character or mark stands for itself; what lies between is shaped together, for its kerning. */
const PIECE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+/g;

let font: Font | undefined;

/**
 * Noto Sans SC for pdfkit, of which a document holds only the characters it uses (10 MB whole, some 30 kB embedded). It is
 * read and parsed once, and shaped once for each character: documents of enterprises use the same few thousand.
 */
export function textFont(): Font {
  font ??= remembering(
    create(readFileSync(require.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'))),
  );
  return font;
}

function remembering(parsed: Font): Font {
  const runs = new Map<string, Run>();
  const runOf = (piece: string): Run => {
    const known = runs.get(piece);
    if (known) return known;
    if (runs.size >= MOST_RUNS) runs.clear();
    const run = parsed.layout(piece);
    runs.set(piece, run);
    return run;
  };
  return Object.assign(Object.create(parsed) as Font, {
    layout(text: string, features?: unknown): Run {
      if (features) return parsed.layout(text, features);
      const pieces = (text.match(PIECE) ?? []).map(runOf);
      return {
        glyphs: pieces.flatMap(({ glyphs }) => glyphs),
        // pdfkit scales positions where they stand: each caller has its own.
        positions: pieces.flatMap(({ positions }) => positions.map((position) => ({ ...position }))),
        advanceWidth: pieces.reduce((sum, run) => sum + run.advanceWidth, 0),
      };
    },
  });
}
