import { closeSync, openSync, readSync, statSync } from 'node:fs';

const PERIOD_MS = 300;
/** Lines of one log shown at a time; when a server dies, every service says so many times. */
const MOST_LINES = 5;
const MOST_BYTES = 1 << 20;
/** pino's levels from warn up; Moleculer's own logger writes numbers where the kit writes names. */
const SHOWN = new Map<string | number | undefined, string>([
  ['warn', 'WARN'],
  [40, 'WARN'],
  ['error', 'ERROR'],
  [50, 'ERROR'],
  ['fatal', 'FATAL'],
  [60, 'FATAL'],
]);

/** Shows the warnings and errors that are added to pino logs, each as one line with its service's name. */
export class LogWatch {
  private readonly offsets = new Map<string, number>();
  private readonly names = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly show: (line: string) => void) {
    this.timer = setInterval(() => this.look(), PERIOD_MS);
    this.timer.unref();
  }

  add(name: string, file: string): void {
    this.names.set(file, name);
    this.offsets.set(file, sizeOf(file));
  }

  stop(): void {
    clearInterval(this.timer);
    this.look();
  }

  private look(): void {
    for (const [file, name] of this.names) {
      const lines = this.added(file)
        .split('\n')
        .map((line) => worthShowing(line))
        .filter((line) => line !== undefined);
      for (const line of lines.slice(0, MOST_LINES)) this.show(`[${name}] ${line}`);
      if (lines.length > MOST_LINES) this.show(`[${name}] … and ${lines.length - MOST_LINES} more in ${file}`);
    }
  }

  private added(file: string): string {
    const size = sizeOf(file);
    const offset = this.offsets.get(file) ?? 0;
    if (size === offset) return '';
    // Smaller: moved aside and begun again.
    const from = size < offset ? 0 : offset;
    const buffer = Buffer.alloc(Math.min(size - from, MOST_BYTES));
    const handle = openSync(file, 'r');
    try {
      readSync(handle, buffer, 0, buffer.length, from);
    } finally {
      closeSync(handle);
    }
    const end = buffer.lastIndexOf(0x0a) + 1;
    if (end === 0 && buffer.length < MOST_BYTES) return '';
    this.offsets.set(file, from + (end || buffer.length));
    return buffer.toString('utf8', 0, end || buffer.length);
  }
}

/** A pino line of level warn up as `WARN message: error`; a line that is no JSON as it is, since a crash writes such. */
export function worthShowing(line: string): string | undefined {
  if (line === '') return undefined;
  let entry: { level?: string | number; msg?: string; err?: { message?: string } };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return line;
  }
  const level = SHOWN.get(entry.level);
  if (!level) return undefined;
  const error = entry.err?.message;
  const text = [entry.msg, error === entry.msg ? undefined : error].filter(Boolean).join(': ');
  return `${level} ${text}`;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
