import { createHash } from 'node:crypto';
import type { Alarm, EnterpriseDetail, EnterpriseFile, Moment, Notice, PermitLimit, Task } from '@greenwatch/contracts';
import { DESK, PHONE, type RunningDemo } from './running-demo';
import { eventually, type Visitor, words } from './visitor';

/** 钱塘: one enterprise there has a stuck analyser from the start, another (the demo's own choice) gets the episode. */
const COUNTY = '330114';
const STUCK = `ent-${COUNTY}-001`;
const ENTERPRISE = `ent-${COUNTY}-002`;
const OUTLET = `${ENTERPRISE}.DA001`;
const EXPLANATION = '脱硫塔循环泵于当日跳停，备用泵已切换，浓度已开始下降。';
const FINDING = '现场脱硫循环泵停运，在线数据与现场工况一致，已调取运行记录。';
const REVIEW = '现场情况清楚，证据齐全。';

const zh = words('zh-CN');
const en = words('en');
const clock = (time: string) => new Date(Date.parse(time) + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ');

/**
 * The main line as people walk it: from a device's packet over alarm, task and visit to the enterprise's file. The steps
 * build on each other.
 */
export function mainLine(demo: RunningDemo): void {
  const step = demo.story();
  let supervisor: Visitor;
  let principal: Visitor;
  let officer: Visitor;
  let reviewer: Visitor;
  let alarm: Alarm;
  let explain: Task;
  let inspect: Task;

  step('a supervisor sees the county on the map, with its live state', async () => {
    supervisor = await demo.arrives('the supervisor', `supervisor-${COUNTY}`, DESK);
    const { page } = supervisor;
    await supervisor.see('map', 'the map after the log-in');
    const { items } = await supervisor.asks<{ items: { id: string }[] }>(`enterprises?division=${COUNTY}`);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining([STUCK, ENTERPRISE]));
    for (const { id } of items) {
      await supervisor.see(page.locator(`[data-testid=map-point][data-id=${id}]`), `${id} on the map`);
    }
    const stateOf = (id: string) => page.locator(`[data-testid=map-point][data-id=${id}]`).getAttribute('data-state');
    await eventually('the stuck analyser as a medium alarm on the map', async () => (await stateOf(STUCK)) === 'mid');
    await eventually('the other enterprise as normal', async () => (await stateOf(ENTERPRISE)) === 'normal');
    await supervisor.picture('1-map');
  });

  step('she opens an outlet: its curve lies against the permit limit and grows by itself', async () => {
    const { page } = supervisor;
    await page.locator(`[data-testid=map-point][data-id=${ENTERPRISE}]`).click();
    await page.getByTestId('map-outlet').first().click();
    await page.waitForURL(`**/outlets/${OUTLET}`);
    await supervisor.see('curve', 'the curve of the outlet');

    const limits = await supervisor.asks<PermitLimit[]>(`outlets/${OUTLET}/limits`);
    const hourly = limits.find(({ factor, period }) => factor === 'a21026' && period === 'hour') as PermitLimit;
    await page.getByTestId('factor-a21026').click();
    await eventually('the hourly SO2 limit of the permit beside the curve', async () => {
      return (await supervisor.attribute('curve', 'data-limit')) === String(hourly.limit);
    });
    await eventually('the hourly means of three days in the curve', async () => {
      return Number(await supervisor.attribute('curve', 'data-points')) >= 70;
    });
    await supervisor.picture('2-curve-hours');

    await page
      .getByTestId('kind')
      .getByText(zh.kind?.realtime as string, { exact: true })
      .click();
    const points = async () => Number(await supervisor.attribute('curve', 'data-points'));
    await eventually('the first realtime readings', async () => (await points()) > 0);
    const before = await points();
    const last = Number(await supervisor.attribute('curve', 'data-last'));
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/readings')) asked.push(request.url());
    });
    await eventually('two more points, brought by the live stream', async () => (await points()) >= before + 2);
    expect(Number(await supervisor.attribute('curve', 'data-last'))).toBeGreaterThan(last);
    expect(asked).toEqual([]);
    await supervisor.picture('3-curve-live');
  });

  step('an exceedance begins: its alarm comes by itself, with the readings and the limit that justify it', async () => {
    const { page } = supervisor;
    await page.getByTestId('nav-map').first().click();
    await supervisor.see('active-alarms', 'the list of active alarms');
    await page.evaluate("document.body.setAttribute('data-same-page', 'yes')");
    await demo.startEpisode({ outletId: OUTLET });

    alarm = await eventually('an active alarm EXC_H of the outlet in the API', async () => {
      const found = await supervisor.asks<{ items: Alarm[] }>(`alarms?active=true&outletId=${OUTLET}&code=EXC_H`);
      return found.items.find(({ factor }) => factor === 'a21026');
    });
    const row = page.locator(`[data-testid=active-alarms] li[data-id="${alarm.id}"]`);
    await supervisor.see(row, 'the new alarm beside the map, without a reload');
    await eventually('the enterprise to be marked on the map', async () => {
      const state = await page.locator(`[data-testid=map-point][data-id=${ENTERPRISE}]`).getAttribute('data-state');
      return state === 'high' || state === 'urgent';
    });
    expect(await page.locator('body').getAttribute('data-same-page')).toBe('yes');
    await supervisor.picture('4-map-alarm');

    await row.getByRole('link').click();
    const beside = page.locator(`[data-testid=outlet-alarm][data-id="${alarm.id}"]`);
    await supervisor.see(beside, 'the alarm beside the curve');
    await page.getByTestId('factor-a21026').click();
    await supervisor.see('curve', 'the curve with the alarm');
    await supervisor.picture('5-curve-alarm');
    await beside.locator('a.row-title').click();
    await page.waitForURL(`**/alarms/${alarm.id}`);
    await supervisor.see('evidence', 'the readings that justify the alarm');

    const limits = await supervisor.asks<PermitLimit[]>(`outlets/${OUTLET}/limits`);
    alarm = await supervisor.asks<Alarm>(`alarms/${alarm.id}`);
    expect(alarm.evidence.length).toBeGreaterThan(0);
    for (const { dataTime, value, field, limit, limitId } of alarm.evidence) {
      expect(limits.find(({ id }) => id === limitId)).toMatchObject({ factor: 'a21026', period: 'hour', limit });
      expect(Number(value)).toBeGreaterThan(limit as number);
      const moments = await supervisor.asks<{ items: Moment[] }>(
        `outlets/${OUTLET}/readings?kind=hour&from=${encodeURIComponent(dataTime)}`,
      );
      expect(moments.items.map(({ values }) => values.a21026?.[field])).toContain(value);
      const shown = page
        .getByTestId('evidence')
        .locator('tr')
        .filter({ hasText: clock(dataTime) });
      await supervisor.see(shown, `the mean of ${clock(dataTime)} on the alarm's page`);
      expect((await shown.locator('td').allTextContents()).slice(1, 3)).toEqual([
        expect.stringContaining(value),
        String(limit),
      ]);
    }
    await supervisor.picture('6-alarm');
  });

  step('the enterprise is asked to explain, and does; it sees nothing of the inspection nor of others', async () => {
    const tasks = await eventually('an EXPLAIN and an INSPECT task of the alarm', async () => {
      const { items } = await supervisor.asks<{ items: Task[] }>(`tasks?enterpriseId=${ENTERPRISE}`);
      return items.length === 2 && items.every(({ state }) => state === 'DISPATCHED') && items;
    });
    explain = tasks.find(({ type }) => type === 'EXPLAIN') as Task;
    inspect = tasks.find(({ type }) => type === 'INSPECT') as Task;
    expect(inspect?.assignees.map(({ role }) => role)).toEqual(['lead', 'second']);

    principal = await demo.arrives('the principal', ENTERPRISE, { viewport: { width: 1280, height: 800 } });
    const { page } = principal;
    await principal.see(page.locator(`[data-testid=tasks] [data-id="${explain.id}"]`), 'the task to explain');
    await principal.picture('7-principal-tasks');
    const own = await principal.asks<{ items: Task[] }>('tasks');
    expect(own.items.map(({ id }) => id)).toEqual([explain.id]);

    await eventually(
      'an unread notice',
      async () => Number.parseInt(await principal.text(page.getByTestId('unread-count')), 10) > 0,
    );
    await page.getByTestId('nav-notices').first().click();
    const notice = await noticeOf(principal, explain.id);
    expect(demo.messagesTo(`${ENTERPRISE}-principal`).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^【[^】]+】报警从.*请及时排查恢复/),
    );
    await page.locator(`[data-testid=notices] [data-id="${notice.id}"]`).click();
    await page.waitForURL(`**/tasks/${explain.id}`);
    await principal.press(await principal.see('task-accept', 'a button to accept'));
    await principal.taskIs('ACCEPTED');
    await page.getByTestId('explanation-text').fill(EXPLANATION);
    await page.getByTestId('explanation-save').click();
    await principal.see('task-explanation', 'the explanation on record');
    await page.getByTestId('task-submit').click();
    await principal.taskIs('SUBMITTED');
    await principal.picture('8-principal-explained', { whole: true });
    expect(await page.locator(`a[href*="${inspect.id}"]`).count()).toBe(0);

    for (const [address, route] of [
      [`tasks/${inspect.id}`, `tasks/${inspect.id}`],
      [`enterprises/${STUCK}`, `enterprises/${STUCK}/file`],
    ] as const) {
      expect(await principal.isRefused(route)).toEqual({ status: 404, code: 'not-found' });
      await principal.opens(address);
      const problem = await principal.see('problem', `that ${address} is not there for the enterprise`);
      expect(await principal.text(problem)).toContain(zh.problem?.['not-found']);
    }
    expect(await principal.text()).not.toContain(inspect.assignees[0]?.name as string);
    await principal.picture('9-principal-refused');
  });

  step('the second officer, told in-app and by SMS, does the inspection on a phone at the place', async () => {
    const second = inspect.assignees.find(({ role }) => role === 'second') as Task['assignees'][number];
    const { lon, lat } = inspect.place;
    officer = await demo.arrives('the officer', second.personId, {
      ...PHONE,
      permissions: ['geolocation'],
      // About 70 m from the enterprise's point.
      geolocation: { longitude: lon + 0.0005, latitude: lat + 0.0005, accuracy: 15 },
    });
    const { page } = officer;
    await officer.see(page.locator(`[data-testid=tasks] [data-id="${inspect.id}"]`), 'the task among the own ones');
    await officer.picture('10-phone-tasks');
    await officer.press(page.getByTestId('nav-notices').last());
    const notice = await noticeOf(officer, inspect.id);
    await officer.picture('11-phone-notices');
    const [sms] = await eventually('an SMS to the number of the officer', () => {
      const found = demo
        .messagesTo(second.personId)
        .filter(({ text }) => text.includes(inspect.enterpriseName ?? 'a name'));
      return found.length > 0 && found;
    });
    expect(sms?.text).toMatch(/^【[^】]+】新任务（.+）：.*疑似/);
    await officer.press(page.locator(`[data-testid=notices] [data-id="${notice.id}"]`));
    await page.waitForURL(`**/tasks/${inspect.id}`);

    const place = await officer.see('task-place', 'where the place is');
    expect(await officer.text(place)).toContain(inspect.place.address);
    await officer.see(place.locator('canvas'), 'the place on a map');
    const file = await officer.see('task-file', "the enterprise's file in short");
    const detail = await officer.asks<EnterpriseDetail>(`enterprises/${ENTERPRISE}`);
    await officer.see(file.getByText(detail.industryName), 'the industry on the file');
    await officer.see(file.getByText(zh.permitStatus?.valid as string), 'the permit on the file');
    await officer.picture('12-phone-task', { whole: true });

    await officer.press(page.getByTestId('task-accept'));
    await officer.taskIs('ACCEPTED');
    await officer.press(await officer.see('locate', 'a button to find out where one is'));
    const position = await officer.see('position', 'the position that the phone tells');
    expect(await officer.text(position)).toContain(zh.checkIn?.inside);
    await officer.picture('13-phone-check-in');
    await officer.press(page.getByTestId('check-in-send'));
    await officer.taskIs('CHECKED_IN');

    const photo = await demo.picture();
    await page.getByTestId('photo-input').setInputFiles({ name: 'pump.jpg', mimeType: 'image/jpeg', buffer: photo });
    await officer.see('photo', 'the photo on the task');
    await eventually('the photo to be shown', () =>
      page.evaluate<boolean>("document.querySelector('[data-testid=photo]').naturalWidth === 640"),
    );
    await officer.press(page.locator('label').filter({ has: page.getByTestId('conclusion-violation-suspected') }));
    await page.getByTestId('finding-text').fill(FINDING);
    await officer.press(page.getByTestId('finding-save'));
    expect(await officer.text(await officer.see('task-finding', 'the finding on record'))).toContain(FINDING);
    await officer.picture('14-phone-finding', { whole: true });
    await officer.press(await officer.see('task-submit', 'a button to submit'));
    await officer.taskIs('SUBMITTED');

    const { checkIns, photos } = await officer.asks<Task>(`tasks/${inspect.id}`);
    expect(checkIns).toEqual([expect.objectContaining({ personId: second.personId, inside: true })]);
    const sha256 = createHash('sha256').update(photo).digest('hex');
    expect(photos).toEqual([expect.objectContaining({ sha256, size: photo.length })]);
    expect(await officer.bytes(`tasks/${inspect.id}/photos/${photos[0]?.id}`)).toEqual(photo);
  });

  step('the supervisor sees that the SMS was delivered, and reviews the explanation', async () => {
    const { page } = supervisor;
    const second = inspect.assignees.find(({ role }) => role === 'second');
    await page.getByTestId('nav-tasks').first().click();
    await supervisor.see('tasks', 'the list of tasks');
    await supervisor.picture('15-tasks');
    await supervisor.opens(`tasks/${inspect.id}`);
    const told = page.getByTestId('told').locator('> li').filter({ hasText: second?.name });
    await supervisor.see(told, 'the officer among those who were told');
    const delivered = told.getByTestId('delivery-sms').filter({ hasText: zh.delivery?.delivered });
    await supervisor.see(delivered, 'the delivery receipt of the SMS');
    await supervisor.taskIs('SUBMITTED');
    expect(await page.getByTestId('review-form').count()).toBe(0);
    await supervisor.picture('16-told', { whole: true });

    await supervisor.opens(`tasks/${explain.id}`);
    await supervisor.see(page.getByTestId('task-explanation').getByText(EXPLANATION), 'the explanation');
    await (await supervisor.see('review-comment', 'a field for the review')).fill(REVIEW);
    await page.getByTestId('review-approve').click();
    await supervisor.taskIs('REVIEWED');
    await page.getByTestId('task-close').click();
    await supervisor.taskIs('CLOSED');
  });

  step("the province's supervisor, who was not there, reviews and closes; the officer sees it at once", async () => {
    reviewer = await demo.arrives('the reviewer', 'supervisor-330000', DESK);
    const { page } = reviewer;
    await reviewer.see('map-cluster', 'the map of the province');
    await reviewer.picture('17-province');
    await page.getByTestId('nav-tasks').first().click();
    const row = page.locator(`[data-testid=tasks] [data-id="${inspect.id}"]`);
    await reviewer.see(row, 'the task among those that are open');
    await row.getByRole('link').click();
    await (await reviewer.see('review-comment', 'a field for the review')).fill(REVIEW);
    await reviewer.picture('18-review', { whole: true });
    await page.getByTestId('review-approve').click();
    await reviewer.taskIs('REVIEWED');
    await page.getByTestId('task-close').click();
    await reviewer.taskIs('CLOSED');
    await officer.taskIs('CLOSED');
  });

  step("the enterprise's file tells it all in one line of time, in both languages", async () => {
    const { page } = supervisor;
    await page.getByTestId('nav-enterprises').first().click();
    await page.locator(`tr[data-id="${ENTERPRISE}"]`).getByRole('link').first().click();
    await page.waitForURL(`**/enterprises/${ENTERPRISE}`);
    const timeline = await supervisor.see('timeline', 'the line of time');
    const { missing } = await supervisor.asks<EnterpriseFile>(`enterprises/${ENTERPRISE}/file`);
    expect(missing).toEqual([]);
    expect(await page.getByTestId('file-missing').count()).toBe(0);
    const reading = alarm.evidence[0] as Alarm['evidence'][number];
    const thatReading = timeline.locator('[data-kind=reading]').filter({ hasText: reading.value });
    const more = page.getByTestId('timeline-more');
    for (const kind of ['alarm', 'task', 'finding', 'explanation', 'permit', 'notice', reading.value]) {
      const entry = kind === reading.value ? thatReading : timeline.locator(`[data-kind=${kind}]`);
      while ((await entry.count()) === 0 && (await more.count()) > 0) await more.click();
      expect(`${kind} ${(await entry.count()) > 0}`).toBe(`${kind} true`);
    }
    const finding = timeline.locator('[data-kind=finding]').first();
    expect(await supervisor.text(finding)).toContain(FINDING);
    expect(await supervisor.text(finding)).toContain(zh.conclusion?.['violation-suspected']);
    await supervisor.picture('19-file', { whole: true });
    await page.getByTestId('language').click();
    await supervisor.see(
      page.getByTestId('nav-alarms').getByText(en.nav?.alarms as string),
      'the navigation in English',
    );
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await supervisor.text(finding)).toContain(en.conclusion?.['violation-suspected']);
    for (const heading of await page.locator('.panel h2').allTextContents())
      expect(heading).not.toMatch(/\p{Script=Han}/u);
    await supervisor.picture('20-file-english', { whole: true });
    await page.getByTestId('nav-map').first().click();
    await supervisor.see('active-alarms', 'the map in English');
    await supervisor.picture('21-map-english');
    await page.getByTestId('language').click();
    await supervisor.see(page.getByTestId('nav-alarms').getByText(zh.nav?.alarms as string), 'Chinese again');
  });

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}

/** The notice of a task in the list on the page. */
async function noticeOf(visitor: Visitor, taskId: string): Promise<Notice> {
  const { items } = await visitor.asks<{ items: Notice[] }>('notices');
  const notice = items.find(({ subject }) => subject.kind === 'task' && subject.id === taskId);
  if (!notice) throw new Error(`expected a notice of task ${taskId} to ${visitor.name}, got ${items.length} others`);
  const row = visitor.page.locator(`[data-testid=notices] [data-id="${notice.id}"]`);
  await visitor.see(row, `the notice "${notice.title}"`);
  expect(await visitor.text(row)).toContain(notice.body);
  return notice;
}
