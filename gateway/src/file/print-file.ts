import PDFDocument from 'pdfkit';
import type { DocumentPart, FileDocument } from './file-document';
import { textFont } from './font';
import type { Language, Words } from './words';
import { wrap } from './wrap';

/** A4 in points. */
const MARGIN = 46;
const WIDTH = 595.28 - 2 * MARGIN;
const BOTTOM = 841.89 - MARGIN - 18;
const SIZE = { title: 18, subtitle: 10, heading: 12, text: 8.5, small: 7.5 };
const COLOUR = {
  text: '#1f2d2b',
  muted: '#5c6b68',
  line: '#c9d2cf',
  head: '#eef3f1',
  warn: '#9a3412',
  warnBack: '#fff4e5',
};
const PAD = 3;

/**
 * Sets a document on pages. The stream is read while it is written; each page leaves as soon as it is full.
 * @param at when the file was gathered; the PDF's own date
 */
export function printFile(document: FileDocument, at: Date, words: Words, language: Language): PDFKit.PDFDocument {
  const pdf = new PDFDocument({
    size: 'A4',
    // pdfkit takes a parsed font, too; its types do not say so. Without, it would parse Helvetica first.
    font: textFont() as unknown as string,
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
    lang: language,
    info: { Title: `${document.title} ${document.subtitle}`, Producer: 'Greenwatch', CreationDate: at, ModDate: at },
  });
  let page = 1;
  const foot = () => {
    const { y } = pdf;
    pdf.fontSize(SIZE.small).fillColor(COLOUR.muted);
    const numbered = words('file.document.page', { page });
    pdf.text(`${document.title} · ${document.asOf}`, MARGIN, BOTTOM + 12, { width: WIDTH - 80, lineBreak: false });
    pdf.text(numbered, MARGIN, BOTTOM + 12, { width: WIDTH, align: 'right', lineBreak: false });
    pdf.y = y;
  };
  const room = (height: number) => {
    if (pdf.y + height <= BOTTOM) return;
    foot();
    pdf.addPage();
    page += 1;
    pdf.y = MARGIN;
  };

  pdf.fontSize(SIZE.title).fillColor(COLOUR.text).text(document.title, MARGIN, MARGIN, { width: WIDTH });
  pdf.fontSize(SIZE.subtitle).fillColor(COLOUR.muted).text(document.subtitle, { width: WIDTH }).text(document.asOf);
  for (const note of document.notes) {
    pdf.moveDown(0.3).fontSize(SIZE.text).fillColor(COLOUR.warn).text(note, MARGIN, pdf.y, { width: WIDTH });
  }
  for (const part of document.parts) printPart(pdf, part, room);

  const closing = [
    words('file.document.digest', { digest: document.digest }),
    words('file.document.digestNote'),
    words('file.document.pages', { pages: page }),
  ];
  room(60);
  // A page more may have begun with it.
  closing[2] = words('file.document.pages', { pages: page });
  pdf.moveDown(1.2);
  rule(pdf);
  pdf.fontSize(SIZE.small).fillColor(COLOUR.muted);
  for (const line of closing) pdf.text(line, MARGIN, pdf.y + 3, { width: WIDTH });
  foot();
  pdf.end();
  return pdf;
}

function printPart(pdf: PDFKit.PDFDocument, part: DocumentPart, room: (height: number) => void): void {
  pdf.y += 14;
  const whole = part.widths.reduce((sum, width) => sum + width, 0);
  const widths = part.widths.map((width) => (width / whole) * WIDTH);
  const widthsOf = (row: readonly string[]) => (row.length === 1 ? [WIDTH] : widths);
  const [first] = part.rows;
  const head = first && part.head && setRow(pdf, part.head, widths);
  // A title never stands alone at the foot of a page.
  room(60 + (head?.height ?? 0) + (first ? setRow(pdf, first, widthsOf(first)).height : 0));
  pdf.fontSize(SIZE.heading).fillColor(COLOUR.text).text(part.title, MARGIN, pdf.y, { width: WIDTH });
  pdf
    .fontSize(SIZE.small)
    .fillColor(COLOUR.muted)
    .text(part.source, MARGIN, pdf.y + 1, { width: WIDTH });
  pdf.y += 3;
  if (part.missing) {
    const height = pdf.fontSize(SIZE.text).heightOfString(part.missing, { width: WIDTH - 12 }) + 8;
    pdf.rect(MARGIN, pdf.y, WIDTH, height).fill(COLOUR.warnBack);
    pdf.fillColor(COLOUR.warn).text(part.missing, MARGIN + 6, pdf.y + 4, { width: WIDTH - 12 });
    pdf.y += 4;
    return;
  }
  if (part.rows.length === 0) {
    pdf.fontSize(SIZE.text).fillColor(COLOUR.muted).text(part.empty, MARGIN, pdf.y, { width: WIDTH });
    return;
  }
  if (head) printRow(pdf, head, widths, true);
  for (const cells of part.rows) {
    const row = setRow(pdf, cells, widthsOf(cells));
    const before = pdf.y;
    room(row.height);
    if (head && pdf.y < before) printRow(pdf, head, widths, true);
    printRow(pdf, row, widthsOf(cells), false);
  }
}

