import type { Packet } from '@greenwatch/hj212';
import type { ActionHandlers, Kit } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { DeviceDirectory } from '../device-directory';
import type { CommandDoc } from './command.model';
import { commandActions } from './command-actions';
import { CommandLog } from './command-log';
import { type Channel, Dispatcher } from './dispatcher';
import { GapWatch } from './gap-watch';
import { KeyChange } from './key-change';
import { KeyStore } from './key-store';
import { PasswordChange } from './password-change';

/** Settings of commands; the figures are HJ 212-2017 table 1 for the mobile networks that nearly all devices use. */
export const CommandConfig = {
  HJ212_OVERTIME_S: Type.Integer({ minimum: 1, maximum: 99, default: 10 }),
  HJ212_RESENDS: Type.Integer({ minimum: 0, maximum: 99, default: 3 }),
  COMMAND_VALID_S: Type.Integer({ minimum: 1, default: 86_400 }),
  GAP_DAYS: Type.Integer({ minimum: 0, maximum: 31, default: 7 }),
  GAP_SETTLE_S: Type.Integer({ minimum: 0, default: 600 }),
};
type Settings = Record<keyof typeof CommandConfig, number>;

/** A connection, as commands need it: `mns` are the devices that spoke on it with their password. */
interface Session {
  readonly mns: ReadonlySet<string>;
}
interface Line {
  send(frame: Buffer): void;
  close(): void;
}

/** Everything about commands to devices; the service around it passes on what happens to connections. */
export class DeviceCommands {
  readonly actions: ActionHandlers;
  readonly keys: KeyStore;
  readonly #log: CommandLog;
  readonly #dispatcher: Dispatcher;
  readonly #gaps: GapWatch;
  readonly #keyChange: KeyChange;
  readonly #passwords: PasswordChange;
  readonly #channels = new WeakMap<Session, Map<string, Channel>>();

  constructor(
    private readonly kit: Kit<Settings>,
    private readonly directory: DeviceDirectory,
    isOnline: (mns: string[]) => Promise<Set<string>>,
  ) {
    const { config } = kit;
    this.keys = new KeyStore(kit);
    this.#log = new CommandLog(kit, {
      overTimeMs: config.HJ212_OVERTIME_S * 1_000,
      resends: config.HJ212_RESENDS,
      validMs: config.COMMAND_VALID_S * 1_000,
    });
    this.#dispatcher = new Dispatcher(kit, this.#log, directory, this.keys);
    this.#dispatcher.ended = (doc) => this.#ended(doc);
    const gaps = { days: config.GAP_DAYS, settleMs: config.GAP_SETTLE_S * 1_000 };
    this.#gaps = new GapWatch(kit, gaps, this.#log, this.#dispatcher, directory, isOnline);
    this.#keyChange = new KeyChange(kit, this.#log, this.#dispatcher, directory, this.keys);
    this.#passwords = new PasswordChange(kit, this.#log);
    this.actions = commandActions(kit, this.#log, this.#dispatcher, directory, this.keys);
  }

  /** Before devices may connect. */
  async start(): Promise<void> {
    await this.keys.start();
    this.#dispatcher.start();
    this.#gaps.start();
    this.#keyChange.start();
    this.#passwords.start();
  }

  /** Before their sockets are closed: no new command is begun. */
  settle(): void {
    this.#dispatcher.settle();
  }

  /** Whether a device of a connection works at a command. */
  isBusy({ mns }: Session): boolean {
    for (const mn of mns) if (this.#dispatcher.isBusy(mn)) return true;
    return false;
  }

  /** After their sockets are closed. */
  async stop(): Promise<void> {
    await this.#keyChange.stop();
    await this.#passwords.stop();
    await this.#gaps.stop();
    await this.#dispatcher.stop();
    await this.keys.stop();
  }

  /** A connection spoke for a device for the first time. */
  opened(session: Session, packet: Pick<Packet, 'mn' | 'st' | 'pw'>, at: number, line: Line): void {
    const { mn, st, pw } = packet;
    const channels = this.#channels.get(session) ?? new Map<string, Channel>();
    const channel: Channel = { st, pw, ...line };
    this.#channels.set(session, channels.set(mn, channel));
    this.#dispatcher.opened(mn, channel);
    this.#gaps.came(mn, at);
  }

  /** A packet of a device was accepted: nothing is done but for the few that have to do with commands. */
  accepted(packet: Packet): void {
    const { mn, cn } = packet;
    if (this.#dispatcher.spoke(packet)) this.#dispatcher.uploaded(packet);
    // Notices: 1013 asks for the time, 1014 for a new key (HJ 212-2017 annex C, HJ 212-2025).
    if (cn === '1013') this.#do(mn, () => this.#setTime(packet));
    else if (cn === '1014') this.#do(mn, () => this.#keyChange.change(mn));
  }

  replied(session: Session, packet: Packet): void {
    // Anybody may send a reply for any device: it counts where the device has shown its password.
    if (session.mns.has(packet.mn)) this.#dispatcher.replied(packet);
  }

  closed(session: Session): void {
    for (const [mn, channel] of this.#channels.get(session) ?? []) this.#dispatcher.closed(mn, channel);
  }

  #do(mn: string, work: () => Promise<void>): void {
    // A request that has ended just now is not yet read as ended, and what the device asks for would count as on its way.
    const done = this.#dispatcher.written(mn).then(work);
    done.catch((error) => this.kit.log.warn({ err: error, mn }, 'what a device asked for could not be queued'));
  }

  async #setTime({ mn, cp }: Packet): Promise<void> {
    const device = await this.directory.lookup(mn);
    if (device?.status !== 'active') return;
    if (await this.#log.model.exists({ mn, cause: 'clock', open: true })) return;
    const polId = /PolId=([A-Za-z0-9]{1,12})/.exec(cp)?.[1];
    await this.#log.queue({
      device,
      command: 'set-time',
      params: polId === undefined ? {} : { polId },
      cause: 'clock',
      by: this.kit.identity.self,
    });
    this.#dispatcher.wake(mn);
  }

  async #ended({ mn, command, state }: CommandDoc): Promise<void> {
    if (state !== 'done') return;
    if (command === 'set-key') await this.keys.confirm(mn);
    if (command === 'set-password') this.#passwords.poke();
  }
}
