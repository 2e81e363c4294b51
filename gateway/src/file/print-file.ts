import { readFileSync } from 'node:fs';
import PDFDocument from 'pdfkit';
import type { DocumentPart, FileDocument } from './file-document';
import type { Language, Words } from './words';

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

let font: Buffer | undefined;

/** Noto Sans SC, of which a document holds only the characters it uses (10 MB whole, some 30 kB embedded). */
function fontFile(): Buffer {
  font ??= readFileSync(require.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'));
  return font;
}

/**
 * Sets a document on pages. The stream is read while it is written; each page leaves as soon as it is full.
 * @param at when the file was gathered; the PDF's own date
 */
export function printFile(document: FileDocument, at: Date, words: Words, language: Language): PDFKit.PDFDocument {
  const pdf = new PDFDocument({
    size: 'A4',
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
  pdf.registerFont('text', fontFile()).font('text');
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
  room(60);
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
  const whole = part.widths.reduce((sum, width) => sum + width, 0);
  const widths = part.widths.map((width) => (width / whole) * WIDTH);
  const printHead = () => part.head && printRow(pdf, part.head, widths, true);
  printHead();
  for (const row of part.rows) {
    const before = pdf.y;
    room(rowHeight(pdf, row, widths));
    if (pdf.y < before) printHead();
    printRow(pdf, row, widths, false);
  }
}

function rowHeight(pdf: PDFKit.PDFDocument, row: readonly string[], widths: readonly number[]): number {
  pdf.fontSize(SIZE.text);
  const heights = row.map((text, i) => pdf.heightOfString(text || ' ', { width: (widths[i] as number) - 2 * PAD }));
  return Math.max(...heights) + 2 * PAD;
}

function printRow(pdf: PDFKit.PDFDocument, row: readonly string[], widths: readonly number[], isHead: boolean): void {
  const height = rowHeight(pdf, row, widths);
  const top = pdf.y;
  if (isHead) pdf.rect(MARGIN, top, WIDTH, height).fill(COLOUR.head);
  let x = MARGIN;
  for (const [i, text] of row.entries()) {
    const width = widths[i] as number;
    pdf.fontSize(SIZE.text).fillColor(isHead ? COLOUR.muted : COLOUR.text);
    pdf.text(text, x + PAD, top + PAD, { width: width - 2 * PAD });
    x += width;
  }
  pdf.y = top + height;
  rule(pdf);
}

function rule(pdf: PDFKit.PDFDocument): void {
  pdf
    .moveTo(MARGIN, pdf.y)
    .lineTo(MARGIN + WIDTH, pdf.y)
    .lineWidth(0.4)
    .strokeColor(COLOUR.line)
    .stroke();
}