/** A row whose lines are broken: measured once, then printed. */
interface SetRow {
  cells: string[][];
  height: number;
}

function setRow(pdf: PDFKit.PDFDocument, row: readonly string[], widths: readonly number[]): SetRow {
  pdf.fontSize(SIZE.text);
  const cells = row.map((text, i) => wrap(text, (widths[i] as number) - 2 * PAD, (piece) => widthOf(pdf, piece)));
  const lines = Math.max(...cells.map(({ length }) => length));
  return { cells, height: lines * pdf.currentLineHeight(true) + 2 * PAD };
}

/** Widths of single characters at SIZE.text, which most of Chinese is broken into; bounded by what the font holds. */
const characterWidths = new Map<string, number>();

function widthOf(pdf: PDFKit.PDFDocument, piece: string): number {
  const known = characterWidths.get(piece);
  if (known !== undefined) return known;
  const width = pdf.widthOfString(piece);
  if (piece.length === 1) characterWidths.set(piece, width);
  return width;
}

function printRow(
  pdf: PDFKit.PDFDocument,
  { cells, height }: SetRow,
  widths: readonly number[],
  isHead: boolean,
): void {
  const top = pdf.y;
  if (isHead) pdf.rect(MARGIN, top, WIDTH, height).fill(COLOUR.head);
  pdf.fontSize(SIZE.text).fillColor(isHead ? COLOUR.muted : COLOUR.text);
  const lineHeight = pdf.currentLineHeight(true);
  const lines: Line[] = [];
  let x = MARGIN;
  for (const [i, cell] of cells.entries()) {
    for (const [at, text] of cell.entries()) lines.push({ text, x: x + PAD, y: top + PAD + at * lineHeight });
    x += widths[i] as number;
  }
  showLines(pdf, lines);
  pdf.y = top + height;
  rule(pdf);
}

interface Line {
  text: string;
  x: number;
  y: number;
}
/** What pdfkit 0.20 itself writes a line with; its types leave it out. */
interface Writer {
  _font: {
    id: string;
    ascender: number;
    /** Glyphs of the subset, and their advances in thousandths. */
    encode(text: string): [codes: string[], positions: { xAdvance: number; advanceWidth: number }[]];
  };
}

/**
 * Shows lines whose place is known, at SIZE.text. `pdf.text` would measure each again and save and turn the page around it:
 * half the time of a file. The page knows the font, since its foot is written with `pdf.text`.
 */
function showLines(pdf: PDFKit.PDFDocument, lines: readonly Line[]): void {
  const { _font: font } = pdf as unknown as Writer;
  const height = pdf.page.height;
  const rise = (font.ascender / 1000) * SIZE.text;
  const shown = lines
    .filter(({ text }) => text !== '')
    .map(({ text, x, y }) => {
      const [codes, positions] = font.encode(text);
      let glyphs = '';
      for (let i = 0; i < codes.length; i++) {
        const { xAdvance, advanceWidth } = positions[i] as (typeof positions)[number];
        glyphs += codes[i];
        // Kerning.
        if (xAdvance !== advanceWidth) glyphs += `> ${(advanceWidth - xAdvance).toFixed(2)} <`;
      }
      return `1 0 0 1 ${x.toFixed(2)} ${(height - y - rise).toFixed(2)} Tm\n[<${glyphs}>] TJ`;
    });
  pdf.addContent(`q\n1 0 0 -1 0 ${height} cm\nBT\n/${font.id} ${SIZE.text} Tf\n${shown.join('\n')}\nET\nQ`);
}

function rule(pdf: PDFKit.PDFDocument): void {
  pdf
    .moveTo(MARGIN, pdf.y)
    .lineTo(MARGIN + WIDTH, pdf.y)
    .lineWidth(0.4)
    .strokeColor(COLOUR.line)
    .stroke();
}
