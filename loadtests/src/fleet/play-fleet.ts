import type { ApiClient } from '../api-client';
import { sleep } from '../connect-to-system';
import { LatencyHistogram } from '../latency-histogram';
import type { FleetPoint, FleetReport, Span } from '../report/load-report';
import { ACK_BOUND } from '../report/render-report';
import { Fleet, fleetBounds, fleetVerdict } from './fleet';
import { type Mix, type Phase, secondsOf } from './mix';
import type { RunPlan } from './run-plan';
import { storedMoments } from './stored-moments';

const POINTS = 60;
const ANSWERED_WITHIN_MS = 120_000;
/** Readings stores what is acknowledged within a second or so; after this long it is lost. */
const STORED_WITHIN_MS = 60_000;

interface Playing {
  plan: RunPlan;
  mix: Mix;
  addresses: { host: string; port: number }[];
  api: ApiClient;
  /** performance.now() when the run began. */
  started: number;
  patience: number;
  say(line: string): void;
}

/** Plays the phases, lets everything be answered, and holds what was sent against the API's export. */
export async function playFleet(playing: Playing): Promise<{ report: FleetReport; phases: Span[] }> {
  const { plan, mix, addresses, api, started, patience, say } = playing;
  const now = () => (performance.now() - started) / 1_000;
  say(`${plan.devices} devices connect, in ${plan.processes.length} processes`);
  const fleet = await Fleet.start(plan, mix, addresses);
  try {
    const points: FleetPoint[] = [];
    const phases: Span[] = [];
    const calm = new LatencyHistogram();
    const back: { name: string; seconds: number; most: number }[] = [];
    const step = Math.max(1, secondsOf(mix) / POINTS);
    let last = await fleet.mark();
    let lastAt = now();
    for (const phase of mix.phases) {
      say(`phase ${phase.name}: ${phase.seconds} s at ${Math.round(plan.meanRate * phase.factor)} packets/s`);
      const from = now();
      await fleet.enter(phase);
      let awaySince: number | undefined = phase.drop ? from : undefined;
      while (now() - from < phase.seconds) {
        await sleep(1_000 * Math.min(step, Math.max(0.05, phase.seconds - (now() - from))));
        const mark = await fleet.mark();
        const at = now();
        points.push({
          at,
          due: (mark.due - last.due) / (at - lastAt),
          answered: (mark.answered - last.answered) / (at - lastAt),
          p50: mark.answered > last.answered ? mark.p50 : Number.NaN,
          p99: mark.answered > last.answered ? mark.p99 : Number.NaN,
          connected: mark.connected,
        });
        if (!phase.drop) calm.addPairs(mark.latencies);
        if (awaySince !== undefined && mark.connected >= plan.devices * NEARLY_ALL) {
          back.push(backOf(phase, at - awaySince, mix));
          awaySince = undefined;
        }
        [last, lastAt] = [mark, at];
      }
      if (awaySince !== undefined) back.push(backOf(phase, Number.NaN, mix));
      phases.push({ name: phase.name, from, to: now() });
    }
    say('what was due is answered');
    await fleet.enter({ name: 'end', seconds: 1, factor: 0 });
    const sent = await fleet.finish(ANSWERED_WITHIN_MS);
    say('what was sent is held against the export');
    const devices = { first: plan.processes[0]?.firstDevice ?? 0, count: plan.devices };
    // Slow clocks are behind by some minutes.
    const from = plan.traffic.from - DAY_MS - mix.slowClocks.minutes * 60_000;
    const judge = () => fleetVerdict(sent, storedMoments(api, devices, from));
    let verdict = await judge();
    for (const until = Date.now() + STORED_WITHIN_MS; verdict.lost > 0 && Date.now() < until; verdict = await judge()) {
      await sleep(2_000);
    }
    const bounds = [
      ...fleetBounds(verdict, Math.max(0, Math.floor(plan.devices * NEARLY_ALL) - last.connected)),
      { name: ACK_BOUND, value: calm.total === 0 ? Number.NaN : calm.at(0.99), most: mix.bounds.ackP99Ms * patience },
      ...back.map(({ name, seconds, most }) => ({ name: `${name}: seconds until all are back`, value: seconds, most })),
    ];
    return {
      phases,
      report: {
        devices: plan.devices,
        processes: plan.processes.length,
        meanRate: plan.meanRate,
        points,
        verdict,
        bounds,
        faults: last.faults,
        resent: last.resent,
        reconnected: last.reconnected,
        beats: last.beats,
        generatorUsPerPacket: last.answered === 0 ? 0 : last.cpuUs / last.answered,
      },
    };
  } finally {
    fleet.stop();
  }
}

/** Some are always away: those that lose their connection by chance. */
const NEARLY_ALL = 0.99;
/** A day's mean is of the day's begin, before the first realtime packet. */
const DAY_MS = 86_400_000;

const backOf = ({ name, drop }: Phase, seconds: number, { bounds }: Mix) => ({
  name,
  seconds,
  most: (drop?.withinSeconds ?? 0) + bounds.backSeconds,
});
