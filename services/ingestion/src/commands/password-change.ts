import { asDomainError, type Kit, Round } from '@greenwatch/kit';
import type { CommandDoc } from './command.model';
import type { CommandLog } from './command-log';

const LOOK_MS = 10_000;
const GROUP = 20;

/**
 * Tells the registry the password that a device has confirmed (CN 1072). It stays with the command, encrypted, until the
 * registry has it: a device whose password only it knows would be locked out.
 */
export class PasswordChange {
  readonly #round: Round;

  constructor(
    private readonly kit: Pick<Kit, 'log' | 'call' | 'lease'>,
    private readonly commands: CommandLog,
  ) {
    const failed = 'a new password could not be told to the registry; it is told again';
    this.#round = new Round({ log: kit.log, everyMs: LOOK_MS, failed, lease: kit.lease('passwords') }, () =>
      this.#look(),
    );
  }

  start(): void {
    this.#round.start();
  }

  stop(): Promise<void> {
    return this.#round.stop();
  }

  /** A device has just confirmed one. */
  poke(): void {
    this.#round.poke();
  }

  async #look(): Promise<boolean> {
    const { model } = this.commands;
    const confirmed = await model.find({ untold: true }).sort({ _id: 1 }).limit(GROUP).lean();
    for (const doc of confirmed) {
      await this.#tell(doc);
      await model.updateOne({ _id: doc._id }, { $unset: { untold: '', secrets: '' } });
    }
    return confirmed.length === GROUP;
  }

  /** @throws what ends when the registry is back; what it refuses for good ends here, or it would hold up all others */
  async #tell(doc: CommandDoc): Promise<void> {
    const { mn } = doc;
    const told = { mn, password: String(this.commands.paramsOf(doc).newPw) };
    try {
      await this.kit.call('registry.device.rotate', told);
    } catch (error) {
      const refusal = asDomainError(error);
      if (refusal?.reason === 'TOO_MANY_PASSWORDS') {
        // The device has the new one: those before it are what may go.
        await this.kit.call('registry.device.rotate', { ...told, keepHours: 0 });
      } else if (refusal?.status === 404 || refusal?.reason === 'NOT_ACTIVE') {
        this.kit.log.warn({ err: error, mn, command: doc._id }, 'a password of a device that is no longer in use');
      } else throw error;
    }
  }
}
