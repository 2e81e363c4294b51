import { readingsLog } from '@greenwatch/contracts';
import {
  answerOf,
  type CutResult,
  type DeviceCodec,
  FrameCutter,
  Hj212Error,
  type Packet,
  parseSegment,
  type UploadKind,
  type UploadText,
} from '@greenwatch/hj212';
import type { LogPacket } from '@greenwatch/kit';
import { type AdmissionRules, decide, type RefusalReason } from './admission';
import type { DirectoryEntry } from './device-directory';
import type { Stored } from './group-commit';

const KINDS: Record<UploadKind, readingsLog.Kind> = {
  realtime: readingsLog.Kind.KIND_REALTIME,
  minute: readingsLog.Kind.KIND_MINUTE,
  hour: readingsLog.Kind.KIND_HOUR,
  day: readingsLog.Kind.KIND_DAY,
  state: readingsLog.Kind.KIND_STATE,
  running: readingsLog.Kind.KIND_RUNNING,
};

type CutFrame = Extract<CutResult, { type: 'frame' }>;

/** Where the text of an upload's values stands in its frame; undefined where it does not, as in an encrypted one. */
function placeOf(upload: UploadText | undefined, packet: Packet, segment: Buffer, raw: Buffer): number | undefined {
  if (upload?.at === undefined || packet.cpAt === undefined || segment.buffer !== raw.buffer) return undefined;
  const segmentAt = segment.byteOffset - raw.byteOffset;
  return segmentAt > 0 && segmentAt < raw.length ? segmentAt + packet.cpAt + upload.at : undefined;
}

/** What a session needs of the service around it. */
export interface SessionHost {
  rules: AdmissionRules & { maxSegment: number };
  now(): number;
  /** How a device departs from the standard, and its keys; asked only where a frame does not fit it. */
  codecOf(mn: string): DeviceCodec | undefined;
  lookup(mn: string): DirectoryEntry | undefined | Promise<DirectoryEntry | undefined>;
  append(packet: LogPacket, stored: Stored): void;
  accepted(session: DeviceSession, packet: Packet, at: number, unclaimed: boolean): void;
  refused(refusal: Refused): void;
  /** A reply of the device (90xx) to something of ours; never answered (spec 7). */
  replied(session: DeviceSession, packet: Packet): void;
  /** The log holds a packet, whose answer leaves now. @param cutAt when its frame was whole, ms */
  answered(bytes: number, cutAt: number): void;
  /** To the device. */
  write(bytes: Buffer): void;
  /** A packet is no longer in flight. */
  left(): void;
}

export interface Refused {
  reason: RefusalReason;
  detail: string;
  raw: Buffer;
  address: string;
  /** The device that speaks on this connection, where it is one and the bytes name none. */
  speaker?: string;
  /** The way in; absent: HJ 212 over TCP. */
  way?: 'mqtt' | 'http' | 'grpc' | 'sheet';
  mn?: string;
  at: number;
  device?: DirectoryEntry;
}

/**
 * One connection: bytes in, answers out. It knows frames, packets and decisions, not sockets. 9014 goes out only when the
 * log holds the packet; without it the device sends again (HJ 212-2017 6.1).
 */
export class DeviceSession {
  readonly #cutter: FrameCutter;
  /** Packets taken and not yet on the log. */
  inFlight = 0;
  #skippedBefore = 0;
  readonly mns = new Set<string>();
  readonly #answers: Buffer[] = [];
  /** Frames are decided in the order in which they came, also when one has to wait for the directory. */
  #order: Promise<void> | undefined;

  constructor(
    readonly address: string,
    private readonly host: SessionHost,
  ) {
    const { codecOf } = host;
    this.#cutter = new FrameCutter({ maxSegment: host.rules.maxSegment, codecOf });
  }

  /** Whether the beginning of a frame waits for its rest. */
  get midFrame(): boolean {
    return this.#cutter.buffered > 0;
  }

  /** Bytes that belonged to no frame since the last good one. */
  get refusedBytes(): number {
    return this.#cutter.skipped - this.#skippedBefore;
  }

