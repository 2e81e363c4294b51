import { type LiveEvents, readingsLog } from '@greenwatch/contracts';
import { type Caller, type Kit, partitionOf, readBatch, scopeFilter } from '@greenwatch/kit';
import type { MapModels } from '../map/map.model';
import { type LiveEvent, liveEventOf, readingOf } from './live-event';
import { isVisible } from './visible';

/** One page that listens. */
export interface Listener {
  caller: Caller;
  send<K extends keyof LiveEvents>(event: K, data: LiveEvents[K]): void;
}

type Subscription = ReturnType<Kit['nats']['subscribe']>;

const SUBJECTS = [
  'facts.rules.alarm.*',
  'facts.tasking.task.*',
  'facts.tasking.case.*',
  'facts.fraud.suspicion.*',
  'facts.permits.check.*',
  'facts.complaints.complaint.*',
  'facts.credit.rating.*',
  'facts.notifications.notice.*',
  'facts.ingestion.device.*',
  'facts.ingestion.command.*',
];

/**
 * Passes facts and readings from NATS to the pages that may see them. These are plain subscriptions beside the streams:
 * live state may be lost, a page fetches again what it shows after it reconnects.
 */
export class LiveHub {
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Map<string, Set<Listener>>();
  /** One subscription a partition, held only while somebody watches a device of it. */
  readonly #partitions = new Map<number, { subscription: Subscription; mns: Set<string> }>();
  #facts: Subscription[] = [];

  constructor(
    private readonly kit: Pick<Kit, 'nats' | 'log' | 'readingsLog'>,
    private readonly devices: MapModels['devices'],
  ) {}

  start(): void {
    this.#facts = SUBJECTS.map((subject) => {
      const subscription = this.kit.nats.subscribe(subject);
      void this.#passFacts(subscription);
      return subscription;
    });
  }

  stop(): void {
    for (const subscription of this.#facts) subscription.unsubscribe();
    for (const { subscription } of this.#partitions.values()) subscription.unsubscribe();
    this.#partitions.clear();
  }

  /** Of the devices asked for, those the caller may see. */
  async visibleDevices(caller: Caller, mns: readonly string[]): Promise<string[]> {
    if (mns.length === 0) return [];
    return this.devices.distinct('_id', { $and: [{ _id: { $in: [...mns] } }, scopeFilter(caller)] });
  }

  /** @param watching devices whose readings it gets, from `visibleDevices` */
  join(listener: Listener, watching: readonly string[]): void {
    this.#listeners.add(listener);
    for (const mn of watching) {
      const watchers = this.#watchers.get(mn) ?? new Set();
      this.#watchers.set(mn, watchers.add(listener));
      this.#watchPartition(mn);
    }
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    for (const [mn, watchers] of this.#watchers) {
      if (watchers.delete(listener) && watchers.size === 0) {
        this.#watchers.delete(mn);
        this.#unwatchPartition(mn);
      }
    }
  }

  #watchPartition(mn: string): void {
    const partition = partitionOf(mn, this.kit.readingsLog.partitions);
    const watched = this.#partitions.get(partition);
    if (watched) {
      watched.mns.add(mn);
      return;
    }
    const subscription = this.kit.nats.subscribe(`readings.${partition}`);
    this.#partitions.set(partition, { subscription, mns: new Set([mn]) });
    void this.#passReadings(subscription);
  }

  #unwatchPartition(mn: string): void {
    const partition = partitionOf(mn, this.kit.readingsLog.partitions);
    const watched = this.#partitions.get(partition);
    if (!watched) return;
    watched.mns.delete(mn);
    if (watched.mns.size > 0) return;
    watched.subscription.unsubscribe();
    this.#partitions.delete(partition);
  }

  async #passFacts(subscription: Subscription): Promise<void> {
    for await (const { subject, data } of subscription) {
      if (this.#listeners.size === 0) continue;
      try {
        const event = liveEventOf(subject, data);
        if (event) this.#tell(event.event === 'link' ? await this.#placed(event as LiveEvent<'link'>) : event);
      } catch (error) {
        this.kit.log.warn({ err: error, subject }, 'a fact could not be shown live');
      }
    }
  }

  async #passReadings(subscription: Subscription): Promise<void> {
    for await (const { subject, data } of subscription) {
      try {
        for (const packet of readBatch(data).packets) {
          const watchers = this.#watchers.get(packet.mn);
          if (!watchers || packet.kind === readingsLog.Kind.KIND_OTHER) continue;
          const reading = readingOf(packet);
          for (const listener of watchers) listener.send('reading', reading);
        }
      } catch (error) {
        this.kit.log.warn({ err: error, subject }, 'readings could not be shown live');
      }
    }
  }

  /** A connection's fact says where the device belongs only if ingestion knew; the gateway's own copy does. */
  async #placed(event: LiveEvent<'link'>): Promise<LiveEvent<'link'>> {
    const device = await this.devices.findById(event.data.mn).lean();
    if (!device) return event;
    const { divisionPath, enterpriseId } = device;
    return { ...event, divisionPath, enterpriseId, data: { ...event.data, enterpriseId } };
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) {
      if (isVisible(listener.caller, event)) listener.send(event.event, event.data);
    }
  }
}
