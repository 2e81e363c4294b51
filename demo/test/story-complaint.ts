import { createHash } from 'node:crypto';
import type { Complaint, ComplaintDetail, Task } from '@greenwatch/contracts';
import { COMPLAINT } from '../src/stories';
import { takenAt } from './exif';
import { DESK, PHONE, type RunningDemo } from './running-demo';
import { eventually, type Visitor, words } from './visitor';

const COUNTY = '330483';
const { enterpriseId: ENTERPRISE, outletId: OUTLET } = COMPLAINT;
const NAME = '陈志远';
const MAKE = 'SecretPhone';
const WHAT = '夜里厂区排口往河里排黑水，水面起泡沫，气味刺鼻，已经连续三个晚上';
const NEIGHBOUR_SAYS = '夜里厂区排口往河里排黑水，水面起泡沫，气味刺鼻，连着好几个晚上了。';
const PLACE = '濮院镇环城路桥下';
const FINDING = '废水处理设施运行正常，总排口水质清澈，现场未见黑水；附近雨水管网有积泥，已请镇里清理。';
const SUMMARY = '经现场核查，企业总排口未见异常，附近雨水管网积泥已清理。';
const WHY_LOOK = '需要电话核实夜间排水的时间';

/** A text of the console by its key, for instance `public.form.named`. */
function wording(key: string): string {
  let found: unknown = words('zh-CN');
  for (const part of key.split('.')) found = (found as Record<string, unknown>)[part];
  if (typeof found !== 'string') throw new Error(`expected a text ${key} of the console`);
  return found;
}
/** A number nobody had in an earlier walk: only so many codes go to one number. */
const phoneOfToday = () => `139${String(Date.now()).slice(-8)}`;

