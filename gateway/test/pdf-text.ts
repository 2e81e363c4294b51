import { inflateSync } from 'node:zlib';

/**
 * The text of a PDF as pdfkit writes it (one embedded font with a ToUnicode map, no object streams): what a reader's
 * search and copy would find. A glyph that the map does not know becomes U+FFFD.
 */
export function pdfText(pdf: Buffer): { pages: number; text: string } {
  const raw = pdf.toString('latin1');
  // By /Length, not by what looks like an end: compressed bytes may well end in one that does.
  const streams = [...raw.matchAll(/<<((?:(?!>>\s*stream)[\s\S])*?)>>\s*stream\r?\n/g)].map((found) => {
    const [opening, dictionary = ''] = found;
    const [, length] = /\/Length (\d+)/.exec(dictionary) ?? [];
    if (length === undefined) throw new Error(`a stream without a length: ${dictionary}`);
    const start = found.index + opening.length;
    const body = raw.slice(start, start + Number(length));
    return dictionary.includes('FlateDecode') ? inflateSync(Buffer.from(body, 'latin1')).toString('latin1') : body;
  });
  const glyphs = new Map<number, string>();
  for (const map of streams.filter((stream) => stream.includes('beginbfrange'))) {
    for (const [, first = '', list = ''] of map.matchAll(/<(\w+)> <\w+> \[([^\]]*)\]/g)) {
      const start = Number.parseInt(first, 16);
      [...list.matchAll(/<([\w ]*)>/g)].forEach(([, code = ''], i) => {
        glyphs.set(start + i, Buffer.from(code.replace(/ /g, ''), 'hex').swap16().toString('utf16le'));
      });
    }
  }
  const lines = streams
    .filter((stream) => /\bTJ\b/.test(stream))
    .flatMap((stream) => [...stream.matchAll(/\[([^\]]*)\] TJ/g)])
    .map(([, shown = '']) =>
      [...shown.matchAll(/<(\w+)>/g)]
        .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
        .map((glyph) => glyphs.get(Number.parseInt(glyph, 16)) ?? '\ufffd')
        .join(''),
    );
  return { pages: [...raw.matchAll(/\/Type \/Page\b/g)].length, text: lines.join('\n') };
}
