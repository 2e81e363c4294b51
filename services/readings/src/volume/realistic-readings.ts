import type { OrderedPacket } from '../merge';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What one instrument of a flue-gas CEMS measures, and how it moves. */
interface Instrument {
  factor: string;
  /** Where it stands, and how far the plant moves it in hours (of the level) and in minutes. */
  level: number;
  drift: number;
  swing: number;
  /** Repeatability of the instrument: standard deviation of its noise. */
  noise: number;
  decimals: number;
}

// Levels of a coal-fired boiler after ultra-low emission retrofit; repeatability about 1 % of the reading (HJ 76-2017
// asks for at most 2 %), resolution as instruments print it.
const INSTRUMENTS: readonly Instrument[] = [
  { factor: 'a21026', level: 15, drift: 0.3, swing: 0.02, noise: 0.15, decimals: 2 },
  { factor: 'a21002', level: 38, drift: 0.15, swing: 0.02, noise: 0.35, decimals: 2 },
  { factor: 'a34013', level: 4, drift: 0.2, swing: 0.02, noise: 0.05, decimals: 2 },
  { factor: 'a19001', level: 6.5, drift: 0.1, swing: 0.005, noise: 0.03, decimals: 2 },
  { factor: 'a01012', level: 52, drift: 0.05, swing: 0.001, noise: 0.15, decimals: 1 },
  { factor: 'a01011', level: 12, drift: 0.1, swing: 0.01, noise: 0.12, decimals: 2 },
  { factor: 'a01013', level: -0.25, drift: 0.1, swing: 0.02, noise: 0.01, decimals: 3 },
  { factor: 'a00000', level: 480_000, drift: 0.1, swing: 0.01, noise: 3_000, decimals: 0 },
];

/** Kinds by number, with the time between two uploads and the delay after the period that a logger takes. */
const REALTIME = 1;
const MINUTE = 2;
const HOUR = 3;
export const EVERY_MS: Readonly<Record<number, number>> = {
  [REALTIME]: MINUTE_MS,
  [MINUTE]: 10 * MINUTE_MS,
  [HOUR]: HOUR_MS,
};

/** Readings in every packet. */
export const FACTORS = INSTRUMENTS.length;

/**
 * One day of one device and kind as it would have come: values that drift with the plant over the day, swing over minutes
 * and carry the noise of the instrument; a calibration every day (flag C); a packet in 400 that never came; one in 500
 * that came late. The same numbers give the same day. `day` is its start in ms.
 */
export function realisticDay(device: number, kind: number, day: number): OrderedPacket[] {
  const random = generator(device * 4_001 + kind * 131 + Math.floor(day / DAY_MS));
  const every = EVERY_MS[kind] ?? HOUR_MS;
  const packets: OrderedPacket[] = [];
  const phase = (device % 97) / 97;
  const calibrated = day + (2 + (device % 5)) * HOUR_MS;
  const swings = INSTRUMENTS.map(() => 0);
  for (let dataTime = day; dataTime < day + DAY_MS; dataTime += every) {
    const calibrating = dataTime >= calibrated && dataTime < calibrated + 20 * MINUTE_MS;
    const load = Math.sin((dataTime / DAY_MS + phase) * 2 * Math.PI) + 0.3 * Math.sin((dataTime / DAY_MS) * 14 + phase);
    const items = INSTRUMENTS.map((instrument, at) => {
      swings[at] = (swings[at] as number) * 0.95 + gauss(random) * 0.3;
      const moved = 1 + instrument.drift * load + instrument.swing * (swings[at] as number);
      const flag = calibrating && at < 3 ? 'C' : 'N';
      return itemOf(instrument, kind, (calibrating && at < 3 ? 0.05 : 1) * instrument.level * moved, flag, random);
    });
    if (random() < 1 / 400) continue;
    const late = random() < 1 / 500 ? random() * HOUR_MS : 0;
    const delay = (kind === REALTIME ? 0 : every) + 300 - 400 * Math.log(1 - random()) + late;
    packets.push({ dataTime, receivedAt: Math.round(dataTime + delay), sequence: 0, fields: items.join(';') });
  }
  return packets;
}

function itemOf(instrument: Instrument, kind: number, value: number, flag: string, random: () => number): string {
  const { factor, noise, decimals } = instrument;
  if (kind === REALTIME)
    return `${factor}-Rtd=${(value + gauss(random) * noise).toFixed(decimals)},${factor}-Flag=${flag}`;
  // Of n readings: the mean has a smaller noise, the extremes lie about two deviations away.
  const mean = value + (gauss(random) * noise) / 3;
  const low = mean - noise * (1.8 + 0.3 * gauss(random));
  const high = mean + noise * (1.8 + 0.3 * gauss(random));
  return (
    `${factor}-Min=${low.toFixed(decimals)},${factor}-Avg=${mean.toFixed(decimals)},` +
    `${factor}-Max=${high.toFixed(decimals)},${factor}-Flag=${flag}`
  );
}

/** Random numbers from 0 to 1 that are the same for the same seed: xorshift32 (Marsaglia, 2003). */
function generator(seed: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** Nearly normal, of deviation 1: the sum of four even ones. */
function gauss(random: () => number): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}
