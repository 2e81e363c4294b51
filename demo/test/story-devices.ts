import type { Backfill, Command, DeviceState, Moment } from '@greenwatch/contracts';
import { DESK, PHONE, type RunningDemo } from './running-demo';
import { eventually, type Visitor } from './visitor';

const HOUR = 3_600_000;

/** A logger is looked at, asked for its time and for history, and what it never sent comes by a sheet with one bad row. */
export function devices(demo: RunningDemo): void {
  const step = demo.story();
  const { profile, outlet } = demo.province.simulated.find(
    ({ profile: { edition, process } }) => edition === '2017' && !process,
  ) as RunningDemo['province']['simulated'][number];
  const { mn } = profile;
  const factor = profile.factors[0] as string;
  let administrator: Visitor;
  /** Asks for a command by its name and is shown what became of it. */
  const asks = async (name: string): Promise<Command> => {
    const { page } = administrator;
    const newest = async () => (await administrator.asks<{ items: Command[] }>(`commands?mn=${mn}&limit=1`)).items[0];
    const before = (await newest())?.id;
    const kind = await administrator.see('command-kind', 'the commands to choose from');
    await kind.click();
    const options = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option');
    await options.filter({ hasText: name }).first().click();
    // The list closes, then the form is that of the other command.
    await eventually(`${name} chosen`, async () => (await administrator.text(kind)).includes(name));
    await page.getByTestId('command-send').click();
    const asked = await eventually(`the command ${name}`, async () => {
      const found = await newest();
      return found && found.id !== before && found;
    });
    // The list is told live, without anybody asking for it again.
    const row = page.getByTestId('commands').locator(`[data-id="${asked.id}"]`);
    await administrator.see(row.locator('[data-state="done"]'), `${name} done`);
    return administrator.asks<Command>(`commands/${asked.id}`);
  };

  step('the list tells which devices are connected, what was refused and whose clock is off', async () => {
    administrator = await demo.arrives('the administrator', 'administrator', DESK, 'devices');
    const { page } = administrator;
    await administrator.see('device-summary', 'the counts of all devices');
    await page.getByTestId('device-search').locator('input').fill(mn);
    const row = page.getByTestId('devices').locator(`[data-id="${mn}"]`);
    await administrator.see(row.locator('[data-link="online"]'), 'the logger on line');
    await administrator.picture('f1-devices');
    const { items } = await administrator.asks<{ items: DeviceState[] }>(`devices/states?q=${mn}`);
    expect(items).toEqual([expect.objectContaining({ mn, online: true, status: 'active' })]);
    await row.getByRole('link', { name: mn }).click();
    await page.waitForURL(`**/devices/${mn}`);
    await administrator.see(page.getByTestId('bindings').locator(`a[href="/outlets/${outlet.id}"]`), 'its outlet');
  });

  step('it is asked for its time and for a day of history, and answers', async () => {
    const time = await asks('提取现场机时间');
    expect(time).toMatchObject({ state: 'done', sends: 1, cn: '1011', askedBy: { name: '系统管理员' } });
    expect(time.answers.join()).toMatch(/SystemTime=\d{14}/);
    const hours = await asks('取污染物小时数据');
    expect(hours).toMatchObject({ state: 'done', cn: '2061' });
    expect(hours.packets).toBeGreaterThan(0);
    await administrator.picture('f2-device', { whole: true });
    await administrator.page.getByTestId('commands').locator(`a[href="/commands/${time.id}"]`).click();
    const answer = await administrator.see('answer', 'what it answered');
    expect(await administrator.text(answer)).toMatch(/系统时间\d{4}-\d\d-\d\d/);
    await administrator.picture('f3-command');
  });

  step('history comes from a sheet, but for its bad row', async () => {
    const { page } = administrator;
    // Hours of its own each time, so that the story may be walked again on one system.
    const first = Math.floor(Date.now() / HOUR) * HOUR - (300 * 24 + (Math.floor(Date.now() / 1000) % 1000)) * HOUR;
    const local = (i: number) => new Date(first + (i + 8) * HOUR).toISOString().slice(0, 16).replace('T', ' ');
    const rows = [0, 1, 2].map((i) => `${mn},小时,${local(i)},${i === 1 ? 'twelve' : `1${i}.50`},N`);
    await page.locator('.crumbs a[href="/commands"]').click();
    await page.getByTestId('device-tabs').locator('a[href="/backfills"]').click();
    await administrator.see('sheet-template-csv', 'the layout to fetch');
    await page.getByTestId('sheet-file').setInputFiles({
      ...{ name: `补录-${first}.csv`, mimeType: 'text/csv' },
      buffer: Buffer.from(`设备编号,数据类型,数据时间,${factor}-Avg,${factor}-Flag\n${rows.join('\n')}\n`),
    });
    await page.waitForURL('**/backfills/*');
    const sheetIs = (state: Backfill['state']) =>
      eventually(`the sheet ${state}`, async () => (await administrator.attribute('sheet', 'data-state')) === state);
    await sheetIs('ready');
    const errors = await administrator.text(await administrator.see('backfill-errors', 'the bad row'));
    expect(errors).toContain('D3');
    expect(errors).toContain('twelve');
    await administrator.picture('f4-backfill', { whole: true });
    await page.getByTestId('sheet-commit').click();
    // Something is left out, so it is asked once more.
    await page.locator('.ant-modal-confirm .ant-btn-primary').click();
    await sheetIs('committed');
    const span = `from=${new Date(first).toISOString()}&to=${new Date(first + 3 * HOUR).toISOString()}`;
    const moments = await eventually('the two good rows among the readings', async () => {
      const { items } = await administrator.asks<{ items: Moment[] }>(`readings?mn=${mn}&kind=hour&${span}`);
      return items.length === 2 && items;
    });
    expect(moments.map(({ values }) => values[factor]?.Avg).sort()).toEqual(['10.50', '12.50']);
  });

  step('on a phone an officer sees the device, and what may not be done is not offered', async () => {
    const officer = await demo.arrives('the officer', 'officer1-330483', PHONE, 'devices');
    await officer.see('devices', 'the devices of the county');
    await officer.picture('f5-phone-devices');
    const [{ mn: own }] = (await officer.asks<{ items: [DeviceState] }>('devices/states?online=true&limit=1')).items;
    await officer.press(officer.page.getByTestId('devices').locator(`[data-id="${own}"] a`));
    await officer.see('command-form', 'what may be asked');
    expect(await officer.page.getByTestId('rotate').count()).toBe(0);
    await officer.picture('f6-phone-device', { whole: true });
  });

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}
