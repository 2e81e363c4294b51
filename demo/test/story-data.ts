import { gunzipSync } from 'node:zlib';
import type { Mark, Moment, OutletMeans, ReadingExport, TransmissionRate } from '@greenwatch/contracts';
import { PHONE, type RunningDemo } from './running-demo';
import { eventually, type Visitor, words } from './visitor';

const DESK = { viewport: { width: 1280, height: 900 } };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE = 8 * HOUR;
const COUNTY = '331002';
const CITY = '331000';
const ENTERPRISE = `ent-${COUNTY}-003`;
const OUTLET = `${ENTERPRISE}.DA001`;
const SO2 = 'a21026';
/** Until the outlet's seven days have come, where nobody walked before. */
const BACKFILLED = 120_000;
const REASON = '采样探头堵塞，已清洗并复核。';

const zh = words('zh-CN');
const word = (group: string, ...path: string[]): string =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], zh[group]) as string;

/** An outlet's data as those who answer for it and those who supervise it read them, and how much of it came. */
export function data(demo: RunningDemo): void {
  const step = demo.story();
  const yesterday = Math.floor((Date.now() + ZONE) / DAY) * DAY - ZONE - DAY;
  const at = (hour: number, minute = 0) =>
    `${new Date(yesterday + hour * HOUR + minute * 60_000 + ZONE).toISOString().slice(0, 16)}`;
  const iso = (hour: number, minute = 0) => encodeURIComponent(`${at(hour, minute)}:00+08:00`);
  /** The page's address for hours of yesterday. */
  const page = (kind: string, from: number, to: number) =>
    `outlets/${OUTLET}/data?kind=${kind}&from=${at(from)}&to=${at(to)}&factors=${SO2},a21002`;
  const row = (visitor: Visitor, hour: number, minute = 0) =>
    visitor.page.locator(`[data-testid=data-table] tr[data-at="${yesterday + hour * HOUR + minute * 60_000}"]`);
  let administrator: Visitor;
  let principal: Visitor;
  let supervisor: Visitor;
  let province: Visitor;
  let device: Moment;

  const meanAt = async (hour: number) => {
    const means = await principal.asks<OutletMeans[]>(
      `outlets/${OUTLET}/means?period=hour&factor=${SO2}&from=${iso(hour)}&to=${iso(hour + 1)}`,
    );
    return means[0]?.factors[0];
  };

  step('minutes that come later make a mean of ours beside the device’s own hour, with the difference', async () => {
    administrator = await demo.arrives('the administrator', 'administrator', DESK, 'account');
    device = await eventually(
      'the device’s own hours of yesterday',
      async () => {
        const { items } = await administrator.asks<{ items: Moment[] }>(
          `outlets/${OUTLET}/readings?kind=hour&from=${iso(10)}&to=${iso(24)}`,
        );
        return items.length >= 14 && items.find(({ values }) => values[SO2]);
      },
      BACKFILLED,
    );
    principal = await demo.arrives('the principal', ENTERPRISE, DESK, `outlets/${OUTLET}`);
    const average = Number(device.values[SO2]?.Avg);
    const push = async (minutes: [hour: number, minute: number, share: number, flag: string][]) => {
      const uploads = minutes.map(([hour, minute, share, Flag]) => ({
        ...{ mn: device.mn, kind: 'minute', dataTime: `${at(hour, minute)}:00+08:00` },
        values: { [SO2]: { Avg: (average * share).toFixed(2), Flag } },
      }));
      const answer = await administrator.page.request.post(`${demo.origin}api/v1/readings/batch`, {
        data: { uploads },
      });
      expect(await answer.json()).toMatchObject({ accepted: uploads.length, refused: 0 });
    };
    const ten = [0, 10, 20, 30, 40, 50];
    await push(ten.map((minute) => [10, minute, 1.1, 'N']));
    await push(ten.map((minute) => [11, minute, 1, minute < 30 ? 'D' : 'N']));
    await push([[10, 50, 1.2, 'N']]);

    // Half an hour of flag D is a mark of its own accord, from the first to the last of the records.
    const automatic = await eventually('the mark that the flags ask for', async () =>
      (await principal.asks<{ items: Mark[] }>(`marks?outletId=${OUTLET}`)).items.find(
        ({ source, code }) => source === 'auto' && code === 'fault',
      ),
    );
    expect([automatic.from, automatic.to].map((time) => Date.parse(time) - yesterday)).toEqual([
      11 * HOUR,
      11.5 * HOUR,
    ]);
    expect(automatic).toMatchObject({ effective: true, factors: [SO2], status: 'submitted' });

    // Behind everything else that the devices sent since the start.
    await eventually('the minutes, with the correction', async () => {
      const { items } = await administrator.asks<{ items: Moment[] }>(
        `outlets/${OUTLET}/readings?kind=minute&from=${iso(10)}&to=${iso(12)}`,
      );
      return items.length === 12 && items.some(({ revisions }) => revisions === 1);
    });

    await (await principal.see('to-data', 'the way to the data')).click();
    await principal.see('data-chart', 'the chart');
    await principal.opens(page('minute', 10, 12));
    await principal.see(row(principal, 11, 20).locator('[data-flag=D]'), 'the flag of a fault');
    expect(await principal.text(row(principal, 11, 20))).toContain(word('flag', 'D'));
    await principal.see(row(principal, 10, 50).locator('[data-revisions="1"]'), 'that a value was corrected');
    await row(principal, 10, 50).locator(`button[data-factor=${SO2}]`).click();
    const revisions = await principal.see('revisions', 'what it was before');
    await principal.see(revisions.getByText((average * 1.1).toFixed(2)), 'the value before');
    await principal.see(revisions.getByText((average * 1.2).toFixed(2)), 'the value that counts');
    await principal.picture('g1-minutes');

    await eventually('a mean from minutes', async () => (await meanAt(10))?.basis === 'minutes');
    await principal.opens(page('hour', 0, 24));
    const cell = row(principal, 10).locator(`button[data-factor=${SO2}]`);
    await principal.see(row(principal, 10).locator('[data-differs=true]'), 'that both means differ');
    await cell.click();
    const both = await principal.see('both-means', 'both means');
    const mean = await meanAt(10);
    expect(mean).toMatchObject({ valid: true, minutes: 60, differs: true });
    const text = await principal.text(both);
    for (const value of [mean?.value, mean?.device]) expect(text).toContain(String(Number(value?.toFixed(4))));
    await principal.picture('g2-both-means');
    expect(await principal.text(row(principal, 11))).not.toMatch(/造假|伪造/);
  });

  step('she marks two hours, the county accepts it, and what rests on them no longer counts', async () => {
    const before = await meanAt(14);
    expect(before).toMatchObject({ valid: true });
    const { page: hers } = principal;
    await hers.keyboard.press('Escape');
    await hers.getByTestId('mark-open').first().click();
    const form = await principal.see('mark-form', 'the form of a mark');
    await form.getByTestId('mark-code').click();
    await hers.locator('.ant-select-item-option').getByText('故障', { exact: true }).first().click();
    await form.getByTestId('mark-from').fill(at(14));
    await form.getByTestId('mark-to').fill(at(16));
    await form.getByTestId('mark-reason').fill(REASON);
    await hers.getByTestId('mark-send').click();
    const listed = (visitor: Visitor) =>
      visitor.page.getByTestId('outlet-marks').locator('li[data-id]').filter({ hasText: REASON });
    await principal.see(listed(principal), 'the mark in the list');
    await principal.see(row(principal, 14).locator('[data-mark]'), 'the mark at the hour');
    await listed(principal)
      .getByTestId('voucher-input')
      .setInputFiles({ name: '清洗记录.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 清洗记录') });
    await principal.see(listed(principal).getByTestId('voucher'), 'the voucher of the mark');

    supervisor = await demo.arrives('the county', `supervisor-${COUNTY}`, DESK, page('hour', 0, 24));
    await listed(supervisor).first().getByTestId('mark-accept').click();
    await supervisor.page.getByTestId('mark-decide').click();
    await supervisor.see(listed(supervisor).locator('[data-status=accepted]'), 'the mark accepted');
    const marks = await supervisor.asks<{ items: Mark[] }>(`marks?outletId=${OUTLET}`);
    expect(marks.items.find(({ reason }) => reason === REASON)).toMatchObject({ status: 'accepted', effective: true });
    await eventually('the mean of a marked hour as not valid', async () => (await meanAt(14))?.reason === 'mark');
    await supervisor.see(row(supervisor, 14).getByText(word('data', 'reason', 'mark')), 'that it does not count');
    expect(Number(await supervisor.attribute('data-chart', 'data-marked'))).toBeGreaterThan(0);
    await row(supervisor, 14).locator(`button[data-factor=${SO2}]`).click();
    await supervisor.see('versions', 'what the mean was before');
    await supervisor.picture('g3-marked');
  });

  step('what is shown is exported ahead, and its file has every moment of it', async () => {
    const { page: hers } = principal;
    await hers.getByTestId('export-start').click();
    const job = hers.getByTestId('exports').locator('li[data-state=done]').first();
    await principal.see(job, 'the export done');
    const { items } = await principal.asks<{ items: ReadingExport[] }>('readings/exports');
    const file = await principal.bytes(`readings/exports/${items[0]?.id}/file`);
    expect(gunzipSync(file).toString().split('\n').filter(Boolean)).toHaveLength((items[0]?.moments ?? 0) + 1);
    await principal.picture('g4-data', { whole: true });
  });

  step('the province’s transmission rate is followed down to the outlet and to its data', async () => {
    const span = { from: at(0).slice(0, 10), to: at(0).slice(0, 10) };
    province = await demo.arrives('the province', 'supervisor-330000', DESK, `rates?from=${span.from}&to=${span.to}`);
    const { page: hers } = province;
    const rates = await province.asks<{ items: TransmissionRate[] }>(
      `transmission-rates?level=division&divisionLevel=city&division=330000&from=${span.from}&to=${span.to}`,
    );
    const line = (id: string) => hers.getByTestId('rate-table').locator(`tr[data-id="${id}"]`);
    await province.see(line(CITY), 'the city');
    expect(rates.items.find(({ id }) => id === CITY)?.due).toBeGreaterThan(0);
    await province.picture('g5-rates-province');
    const asked: string[] = [];
    hers.on('request', (request) => {
      if (/\/transmission-rates\?/.test(request.url())) asked.push(request.url());
    });
    for (const [id, next] of [
      [CITY, COUNTY],
      [COUNTY, ENTERPRISE],
      [ENTERPRISE, OUTLET],
    ] as const) {
      await line(id).getByRole('link').first().click();
      await province.see(line(next), `${next} below ${id}`);
    }
    // One question for each level below.
    expect(asked.map((url) => new URL(url).searchParams.get('level'))).toEqual(['division', 'enterprise', 'outlet']);
    await province.picture('g6-rates-enterprise');
    await hers
      .getByTestId('rate-by')
      .getByText(word('rate', 'by', 'operator'), { exact: true })
      .click();
    await line('op-3').getByRole('link').click();
    await province.see(line(OUTLET), 'the outlet among those that the operator maintains');
    await line(OUTLET).getByRole('link').click();
    await province.see('data-chart', 'the outlet’s data of that day');
    expect(new URL(hers.url()).searchParams.get('from')).toBe(at(0));
  });

  step('all of it reads in one column on a phone', async () => {
    const walker = await demo.arrives('a phone', `supervisor-${COUNTY}`, PHONE, page('hour', 0, 24));
    await walker.see('data-table', 'the table');
    await walker.picture('g7-data-phone', { whole: true });
    await walker.opens(`rates?from=${at(0).slice(0, 10)}&to=${at(0).slice(0, 10)}`);
    await walker.see('rate-table', 'the rates of the enterprises');
    await walker.picture('g8-rates-phone');
  });

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}
