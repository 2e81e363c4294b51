import {
  answeredQn,
  Hj212Error,
  type Packet,
  parseDataArea,
  parseDataTime,
  RequestError,
  type RequestTarget,
  readReply,
} from '@greenwatch/hj212';
import { isDuplicateKey, type Kit, Round } from '@greenwatch/kit';
import type { DeviceDirectory } from '../device-directory';
import type { CommandDoc } from './command.model';
import type { Applied, CommandLog } from './command-log';
import type { ExchangeEvent } from './exchange';
import type { KeyStore } from './key-store';

/** One connection of a device to this instance. */
export interface Channel {
  /** System code of what it sends, for requests to it. */
  st: string | undefined;
  /** The password with which it spoke last: after a rotation a device has its old one until somebody sets the new one there. */
  pw?: string | undefined;
  send(frame: Buffer): void;
  close(): void;
}

/** A command that its device works at, as far as this instance must know to match what comes. */
interface Waiting {
  id: string;
  cn: string;
  qn: string;
  range?: { from: number; to: number };
  /** Anything came from the device since. */
  heard: boolean;
  /** Data that came and is not written yet. */
  packets: number;
  answers: string[];
  automatic: boolean;
}

const WAKE = 'ingestion.commands';
/** Answers that are readings are kept as readings. */
const READINGS: ReadonlySet<string> = new Set(['2011', '2013', '2021', '2031', '2041', '2051', '2052', '2061']);
const LOOK_MS = 1_000;
/** Commands whose wake-up was lost are found after this. */
const LOOK_AGAIN_MS = 30_000;
/** Connections of this long are looked at together. */
const OPENED_MS = 200;
/** What another instance sent is taken up so long after its deadline. */
const GRACE_MS = 5_000;
const DUE = 200;
/** Requests of our own under way at a time: a province that comes back together must not send all its history at once. */
const MOST_AUTOMATIC = 100;

/**
 * Brings commands to devices and hears their answers. Everything it knows stands in the database; in memory are only the
 * connections of this instance and what their devices work at. So whichever instance holds the device sends, and what an
 * instance that died had sent is taken up by another.
 */
export class Dispatcher {
  readonly #channels = new Map<string, Channel[]>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #lanes = new Map<string, Promise<void>>();
  /** Devices whose automatic command waits for others to end. */
  readonly #held = new Set<string>();
  #opened = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #lastQn = 0;
  #lookedAgain = 0;
  #stopping = false;
  #settling = false;
  #wakes: { unsubscribe(): void } | undefined;
  readonly #round: Round;
  /** What follows from a command that has ended. */
  ended: (doc: CommandDoc) => Promise<void> = async () => {};

  constructor(
    private readonly kit: Pick<Kit, 'config' | 'log' | 'nats' | 'now'>,
    private readonly commands: CommandLog,
    private readonly directory: DeviceDirectory,
    private readonly keys: KeyStore,
  ) {
    const failed = 'commands that are due could not be looked at; they are looked at again';
    this.#round = new Round({ log: kit.log, everyMs: LOOK_MS, failed }, () => this.#look());
  }

