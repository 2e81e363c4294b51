import { readFileSync } from 'node:fs';
import type { Permit, Sheet } from '@greenwatch/contracts';
import { DESK, type RunningDemo } from './running-demo';
import { eventually, type Visitor } from './visitor';

/** A firm of the registry that has no permit in the demo. */
const ENTERPRISE = 'op-2';
const WRONG_CLASS = '特别管理';

/** Permits come as a sheet: the layout is fetched, filled, looked at before it counts, and taken over without its wrong row. */
export function sheet(demo: RunningDemo): void {
  const step = demo.story();
  const { uscc, name } = demo.province.enterprises.find(({ id }) => id === ENTERPRISE) as {
    uscc: string;
    name: string;
  };
  // Premises of its own each time, so that the story may be walked again on one system.
  const premises = String(100 + (Math.floor(Date.now() / 1000) % 800));
  const number = `${uscc}${premises}P`;
  const wrong = `${uscc}${Number(premises) + 1}P`;
  let administrator: Visitor;
  const sheetIs = (state: Sheet['state']) =>
    eventually(`the sheet ${state}`, async () => (await administrator.attribute('sheet', 'data-state')) === state);

  step('an administrator fills the layout of the house and is shown what is new and which cell is wrong', async () => {
    administrator = await demo.arrives('the administrator', 'administrator', DESK, 'sheets');
    const { page } = administrator;
    const template = await administrator.see('sheet-template-csv', 'the layout to fetch');
    const [download] = await Promise.all([page.waitForEvent('download'), template.click()]);
    const [heading = ''] = readFileSync(await download.path(), 'utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
    // A star marks the columns that every row needs.
    const columns = heading.split(',').map((column) => column.replace('*', ''));
    expect(columns).toContain('许可证编号');
    const row = (given: Record<string, string>) => columns.map((column) => given[column] ?? '').join(',');
    const good = {
      ...{ 许可证编号: number, 管理类别: '简化管理', 单位名称: name, 生产经营场所: `${premises}号厂房` },
      ...{ 发证机关: '嘉兴市生态环境局', 有效期起: '2026-01-01', 有效期止: '2030-12-31' },
      ...{ 排放口编号: 'DW001', 排放口名称: '废水总排口', 排放方式: '间接排放' },
      ...{ 污染物代码: 'w01018', 浓度时段: '日', 许可排放浓度: '200', 浓度单位: 'mg/L', 执行标准: 'GB 8978-1996' },
      ...{ 许可排放量: '8000', 许可排放量年份: '2026', 许可排放量口径: '全厂' },
    };
    const rows = [
      heading,
      row(good),
      row({ ...good, 许可证编号: wrong, 管理类别: WRONG_CLASS, 生产经营场所: '另一处' }),
    ];
    await page.getByTestId('sheet-file').setInputFiles({
      ...{ name: `许可证台账-${premises}.csv`, mimeType: 'text/csv' },
      buffer: Buffer.from(`${rows.join('\n')}\n`),
    });
    await page.waitForURL('**/sheets/*');
    await sheetIs('ready');
    const id = new URL(page.url()).pathname.split('/').at(-1) as string;
    const { sheet } = await administrator.asks<{ sheet: Sheet }>(`permits/sheets/${id}`);
    expect(sheet).toMatchObject({ rows: 2, permits: 2, new: 1, wrong: 1 });
    const refused = page.getByTestId('sheet-items').locator('tr').filter({ hasText: wrong });
    expect(await administrator.text(await administrator.see(refused, 'the wrong row'))).toContain(WRONG_CLASS);
    await administrator.picture('e1-sheet-preview', { whole: true });
  });

  step('what is right is taken over, and is a permit with its limit', async () => {
    const { page } = administrator;
    await page.getByTestId('sheet-commit').click();
    // Something is left out, so it is asked once more.
    await page.locator('.ant-modal-confirm .ant-btn-primary').click();
    await sheetIs('committed');
    await administrator.picture('e2-sheet-committed');
    const { items } = await administrator.asks<{ items: Permit[] }>(`permits?q=${number}`);
    const taken = items.filter((permit) => permit.number === number);
    expect(taken).toEqual([
      expect.objectContaining({ limits: [expect.objectContaining({ factor: 'w01018', limit: 200, period: 'day' })] }),
    ]);
    await administrator.opens(`permits/${taken[0]?.id}`);
    await administrator.see(page.getByTestId('permit').getByText(number).first(), 'the permit');
    await administrator.picture('e3-permit');
  });

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}
