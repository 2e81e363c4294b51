import { ApiClient } from '../src/api-client';
import { registerDevices } from '../src/bench-devices';
import { BenchSystem } from '../src/bench-system';
import { factsTaken, sleep } from '../src/connect-to-system';
import { traitsOf } from '../src/fleet/device-traits';
import { Fleet, fleetBounds, fleetVerdict } from '../src/fleet/fleet';
import { checkedMix, readMix } from '../src/fleet/mix';
import { planRun } from '../src/fleet/run-plan';
import { storedMoments } from '../src/fleet/stored-moments';

const DEVICES = 40;
const FIRST_DEVICE = 1_000;
/** Of the standard's 10 s only a part: what was corrupted comes soon again. */
const RESEND_MS = 1_000;
const mix = checkedMix(
  {
    ...readMix('county'),
    dialects: { '2017': 0.4, '2017-unflagged': 0.2, '2005': 0.4 },
    slowClocks: { share: 0.2, minutes: 7 },
    heartbeatSeconds: 5,
    faults: { wrongCrc: 0.05, splitWrites: 0.2, repeats: 0.1, dropsPerMinute: 1 },
    phases: [
      { name: 'before', seconds: 6, factor: 1 },
      { name: 'full hour', seconds: 3, factor: 2, fullHour: true, drop: { share: 0.5, withinSeconds: 2 } },
    ],
  },
  'test',
);

let bench: BenchSystem;
beforeAll(async () => {
  const only = ['registry', 'ingestion', 'readings', 'gateway'];
  bench = await BenchSystem.start({ devices: 2, only, say: () => {} });
}, 60_000);
afterAll(() => bench?.stop());

test('a fleet in two processes with every fault: each packet of every kind is stored once', async () => {
  const enterprises = (DEVICES + 0.5) / 1.5;
  const plan = planRun(
    { ...mix, enterprises: Math.floor(enterprises) },
    { scale: 1, speed: 300, now: Date.now(), firstDevice: FIRST_DEVICE, most: DEVICES / 2 },
  );
  expect(plan).toMatchObject({ devices: DEVICES, processes: [{}, {}] });
  const editionOf = (device: number) => (traitsOf(device, mix).dialect === '2005' ? '2005' : '2017');
  await registerDevices(bench.client, { first: FIRST_DEVICE, count: DEVICES, editionOf });
  await factsTaken(bench.client);
  const fleet = await Fleet.start(plan, mix, bench.addresses(), RESEND_MS);
  try {
    for (const phase of mix.phases) {
      await fleet.enter(phase);
      await sleep(phase.seconds * 1_000);
    }
    await fleet.enter({ name: 'end', seconds: 1, factor: 0 });
    await sleep(3_000);
    const mark = await fleet.mark();
    const sent = await fleet.finish(20_000);
    const api = new ApiClient(bench.urls.console, await bench.apiKey());
    const kinds = new Set<string>();
    const stored = async function* () {
      for await (const moment of storedMoments(api, { first: FIRST_DEVICE, count: DEVICES }, 0)) {
        kinds.add(moment.kind ?? '');
        yield moment;
      }
    };
    const verdict = await fleetVerdict(sent, stored());
    expect(fleetBounds(verdict, 0).filter(({ value, most }) => value > most)).toEqual([]);
    expect(verdict.acknowledged).toBeGreaterThan(DEVICES * 10);
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['hour', 'minute', 'realtime']));
    // Every fault did happen: else this shows nothing.
    for (const count of Object.values(mark.faults)) expect(count).toBeGreaterThan(0);
    expect(mark).toMatchObject({ beats: expect.any(Number), resent: expect.any(Number) });
    expect(Math.min(mark.resent, mark.beats, mark.reconnected)).toBeGreaterThan(0);
  } finally {
    fleet.stop();
  }
}, 90_000);
