/** One sample of a /metrics page. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Reads the text format of Prometheus, version 0.0.4. Lines that are none are left out: comments, blanks. */
export function* samplesOf(text: string): Generator<Sample> {
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (!match) continue;
    const [, name = '', inside = '', value = ''] = match;
    const labels = Object.fromEntries(
      [...inside.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
        label,
        text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)),
      ]),
    );
    yield { name, labels, value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) };
  }
}

/** The sum over the samples of a metric that have these labels; undefined where none has. */
export function sumOf(
  samples: Iterable<Sample>,
  metric: string,
  labels: Record<string, string> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  let sum: number | undefined;
  for (const { name, value, labels: has } of samples) {
    if (name === metric && wanted.every(([label, text]) => has[label] === text)) sum = (sum ?? 0) + value;
  }
  return sum;
}
