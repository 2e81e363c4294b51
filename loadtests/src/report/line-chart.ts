/** A chart of lines over the time of a run, from second 0 on, as SVG without anything from outside. */
export interface LineChart {
  title: string;
  /** Of the y axis; may be empty. */
  unit: string;
  series: readonly ChartSeries[];
  /** Times with a name, as a strip behind the lines; seconds. */
  bands?: readonly { name: string; from: number; to: number }[];
  /** A bound of y, drawn as a line of its own. */
  most?: number;
}

export interface ChartSeries {
  name: string;
  /** Seconds since the run began, and the value; a value that is no number leaves a gap. */
  points: readonly (readonly [number, number])[];
}

const WIDTH = 860;
const HEIGHT = 260;
const MARGIN = { left: 62, right: 14, top: 28, bottom: 30 };
const TICKS = 5;
/** Told apart by people who do not see all colours, and in print (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7a5195', '#555555'];

export function lineChart({ title, unit, series, bands = [], most }: LineChart): string {
  const all = series.flatMap(({ points }) => points.filter(([, value]) => Number.isFinite(value)));
  const head = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`;
  const named = unit ? `${title}, ${unit}` : title;
  const heading = `<text class="h" x="${MARGIN.left}" y="16">${escaped(named)}</text>`;
  if (all.length === 0) return `${head}${heading}<text x="${MARGIN.left}" y="60">nothing was measured</text></svg>`;
  const end = Math.max(1, ...all.map(([at]) => at), ...bands.map(({ to }) => to));
  const ticks = niceTicks(Math.max(most ?? 0, ...all.map(([, value]) => value)), TICKS);
  const top = ticks.at(-1) as number;
  const x = (at: number) => place(at, 0, end, MARGIN.left, WIDTH - MARGIN.right);
  const y = (value: number) => place(value, 0, top, HEIGHT - MARGIN.bottom, MARGIN.top);
  const strips = bands.map(({ name, from, to }, i) => {
    const [left, right] = [x(from), x(to)];
    const shade = i % 2 === 0 ? '<g class="b">' : '<g class="b o">';
    const strip = `<rect x="${left}" y="${MARGIN.top}" width="${round(right - left)}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}"/>`;
    return `${shade}${strip}<text x="${round(left + 3)}" y="${MARGIN.top + 11}">${escaped(name)}</text></g>`;
  });
  const grid = ticks.map(
    (tick) =>
      `<path class="g" d="M${MARGIN.left} ${y(tick)}H${WIDTH - MARGIN.right}"/><text class="t" x="${MARGIN.left - 6}" y="${round(y(tick) + 4)}">${shortNumber(tick)}</text>`,
  );
  const seconds = niceTicks(end, 6)
    .filter((tick) => tick <= end)
    .map((tick) => `<text class="s" x="${x(tick)}" y="${HEIGHT - 10}">${shortNumber(tick)} s</text>`);
  const bound = most === undefined ? '' : `<path class="m" d="M${MARGIN.left} ${y(most)}H${WIDTH - MARGIN.right}"/>`;
  const lines = series.map(
    ({ points }, i) => `<path class="l" stroke="${COLOURS[i % COLOURS.length]}" d="${pathOf(points, x, y)}"/>`,
  );
  return [
    ...[head, heading, ...strips, ...grid, ...seconds, bound, ...lines],
    ...[legend(series, most), '</svg>'],
  ].join('');
}

function legend(series: readonly ChartSeries[], most: number | undefined): string {
  const names = [...series.map(({ name }) => name), ...(most === undefined ? [] : [`bound ${shortNumber(most)}`])];
  let left = WIDTH - MARGIN.right;
  return names
    .map((name, i) => [name, i] as const)
    .reverse()
    .map(([name, i]) => {
      left -= 22 + widthOf(name);
      const colour = i < series.length ? COLOURS[i % COLOURS.length] : '#b00020';
      return `<path d="M${round(left)} 12h12" stroke="${colour}" stroke-width="3"/><text x="${round(left + 16)}" y="16">${escaped(name)}</text>`;
    })
    .join('');
}

/** Han characters are twice as wide as Latin ones. */
const widthOf = (text: string) => [...text].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 12 : 7), 0);

function pathOf(points: ChartSeries['points'], x: (at: number) => number, y: (value: number) => number): string {
  let pen = 'M';
  return points
    .map(([at, value]) => {
      if (!Number.isFinite(value)) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${x(at)} ${y(value)}`;
      pen = 'L';
      return step;
    })
    .join('');
}

/** Round numbers from 0 to at least `most`: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(most: number, count: number): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) as number) * power;
  const ticks = [0];
  while ((ticks.at(-1) as number) < most * (1 - 1e-9)) ticks.push(Number((step * ticks.length).toPrecision(12)));
  return ticks;
}

/** Three digits that count; thousands as k, millions as M. */
export function shortNumber(value: number): string {
  const three = (number: number) => String(Number(number.toPrecision(3)));
  if (Math.abs(value) >= 1e6) return `${three(value / 1e6)}M`;
  return Math.abs(value) >= 1e4 ? `${three(value / 1e3)}k` : three(value);
}

function place(value: number, from: number, to: number, first: number, last: number): number {
  return round(to === from ? first : first + ((value - from) / (to - from)) * (last - first));
}
const round = (value: number) => Math.round(value * 10) / 10;

/** Text inside XML and HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
