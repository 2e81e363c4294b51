import { firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { memoryBounds, missedBounds } from './bounds';
import { sleep } from './connect-to-system';
import { slopeOf } from './scaling';

export interface ConnectionsBenchOptions {
  /** Most connections; it is measured in steps up to there. */
  connections: number;
  steps: number;
  say(line: string): void;
}

const FRAMES = 5;
/** Garbage of the connecting is gone by then, and the least of these looks is what stays. */
const SETTLE_S = 15;
const LOOKS = 10;

/** How much memory ingestion needs for connections that are open and say little, and what they cost while they rest. */
export function connectionsBench({ connections, steps, say }: ConnectionsBenchOptions) {
  const only = ['registry', 'ingestion', 'readings'];
  return onBenchSystem({ devices: connections, only, say }, async (bench) => {
    const firstTime = firstTimeOf(FRAMES);
    const points: { connections: number; memory_mb: number }[] = [];
    const look = async (open: number) => {
      await sleep(SETTLE_S * 1_000);
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < LOOKS; i++) {
        least = Math.min(least, bench.memory().ingestion ?? Number.NaN);
        await sleep(500);
      }
      points.push({ connections: open, memory_mb: round(least, 1) });
      say(`${open} connections: ${round(least, 1)} MB`);
    };
    // Not without any: what the first thousand make it load and compile is no cost of a connection.
    const each = Math.floor(connections / steps);
    for (let step = 0; step < steps; step++) {
      const load = await bench.load({
        connections: each,
        firstDevice: step * each,
        window: 1,
        frames: FRAMES,
        firstTime,
      });
      await load.pace(0);
      await look((step + 1) * each);
    }
    const slope = slopeOf(points.map(({ connections: x, memory_mb }) => [x, memory_mb]));
    const memory = bench.peakMemory();
    return {
      points,
      memory_mb_per_1000_connections: round(slope.perUnit * 1_000, 1),
      memory_mb_without: round(slope.at0, 1),
      missed: missedBounds(memoryBounds({ ingestion: memory.ingestion ?? Number.NaN }, MEMORY_LIMIT_MB)),
    };
  });
}