/** A citizen's complaint, from a telephone to the answer; the steps build on each other. */
export function complaint(demo: RunningDemo): void {
  const step = demo.story();
  const outlet = demo.province.outlets.find(({ id }) => id === OUTLET) as { lon: number; lat: number };
  const phone = phoneOfToday();
  const text = `我叫${NAME}，电话${phone}。${WHAT}。`;
  /** About 130 m from the outlet. */
  const here = { lon: outlet.lon + 0.001, lat: outlet.lat + 0.0008 };
  const before = new Set<string>();
  let photo: Buffer;
  let citizen: Visitor;
  let neighbour: Visitor;
  let handler: Visitor;
  let supervisor: Visitor;
  let id: string;
  let task: Task;
  let receipt: { number: string; secret: string };
  let neighbours: { number: string; secret: string };

  const reads = async (visitor: Visitor) => ({
    number: await visitor.text(await visitor.see('complaint-number', 'the number of the complaint')),
    secret: await visitor.text(await visitor.see('complaint-secret', 'the secret code')),
  });
  const follows = async (visitor: Visitor, { number, secret }: { number: string; secret: string }) => {
    await (await visitor.see('track-number', 'a field for the number')).fill(number);
    await visitor.page.getByTestId('track-secret').fill(secret);
    await visitor.press(visitor.page.getByTestId('track-look'));
  };
  const complaintIs = (visitor: Visitor, state: string) =>
    eventually(`the complaint ${state} on the page of ${visitor.name}`, async () => {
      return (await visitor.attribute('complaint', 'data-state')) === state;
    });
  const smsWith = (part: string) =>
    eventually(`an SMS to the citizen with "${part}"`, () =>
      demo.messagesToNumber(phone).find((message) => message.text.includes(part)),
    );

  step('a handler of complaints watches the list', async () => {
    handler = await demo.arrives('the handler', `complaints-${COUNTY}`, DESK, 'complaints');
    await handler.press(handler.page.getByTestId('nav-complaints').first());
    await handler.see(handler.page.getByTestId('complaints-scope'), 'the list of complaints');
    const { items } = await handler.asks<{ items: Complaint[] }>('complaints');
    for (const known of items) before.add(known.id);
    await handler.page.evaluate("document.body.setAttribute('data-same-page', 'yes')");
  });

  step('a citizen complains on a phone, without log-in, and proves the number by a code', async () => {
    photo = takenAt(await demo.picture(), { make: MAKE, ...here });
    citizen = await demo.comes('the citizen', {
      ...PHONE,
      permissions: ['geolocation'],
      geolocation: { longitude: here.lon, latitude: here.lat, accuracy: 12 },
    });
    const { page } = citizen;
    await citizen.opens('public/complaint');
    await citizen.see('complaint-form', 'the form without a log-in');
    expect(await page.getByTestId('public-send').isDisabled()).toBe(true);
    await citizen.picture('b1-phone-form');

    const camera = page.getByTestId('public-photo-input');
    expect(await camera.getAttribute('capture')).toBe('environment');
    await camera.setInputFiles({ name: 'river.jpg', mimeType: 'image/jpeg', buffer: photo });
    await citizen.see('public-photo', 'the photo taken over');
    await citizen.press(page.getByTestId('public-locate'));
    await eventually('the place of the phone', async () => {
      return (await citizen.attribute('public-picked', 'data-set')) === 'yes';
    });
    await page.getByTestId('public-place').fill(PLACE);
    await citizen.press(page.getByTestId('category-water'));
    await page.getByTestId('public-text').fill(text);
    await citizen.press(page.getByTestId('public-contact').getByText(wording('public.form.named'), { exact: true }));
    await page.getByTestId('public-phone').fill(phone);
    await page.getByTestId('public-name').fill(NAME);
    await citizen.press(page.getByTestId('public-send-code'));
    await citizen.see('public-code-sent', 'that a code is on its way');
    const code = /验证码：(\d{6})/.exec((await smsWith('验证码')).text)?.[1] as string;
    await page.getByTestId('public-code').fill(code);
    await citizen.picture('b2-phone-filled', { whole: true });
    await citizen.press(page.getByTestId('public-send'));
    receipt = await reads(citizen);
    expect(receipt.number).toMatch(/^TS\d{8}-\d+$/);
    await citizen.picture('b3-phone-receipt', { whole: true });
    await smsWith(receipt.number);
  });

  step('it comes into the list by itself; neither name nor number nor what the camera wrote is there', async () => {
    const { page } = handler;
    const row = page.locator('[data-testid=complaints] tr[data-id]').filter({ hasText: receipt.number });
    await handler.see(row, 'the new complaint in the list, without a reload');
    expect(await page.locator('body').getAttribute('data-same-page')).toBe('yes');
    id = (await row.getAttribute('data-id')) as string;
    expect(before.has(id)).toBe(false);
    await handler.picture('b4-complaints');
    await row.getByRole('link').click();
    await page.waitForURL(`**/complaints/${id}`);
    const shown = await handler.see('complaint-text', 'what the citizen wrote');
    expect(await handler.text(shown)).toContain(WHAT);
    await handler.see(page.locator('.map-canvas'), 'the place on a map');
    const body = await handler.text();
    for (const hidden of [NAME, phone, receipt.secret]) expect(body).not.toContain(hidden);

    const detail = await handler.asks<ComplaintDetail>(`complaints/${id}`);
    for (const hidden of [NAME, phone]) expect(JSON.stringify(detail)).not.toContain(hidden);
    expect(detail).toMatchObject({ division: COUNTY, category: 'water', place: PLACE, anonymous: false });
    const [kept] = detail.photos;
    expect(kept).toMatchObject({ sha256: createHash('sha256').update(photo).digest('hex'), size: photo.length });
    const copy = await handler.bytes(`complaints/${id}/photos/${kept?.id}`);
    expect(copy.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    for (const written of ['Exif', MAKE]) {
      expect(photo.includes(written)).toBe(true);
      expect(copy.includes(written)).toBe(false);
    }
    await eventually('the photo to be shown', () =>
      page.evaluate<boolean>("document.querySelector('[data-testid=complaint-photo]').naturalWidth === 640"),
    );
    await handler.picture('b5-complaint', { whole: true });
  });

  step('the handler says which of the nearest sources it is about, and accepts', async () => {
    const { page } = handler;
    const { nearby } = await handler.asks<ComplaintDetail>(`complaints/${id}`);
    expect(nearby[0]).toMatchObject({ enterpriseId: ENTERPRISE, outletId: OUTLET, fits: true });
    expect(nearby[0]?.distance).toBeLessThan(200);
    const nearest = page.getByTestId('complaint-nearby').locator(`[data-id="${OUTLET}"]`);
    await nearest.getByTestId('choose-source').click();
    await handler.see(nearest.getByText(wording('complaint.chosen')), 'the source chosen');
    await page.getByTestId('complaint-accept').click();
    await complaintIs(handler, 'accepted');
    expect(await page.getByTestId('complaint-clue').count()).toBe(0);
    await smsWith('已受理');
  });

  step('a neighbour complains of the same, without a name; it is seen as likely the same, and merged', async () => {
    neighbour = await demo.comes('the neighbour', PHONE);
    await neighbour.opens('public/complaint');
    await neighbour.see('complaint-form', 'the form');
    await neighbour.press(neighbour.page.getByText(wording('public.form.byHand')));
    await neighbour.page.getByTestId('public-lon').fill(String(here.lon + 0.0005));
    await neighbour.page.getByTestId('public-lat').fill(String(here.lat));
    await neighbour.press(neighbour.page.getByTestId('category-water'));
    await neighbour.page.getByTestId('public-text').fill(NEIGHBOUR_SAYS);
    await neighbour.press(neighbour.page.getByTestId('public-send'));
    neighbours = await reads(neighbour);

    const { page } = handler;
    await handler.press(page.getByTestId('nav-complaints').first());
    const row = page.locator('[data-testid=complaints] tr[data-id]').filter({ hasText: neighbours.number });
    await handler.see(row, "the neighbour's complaint in the list");
    await row.getByRole('link').click();
    const first = page.getByTestId('complaint-duplicates').locator(`[data-id="${id}"]`);
    await handler.see(first, 'the first complaint among the likely duplicates');
    await handler.picture('b6-duplicate', { whole: true });
    await first.getByTestId('merge-into').click();
    await complaintIs(handler, 'merged');
    const { reporters, merged } = await handler.asks<ComplaintDetail>(`complaints/${id}`);
    expect({ reporters, merged: merged.map(({ number }) => number) }).toEqual({
      reporters: 2,
      merged: [neighbours.number],
    });
  });

  step('the supervisor makes it a clue: two officers are to go and look', async () => {
    supervisor = await demo.arrives('the supervisor', `supervisor-${COUNTY}`, DESK, `complaints/${id}`);
    const { page } = supervisor;
    await supervisor.press(await supervisor.see('complaint-clue', 'a button to make a clue'));
    await complaintIs(supervisor, 'investigating');
    await handler.opens(`complaints/${id}`);
    await complaintIs(handler, 'investigating');
    task = await eventually('a VERIFY task with two officers', async () => {
      const { items } = await supervisor.asks<{ items: Task[] }>(`tasks?enterpriseId=${ENTERPRISE}`);
      return items.find(
        ({ type, state, origins }) =>
          type === 'VERIFY' && state === 'DISPATCHED' && origins.some((origin) => origin.id === id),
      );
    });
    expect(task.assignees.map(({ role }) => role)).toEqual(['lead', 'second']);
    await supervisor.see(page.getByTestId('complaint-tasks').locator(`a[href$="${task.id}"]`), 'the task by itself');
    await supervisor.picture('b7-clue', { whole: true });
  });

  step('both officers go there with their phones; nothing is found, and the second writes it down', async () => {
    const { lon, lat } = task.place;
    const officers: Visitor[] = [];
    for (const { personId, role } of task.assignees) {
      const options = {
        ...PHONE,
        permissions: ['geolocation'],
        geolocation: { longitude: lon + 0.0004, latitude: lat + 0.0004, accuracy: 15 },
      };
      const officer = await demo.arrives(`the officer (${role})`, personId, options, `tasks/${task.id}`);
      officers.push(officer);
      await officer.press(await officer.see('task-accept', 'a button to accept'));
      await eventually('the acceptance', async () => (await officer.page.getByTestId('task-accept').count()) === 0);
      await officer.press(await officer.see('locate', 'a button to find out where one is'));
      const position = await officer.see('position', 'the position that the phone tells');
      expect(await officer.text(position)).toContain(wording('checkIn.inside'));
      await officer.press(officer.page.getByTestId('check-in-send'));
      await eventually('the check-in', async () => (await officer.page.getByTestId('check-in').count()) === 0);
    }
    const [, second] = officers as [Visitor, Visitor];
    const { page } = second;
    const origins = await second.see('task-origins', 'where the task comes from');
    expect(await second.text(origins)).toContain(WHAT);
    for (const hidden of [NAME, phone]) expect(await second.text()).not.toContain(hidden);
    await page
      .getByTestId('photo-input')
      .setInputFiles({ name: 'yard.jpg', mimeType: 'image/jpeg', buffer: await demo.picture() });
    await second.see('photo', 'the photo on the task');
    await second.press(page.locator('label').filter({ has: page.getByTestId('conclusion-normal') }));
    await page.getByTestId('finding-text').fill(FINDING);
    await second.press(page.getByTestId('finding-save'));
    await second.see('task-finding', 'the finding on record');
    await second.picture('b8-phone-visit', { whole: true });
    await second.press(await second.see('task-submit', 'a button to submit'));
    await second.taskIs('SUBMITTED');
    const { checkIns } = await second.asks<Task>(`tasks/${task.id}`);
    expect(checkIns.map(({ personId, inside }) => ({ personId, inside }))).toEqual(
      task.assignees.map(({ personId }) => ({ personId, inside: true })),
    );
  });

  step('the city reviews the visit; the answer is drafted from the finding and confirmed', async () => {
    const reviewer = await demo.arrives('the reviewer', 'supervisor-330400', DESK, `tasks/${task.id}`);
    await (await reviewer.see('review-comment', 'a field for the review')).fill('核查清楚，可以答复。');
    await reviewer.page.getByTestId('review-approve').click();
    await reviewer.taskIs('REVIEWED');
    await reviewer.page.getByTestId('task-close').click();
    await reviewer.taskIs('CLOSED');

    const { page } = supervisor;
    await eventually('the draft on the page of the supervisor, by itself', async () => {
      return (await page.getByTestId('answer-text').inputValue()).includes(FINDING);
    });
    expect(await page.getByTestId('answer-text').inputValue()).toContain(receipt.number);
    await supervisor.picture('b9-draft', { whole: true });
    expect(await handler.page.getByTestId('answer-send').count()).toBe(0);
    await page.getByTestId('answer-send').click();
    await complaintIs(supervisor, 'answered');
    await complaintIs(handler, 'answered');
    expect(await supervisor.text(page.getByTestId('complaint-answer'))).toContain(FINDING);
    await smsWith('答复');
  });

  step('the citizen reads the answer with number and secret code, not with another code, and rates it', async () => {
    const { page } = citizen;
    await citizen.opens('public/complaint/track');
    await follows(citizen, { ...receipt, secret: neighbours.secret });
    const refused = await citizen.see('track-unknown', 'that the secret code is wrong');
    expect(await citizen.text(refused)).toContain(wording('public.trackPage.none'));
    expect(await page.getByTestId('track-result').count()).toBe(0);
    await citizen.picture('b10-phone-wrong-secret');
    await follows(citizen, receipt);
    const answer = await citizen.see('track-answer', 'the answer');
    expect(await citizen.text(answer)).toContain(FINDING);
    expect(await citizen.attribute('track-result', 'data-state')).toBe('answered');
    for (const { name } of task.assignees) expect(await citizen.text()).not.toContain(name);
    await citizen.picture('b11-phone-answer', { whole: true });
    await citizen.press(page.getByTestId('track-rate').locator('.ant-rate [role=radio]').nth(4));
    await citizen.press(page.getByTestId('track-send-rating'));
    const rated = await citizen.see('track-rated', 'the thanks');
    expect(await citizen.text(rated)).toContain('5');
    expect(await citizen.text(rated)).toContain(wording('public.trackPage.yes'));
    await citizen.picture('b12-phone-rated', { whole: true });

    await neighbour.opens('public/complaint/track');
    await follows(neighbour, neighbours);
    expect(await neighbour.text(await neighbour.see('track-answer', 'the answer for the neighbour'))).toContain(
      FINDING,
    );
  });

  step('the handler closes it; everybody may read what was done, and nothing of who complained', async () => {
    const { page } = handler;
    await handler.see('complaint-close', 'a button to close');
    await page.getByTestId('complaint-close').click();
    await (await handler.see('close-summary', 'a field for the public summary')).fill(SUMMARY);
    await handler.picture('b13-close');
    await page.getByTestId('complaint-close-send').click();
    await complaintIs(handler, 'closed');

    await citizen.opens('public/complaint/closed');
    const list = await citizen.see('closed-complaints', 'the closed complaints');
    const entry = list.locator('li').filter({ hasText: SUMMARY });
    await citizen.see(entry, 'what was done about it');
    const said = await citizen.text(entry);
    expect(said).toContain(wording('complaint.substantiated.no'));
    const everything = await citizen.text();
    for (const hidden of [NAME, phone, receipt.number, neighbours.number, PLACE])
      expect(everything).not.toContain(hidden);
    await citizen.picture('b14-phone-closed', { whole: true });
  });

  step('who complained is shown to the handler against a reason, and the look is listed', async () => {
    expect(await supervisor.page.getByTestId('look').count()).toBe(0);
    const { page } = handler;
    await page.getByTestId('look-reason').fill(WHY_LOOK);
    await page.getByTestId('look').click();
    const panel = page.getByTestId('reporter-panel');
    await handler.see(panel.getByText(NAME, { exact: true }), 'the name of the citizen');
    await handler.see(panel.getByText(phone, { exact: true }), 'the number of the citizen');
    expect(await handler.text(panel)).toContain(text);
    await handler.see(page.getByTestId('looks').getByText(WHY_LOOK), 'the look with its reason');
    await handler.picture('b15-reporter', { whole: true });
    await supervisor.opens(`complaints/${id}`);
    await supervisor.see(supervisor.page.getByTestId('looks').getByText(WHY_LOOK), 'the look, for the supervisor');
    expect(await supervisor.text()).not.toContain(phone);
  });

  step('the enterprise never learns of it', async () => {
    const principal = await demo.arrives('the principal', ENTERPRISE, DESK, `enterprises/${ENTERPRISE}`);
    expect(await principal.page.getByTestId('nav-complaints').count()).toBe(0);
    expect(await principal.isRefused('complaints')).toEqual({ status: 403, code: 'forbidden' });
    expect((await principal.isRefused(`complaints/${id}`)).status).toBe(403);
    expect(await principal.isRefused(`tasks/${task.id}`)).toEqual({ status: 404, code: 'not-found' });
    const ofAuthority = JSON.stringify(await supervisor.asks(`enterprises/${ENTERPRISE}/file`));
    const ofEnterprise = JSON.stringify(await principal.asks(`enterprises/${ENTERPRISE}/file`));
    const notices = JSON.stringify(await principal.asks('notices'));
    expect(ofAuthority).toContain(receipt.number);
    // The visit is no secret afterwards: an inspection that was passed stands in the enterprise's credit.
    for (const hidden of ['complaint', id, receipt.number, WHAT]) {
      expect(ofEnterprise).not.toContain(hidden);
      expect(notices).not.toContain(hidden);
    }
    expect(demo.messagesTo(`${ENTERPRISE}-principal`).filter((message) => /投诉|举报/.test(message.text))).toEqual([]);
    await principal.see('timeline', 'the own file');
    expect(await principal.page.getByTestId('timeline').locator('[data-kind=complaint]').count()).toBe(0);
    await principal.picture('b16-principal-file');
  });

  step('no page complained', async () => {
    expect(await demo.everybodyLeaves()).toEqual([]);
  });
}