  start(): void {
    this.#wakes = this.kit.nats.subscribe(WAKE, {
      callback: (_error, message) => this.#advance(message.string()),
    });
    this.#round.start();
  }

  /** Begins nothing new: what is queued waits for the instance that its device comes to. */
  settle(): void {
    this.#settling = true;
  }

  /** Whether a device works at a command that this instance hears the answers of. */
  isBusy(mn: string): boolean {
    return this.#waiting.has(mn);
  }

  /** After the sockets are closed: what was sent waits for the next instance. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#wakes?.unsubscribe();
    await this.#round.stop();
    await Promise.all(this.#lanes.values());
  }

  /** There is something for this device: whoever holds it sends it. */
  wake(mn: string): void {
    this.kit.nats.publish(WAKE, mn);
  }

  /** A connection spoke for a device for the first time. */
  opened(mn: string, channel: Channel): void {
    const channels = this.#channels.get(mn);
    if (channels) channels.push(channel);
    else this.#channels.set(mn, [channel]);
    this.#opened.add(mn);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const opened = [...this.#opened];
      this.#opened = new Set();
      this.#lookAt({ mn: { $in: opened } }).catch((error) =>
        this.kit.log.warn({ err: error }, 'commands of devices that came could not be read; they are looked at again'),
      );
    }, OPENED_MS);
  }

  closed(mn: string, channel: Channel): void {
    const left = (this.#channels.get(mn) ?? []).filter((other) => other !== channel);
    if (left.length > 0) {
      this.#channels.set(mn, left);
      return;
    }
    this.#channels.delete(mn);
    this.#held.delete(mn);
    const waiting = this.#waiting.get(mn);
    if (!waiting) return;
    this.#inLane(mn, async () => {
      // Its device came back meanwhile.
      if (this.#channels.has(mn)) return;
      const applied = await this.#happened(mn, waiting, { type: 'link-lost', at: this.kit.now() });
      this.#waiting.delete(mn);
      // Perhaps another instance holds it.
      if (applied?.doc.state === 'queued') this.wake(mn);
    });
  }

  /** A packet of a device was let in. @returns whether it works at a command, so that what it sends is worth a look */
  spoke({ mn, pw }: Packet): boolean {
    const channel = this.#channels.get(mn)?.at(-1);
    if (channel) channel.pw = pw;
    return this.#waiting.has(mn);
  }

  /** A reply (90xx) of a device, on a connection that had spoken for it. */
  replied(packet: Packet): void {
    const { mn } = packet;
    const waiting = this.#waiting.get(mn);
    if (!waiting) return;
    waiting.heard = true;
    const reply = readReply(packet);
    // Without a QN it can only be meant for the one command that is under way.
    if (!reply || (reply.qn !== undefined && reply.qn !== waiting.qn)) return;
    const at = this.kit.now();
    // Data that came before have their place in the lane already.
    this.#inLane(mn, async () => {
      if (reply.type === 'accepted') {
        await this.#happened(mn, waiting, { type: 'answer', at, qnRtn: reply.code, meaning: reply.meaningEn });
      } else if (reply.type === 'executed') {
        await this.#happened(mn, waiting, { type: 'result', at, exeRtn: reply.code, meaning: reply.meaningEn });
      } else if (reply.type === 'notice') {
        await this.#happened(mn, waiting, { type: 'confirmation', at });
      }
    });
  }

  /** An upload of a device that works at a command. */
  uploaded(packet: Packet): void {
    const { mn } = packet;
    const waiting = this.#waiting.get(mn);
    if (!waiting) return;
    waiting.heard = true;
    if (packet.cn !== waiting.cn) return;
    if (waiting.range && !isWithin(packet, waiting.range)) return;
    if (!READINGS.has(packet.cn) && (waiting.range || answeredQn(packet) === waiting.qn))
      waiting.answers.push(packet.cp);
    // Many packets, one write.
    if (++waiting.packets === 1) this.#inLane(mn, () => this.#flushData(mn, waiting));
  }

  async #flushData(mn: string, waiting: Waiting): Promise<void> {
    const { packets, answers } = waiting;
    if (packets === 0) return;
    waiting.packets = 0;
    waiting.answers = [];
    await this.#happened(mn, waiting, { type: 'data', at: this.kit.now(), packets }, { answers });
  }

  async #happened(
    mn: string,
    waiting: Waiting,
    event: ExchangeEvent,
    set: Parameters<CommandLog['apply']>[2] = {},
  ): Promise<Applied | undefined> {
    const applied = await this.commands.apply(waiting.id, event, set);
    if (applied && !applied.doc.open) await this.#finished(mn, applied);
    return applied;
  }

  async #finished(mn: string, { doc }: Applied): Promise<void> {
    if (this.#waiting.get(mn)?.id === doc._id) this.#waiting.delete(mn);
    await this.ended(doc).catch((error) =>
      this.kit.log.error({ err: error, command: doc._id }, 'what follows from a command that ended could not be done'),
    );
    if (this.#channels.has(mn)) this.#advance(mn);
    else this.wake(mn);
    const [held] = this.#held;
    if (held === undefined) return;
    this.#held.delete(held);
    this.#advance(held);
  }

  /** Resolves when what has happened to the commands of a device so far is written, so that reading them shows it. */
  async written(mn: string): Promise<void> {
    await this.#lanes.get(mn);
  }

  /** Work on one device, in its order. */
  #inLane(mn: string, work: () => Promise<void>): void {
    const mine: Promise<void> = (this.#lanes.get(mn) ?? Promise.resolve())
      .then(work)
      .catch((error) => {
        if (!this.#stopping)
          this.kit.log.warn({ err: error, mn }, 'a command could not be taken on; its deadline will');
      })
      .finally(() => {
        if (this.#lanes.get(mn) === mine) this.#lanes.delete(mn);
      });
    this.#lanes.set(mn, mine);
  }

  /** Sends the next command of a device that is connected here and works at none. */
  #advance(mn: string): void {
    if (this.#stopping || this.#settling || !this.#channels.has(mn)) return;
    this.#inLane(mn, async () => {
      if (this.#stopping || this.#settling || !this.#channels.has(mn)) return;
      const { model } = this.commands;
      const inFlight = await model.findOne({ mn, inFlight: true }).lean();
      if (inFlight) {
        // Perhaps sent by another instance, or over a connection before: its answer may come here.
        if (this.#waiting.get(mn)?.id !== inFlight._id) this.#waitFor(inFlight);
        return;
      }
      this.#waiting.delete(mn);
      const next = await model.findOne({ mn, open: true }).sort({ automatic: 1, _id: 1 }).lean();
      if (!next) return;
      if (next.automatic && this.#automaticUnderWay() >= MOST_AUTOMATIC) {
        this.#held.add(mn);
        return;
      }
      await this.#send(next, { type: 'send', at: this.kit.now() });
    });
  }

  #automaticUnderWay(): number {
    let count = 0;
    for (const { automatic } of this.#waiting.values()) if (automatic) count++;
    return count;
  }

  #waitFor({ _id: id, mn, cn, qn = '', range, automatic }: CommandDoc): void {
    this.#waiting.set(mn, {
      id,
      cn,
      qn,
      automatic,
      heard: false,
      packets: 0,
      answers: [],
      ...(range ? { range } : {}),
    });
  }

  /** The first send, or one more after a time-out, over the newest connection of the device. */
  async #send(doc: CommandDoc, event: ExchangeEvent & { type: 'send' | 'time' }): Promise<void> {
    const { mn } = doc;
    const channel = this.#channels.get(mn)?.at(-1);
    if (!channel) return;
    const qnTime = doc.qnTime ?? Math.max(event.at, this.#lastQn + 1);
    this.#lastQn = Math.max(this.#lastQn, qnTime);
    let built: { qn: string; frame: Buffer; text: string };
    try {
      built = this.commands.frameOf(doc, await this.#target(mn, channel), qnTime);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const applied = await this.commands.apply(doc._id, { type: 'unsendable', at: event.at, reason: error.message });
      if (applied) await this.#finished(mn, applied);
      return;
    }
    const { qn, frame, text } = built;
    let applied: Applied | undefined;
    try {
      applied = await this.commands.apply(doc._id, event, {
        ...{ qn, qnTime, sentText: text, instance: this.kit.config.INSTANCE },
      });
    } catch (error) {
      // Another instance was first with another command of this device.
      if (isDuplicateKey(error)) return;
      throw error;
    }
    if (!applied) return;
    if (applied.step.send) {
      if (this.#waiting.get(mn)?.id !== doc._id) this.#waitFor(applied.doc);
      channel.send(frame);
      return;
    }
    if (applied.doc.open) return;
    // A connection over which nothing at all came in that time is closed, so that it opens anew.
    if (applied.step.linkDead && !this.#waiting.get(mn)?.heard) {
      for (const { close } of this.#channels.get(mn) ?? []) close();
    }
    await this.#finished(mn, applied);
  }

  async #target(mn: string, { st = '91', pw }: Channel): Promise<RequestTarget> {
    const device = await this.directory.lookup(mn);
    const key = this.keys.current(mn);
    const spoken = pw ?? device?.password;
    return {
      mn,
      st,
      edition: device?.edition ?? '2017',
      ...(spoken === undefined ? {} : { pw: spoken }),
      ...(key === undefined ? {} : { key }),
      ...(device?.dialect ? { dialect: device.dialect } : {}),
    };
  }

  async #look(): Promise<boolean> {
    const now = this.kit.now();
    const { model } = this.commands;
    const due = await model
      .find({ open: true, deadline: { $lte: now } })
      .sort({ deadline: 1 })
      .limit(DUE)
      .lean();
    for (const doc of due) {
      const ours = doc.instance === this.kit.config.INSTANCE || this.#waiting.get(doc.mn)?.id === doc._id;
      if (doc.inFlight && !ours && now < doc.deadline + GRACE_MS) continue;
      this.#inLane(doc.mn, () => this.#timeIsUp(doc));
    }
    if (now - this.#lookedAgain > LOOK_AGAIN_MS) {
      this.#lookedAgain = now;
      await this.#lookAt({ mn: { $in: [...this.#channels.keys()] } });
    }
    return false;
  }

  async #timeIsUp(doc: CommandDoc): Promise<void> {
    const { mn } = doc;
    const at = this.kit.now();
    const waiting = this.#waiting.get(mn);
    // What came and is not written yet gives it new time.
    if (waiting?.id === doc._id) await this.#flushData(mn, waiting);
    if (doc.state === 'sent' && this.#channels.has(mn)) {
      await this.#send(doc, { type: 'time', at, connected: true });
      return;
    }
    const applied = await this.commands.apply(doc._id, { type: 'time', at, connected: false });
    if (!applied) return;
    if (applied.doc.open) this.wake(mn);
    else await this.#finished(mn, applied);
  }

  /** Takes on what waits for the devices of a filter that are connected here. */
  async #lookAt(filter: { mn: { $in: string[] } }): Promise<void> {
    if (filter.mn.$in.length === 0) return;
    const mns: string[] = await this.commands.model.distinct('mn', { ...filter, open: true });
    for (const mn of mns) this.#advance(mn);
  }
}

/** Whether an upload's DataTime lies within the times that were asked for. */
function isWithin({ cp }: Packet, { from, to }: { from: number; to: number }): boolean {
  try {
    const { value } = parseDataArea(cp).find(({ code, field }) => code === '' && field === 'DataTime') ?? {};
    const time = value === undefined ? undefined : parseDataTime(value);
    return time?.ok === true && time.time >= from && time.time <= to;
  } catch (error) {
    if (error instanceof Hj212Error) return false;
    throw error;
  }
}
