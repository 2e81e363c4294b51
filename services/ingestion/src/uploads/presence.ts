import type { DeviceLinks } from '../device-links';

/** A device that speaks by messages is online until it has been silent for so long. */
export interface PresenceOptions {
  silentMs: number;
  everyMs: number;
}

/**
 * Online and offline of devices without a connection of their own here (MQTT, HTTP, gRPC): by what they send. Back-fill
 * says nothing of the present and does not count.
 */
export class Presence {
  readonly #last = new Map<string, { at: number; address: string }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly links: Pick<DeviceLinks, 'opened' | 'closed'>,
    private readonly now: () => number,
    private readonly options: PresenceOptions,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.sweep(), this.options.everyMs);
  }

  /** A device sent something at `at`, ms. */
  spoke(mn: string, address: string, at: number): void {
    const known = this.#last.get(mn);
    if (known && known.at >= at) return;
    this.#last.set(mn, { at, address: known?.address ?? address });
    if (!known) this.links.opened(mn, address, at);
  }

  /** Devices that have been silent for too long are offline since they last spoke. */
  sweep(): void {
    const before = this.now() - this.options.silentMs;
    for (const [mn, { at, address }] of this.#last) {
      if (at > before) continue;
      this.#last.delete(mn);
      this.links.closed(mn, address, at);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const [mn, { address }] of this.#last) this.links.closed(mn, address, this.now());
    this.#last.clear();
  }
}
