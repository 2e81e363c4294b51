import { COLUMNS } from './sheet-layout';

/** An empty sheet with the headings and two rows that show how to fill it. */
export async function template(
  format: 'csv' | 'xlsx',
): Promise<{ filename: string; contentType: string; content: string }> {
  const rows = [
    COLUMNS.map(({ zh, required }) => (required ? `${zh}*` : zh)),
    ...[0, 1].map((i) => COLUMNS.map(({ examples }) => examples[i as 0 | 1])),
  ];
  if (format === 'csv') {
    // The mark at the beginning makes Excel read it as UTF-8.
    const text = `\uFEFF${rows.map((row) => row.join(',')).join('\r\n')}\r\n`;
    return {
      filename: 'permits.csv',
      contentType: 'text/csv; charset=utf-8',
      content: Buffer.from(text).toString('base64'),
    };
  }
  const { default: ExcelJS } = await import('exceljs');
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('排污许可证');
  sheet.addRows(rows);
  sheet.getRow(1).font = { bold: true };
  COLUMNS.forEach(({ zh, en }, i) => {
    const column = sheet.getColumn(i + 1);
    column.width = Math.max(14, zh.length * 2 + 2);
    // Text, so that Excel changes neither numbers of permits nor days.
    column.numFmt = '@';
    sheet.getCell(1, i + 1).note = en;
  });
  const bytes = Buffer.from(await workbook.xlsx.writeBuffer());
  return {
    filename: 'permits.xlsx',
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    content: bytes.toString('base64'),
  };
}