  push(chunk: Buffer): void {
    for (const result of this.#cutter.push(chunk)) this.#take(result);
  }

  /** The peer has closed: what it left unfinished is refused. */
  end(): void {
    for (const result of this.#cutter.end()) this.#take(result);
  }

  /** The rest of a frame did not come in time. */
  expire(afterMs: number): void {
    const detail = `the rest of a frame did not come within ${Math.round(afterMs / 1000)} s`;
    for (const result of this.#cutter.end()) {
      if (result.type === 'refused') this.#refuse('slow', detail, result.raw);
    }
  }

  #take(result: CutResult): void {
    if (result.type === 'refused') {
      this.#refuse(result.reason, result.detail, result.raw);
      return;
    }
    this.#skippedBefore = this.#cutter.skipped;
    let packet: Packet;
    try {
      packet = parseSegment(result.segment);
    } catch (error) {
      if (!(error instanceof Hj212Error)) throw error;
      this.#refuse('structure', error.message, result.raw);
      return;
    }
    this.inFlight++;
    const known = this.host.lookup(packet.mn);
    if (!this.#order && !(known instanceof Promise)) {
      this.#decide(packet, known, result);
      return;
    }
    // Settled at once, so that a failure has a handler also while earlier packets still wait.
    const settled = Promise.resolve(known).then(
      (device) => ({ device }),
      () => undefined,
    );
    const mine: Promise<void> = Promise.resolve(this.#order)
      .then(() => settled)
      .then((found) => {
        if (found) this.#decide(packet, found.device, result);
        // The directory cannot be read: no answer, the device sends again.
        else this.inFlight--;
      })
      .finally(() => {
        if (this.#order === mine) this.#order = undefined;
      });
    this.#order = mine;
  }

  #decide(packet: Packet, device: DirectoryEntry | undefined, { raw, segment }: CutFrame): void {
    const at = this.host.now();
    const decision = decide(packet, device, this.address, at, this.host.rules, this.mns.has(packet.mn));
    if (decision.type === 'ignored' || decision.type === 'refused') {
      this.inFlight--;
      if (decision.type === 'refused') this.#refuse(decision.reason, decision.detail, raw, packet.mn, device);
      else this.host.replied(this, packet);
      return;
    }
    this.host.accepted(this, packet, at, decision.unclaimed);
    const upload = decision.type === 'reading' ? decision.upload : undefined;
    const message = decision.type === 'other' ? decision.message : undefined;
    this.host.append(
      {
        mn: packet.mn,
        kind: upload ? KINDS[upload.kind] : readingsLog.Kind.KIND_OTHER,
        dataTime: upload?.dataTime ?? message?.time ?? 0,
        receivedAt: at,
        fields: upload?.fields ?? message?.text ?? '',
        fieldsAt: placeOf(upload, packet, segment, raw),
        raw,
      },
      (error) => {
        this.inFlight--;
        if (error === undefined) {
          this.host.answered(raw.length, at);
          const answer = answerOf(packet, device?.dialect);
          if (answer) this.#answer(answer);
        }
        this.host.left();
      },
    );
  }

  /** All answers of one publish leave in one write: system calls are what an answer costs. */
  #answer(frame: Buffer): void {
    if (this.#answers.length === 0) {
      if (answering.length === 0) queueMicrotask(sendAnswers);
      answering.push(this);
    }
    this.#answers.push(frame);
  }

  sendAnswers(): void {
    const [first] = this.#answers;
    this.host.write(first && this.#answers.length === 1 ? first : Buffer.concat(this.#answers));
    this.#answers.length = 0;
  }

  #refuse(reason: RefusalReason, detail: string, raw: Buffer, mn?: string, device?: DirectoryEntry): void {
    this.host.refused({
      reason,
      detail,
      raw,
      address: this.address,
      at: this.host.now(),
      ...(mn === undefined ? this.#speaker() : { mn }),
      ...(device ? { device } : {}),
    });
  }

  /** Whose bytes are refused that name nobody, where one device speaks on this connection. */
  #speaker(): { speaker?: string } {
    const [speaker, ...others] = this.mns;
    return speaker === undefined || others.length > 0 ? {} : { speaker };
  }
}

/** Sessions with answers that wait for the end of their publish; one microtask for all, because each has its price. */
const answering: DeviceSession[] = [];

function sendAnswers(): void {
  for (const session of answering.splice(0)) session.sendAnswers();
}
