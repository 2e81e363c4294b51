import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findRunningSystem, OperatorError, repositoryRoot, System } from '@greenwatch/infra';
import { launchBrowser } from '@greenwatch/testkit';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { demoProvince } from '../src/province';
import { results, Visitor } from './visitor';

/** Small enough for two cores, large enough for every story (demo/src/stories.ts). */
const ENTERPRISES = 16;
const SEED = 'greenwatch';
/** A data folder of a system with the demo that runs already: for whoever writes a story and does not want to wait. */
const RUNNING = process.env.GREENWATCH_DEMO;

export const DESK = { viewport: { width: 1440, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** The real system with a small demo province, each service its own process, and a real browser: one for all stories. */
export class RunningDemo {
  readonly province = demoProvince({ seed: SEED, enterprises: ENTERPRISES });
  readonly visitors: Visitor[] = [];
  origin = '';
  browser!: Browser;
  system: System | undefined;
  #passwords: Record<string, string> = {};

  async start(): Promise<void> {
    if (!existsSync(path.join(repositoryRoot, 'gateway', 'web', 'dist', 'index.html'))) {
      throw new OperatorError('the pages are not built: run "npm run build"');
    }
    rmSync(results, { recursive: true, force: true });
    if (RUNNING) {
      this.browser = await launchBrowser();
      this.origin = findRunningSystem(RUNNING).urls.console;
    } else {
      this.system = new System({
        demo: true,
        environment: { DEMO_SEED: SEED, DEMO_ENTERPRISES: String(ENTERPRISES), DEMO_REALTIME_SECONDS: '5' },
      });
      const [urls, browser] = await Promise.all([this.system.start(), launchBrowser()]);
      this.browser = browser;
      this.origin = urls.console;
    }
    this.#passwords = JSON.parse(this.file('demo-accounts.json'));
  }

  async end(): Promise<void> {
    await this.browser?.close();
    await this.system?.stop();
  }

  /** A file of the demo's own. */
  file(name: string): string {
    return readFileSync(
      RUNNING ? path.join(RUNNING, 'demo', name) : (this.system as System).folder.at('demo', name),
      'utf8',
    );
  }

  /** Somebody at an own browser, not logged in. */
  async comes(name: string, options: BrowserContextOptions): Promise<Visitor> {
    const visitor = await Visitor.arrives(this.browser, this.origin, name, options);
    this.visitors.push(visitor);
    return visitor;
  }

  /** Somebody who logs in, at the address that a link or bookmark gives: a map that nobody looks at takes seconds to draw. */
  async arrives(name: string, username: string, options: BrowserContextOptions, at = ''): Promise<Visitor> {
    const visitor = await this.comes(name, options);
    await visitor.logIn(username, this.#passwords[username] as string, at);
    return visitor;
  }

  /** What the demo's SMSC took for a number, oldest first. */
  messagesToNumber(phone: string): { to: string; text: string }[] {
    return this.file('sms.jsonl')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { to: string; text: string })
      .filter(({ to }) => to === `86${phone}`);
  }

  messagesTo(personId: string): { to: string; text: string }[] {
    return this.messagesToNumber(this.province.persons.find(({ id }) => id === personId)?.phone as string);
  }

  /** Starts an episode by hand at the demo's control port (demo/README.md). */
  async startEpisode(episode: { outletId: string; hours?: number }): Promise<void> {
    const { url } = JSON.parse(this.file('control.json')) as { url: string };
    const started = await fetch(`${url}/episodes`, { method: 'POST', body: JSON.stringify(episode) });
    expect(started.status).toBe(201);
  }

  /** A JPEG of 640 × 480, as a camera would give. */
  async picture(): Promise<Buffer> {
    const page = await this.browser.newPage();
    // On a canvas, which is drawn at once: a screenshot needs a frame of the page, which a busy machine may not have yet.
    const address = await page.evaluate<string>(`(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
      const pen = canvas.getContext('2d');
      const light = pen.createLinearGradient(0, 480, 640, 0);
      for (const [at, colour] of [[0, '#345'], [0.6, '#9ab'], [1, '#642']]) light.addColorStop(at, colour);
      pen.fillStyle = light;
      pen.fillRect(0, 0, 640, 480);
      return canvas.toDataURL('image/jpeg', 0.7);
    })()`);
    await page.close();
    return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
  }

  /**
   * Makes `step`s of one story: when one fails, the pages of all visitors are kept and those after it do not start.
   */
  story(): (name: string, walk: () => Promise<void>) => void {
    let broken: string | undefined;
    return (name, walk) => {
      it(name, async () => {
        if (broken) throw new Error(`not walked, because an earlier step failed: ${broken}`);
        try {
          await walk();
        } catch (error) {
          broken = name;
          await Promise.all(this.visitors.map((visitor) => visitor.leaveEvidence(name)));
          throw error;
        }
      });
    };
  }

  /** The story's people go home; what their pages complained of. */
  async everybodyLeaves(): Promise<string[]> {
    const left = this.visitors.splice(0);
    await Promise.all(left.map((visitor) => visitor.leaves()));
    return left.flatMap(({ complaints }) => complaints);
  }
}
