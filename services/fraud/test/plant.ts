/** Simulated plants for the tests: hourly packets as a logger sends them. */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** First-order autoregressive noise of standard deviation `sd`. */
function noise(next: () => number, phi: number, sd: number): () => number {
  let x = 0;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
    x = phi * x + sd * Math.sqrt(1 - phi * phi) * normal;
    return x;
  };
}

export interface PlantHour {
  time: number;
  fields: string;
}

/**
 * A boiler with SO2 and NOx below their limits, following its load (the reference simulation of domain.md 2.4). From
 * `flatFrom` on SO2 shows 22 with hardly any movement, whatever the load does.
 */
export function boilerHours(seed: number, from: number, to: number, flatFrom = Infinity): PlantHour[] {
  const next = random(seed);
  const slow = noise(next, 0.95, 0.08);
  const so2 = noise(next, 0.8, 0.13);
  const nox = noise(next, 0.8, 0.13);
  const oxygen = noise(next, 0.8, 0.3);
  const hours: PlantHour[] = [];
  for (let time = from; time < to; time += HOUR) {
    const load = Math.min(1.05, Math.max(0.4, 0.75 + 0.12 * Math.sin((2 * Math.PI * time) / DAY) + slow()));
    const usual = Math.exp(Math.log(22) + 0.5 * Math.log(load / 0.75) + so2());
    const shown = time >= flatFrom ? 22 + 0.1 * Math.round(3 * (next() - 0.5)) : usual;
    const other = Math.exp(Math.log(36) + 0.5 * Math.log(load / 0.75) + nox());
    const item = (code: string, value: number, converted = true) =>
      [
        `${code}-Avg=${value.toFixed(1)}`,
        ...(converted ? [`${code}-ZsAvg=${(value * 1.1).toFixed(1)}`] : []),
        `${code}-Flag=N`,
      ].join(',');
    hours.push({
      time,
      fields: [
        item('a21026', shown),
        item('a21002', other),
        item('a00000', 120 * load, false),
        item('a19001', 7 + 2 * (0.9 - load) + oxygen(), false),
      ].join(';'),
    });
  }
  return hours;
}
