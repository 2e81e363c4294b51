import { DEVICES, NEARLY, type Step } from '../cluster';

const SECONDS = 20;
const RATE = 150;
const FRAMES = 2_000;
const TASK_WITHIN_S = 60;

/** Devices send through the Service, the console answers, an exceedance becomes a task. */
export const mainLine: Step = {
  name: 'main-line',
  async run(cluster, seen) {
    const { places, field } = cluster;
    const page = await fetch(places.gateway);
    const html = await page.text();
    const script = /<script[^>]+src="([^"]+)"/.exec(html)?.[1] ?? '';
    const loaded = await fetch(new URL(script, places.gateway));
    const bytes = (await loaded.text()).length;
    const ok = page.status === 200 && html.includes('<div id="root">') && loaded.status === 200 && bytes > 10_000;
    seen(
      `console: ${page.status}, its script ${loaded.status} with ${Math.round(bytes / 1_000)} kB`,
      'both answer 200',
      ok,
    );

    await cluster.underLoad(RATE, FRAMES, async () => {
      const connected = await cluster.connected();
      await cluster.pause(SECONDS);
      const { answered, p50, p99 } = await field.mark();
      seen(
        `HJ 212 through the Service: ${connected} devices connected, ${answered} packets acknowledged in ${SECONDS} s, 9014 after ${Math.round(p50)} ms (p50), ${Math.round(p99)} ms (p99)`,
        `${NEARLY * 100} % of ${DEVICES} devices connected at a time, packets are acknowledged`,
        connected >= NEARLY * DEVICES && answered > DEVICES,
      );
    });
    const { tasks, seconds } = await field.exceed();
    seen(
      `an hourly mean of twice the limit: ${tasks.join(', ')} after ${seconds.toFixed(1)} s`,
      `a task within ${TASK_WITHIN_S} s`,
      tasks.length > 0 && seconds <= TASK_WITHIN_S,
    );
    await cluster.exactlyOnce(seen);
  },
};
