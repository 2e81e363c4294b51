import {
  type Actions,
  KINDS,
  type Moment,
  type ReadingRevisions,
  type Result,
  readingsGrpc,
} from '@greenwatch/contracts';
import { useOwnFactors } from '@greenwatch/hj212';
import {
  afterKey,
  type Caller,
  dayOf,
  defineService,
  inScope,
  invalid,
  isoTime,
  notFound,
  ownFactors,
  pageOf,
  shardCollections,
} from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { ALWAYS, rangeOf, seesEverything, type TimeRange, visibleRanges, within } from './access';
import { Devices } from './device.model';
import { exportPart } from './exports/export-part';
import { exportSettings } from './exports/export-settings';
import { exportMoments } from './exports/export-stream';
import { hourGaps } from './gaps';
import { groupPackets, type LoggedMessage } from './group-packets';
import { LatestMoments } from './latest';
import { meanSettings, meansPart } from './means/means-part';
import { messageActions } from './messages/message-actions';
import {
  compareMoments,
  type DeviceMoment,
  kindNumber,
  mergeSorted,
  readMoments,
  showMoment,
  take,
  toMoment,
  toRevisions,
} from './moments';
import { lineActions } from './series/line-actions';
import { SHARD_KEYS } from './shard-keys';
import { storagePart, storageSettings } from './storage-part';

const PAGE = 100;
/** Of one question for gaps: each device's hours are read. */
const MOST_GAP_MS = 31 * 86_400_000;

