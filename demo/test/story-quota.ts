import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Check, EnterpriseFile, Notice, QuotaUse, Task } from '@greenwatch/contracts';
import { QUOTA } from '../src/stories';
import { DESK, type RunningDemo } from './running-demo';
import { eventually, results, type Visitor, words } from './visitor';

interface Page<T> {
  items: T[];
}

const COUNTY = '330483';
const { enterpriseId: ENTERPRISE, outletId: OUTLET, factor: FACTOR } = QUOTA;
/** Until the week of hours has come and its days are totalled. */
const CHECKED = 180_000;
/** Until three hours sent again are totalled and judged. */
const PASSED = 90_000;
const SMALLEST_PDF = 20_000;

const zh = words('zh-CN');
const word = (...path: string[]): string =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], zh.permits) as string;

/**
 * A quota runs out as the authority sees it: close to what is permitted, then above, with the tasks that follow; and
 * everything about the enterprise in its file, on the page and as a PDF. The steps build on each other.
 */
export function quota(demo: RunningDemo): void {
  const step = demo.story();
  let supervisor: Visitor;
  let check: Check;

  const year = new Date(Date.now() + 8 * 3_600_000).getUTCFullYear();
  const theCheck = async () => {
    const { items } = await supervisor.asks<Page<Check>>(`checks?enterpriseId=${ENTERPRISE}&check=P6&active=true`);
    return items.find(({ factor }) => factor === FACTOR);
  };
  const theUse = async () => {
    const { items } = await supervisor.asks<Page<QuotaUse>>(`permits/quotas?enterpriseId=${ENTERPRISE}&year=${year}`);
    return items.find(({ factor }) => factor === FACTOR);
  };
  const bar = () => supervisor.page.getByTestId('quota').filter({ hasText: '化学需氧量' });

  step("a supervisor sees on the permit's page that the year's COD is nearly used up", async () => {
    supervisor = await demo.arrives('the supervisor', `supervisor-${COUNTY}`, DESK, 'permits');
    const { page } = supervisor;
    check = await eventually(
      'the check P6 of the enterprise, at 90 %',
      async () => {
        const found = await theCheck();
        return found?.stage === '90' && found;
      },
      CHECKED,
    );
    await page.getByTestId('nav-permits').first().click();
    await (
      await supervisor.see(page.locator(`[data-testid=permits] a[href="/permits/${check.permitId}"]`), 'the permit')
    ).click();
    await supervisor.see(bar(), 'how much of the COD is used');
    const use = (await theUse()) as QuotaUse;
    expect(use.share).toBeGreaterThan(0.95);
    expect(use.share).toBeLessThan(1);
    expect(use.forecast).toBeGreaterThan(use.quantity);
    const text = await supervisor.text(bar());
    expect(text).toContain(`${(use.share * 100).toFixed(1)}%`);
    expect(text).toContain(`全年 ${(use.forecast as number).toFixed(1)} kg`);
    await supervisor.see(
      page.getByTestId('permit').locator(`a[href="/checks/${check.id}"]`),
      'the check beside the quota',
    );
    await supervisor.picture('d1-quota-nearly');
  });

  step('three hours with more pass what is permitted: the check says so, and the bar', async () => {
    await demo.startEpisode({ outletId: OUTLET, hours: 3 });
    check = await eventually(
      'the check P6 at 100 %',
      async () => {
        const found = await theCheck();
        return found?.stage === '100' && found;
      },
      PASSED,
    );
    expect(check).toMatchObject({
      level: 'high',
      clue: 'visit',
      text: `${year}年化学需氧量许可排放量已达到或超过100%`,
    });
    await supervisor.page.reload();
    await supervisor.see(bar(), 'how much of the COD is used');
    expect(await bar().getAttribute('data-stage')).toBe('100');
    expect(Number.parseFloat(await supervisor.text(bar().locator('b')))).toBeGreaterThanOrEqual(100);
    await supervisor.see(bar().locator('.ant-progress-status-exception'), 'the bar in red');
    await supervisor.picture('d2-quota-passed', { whole: true });
  });

  step('the authority is told by SMS and in a notice that leads to the evidence', async () => {
    const { page } = supervisor;
    const [sms] = await eventually('an SMS to the supervisor', () => {
      const found = demo.messagesTo(`supervisor-${COUNTY}`).filter(({ text }) => text.includes('已达100%'));
      return found.length > 0 && found;
    });
    expect(sms?.text).toMatch(/^【[^】]+】许可与环评检查（高）：.*年度排放量接近或疑似超过许可量（已达100%）/);
    const notice = await eventually('a notice of the check at 100 %', async () => {
      const { items } = await supervisor.asks<Page<Notice>>('notices');
      return items.find(({ subject, title }) => subject.id === check.id && title.includes('100%'));
    });
    await page.getByTestId('nav-notices').first().click();
    const row = page.locator(`[data-testid=notices] [data-id="${notice.id}"]`);
    await supervisor.see(row, 'the notice');
    await supervisor.picture('d3-notices');
    await row.click();
    await page.waitForURL(`**/checks/${check.id}`);
    const evidence = await supervisor.see('check-evidence', 'what the check rests on');
    for (const { name, value } of check.evidence) {
      const text = await supervisor.text(evidence);
      expect(text).toContain(name);
      // The newest hour may have come meanwhile.
      if (name.startsWith('年许可')) expect(text).toContain(value);
    }
    await supervisor.see(page.getByTestId('check').getByText(word('clue', 'visit')), 'that it went on as a clue');
    await supervisor.picture('d4-check', { whole: true });
  });

  step('a visit and a question to the enterprise follow', async () => {
    const tasks = await eventually('the tasks of the check', async () => {
      const { items } = await supervisor.asks<Page<Task>>(`tasks?enterpriseId=${ENTERPRISE}`);
      const own = items.filter(({ origins }) => origins.some(({ kind, id }) => kind === 'check' && id === check.id));
      return own.length >= 2 && own;
    });
    const visit = tasks.find(({ type }) => type === 'INSPECT' || type === 'VERIFY') as Task;
    const explain = tasks.find(({ type }) => type === 'EXPLAIN') as Task;
    expect(explain.assignees.map(({ personId }) => personId)).toEqual([`${ENTERPRISE}-principal`]);
    expect(visit.assignees.map(({ role }) => role)).toEqual(['lead', 'second']);
    await supervisor.opens(`tasks/${visit.id}`);
    await supervisor.see(
      supervisor.page.locator(`[data-testid=task] a[href="/checks/${check.id}"]`),
      'the way from the task back to the check',
    );
    await supervisor.picture('d5-visit', { whole: true });
  });

  step("the enterprise's file has every part, each with its source and time, and none missing", async () => {
    const { page } = supervisor;
    await supervisor.opens(`enterprises/${ENTERPRISE}`);
    const timeline = await supervisor.see('timeline', 'the line of time');
    const file = await supervisor.asks<EnterpriseFile>(`enterprises/${ENTERPRISE}/file`);
    expect(file.missing).toEqual([]);
    expect(await page.getByTestId('file-missing').count()).toBe(0);
    const parts = Object.entries(file.parts);
    expect(parts.filter(([, part]) => !part.available).map(([name]) => name)).toEqual([]);
    for (const [name, part] of parts) expect(`${name} ${part.source} ${part.at}`).toMatch(/^\S+ \S+ \d{4}-\d\d-\d\dT/);
    for (const name of SHOWN) {
      const panel = await supervisor.see(`file-${name}`, `the part ${name} of the file`);
      expect(`${name} ${await panel.locator('[data-testid^=provenance-]').count()}`).toBe(`${name} 1`);
    }
    await supervisor.see(page.getByTestId('file-checks').getByText('100%').first(), 'the quota that ran out');
    await supervisor.see(timeline.locator('[data-kind=check]').first(), 'the check in the line of time');
    await supervisor.picture('d6-file', { whole: true });
  });

  step('the file comes as a PDF, in both languages', async () => {
    const { page } = supervisor;
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('file-pdf').click()]);
    expect(download.suggestedFilename()).toMatch(/\.pdf$/);
    for (const language of ['zh-CN', 'en']) {
      const pdf = await supervisor.bytes(`enterprises/${ENTERPRISE}/file.pdf?language=${language}`);
      expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
      expect(pdf.length).toBeGreaterThan(SMALLEST_PDF);
      writeFileSync(path.join(results, `d7-file-${language}.pdf`), pdf);
    }
  });

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}

/** The parts that the page shows as panels of their own. */
const SHOWN = [
  ...['registry', 'latest', 'alarms', 'tasks', 'permits', 'checks', 'quotas', 'duties', 'projects'],
  ...['fraud', 'suspicions', 'cases', 'complaints', 'credit'],
];
