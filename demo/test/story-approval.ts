import type { Check, Duty, DutyDetail, Notice, Project, Task } from '@greenwatch/contracts';
import { BEFORE_APPROVAL, storyProjects } from '../src/stories';
import { DESK, PHONE, type RunningDemo } from './running-demo';
import { eventually, type Visitor, words } from './visitor';

interface Page<T> {
  items: T[];
}

const COUNTY = '330483';
const { enterpriseId: ENTERPRISE, outletId: OUTLET } = BEFORE_APPROVAL;
const [PROJECT] = storyProjects(Date.now());
const EXPLANATION = '扩建项目环评仍在审批中，企业已停止扩建产线试运行，仅保留原许可产能排水。';
const REVIEW = '说明已收悉，现场核查另行安排。';
const FACILITY = '综合废水处理站';
const OBSERVED = '厂区外围未见异常，已当面提醒负责人按日填报台账。';
const PROBLEM = '二沉池刮泥机异响，已报修。';
/** Until the outlet's week of hours has come and its first day is totalled. */
const CHECKED = 180_000;

const zh = words('zh-CN');
const word = (...path: string[]): string =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], zh.permits) as string;

/**
 * Production before approval as people walk it: what a day of readings says against a project without approval, who is told,
 * what the enterprise answers; and what it hands in every day from a phone. The steps build on each other.
 */
