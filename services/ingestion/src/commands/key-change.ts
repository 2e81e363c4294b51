import { RequestError } from '@greenwatch/hj212';
import { isoTime, type Kit, Round } from '@greenwatch/kit';
import type { DeviceDirectory } from '../device-directory';
import type { CommandLog } from './command-log';
import type { Dispatcher } from './dispatcher';
import { type KeyStore, newKey } from './key-store';

const LOOK_MS = 10_000;
/** Keys changed in one look: a province whose keys were made on one day changes them over an hour or so. */
const GROUP = 100;
/** A device that is away gets its new key within this time after it is back; then another one is made. */
const VALID_MS = 7 * 86_400_000;

/** Changes keys that are 90 days old, and those that devices ask for (CN 1014, HJ 212-2025). */
export class KeyChange {
  readonly #round: Round;

  constructor(
    private readonly kit: Pick<Kit, 'log' | 'now' | 'identity' | 'lease'>,
    private readonly commands: CommandLog,
    private readonly dispatcher: Dispatcher,
    private readonly directory: DeviceDirectory,
    private readonly keys: KeyStore,
  ) {
    const failed = 'keys of devices could not be changed; they are later';
    this.#round = new Round({ log: kit.log, everyMs: LOOK_MS, failed, lease: kit.lease('keys') }, () => this.#look());
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  async #look(): Promise<boolean> {
    for (const mn of await this.keys.aged(GROUP)) {
      await this.change(mn);
      await this.keys.tried(mn);
    }
    return false;
  }

  /** Queues a new key for a device that has one, unless one is on its way. */
  async change(mn: string): Promise<void> {
    await this.keys.refresh();
    const device = await this.directory.lookup(mn);
    if (device?.status !== 'active' || device.edition !== '2025' || this.keys.current(mn) === undefined) return;
    const last = await this.commands.model.findOne({ mn, command: 'set-key' }).sort({ _id: -1 }).lean();
    if (last?.open) return;
    const offered = this.keys.offered(mn);
    if (offered !== undefined && last?.state === 'done') {
      // Whoever heard the device's 9012 was killed before it could note that.
      await this.keys.confirm(mn);
      return;
    }
    // Offered before and not confirmed: the device may use that one, so no other takes its place.
    const key = offered ?? newKey();
    try {
      await this.commands.queue(
        {
          device,
          command: 'set-key',
          params: { createTime: isoTime(this.kit.now()), key },
          cause: 'key',
          by: this.kit.identity.self,
          validMs: VALID_MS,
        },
        (session) => this.keys.offer(session, mn, key),
      );
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.kit.log.error({ err: error, mn }, 'a new key could not be made into a request');
      return;
    }
    await this.keys.refresh();
    this.dispatcher.wake(mn);
  }
}
