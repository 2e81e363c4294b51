import {
  buildFrame,
  type CutResult,
  FrameCutter,
  Hj212Error,
  kindOfPacket,
  parseSegment,
  readMessage,
  readReply,
  readUploadText,
  replyToNotice,
  replyToUpload,
} from '@greenwatch/hj212';
import { goodSegment, MUTATIONS, mutant } from './mutations';
import { seededRandom } from './seeded-random';

export interface MutatedRun {
  frames: number;
  seed: number;
  sockets: number;
  /** Good frames sent behind mutants, each of them let in and read. */
  good: number;
  /** Mutants whose frame was let in and whose content was read. */
  accepted: number;
  /** What was refused, by the cause kept with it. */
  refused: Record<string, number>;
  /** Good frames behind a mutant that did not come through; must be empty. */
  lost: string[];
  /** Errors that are no refusals; must be empty. */
  crashes: string[];
  /** Most bytes that one connection held. */
  mostHeld: number;
  seconds: number;
}

/** Frames after which a peer has hung up and a new connection begins. */
const FRAMES_A_SOCKET = 500;
/** A length too great holds what follows until its bytes have come: so many good frames are more than that. */
const MOST_WAITING = 1036;
const SHOWN = 20;

/**
 * Sends mutated frames, each followed by a good one, through the codec as ingestion uses it: cutter, packet, readings, message or reply,
 * answer. Every kind of mutation takes its turn.
 * @param now milliseconds, for the time taken
 */
export function runMutated(frames: number, seed: number, now: () => number): MutatedRun {
  const started = now();
  const random = seededRandom(seed);
  const run: MutatedRun = {
    frames,
    seed,
    sockets: 0,
    good: 0,
    accepted: 0,
    refused: {},
    lost: [],
    crashes: [],
    mostHeld: 0,
    seconds: 0,
  };
  const note = (list: string[], text: string) => {
    if (list.length < SHOWN) list.push(text);
    else list[SHOWN] = 'and more';
  };
  const count = (cause: string) => {
    run.refused[cause] = (run.refused[cause] ?? 0) + 1;
  };
  let cutter = new FrameCutter();
  for (let number = 0; number < frames; number++) {
    if (number % FRAMES_A_SOCKET === 0) {
      run.sockets++;
      cutter = new FrameCutter();
    }
    const what = `${MUTATIONS[number % MUTATIONS.length]} ${number}`;
    try {
      const { chunks, frames: whole } = mutant(random, number);
      const results: CutResult[] = [];
      const push = (chunk: Buffer) => {
        results.push(...cutter.push(chunk));
        run.mostHeld = Math.max(run.mostHeld, cutter.buffered);
      };
      for (const chunk of chunks) push(chunk);
      // The good frames behind it: as many as a wrong length may hold back, and all must come, in order.
      const good: string[] = [];
      for (let bytes = 0; bytes === 0 || (cutter.buffered > 0 && bytes < 2 * MOST_WAITING); ) {
        const segment = goodSegment(random, number * 16 + good.length);
        const frame = buildFrame(segment);
        good.push(segment);
        push(frame);
        bytes += frame.length;
      }
      const segments = results.flatMap((result) => (result.type === 'frame' ? [result.segment] : []));
      const texts = segments.slice(-good.length).map(String);
      const missing = good.filter((segment, index) => texts[index] !== segment);
      if (missing.length > 0)
        note(run.lost, `${what}: ${missing[0]} after ${JSON.stringify(Buffer.concat(chunks).toString('latin1'))}`);
      if (segments.length - good.length < whole && missing.length === 0)
        note(run.lost, `${what}: a good frame of its own`);
      run.good += good.length - missing.length;
      for (const result of results) {
        if (result.type === 'refused') {
          if (result.detail === '') throw new Error('refused without saying why');
          count(result.reason);
        }
      }
      for (const segment of segments) {
        const cause = readAll(segment);
        if (cause) count(cause);
        else run.accepted++;
      }
      run.accepted -= good.length - missing.length;
    } catch (error) {
      note(run.crashes, `${what}: ${(error as Error).stack ?? String(error)}`);
      cutter = new FrameCutter();
    }
  }
  run.seconds = Math.round((now() - started) / 100) / 10;
  return run;
}

/** Reads a segment as ingestion does. Gives the cause when it is refused; anything but a refusal that names its field is thrown. */
function readAll(segment: Buffer): string | undefined {
  try {
    const packet = parseSegment(segment);
    const kind = kindOfPacket(packet);
    replyToUpload(packet);
    replyToNotice(packet);
    if (kind === 'reply') readReply(packet);
    else if (kind === 'unknown' || kind === 'request') return kind;
    else if (readMessage(packet) === undefined && kind === 'upload') readUploadText(packet);
    return undefined;
  } catch (error) {
    if (!(error instanceof Hj212Error) || error.message === '') throw error;
    return error.code;
  }
}
