import { readingsLog } from '@greenwatch/contracts';
import type { Kit, Logger } from '@greenwatch/kit';
import type { PacketGroup } from './group-packets';
import { type CountingMoment, newestMoment } from './moments';
import type { PacketStore } from './packet.model';

/** An entry lives so long and is then rebuilt from MongoDB by who asks: heals what an outage of Valkey left behind. */
const LIFETIME_S = 24 * 3_600;
/** A moment with more packets than that (a device that resends without end) is read from MongoDB each time. */
const MAX_ENTRY_BYTES = 64 * 1024;
/** Longer than that nobody waits for Valkey, which only holds what can be rebuilt. */
const PATIENCE_MS = 500;
/** Entries that an outage made stale and that are dropped when Valkey is back; beyond, `LIFETIME_S` heals them. */
const MAX_STALE = 100_000;
/** Look-ups in MongoDB at a time while entries are rebuilt. */
const REBUILD_CONCURRENCY = 16;

// An entry is a field (the kind) of the hash `latest:<run of the Valkey server>:<mn>`, so that nothing is taken from before
// a restart, which may have lost any part of it:
//   'C' or 'P', then the data time as 13 digits, then the packets of that moment (StoredPackets; they can be appended).
// 'C' (complete) was read from MongoDB once and has moved forward since. 'P' (partial) was begun by a writer that found
// no entry, so that older data may be newer than what it holds: whoever reads it completes it from MongoDB.

/** KEYS: hash each entry; ARGV: lifetime, most bytes, then kind, time and packets for each. Forward in data time only. */
const ADVANCE = `
for i, key in ipairs(KEYS) do
  local kind, time, packets = ARGV[i * 3], ARGV[i * 3 + 1], ARGV[i * 3 + 2]
  local known = redis.call('HGET', key, kind)
  if not known then
    redis.call('HSET', key, kind, 'P' .. time .. packets)
    redis.call('EXPIRE', key, ARGV[1], 'NX')
  else
    local before = string.sub(known, 2, 14)
    if time > before then
      redis.call('HSET', key, kind, string.sub(known, 1, 1) .. time .. packets)
    elseif time == before and not string.find(known, packets, 15, true) then
      if #known + #packets > tonumber(ARGV[2]) then redis.call('HDEL', key, kind)
      else redis.call('HSET', key, kind, known .. packets) end
    end
  end
end`;