/** Keeps every reading with its revisions and gives them out (README). */
export const readingsService = defineService({
  name: 'readings',
  config: Type.Object({
    ...meanSettings,
    ...storageSettings,
    ...exportSettings,
  }),
  create(kit) {
    const province = kit.config.PROVINCE;
    const storage = storagePart(kit);
    const { store } = storage;
    const devices = new Devices(kit.db);
    const exports = exportPart(kit, { store, devices, province }, queryRange);
    const latest = new LatestMoments(kit.valkey, store, kit.log);

    /** The times of a device that the caller may see. @throws 404 where there are none */
    async function visible(caller: Caller, mn: string): Promise<TimeRange[]> {
      const device = (await devices.byMn([mn])).get(mn);
      const ranges = visibleRanges(caller, device, province);
      if (ranges.length === 0) throw notFound('device', mn);
      return ranges;
    }

    /** The hours of a range that a device owes. */
    async function gapsOf(mn: string, range: TimeRange): Promise<TimeRange[]> {
      const hour = kindNumber('hour');
      const present: number[] = [];
      for await (const packets of store.days(mn, hour, range)) {
        for (const { dataTime } of packets) present.push(dataTime);
      }
      const before = dayOf(range.from);
      const known = (await store.daysOf(mn, hour)).some((day) => day < before);
      return hourGaps(present, range, known);
    }

    /** For each device that stood or stands at the outlet, when it did so. @throws 404 outside the caller's scope */
    async function throughBindings(caller: Caller, outletId: string): Promise<{ mn: string; ranges: TimeRange[] }[]> {
      const bound = (await devices.boundTo(outletId)).flatMap((device) => {
        const seen = visibleRanges(caller, device, province);
        return device.bindings
          .filter((binding) => binding.outletId === outletId)
          .map((binding) => ({ mn: device._id, ranges: within(seen, rangeOf(binding)) }));
      });
      if (bound.some(({ ranges }) => ranges.length > 0)) return bound;
      const outlet = await devices.outlet(outletId);
      if (!outlet || !inScope(caller, outlet)) throw notFound('outlet', outletId);
      return [];
    }

    const means = meansPart(kit, { store, devices, province, throughBindings });

    const factors = ownFactors(kit, useOwnFactors);
    const packetsStored = kit.metrics.counter('greenwatch_readings_packets_stored_total');
    const storeDelay = kit.metrics.histogram('greenwatch_readings_store_delay_seconds');

    return {
      actions: {
        async 'readings.moment.list'({ mn, kind, from, to, after, limit = PAGE }, { caller }) {
          const range = queryRange(from, to);
          const seen = await visible(caller, mn);
          const [last] = afterKey(after, 1) ?? [];
          const rest = last === undefined ? range : { from: keyTime(last) + 1, to: range.to };
          const found = await take(readMoments(store, mn, kindNumber(kind), within(seen, rest)), limit + 1);
          return momentPage(pageOf(found, limit, ({ dataTime }) => [String(dataTime)]));
        },

        async 'readings.outlet.list'({ outletId, kind, from, to, after, limit = PAGE }, { caller }) {
          const range = queryRange(from, to);
          const bound = await throughBindings(caller, outletId);
          const [lastTime, lastMn = ''] = afterKey(after, 2) ?? [];
          const last = lastTime === undefined ? undefined : { dataTime: keyTime(lastTime), mn: lastMn };
          const rest = { from: Math.max(range.from, last?.dataTime ?? 0), to: range.to };
          const streams = bound.map(({ mn, ranges }) => readMoments(store, mn, kindNumber(kind), within(ranges, rest)));
          // `rest` begins with the moments of the last one's time, some of which the page before had.
          const merged = mergeSorted(streams, compareMoments);
          const found = await take(
            skipUntil(merged, (moment) => !last || compareMoments(moment, last) > 0),
            limit + 1,
          );
          return momentPage(pageOf(found, limit, ({ dataTime, mn }) => [String(dataTime), mn]));
        },

        async 'readings.outlet.revisions'({ outletId, kind, at }, { caller }) {
          const from = Date.parse(at);
          const found: ReadingRevisions[] = [];
          for (const { mn, ranges } of await throughBindings(caller, outletId)) {
            const moment = within(ranges, { from, to: from + 1 });
            for await (const one of readMoments(store, mn, kindNumber(kind), moment)) found.push(...toRevisions(one));
          }
          return found;
        },

        async 'readings.latest.list'({ mns, kinds }, { caller }) {
          // Who sees everything sees devices that nobody has registered too: none is looked up.
          const known = seesEverything(caller, province) ? undefined : await devices.byMn(mns);
          const ranges = new Map(
            [...new Set(mns)].map((mn) => [mn, visibleRanges(caller, known?.get(mn), province)] as const),
          );
          const seen = [...ranges.keys()].filter((mn) => ranges.get(mn)?.length);
          const inSight = (mn: string, dataTime: number) =>
            within(ranges.get(mn) ?? [], { from: dataTime, to: dataTime + 1 }).length > 0;
          return latest.read(
            seen,
            KINDS.filter((kind) => !kinds || kinds.includes(kind)).map((kind) => String(kindNumber(kind))),
            (mn, kind, moment) => (inSight(mn, moment.dataTime) ? showMoment(mn, kind, moment) : undefined),
          );
        },

        ...lineActions(store, { visible, throughBindings, queryRange }),
        ...messageActions(storage.messages, { visible, throughBindings, queryRange }),
        ...storage.actions,
        ...exports.actions,
        ...means.actions,

        async 'readings.gap.list'({ mns, from, to }, { caller }) {
          const range = queryRange(from, to);
          if (range.to - range.from > MOST_GAP_MS) throw invalid('to', 'must be at most 31 days after from');
          const known = await devices.byMn(mns);
          const found: Result<Actions['readings.gap.list']> = [];
          for (const mn of new Set(mns)) {
            const seen = within(visibleRanges(caller, known.get(mn), province), range);
            const gaps: TimeRange[] = [];
            for (const part of seen) gaps.push(...(await gapsOf(mn, part)));
            if (gaps.length > 0)
              found.push({ mn, gaps: gaps.map((gap) => ({ from: isoTime(gap.from), to: isoTime(gap.to) })) });
          }
          return found;
        },
      },

      facts: { ...means.facts, 'facts.registry.factor.changed': factors.taken },

      partitions: [
        {
          group: 'readings',
          // Each device's packets of that time make one document: a write costs by the document, not by the packet.
          lingerMs: 250,
          async handle(messages) {
            const said: LoggedMessage[] = [];
            const groups = groupPackets(messages, said);
            await store.insert(groups);
            const now = kit.now();
            for (const { count, receivedAt } of groups) {
              packetsStored.add(count);
              storeDelay.observe((now - receivedAt) / 1_000, count);
            }
            await storage.messages.keep(said);
            await means.markPackets(groups);
            await latest.advance(groups);
          },
        },
      ],

      grpc(server) {
        const { identity, log } = kit;
        server.addService(readingsGrpc.ReadingsServiceService, {
          export: exportMoments({ store, devices, identity, province, log }),
          readExport: exports.readExport,
        });
      },

      async prepare() {
        await storage.prepare();
        await exports.prepare();
        await means.prepare();
        await shardCollections(kit.db, SHARD_KEYS, kit.log);
      },

      async started() {
        await factors.started();
        await storage.start();
        exports.start();
        means.start();
        await latest
          .start()
          .catch((error) => kit.log.warn({ err: error }, 'Valkey is away: latest moments come from MongoDB'));
      },

      async stopped() {
        await Promise.all([factors.stopped(), means.stop(), storage.stop(), exports.stop()]);
      },
    };
  },
});

/** Reads the times of a query. `from` is included, `to` is not. @throws 422 */
function queryRange(from: string | undefined, to: string | undefined): TimeRange {
  const range = {
    from: from === undefined ? ALWAYS.from : Date.parse(from),
    to: to === undefined ? ALWAYS.to : Date.parse(to),
  };
  if (range.from >= range.to) throw invalid('to', `must be later than from (${isoTime(range.from)})`);
  return range;
}

function keyTime(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalid('after', 'must be the `next` of the page before');
  return Number(text);
}

async function* skipUntil<T>(stream: AsyncGenerator<T>, begins: (item: T) => boolean): AsyncGenerator<T> {
  for await (const item of stream) if (begins(item)) yield item;
}

function momentPage({ items, next }: { items: DeviceMoment[]; next?: string }): { items: Moment[]; next?: string } {
  return { items: items.map(toMoment), ...(next === undefined ? {} : { next }) };
}
