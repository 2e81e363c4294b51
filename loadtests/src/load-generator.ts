import net from 'node:net';
import { parseDataTime } from '@greenwatch/hj212';
import { frameOf } from './bench-frames';
import type { FromLoadGenerator, LoadOptions, ToLoadGenerator } from './load-messages';
import { cpuOf } from './process-cpu';

// A process of its own, so that what it costs is seen apart from the system. It speaks to its parent by IPC.

const PROBE_EVERY_MS = 500;
const LAST_ANSWERS_MS = 10_000;

/** One device: its frames one after the other in a buffer, a window of them in flight. */
class Device {
  readonly #frames: Buffer;
  readonly #offsets: Uint32Array;
  readonly #sentAt: Float64Array;
  readonly acked: Uint8Array;
  #socket!: net.Socket;
  #rest = '';
  #next = 0;
  #inFlight = 0;
  answered = 0;
  failure: string | undefined;

  constructor(
    private readonly options: LoadOptions,
    private readonly number: number,
    private readonly onAnswer: (ms: number) => void,
  ) {
    const frames = Array.from({ length: options.frames }, (_, i) => frameOf(number, options.firstTime + i * 1_000));
    this.#frames = Buffer.concat(frames);
    this.#offsets = new Uint32Array(options.frames + 1);
    frames.forEach((frame, i) => {
      this.#offsets[i + 1] = (this.#offsets[i] as number) + frame.length;
    });
    this.#sentAt = new Float64Array(options.frames);
    this.acked = new Uint8Array(options.frames);
  }

  /** Connects and sends the first frame until it is answered: the system has heard of the device. */
  async open(): Promise<void> {
    const socket = net.connect(this.options.port, this.options.host).setNoDelay(true);
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('data', (bytes: Buffer) => this.#receive(bytes.toString('latin1')));
    socket.on('error', (error) => {
      this.failure = error.message;
    });
    socket.on('close', () => {
      this.failure ??= 'the connection was closed';
    });
    this.#next = 1;
    while (this.acked[0] === 0) {
      if (this.failure) throw new Error(`device ${this.number}: ${this.failure}`);
      this.#sentAt[0] = performance.now();
      this.#inFlight = 1;
      socket.write(this.#frames.subarray(0, this.#offsets[1]));
      for (let waited = 0; waited < PROBE_EVERY_MS && this.acked[0] === 0; waited += 20) await sleep(20);
    }
    this.#inFlight = 0;
  }

  /** Fills the window. */
  send(): void {
    const until = Math.min(this.#next + this.options.window - this.#inFlight, this.options.frames);
    if (this.failure || until <= this.#next) return;
    const now = performance.now();
    const from = this.#offsets[this.#next] as number;
    for (; this.#next < until; this.#next++, this.#inFlight++) this.#sentAt[this.#next] = now;
    this.#socket.write(this.#frames.subarray(from, this.#offsets[until]));
  }

  get exhausted(): boolean {
    return this.#next === this.options.frames;
  }

  get waiting(): boolean {
    return this.#inFlight > 0 && !this.failure;
  }

  close(): void {
    this.#socket?.removeAllListeners('close').destroy();
  }

  /** Takes the answers of the frames by their QN, whichever their order. */
  #receive(text: string): void {
    const now = performance.now();
    const all = this.#rest + text;
    let from = 0;
    for (let end = all.indexOf('\r\n'); end >= 0; end = all.indexOf('\r\n', from)) {
      this.#answer(all, from, end, now);
      from = end + 2;
    }
    this.#rest = all.slice(from);
    if (sending) this.send();
  }

  #answer(text: string, from: number, end: number, now: number): void {
    const at = text.indexOf('QN=', from);
    const isAnswer = text.indexOf(';CN=9014;', from);
    if (at < 0 || at > end || isAnswer < 0 || isAnswer > end) return;
    const index = (timeOf(text.slice(at + 3, at + 17)) - this.options.firstTime) / 1_000;
    if (this.acked[index] !== 0) return;
    this.acked[index] = 1;
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.answered++;
    this.onAnswer(now - (this.#sentAt[index] as number));
  }
}

const times = new Map<string, number>();
/** Data time of 14 digits; the devices speak of the same seconds. */
function timeOf(text: string): number {
  let time = times.get(text);
  if (time === undefined) {
    const parsed = parseDataTime(text);
    if (!parsed.ok) throw new Error(`QN ${text} is no time`);
    time = parsed.time;
    times.set(text, time);
  }
  return time;
}

let sending = false;
let latencies: number[] = [];
let devices: Device[] = [];

async function load(options: LoadOptions): Promise<void> {
  devices = Array.from({ length: options.connections }, (_, i) => new Device(options, i, (ms) => latencies.push(ms)));
  for (const device of devices) await device.open();
  sending = true;
  latencies = [];
  for (const device of devices) device.send();
  tell({ type: 'running' });
}

/** What was answered so far; latencies begin anew. */
function mark(): void {
  const answered = devices.reduce((sum, device) => sum + device.answered, 0);
  const sorted = Float64Array.from(latencies).sort();
  latencies = [];
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  tell({
    type: 'mark',
    answered,
    cpuUs: cpuOf(process.pid),
    p50: at(0.5),
    p99: at(0.99),
    exhausted: devices.some((device) => device.exhausted),
    failures: devices.flatMap(({ failure }) => failure ?? []),
  });
}

async function finish(): Promise<void> {
  sending = false;
  for (const until = Date.now() + LAST_ANSWERS_MS; Date.now() < until && devices.some((d) => d.waiting); )
    await sleep(50);
  tell({ type: 'finished', acked: devices.map(({ acked }) => Buffer.from(acked).toString('base64')) });
  for (const device of devices) device.close();
}

function tell(message: FromLoadGenerator): void {
  process.send?.(message);
}

process.on('message', (message: ToLoadGenerator) => {
  const work = message.type === 'load' ? load(message.options) : message.type === 'finish' ? finish() : mark();
  Promise.resolve(work).catch((error: Error) => {
    process.stderr.write(`load generator: ${error.stack}\n`);
    process.exit(1);
  });
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
