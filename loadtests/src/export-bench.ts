import { ApiClient } from './api-client';
import { type BenchSystem, firstTimeOf, MEMORY_LIMIT_MB, onBenchSystem, round } from './bench-system';
import { memoryBounds, missedBounds } from './bounds';
import { drained, sleep } from './connect-to-system';

export interface ExportBenchOptions {
  packets: number;
  syncInterval?: string;
  say(line: string): void;
}

const CONNECTIONS = 100;
const WINDOW = 32;
const GROWTH_MB = 200;
const SAMPLE_MS = 100;
/** What the filling needed is given back before the export begins. */
const SETTLE_MS = 5_000;
const NEWLINE = 10;
const ONLY = ['registry', 'ingestion', 'readings', 'rules', 'gateway'];

/** Fills the store with packets and exports them all by the API, over the network as a client gets them. */
export function exportBench({ packets, syncInterval, say }: ExportBenchOptions) {
  return onBenchSystem({ devices: CONNECTIONS, only: ONLY, syncInterval, say }, async (bench) => {
    const stored = await fill(bench, packets);
    const api = new ApiClient(bench.urls.console, await bench.apiKey());
    await sleep(SETTLE_MS);
    const before = bench.memory();
    const most = { ...before };
    const sampler = setInterval(() => {
      for (const [name, mb] of Object.entries(bench.memory())) most[name] = Math.max(most[name] ?? 0, mb);
    }, SAMPLE_MS);
    const begun = performance.now();
    let lines = 0;
    let bytes = 0;
    try {
      const { body } = await api.open('/readings/export?format=ndjson');
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
      }
    } finally {
      clearInterval(sampler);
    }
    const seconds = (performance.now() - begun) / 1_000;
    const growth = Object.fromEntries(
      Object.entries(most).map(([name, mb]) => [name, Math.round(mb - (before[name] ?? 0))]),
    );
    const memory = bench.peakMemory();
    const result = {
      packets: stored,
      exported: lines,
      bytes,
      seconds: round(seconds, 1),
      packets_s: Math.round(lines / seconds),
      growth_mb: growth,
      memory_peak_mb: memory,
    };
    const missed = missedBounds([
      { name: 'packets that are not in the export', value: Math.abs(stored - lines), most: 0 },
      ...Object.entries(growth).map(([name, value]) => ({ name: `growth of ${name}, MB`, value, most: GROWTH_MB })),
      ...memoryBounds(memory, MEMORY_LIMIT_MB),
    ]);
    return { ...result, missed };
  });
}

/** @returns the packets stored, all acknowledged and worked off */
async function fill(bench: BenchSystem, packets: number): Promise<number> {
  const frames = Math.ceil((packets / CONNECTIONS) * 1.2) + 10;
  const load = await bench.load({ connections: CONNECTIONS, window: WINDOW, frames, firstTime: firstTimeOf(frames) });
  await load.pace();
  let answered = 0;
  for (let told = 0; answered < packets; await sleep(100)) {
    const mark = await load.mark();
    if (mark.exhausted) break;
    answered = mark.answered;
    if (answered - told > packets / 10) bench.say(`${answered} packets acknowledged`);
    if (answered - told > packets / 10) told = answered;
  }
  const states = await load.finish();
  await drained(bench.client);
  return states.reduce((sum, frame) => sum + frame.reduce((count, state) => count + Number(state > 0), 0), 0);
}