export function approval(demo: RunningDemo): void {
  const step = demo.story();
  let principal: Visitor;
  let supervisor: Visitor;
  let check: Check;
  let project: Project;
  let explain: Task;

  const duty = async (kind: Duty['kind']) => {
    const { items } = await principal.asks<Page<Duty>>('duties');
    return items.find((one) => one.kind === kind && one.state === 'open');
  };

  /** What the page shows of the evidence, once it is what the API tells: the first day's flow grows while its hours arrive. */
  const toldAndShown = (visitor: Visitor): Promise<string> =>
    eventually('the evidence as the API tells it', async () => {
      await visitor.page.reload();
      const text = await visitor.text(await visitor.see('check-evidence', 'what the check rests on'));
      const { items } = await visitor.asks<Page<Check>>('checks?check=EIA_NO_APPROVAL');
      return items[0]?.evidence.every(({ value }) => text.includes(value)) ? text : undefined;
    });

  step('an enterprise that discharges before its EIA is approved is told by SMS and in a notice', async () => {
    principal = await demo.arrives('the principal', ENTERPRISE, PHONE);
    const { page } = principal;
    check = await eventually(
      'the check EIA_NO_APPROVAL of the enterprise',
      async () => {
        const { items } = await principal.asks<Page<Check>>('checks?check=EIA_NO_APPROVAL');
        return items[0];
      },
      CHECKED,
    );
    expect(check).toMatchObject({ enterpriseId: ENTERPRISE, outletId: OUTLET, active: true, clue: 'visit' });
    const { text } = await eventually('an SMS to the principal', () =>
      demo.messagesTo(`${ENTERPRISE}-principal`).find((sms) => sms.text.includes('未批先投')),
    );
    expect(text).toMatch(/^【[^】]+】.*疑似未批先建或未批先投（已投产）/);

    await principal.press(page.getByTestId('nav-notices').last());
    const notice = await noticeOf(principal, check.id);
    expect(notice.title).toMatch(/疑似.*（已投产）$/);
    await principal.picture('c1-phone-notices');
    await principal.press(page.locator(`[data-testid=notices] [data-id="${notice.id}"]`));
    await page.waitForURL(`**/checks/${check.id}`);
    await toldAndShown(principal);
    await principal.picture('c2-phone-check', { whole: true });
  });

  step('on its project it sees which steps are missing', async () => {
    const { page } = principal;
    await principal.press(page.locator(`[data-testid=check] a[href="/projects/${check.projectId}"]`));
    const timeline = await principal.see('project-timeline', "the project's steps");
    project = await principal.asks<Project>(`projects/${check.projectId}`);
    expect(project.name).toBe(PROJECT?.name);
    expect(project.steps.map((taken) => taken.step)).toEqual(['access-study', 'eia-received']);
    expect(await timeline.locator('.ant-steps-item-finish').count()).toBe(2);
    expect(await timeline.locator('.ant-steps-item-wait').count()).toBe(8);
    await principal.see(
      page.locator('[data-testid=project-alert][data-check=EIA_NO_APPROVAL]'),
      'the alert above the project',
    );
    await principal.picture('c3-phone-project', { whole: true });
  });

  step('the supervisor was told as well, and reads flow and day that speak against it', async () => {
    supervisor = await demo.arrives('the supervisor', `supervisor-${COUNTY}`, DESK, 'notices');
    const { page } = supervisor;
    expect(demo.messagesTo(`supervisor-${COUNTY}`).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/许可与环评检查（高）：.*未批先投（已投产）/),
    );
    await page.getByTestId('nav-notices').first().click();
    await noticeOf(supervisor, check.id);

    await page.getByTestId('nav-permits').first().click();
    await supervisor.see('permits', 'the permits');
    await supervisor.picture('c4-permits');
    await page.getByTestId('permit-tabs').getByText(word('page', 'checks'), { exact: true }).click();
    const row = page.locator(`[data-testid=checks] tr[data-id="${check.id}"]`);
    await supervisor.see(row, 'the check among those that go on');
    await supervisor.picture('c5-checks');
    await row.getByRole('link').first().click();
    const text = await toldAndShown(supervisor);
    expect(text).toMatch(/流量 [1-9][\d.]* m³/);
    expect(text).toContain(PROJECT?.steps.find((taken) => taken.step === 'eia-received')?.number);
    expect(await supervisor.text(page.getByTestId('check-text'))).toContain('未见环评批复');
    expect(await supervisor.text()).not.toMatch(/造假|伪造|(?<!疑似)未批先投/);
    await supervisor.see(page.getByTestId('check').getByText(word('clue', 'visit')), 'that it went on as a clue');
    await supervisor.picture('c6-check', { whole: true });
  });

  step('she follows it to the project with its line of time', async () => {
    const { page } = supervisor;
    await page.locator(`[data-testid=check] a[href="/projects/${check.projectId}"]`).click();
    await supervisor.see('project-timeline', "the project's steps");
    await supervisor.see('step-form', 'where the authority records a step');
    await supervisor.picture('c7-project', { whole: true });
    await page
      .getByRole('link', { name: word('page', 'projects'), exact: true })
      .first()
      .click();
    const row = page.locator(`[data-testid=projects] tr[data-id="${project.id}"]`);
    await supervisor.see(row.getByText(word('check', 'EIA_NO_APPROVAL')), 'the project marked among the others');
    await supervisor.picture('c8-projects');
  });

  step('the clue has become a visit by two and a question to the enterprise', async () => {
    const tasks = await eventually('an EXPLAIN and an INSPECT task of the check', async () => {
      const { items } = await supervisor.asks<Page<Task>>(`tasks?enterpriseId=${ENTERPRISE}`);
      const own = items.filter(({ origins }) => origins.some(({ kind, id }) => kind === 'check' && id === check.id));
      return own.length === 2 && own;
    });
    explain = tasks.find(({ type }) => type === 'EXPLAIN') as Task;
    const visit = tasks.find(({ type }) => type === 'INSPECT') as Task;
    expect(explain.assignees.map(({ personId }) => personId)).toEqual([`${ENTERPRISE}-principal`]);
    expect(visit.assignees.map(({ role }) => role)).toEqual(['lead', 'second']);
    expect(visit.linkedTaskId).toBe(explain.id);
    await supervisor.opens(`tasks/${visit.id}`);
    await supervisor.see(
      supervisor.page.locator(`[data-testid=task] a[href="/checks/${check.id}"]`),
      'the way from the task back to the check',
    );
    await supervisor.picture('c9-visit', { whole: true });
  });

  step('the principal explains on the phone, and the supervisor takes note of it', async () => {
    const { page } = principal;
    await principal.press(page.getByTestId('nav-tasks').last());
    await principal.press(page.locator(`[data-testid=tasks] [data-id="${explain.id}"]`));
    await page.waitForURL(`**/tasks/${explain.id}`);
    await principal.press(await principal.see('task-accept', 'a button to accept'));
    await principal.taskIs('ACCEPTED');
    await page.getByTestId('explanation-text').fill(EXPLANATION);
    await principal.press(page.getByTestId('explanation-save'));
    await principal.see('task-explanation', 'the explanation on record');
    await principal.press(page.getByTestId('task-submit'));
    await principal.taskIs('SUBMITTED');
    await principal.picture('c10-phone-explained', { whole: true });

    await supervisor.opens(`tasks/${explain.id}`);
    await supervisor.see(supervisor.page.getByTestId('task-explanation').getByText(EXPLANATION), 'the explanation');
    await (await supervisor.see('review-comment', 'a field for the review')).fill(REVIEW);
    await supervisor.page.getByTestId('review-approve').click();
    await supervisor.taskIs('REVIEWED');
    await principal.taskIs('REVIEWED');
  });

  step('the principal hands in the ledger of the day on the phone', async () => {
    const { page } = principal;
    const ledger = (await eventually('a ledger to hand in', () => duty('ledger'))) as Duty;
    await principal.press(page.getByTestId('nav-duties').last());
    await principal.see('duties', 'what waits to be handed in');
    await principal.picture('c11-phone-duties');
    await principal.press(page.locator(`[data-testid=duties] [data-id="${ledger.id}"] a`));
    await page.waitForURL(`**/duties/${ledger.id}`);
    await principal.see('ledger-form', 'the form of the ledger');
    await page.getByTestId('ledger-hours').fill('22');
    await page.getByTestId('ledger-facility').fill(FACILITY);
    await page.getByTestId('ledger-running').fill('24');
    await principal.picture('c12-phone-ledger', { whole: true });
    await principal.press(page.getByTestId('duty-submit'));
    await fulfilled(principal);
    expect(await principal.text(page.getByTestId('duty-content'))).toContain(FACILITY);
    await principal.picture('c13-phone-ledger-done', { whole: true });
  });

  step('and the list of the daily self-inspection, with the one problem found', async () => {
    const { page } = principal;
    const inspection = (await eventually('a self-inspection to hand in', () => duty('self-inspection'))) as Duty;
    await principal.press(page.getByTestId('nav-duties').last());
    await principal.press(page.locator(`[data-testid=duties] [data-id="${inspection.id}"] a`));
    await page.waitForURL(`**/duties/${inspection.id}`);
    await principal.see('inspection-form', 'the list');
    const { list } = await principal.asks<DutyDetail>(`duties/${inspection.id}`);
    const groups = list?.groups ?? [];
    expect(groups).toHaveLength(6);
    await principal.press(page.getByTestId('inspection-form').getByText(word('answer', 'problem')).first());
    await page.getByPlaceholder(word('problemHint')).fill(PROBLEM);
    for (const { id } of groups) await principal.press(page.getByTestId(`inspection-ok-${id}`));
    await principal.picture('c14-phone-inspection', { whole: true });
    await principal.press(page.getByTestId('duty-submit'));
    await fulfilled(principal);
    expect(await principal.text(page.getByTestId('duty-content'))).toContain(PROBLEM);
    await principal.picture('c15-phone-inspection-done');
    expect(await duty('ledger')).toBeUndefined();
    expect(await duty('self-inspection')).toBeUndefined();
  });

  step('the supervisor sees who has handed in and who has not, and the board of the month', async () => {
    const { page } = supervisor;
    await page.getByTestId('nav-permits').first().click();
    await page.getByTestId('permit-tabs').getByText(word('page', 'duties'), { exact: true }).click();
    await supervisor.see('lowest', 'the five lowest rates of the month');
    const rates = page.getByTestId('rates').locator('tr').filter({ hasText: check.enterpriseName });
    await supervisor.see(rates, 'the rate of the enterprise');
    expect(await supervisor.text(rates)).toContain('100.0%');
    await supervisor.picture('c16-board');
    const show = page.getByTestId('duties-show');
    await show.getByText(word('show', 'done'), { exact: true }).click();
    const done = page.getByTestId('duties').locator('tr[data-id]').filter({ hasText: check.enterpriseName });
    await supervisor.see(done, 'what the enterprise handed in');
    expect(await done.count()).toBeGreaterThanOrEqual(2);
    await show.getByText(word('show', 'waiting'), { exact: true }).click();
    await eventually('what the enterprise has done to wait no more', async () => {
      const rows = page.getByTestId('duties').locator('tr[data-id]');
      return (await rows.count()) > 0 && (await rows.filter({ hasText: check.enterpriseName }).count()) === 0;
    });
    await supervisor.picture('c17-waiting');
  });

  step(
    "last month's five lowest were handed to their towns: a grid member looks from outside and reports",
    async () => {
      const { page } = supervisor;
      await page.getByTestId('duties-show').getByText(word('show', 'board'), { exact: true }).click();
      const { items } = await supervisor.asks<Page<Check>>('checks?check=P9&active=true');
      expect(items).toHaveLength(5);
      const board = await supervisor.text(await supervisor.see('exposures', 'the boards of months that are over'));
      for (const { enterpriseName } of items) expect(board).toContain(enterpriseName);
      const [lowest] = items as [Check];
      const observe = await eventually('an OBSERVE task of the check', async () => {
        const tasks = await supervisor.asks<Page<Task>>(`tasks?enterpriseId=${lowest.enterpriseId}`);
        return tasks.items.find(
          ({ type, origins }) => type === 'OBSERVE' && origins.some(({ id }) => id === lowest.id),
        );
      });
      const { divisionCode } = demo.province.enterprises.find(({ id }) => id === lowest.enterpriseId) ?? {};
      expect(observe.assignees).toEqual([
        expect.objectContaining({ personId: `grid-${divisionCode}`, role: 'observer' }),
      ]);

      const { lon, lat } = observe.place;
      const grid = await demo.arrives('the grid member', `grid-${divisionCode}`, {
        ...PHONE,
        permissions: ['geolocation'],
        geolocation: { longitude: lon + 0.0004, latitude: lat, accuracy: 15 },
      });
      await grid.press(await grid.see(grid.page.locator(`[data-testid=tasks] [data-id="${observe.id}"]`), 'the task'));
      await grid.press(await grid.see('task-accept', 'a button to accept'));
      await grid.taskIs('ACCEPTED');
      await grid.press(await grid.see('locate', 'a button to find out where one is'));
      await grid.press(await grid.see('check-in-send', 'a button to check in'));
      await grid.taskIs('CHECKED_IN');
      await grid.page
        .getByTestId('photo-input')
        .setInputFiles({ name: 'gate.jpg', mimeType: 'image/jpeg', buffer: await demo.picture() });
      await grid.see('photo', 'the photo on the task');
      await grid.press(grid.page.locator('label').filter({ has: grid.page.getByTestId('conclusion-normal') }));
      await grid.page.getByTestId('finding-text').fill(OBSERVED);
      await grid.press(grid.page.getByTestId('finding-save'));
      await grid.press(await grid.see('task-submit', 'a button to submit'));
      await grid.taskIs('SUBMITTED');
      await grid.picture('c18-phone-grid', { whole: true });
      // The papers of an enterprise are not a grid member's, nor another town's tasks.
      const { items: own } = await grid.asks<Page<Task>>('tasks');
      for (const { divisionPath } of own) expect(divisionPath).toContain(divisionCode);
    },
  );

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}

async function fulfilled(visitor: Visitor): Promise<void> {
  await eventually(
    'the duty fulfilled on the page',
    async () => (await visitor.attribute('duty', 'data-state')) === 'fulfilled',
  );
}

/** The notice of a check in the list on the page. */
async function noticeOf(visitor: Visitor, checkId: string): Promise<Notice> {
  const { items } = await visitor.asks<Page<Notice>>('notices');
  const notice = items.find(({ subject }) => subject.kind === 'check' && subject.id === checkId);
  if (!notice) throw new Error(`expected a notice of check ${checkId} to ${visitor.name}`);
  await visitor.see(visitor.page.locator(`[data-testid=notices] [data-id="${notice.id}"]`), `"${notice.title}"`);
  return notice;
}
