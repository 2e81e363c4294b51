import type { Column } from './layout';

/** An empty sheet with the headings of a layout and two rows that show how to fill it; `content` in base64. */
export async function sheetTemplate(
  columns: readonly Column[],
  { name, title }: { name: string; title: string },
  format: 'csv' | 'xlsx',
): Promise<{ filename: string; contentType: string; content: string }> {
  const rows = [
    columns.map(({ zh, required }) => (required ? `${zh}*` : zh)),
    ...[0, 1].map((i) => columns.map(({ examples }) => examples[i as 0 | 1])),
  ];
  if (format === 'csv') {
    // The mark at the beginning makes Excel read it as UTF-8.
    const text = `\uFEFF${rows.map((row) => row.join(',')).join('\r\n')}\r\n`;
    return {
      filename: `${name}.csv`,
      contentType: 'text/csv; charset=utf-8',
      content: Buffer.from(text).toString('base64'),
    };
  }
  const { default: ExcelJS } = await import('exceljs');
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet(title);
  sheet.addRows(rows);
  sheet.getRow(1).font = { bold: true };
  columns.forEach(({ zh, en }, i) => {
    const column = sheet.getColumn(i + 1);
    column.width = Math.max(14, zh.length * 2 + 2);
    // Text, so that Excel changes neither numbers nor days.
    column.numFmt = '@';
    sheet.getCell(1, i + 1).note = en;
  });
  const bytes = Buffer.from(await workbook.xlsx.writeBuffer());
  return {
    filename: `${name}.xlsx`,
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    content: bytes.toString('base64'),
  };
}
