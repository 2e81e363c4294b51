import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '@greenwatch/infra';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** Pictures of each step, and of what was there when one failed. */
export const results = path.join(repositoryRoot, 'test-results', 'demo');
const PATIENCE = 45_000;
const PICTURE_MS = 120_000;
const LOOK_AGAIN = 100;

/** The console's texts, as far as the walk reads them. */
export type Words = Record<string, Record<string, string>>;
export const words = (language: 'zh-CN' | 'en'): Words =>
  JSON.parse(readFileSync(path.join(repositoryRoot, 'gateway', 'web', 'src', 'i18n', `${language}.json`), 'utf8'));

/** A key that the page shows in place of its text, e.g. `task.verb.accepted`. */
const untranslated = new RegExp(
  `(?<![\\w./@-])(${Object.keys(words('zh-CN')).join('|')})(\\.[A-Za-z][\\w-]*)+(?![\\w/])`,
);

/**
 * Asks again and again until the answer is neither undefined nor false.
 *
 * @param expected what is waited for: the words of the failure
 */
export async function eventually<T>(
  expected: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  within = PATIENCE,
): Promise<T> {
  const end = Date.now() + within;
  let failure = '';
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      failure = '';
    } catch (error) {
      failure = `: ${(error as Error).message.split('\n')[0]}`;
    }
    if (Date.now() > end) throw new Error(`expected within ${within / 1000} s: ${expected}${failure}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
}

/** One person at an own browser, with an own session. */
export class Visitor {
  /** What no page of ours may do: throw, complain on the console, be answered 5xx. */
  readonly complaints: string[] = [];

  private constructor(
    readonly name: string,
    readonly page: Page,
    private readonly origin: string,
    private readonly phone: boolean,
  ) {
    page.on('pageerror', (error) => this.complaints.push(`${name}: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 500) this.complaints.push(`${name}: ${response.status()} of ${response.url()}`);
    });
    page.on('console', (message) => {
      // What the API refuses is for the page to say; the browser lists it here too.
      const refused = /^Failed to load resource/.test(message.text());
      if (message.type() === 'error' && !refused) this.complaints.push(`${name}: ${message.text()}`);
    });
  }

  static async arrives(
    browser: Browser,
    origin: string,
    name: string,
    options: BrowserContextOptions,
  ): Promise<Visitor> {
    const context = await browser.newContext({ locale: 'zh-CN', ...options });
    context.setDefaultTimeout(PATIENCE);
    return new Visitor(name, await context.newPage(), origin, options.hasTouch === true);
  }

  /** @param at the address that is opened: the log-in stands before it */
  async logIn(username: string, password: string, at: string): Promise<void> {
    await this.page.goto(`${this.origin}${at}`);
    await (await this.see('username', 'the log-in form')).fill(username);
    await this.page.getByTestId('password').fill(password);
    await this.press(this.page.getByTestId('log-in'));
    await this.see('who', `${username} to be let in`, 'attached');
    await eventually('the live connection to stand', () =>
      this.page
        .getByTestId('live')
        .first()
        .getAttribute('data-on')
        .then((on) => on === 'true'),
    );
  }

  /** Waits for what carries this test id. */
  async see(what: string | Locator, expected: string, state: 'visible' | 'attached' = 'visible'): Promise<Locator> {
    const locator = (typeof what === 'string' ? this.page.getByTestId(what) : what).first();
    try {
      await locator.waitFor({ state, timeout: PATIENCE });
    } catch {
      throw new Error(`${this.name} expected to see ${expected} at ${this.page.url()}`);
    }
    return locator;
  }

  /** As a finger does on a phone, as a mouse elsewhere. */
  async press(locator: Locator): Promise<void> {
    await (this.phone ? locator.tap() : locator.click());
  }

  /** What a person reads in an element (the first one), or on the whole page. */
  async text(of: Locator = this.page.locator('body')): Promise<string> {
    return (await of.first().textContent()) ?? '';
  }

  async attribute(testId: string, name: string): Promise<string | null> {
    return this.page.getByTestId(testId).first().getAttribute(name);
  }

  /** Waits for the task page to be in a state. */
  async taskIs(state: string, within?: number): Promise<void> {
    await eventually(
      `the task ${state} on the page of ${this.name}`,
      async () => (await this.attribute('task', 'data-state')) === state,
      within,
    );
  }

  /** A GET of the API in the visitor's own session. */
  async asks<T>(route: string): Promise<T> {
    const answer = await this.page.request.get(`${this.origin}api/v1/${route}`);
    if (!answer.ok()) throw new Error(`GET ${route} as ${this.name}: expected 200, got ${answer.status()}`);
    return (await answer.json()) as T;
  }

  async isRefused(route: string): Promise<{ status: number; code: string }> {
    const answer = await this.page.request.get(`${this.origin}api/v1/${route}`);
    return { status: answer.status(), code: ((await answer.json()) as { code: string }).code };
  }

  async bytes(route: string): Promise<Buffer> {
    return (await this.page.request.get(`${this.origin}api/v1/${route}`)).body();
  }

  async opens(address: string): Promise<void> {
    await this.page.goto(`${this.origin}${address}`);
  }

  /**
   * Keeps a picture, once everything is there, and checks what holds on every page: no key without text, nothing wider or
   * longer than the window, inside which the content scrolls.
   *
   * @param whole with what lies below the window's edge
   */
  async picture(name: string, { whole = false } = {}): Promise<void> {
    const { page } = this;
    await eventually('the page to have loaded, with its map', async () => {
      return (await page.locator('.ant-skeleton, .map-canvas:not([data-drawn])').count()) === 0;
    });
    await page.evaluate('document.fonts.ready.then(() => true)');
    const key = untranslated.exec(await page.evaluate<string>('document.body.innerText'))?.[0];
    if (key) throw new Error(`${name}: expected text, the page shows the key ${key}`);
    const { scrollWidth, scrollHeight, width, height, hidden, framed } = await page.evaluate<
      Record<string, number>
    >(`((main) => ({
      scrollWidth: document.documentElement.scrollWidth,
      scrollHeight: document.documentElement.scrollHeight,
      width: innerWidth,
      height: innerHeight,
      hidden: (main ?? document.documentElement).scrollHeight - (main ?? document.documentElement).clientHeight,
      framed: main ? 1 : 0,
    }))(document.getElementById('main'))`);
    // The public pages stand outside the console's frame and are as long as they are.
    if (scrollWidth !== width || (framed && scrollHeight !== height)) {
      throw new Error(`${name}: expected ${width} x ${height} px, the page has ${scrollWidth} x ${scrollHeight}`);
    }
    mkdirSync(results, { recursive: true });
    const viewport = page.viewportSize();
    if (whole && viewport) await page.setViewportSize({ ...viewport, height: viewport.height + (hidden ?? 0) });
    // The first picture of a browser, while the demo's first seven days still come in, takes the longest.
    const picture = () => page.screenshot({ path: path.join(results, `${name}.png`), timeout: PICTURE_MS });
    // A busy Chromium may have no frame of the page at hand; the next one is as good.
    await picture().catch((error: Error) => {
      if (!error.message.includes('Unable to capture screenshot')) throw error;
      return picture();
    });
    if (whole && viewport) await page.setViewportSize(viewport);
  }

  /** For whoever has to find out why a step failed. */
  async leaveEvidence(step: string): Promise<void> {
    mkdirSync(results, { recursive: true });
    const file = path.join(results, `FAILED ${step.slice(0, 40).trim()} - ${this.name}`);
    const text = await this.page.evaluate<string>('document.body.innerText').catch((error: Error) => error.message);
    writeFileSync(`${file}.txt`, [this.page.url(), ...this.complaints, '', text].join('\n'));
    writeFileSync(`${file}.html`, await this.page.content().catch((error: Error) => error.message));
    await this.page.screenshot({ path: `${file}.png`, fullPage: true, timeout: 10_000 }).catch(() => undefined);
  }

  async leaves(): Promise<void> {
    await this.page.context().close();
  }
}