/** KEYS: hash; ARGV: kind, time, packets as read from MongoDB after the entry was there. An entry that is gone stays so. */
const COMPLETE = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then return end
local before = string.sub(known, 2, 14)
if ARGV[2] > before then redis.call('HSET', KEYS[1], ARGV[1], 'C' .. ARGV[2] .. ARGV[3])
elseif ARGV[2] == before then redis.call('HSET', KEYS[1], ARGV[1], 'C' .. ARGV[2] .. ARGV[3] .. string.sub(known, 15))
else redis.call('HSET', KEYS[1], ARGV[1], 'C' .. string.sub(known, 2)) end`;

/** KEYS: hashes; ARGV: kinds. One call for a thousand devices: a command each costs more than the entries themselves. */
const READ = `
local entries = {}
for i, key in ipairs(KEYS) do entries[i] = redis.call('HMGET', key, unpack(ARGV)) end
return entries`;

/** The latest moment of each device and kind: kept in Valkey, forward in data time only, rebuilt from MongoDB. */
export class LatestMoments {
  readonly #stale = new Set<string>();
  #busy: Promise<unknown> | undefined;
  /** Id of the server's run; undefined before it was first reached. */
  #run: string | undefined;

  constructor(
    private readonly valkey: Kit['valkey'],
    private readonly store: PacketStore,
    private readonly log: Logger,
  ) {
    valkey.on('ready', () => {
      this.start().catch((error) => log.warn({ err: error }, 'Valkey does not tell its run'));
    });
  }

  /** Learns which run of the server this is; repeated by itself after each reconnect. */
  async start(): Promise<void> {
    this.#run = /run_id:(\w+)/.exec(await this.valkey.info('server'))?.[1];
  }

  /** Moves on to what has just been stored. Never rejects and never waits long: without Valkey, readers ask MongoDB. */
  async advance(groups: readonly PacketGroup[]): Promise<void> {
    const newest = newestOf(groups);
    if (this.#busy) {
      this.#miss(newest);
      return;
    }
    const writing = this.#advance(newest);
    this.#busy = writing;
    const settled = writing.then(
      () => true,
      (error) => {
        this.log.warn({ err: error }, 'the latest moments could not be kept in Valkey');
        this.#miss(newest);
        return true;
      },
    );
    void settled.then(() => {
      this.#busy = undefined;
    });
    await within(settled, PATIENCE_MS);
  }

  async #advance(newest: PacketGroup[]): Promise<void> {
    if (this.#stale.size > 0) {
      const keys = [...this.#stale];
      await this.valkey.del(...keys);
      for (const key of keys) this.#stale.delete(key);
    }
    const keys = newest.map(({ mn }) => this.#keyOf(mn));
    const values = newest.flatMap(({ kind, newest: time, newestPackets }) => [kind, timeText(time), newestPackets]);
    await this.valkey.eval(ADVANCE, keys.length, ...keys, LIFETIME_S, MAX_ENTRY_BYTES, ...values);
  }

  #miss(groups: readonly PacketGroup[]): void {
    for (const { mn } of groups) if (this.#stale.size < MAX_STALE) this.#stale.add(this.#keyOf(mn));
  }

  /**
   * The latest moment of each kind (by number, as text) that the devices have sent, in the order of `mns` and kinds.
   * @param show what is to be given of a moment; undefined leaves it out. Each is shown as it is read, for the collector of
   *   garbage copies whatever a thousand devices keep alive at a time.
   */
  async read<T extends object>(
    mns: readonly string[],
    kinds: readonly string[],
    show: (mn: string, kind: number, moment: CountingMoment) => T | undefined,
  ): Promise<T[]> {
    const entries = await this.#entries(mns, kinds);
    const missing: { mn: string; kind: number; at: number }[] = [];
    const shown = entries.map((entry, at): T | undefined => {
      const mn = mns[Math.floor(at / kinds.length)] ?? '';
      const kind = Number(kinds[at % kinds.length]);
      if (entry?.[0] !== COMPLETE_STATE) {
        missing.push({ mn, kind, at });
        return undefined;
      }
      const moment = momentOf(entry.subarray(14));
      return moment && show(mn, kind, moment);
    });
    let next = 0;
    const rebuild = async () => {
      for (let item = missing[next++]; item; item = missing[next++]) {
        const moment = await this.#rebuild(item.mn, item.kind);
        shown[item.at] = moment && show(item.mn, item.kind, moment);
      }
    };
    await Promise.all(Array.from({ length: REBUILD_CONCURRENCY }, rebuild));
    return shown.filter((one) => one !== undefined);
  }

  /** One entry a device and kind; without Valkey none. */
  async #entries(mns: readonly string[], kinds: readonly string[]): Promise<(Buffer | null)[]> {
    const keys = mns.map((mn) => this.#keyOf(mn));
    const reading = this.valkey.callBuffer('EVAL', READ, keys.length, ...keys, ...kinds).catch(() => undefined);
    const entries = (await within(reading, PATIENCE_MS)) as (Buffer | null)[][] | undefined;
    return entries?.flat() ?? mns.flatMap(() => kinds.map(() => null));
  }

  /** Reads the moment from MongoDB and completes its entry. */
  async #rebuild(mn: string, kind: number): Promise<CountingMoment | undefined> {
    const key = this.#keyOf(mn);
    // First the entry, then MongoDB: what is stored after this reading finds the entry and moves it on.
    const begun = await this.#quietly(this.valkey.hsetnx(key, String(kind), `P${timeText(0)}`));
    const packets = await this.store.newest(mn, kind);
    const bytes = Buffer.from(readingsLog.StoredPackets.encode({ packets }).finish());
    if (begun && bytes.length <= MAX_ENTRY_BYTES) {
      await this.#quietly(this.valkey.eval(COMPLETE, 1, key, kind, timeText(packets[0]?.dataTime ?? 0), bytes));
      await this.#quietly(this.valkey.expire(key, LIFETIME_S, 'NX'));
    }
    return momentOf(bytes);
  }

  #keyOf(mn: string): string {
    return `latest:${this.#run}:${mn}`;
  }

  async #quietly(work: Promise<unknown>): Promise<boolean> {
    const done = work.then(
      () => true,
      () => false,
    );
    return (await within(done, PATIENCE_MS)) ?? false;
  }
}

const COMPLETE_STATE = 'C'.charCodeAt(0);

/** 13 digits compare as text: data times from 2000 to 2286. */
function timeText(time: number): string {
  return String(time).padStart(13, '0');
}

/** One group a device and kind, that with the newest moment; packets of one moment from several messages together. */
function newestOf(groups: readonly PacketGroup[]): PacketGroup[] {
  const newest = new Map<string, PacketGroup>();
  for (const group of groups) {
    const name = `${group.mn} ${group.kind}`;
    const known = newest.get(name);
    if (!known || group.newest > known.newest) newest.set(name, group);
    else if (group.newest === known.newest) {
      newest.set(name, { ...known, newestPackets: Buffer.concat([known.newestPackets, group.newestPackets]) });
    }
  }
  return [...newest.values()];
}

function momentOf(bytes: Buffer): CountingMoment | undefined {
  const { packets } = readingsLog.StoredPackets.decode(bytes);
  // An entry may hold a packet twice, from MongoDB and from the writer. Without a log sequence the place orders them.
  const distinct =
    packets.length < 2
      ? packets
      : [...new Map(packets.map((packet) => [`${packet.receivedAt} ${packet.fields}`, packet])).values()];
  return newestMoment(
    distinct.map(({ dataTime, receivedAt, fields }, sequence) => ({ dataTime, receivedAt, fields, sequence })),
  );
}

/** What `work` gives, or undefined when it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
