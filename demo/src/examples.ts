import { type OutletInput, scoreOutlet } from '@greenwatch/authenticity';
import type { FraudExampleInput, FraudVerdict } from '@greenwatch/contracts';
import { hashText, randomOf } from './random';
import { type Episode, effects } from './simulator/episodes';
import { DAY, HOUR, means, type OutletModel } from './simulator/signal';

/**
 * Labelled examples that the demo brings along (domain.md 2.4 wants 50 before weights are fitted): made-up plants, played by the
 * same simulator and looked at by the same tests as real ones. They are marked as demo wherever they go.
 */

export const EXAMPLES = 49;
const WINDOW_DAYS = 15;
const BASELINE_DAYS = 45;
const FACTORS = [
  { factor: 'w01018', limit: 80 },
  { factor: 'w21003', limit: 10 },
];
/** Of the values that a logger sends. */
const DECIMALS = 2;

/** What happens at the made-up plant in the window, and what its visit found. */
const PLAYS: { verdict: FraudVerdict; of: number; kind?: Episode['kind']; share?: [number, number] }[] = [
  { verdict: 'confirmed', of: 17, kind: 'squeezed', share: [0.3, 0.85] },
  { verdict: 'confirmed', of: 5, kind: 'stuck' },
  { verdict: 'instrument-fault', of: 4, kind: 'stuck' },
  { verdict: 'process-change', of: 4, kind: 'exceedance', share: [0.2, 0.3] },
  { verdict: 'normal', of: 19 },
];

/** One example, computed from 60 simulated days before `day` (ms, start of a day in China); some 100 ms of work. */
export function demoExample(seed: string, index: number, day: number): FraudExampleInput {
  const id = `demo-example-${String(index + 1).padStart(2, '0')}`;
  const random = randomOf(seed, id);
  const play = PLAYS.flatMap((one) => Array<(typeof PLAYS)[number]>(one.of).fill(one))[index];
  if (!play) throw new RangeError(`index: expected 0 to ${EXAMPLES - 1}, got ${index}`);
  const from = day - (WINDOW_DAYS + BASELINE_DAYS) * DAY;
  const share = random.between(0.3, 0.6);
  const model: OutletModel = {
    id,
    key: hashText(`${seed}/${id}`),
    medium: 'water',
    load: random.next() < 0.7 ? 'diurnal' : 'steady',
    stopped: false,
    fullFlow: random.between(5, 60),
    oxygen: 0,
    temperature: 0,
    pollutants: FACTORS.map(({ factor, limit }) => ({ factor, limit, share: share * random.between(0.8, 1.2) })),
  };
  const began = day - random.integer(8, WINDOW_DAYS) * DAY;
  const episodes: Episode[] = play.kind
    ? [
        {
          ...{ id, outletId: id, kind: play.kind, from: began, to: day },
          ...(play.share ? { share: random.between(...play.share) } : {}),
        },
      ]
    : [];
  const score = scoreOutlet(inputOf(model, from, day, effects(episodes)), {
    at: day,
    windowDays: WINDOW_DAYS,
    baselineDays: BASELINE_DAYS,
    zoneMinutes: 480,
  });
  return {
    id,
    group: `demo-enterprise-${String(index + 1).padStart(2, '0')}`,
    features: score.features,
    verdict: play.verdict,
    by: '演示数据',
    at: new Date(day - (EXAMPLES - index) * HOUR).toISOString(),
    demo: true,
  };
}

/** A water outlet's hours as the scoring reads them, of the pollutants it has. */
export function inputOf(
  model: OutletModel,
  from: number,
  to: number,
  effectAt: ReturnType<typeof effects>,
): OutletInput {
  const codes = [...model.pollutants.map(({ factor }) => factor), 'w00000'];
  const hours: { time: number; values: number[] }[] = [];
  for (let time = from; time < to; time += HOUR) {
    hours.push({ time, values: means(model, codes, time, time + HOUR, effectAt).map(({ average }) => average) });
  }
  return {
    outletId: model.id,
    medium: 'water',
    industry: '1713',
    stepMs: HOUR,
    factors: model.pollutants.map(({ factor, limit }, i) => ({
      code: factor,
      resolution: 10 ** -DECIMALS,
      points: hours.map(({ time, values }) => ({
        time,
        value: Number((values[i] as number).toFixed(DECIMALS)),
        flag: 'N',
        valid: true,
        limit,
      })),
    })),
    loads: [
      { kind: 'flow', points: hours.map(({ time, values }) => ({ time, value: values.at(-1) as number, flag: 'N' })) },
    ],
    events: [],
    peers: [],
  };
}
