import { type DeviceLink, type DeviceState, REFUSAL_REASONS, type RefusalCount } from '@greenwatch/contracts';
import {
  afterKey,
  type Caller,
  invalid,
  isoTime,
  type Kit,
  notFound,
  pageOf,
  requireProvince,
  scopeFilter,
  startOfDay,
} from '@greenwatch/kit';
import type { PipelineStage } from 'mongoose';
import type { RefusalReason } from './admission';
import type { CredentialBlocks } from './credential-blocks';
import { type BlockName, blockName, type CredentialGuard } from './credential-guard';
import type { DeviceDirectory, DeviceDoc } from './device-directory';
import type { DeviceLinks, LinkDoc } from './device-links';
import type { DeviceDayDoc, DeviceTraffic, TrafficCount } from './device-traffic';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MOST_DAYS = 92;

type DeviceRow = Pick<DeviceDoc, '_id' | 'status' | 'edition' | 'enterpriseId' | 'operatorId'> & { link?: LinkDoc };

/** First moments of the first and the last day asked for, ms; the last seven days when none is. @throws 422 naming the field */
export function daysAsked(from: string | undefined, to: string | undefined, now: number): { from: number; to: number } {
  const last = to === undefined ? startOfDay(now) : Date.parse(`${to}T00:00:00+08:00`);
  const first = from === undefined ? last - 6 * DAY : Date.parse(`${from}T00:00:00+08:00`);
  if (first > last) throw invalid('from', 'expected a day not after `to`');
  if (last - first >= MOST_DAYS * DAY) throw invalid('from', `expected at most ${MOST_DAYS} days`);
  return { from: first, to: last };
}

/** Sums counts; reasons with the most first. */
export function sumOf(counts: readonly TrafficCount[]): { accepted: number; refused: RefusalCount[] } {
  const refused = new Map<RefusalReason, number>();
  let accepted = 0;
  for (const count of counts) {
    accepted += count.accepted ?? 0;
    for (const [reason, n] of Object.entries(count.refused ?? {})) {
      refused.set(reason as RefusalReason, (refused.get(reason as RefusalReason) ?? 0) + n);
    }
  }
  return {
    accepted,
    refused: [...refused].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
  };
}

/** Reads what ingestion knows of devices: who is there, what came of them, what is blocked. Scoped to the caller. */
export class DeviceStates {
  constructor(
    private readonly kit: Kit,
    private readonly directory: DeviceDirectory,
    private readonly links: DeviceLinks,
    private readonly traffic: DeviceTraffic,
    private readonly guard: CredentialGuard,
    private readonly blocks: CredentialBlocks,
  ) {}

  async list(
    {
      q,
      status,
      online,
      enterpriseId,
      from,
      to,
      after,
      limit = 100,
    }: {
      q?: string;
      status?: DeviceState['status'];
      online?: boolean;
      enterpriseId?: string;
      from?: string;
      to?: string;
      after?: string;
      limit?: number;
    },
    caller: Caller,
  ): Promise<{ items: DeviceState[]; next?: string }> {
    const period = daysAsked(from, to, this.kit.now());
    const [last] = afterKey(after, 1) ?? [];
    const joined: PipelineStage.FacetPipelineStage[] = [
      { $lookup: { from: this.links.links.collection.name, localField: '_id', foreignField: '_id', as: 'link' } },
      { $set: { link: { $first: '$link' } } },
    ];
    const cut: PipelineStage.Limit = { $limit: limit + 1 };
    const rows = await this.directory.model.aggregate<DeviceRow>([
      {
        $match: {
          $and: [
            scopeFilter(caller),
            status === undefined ? {} : { status },
            enterpriseId === undefined ? {} : { enterpriseId },
            // From there up to what begins otherwise: MNs are printable ASCII.
            q === undefined ? {} : { _id: { $gte: q, $lt: `${q}\u007F` } },
            last === undefined ? {} : { _id: { $gt: last } },
          ],
        },
      },
      { $sort: { _id: 1 } },
      ...(online === undefined
        ? [cut, ...joined]
        : [...joined, { $match: { 'link.online': online ? true : { $ne: true } } }, cut]),
    ]);
    const { items, next } = pageOf(rows, limit, ({ _id }) => [_id]);
    const days = await this.#daysOf(
      items.map(({ _id }) => _id),
      period,
    );
    const blocked = this.#blockedUntil();
    return {
      items: items.map((row) => stateOf(row, days.get(row._id) ?? [], blocked.get(row._id))),
      ...(next === undefined ? {} : { next }),
    };
  }

  async get({ mn, from, to }: { mn: string; from?: string; to?: string }, caller: Caller) {
    const period = daysAsked(from, to, this.kit.now());
    const device = await this.directory.model.findOne({ $and: [{ _id: mn }, scopeFilter(caller)] }).lean();
    if (!device) throw notFound('device', mn);
    const [link, days] = await Promise.all([this.links.links.findById(mn).lean(), this.#daysOf([mn], period)]);
    const own = days.get(mn) ?? [];
    const hours = own
      .flatMap(({ day, hours = {} }) =>
        Object.entries(hours).map(([hour, count]) => ({ at: day.getTime() + Number(hour) * HOUR, count })),
      )
      .sort((a, b) => a.at - b.at)
      .map(({ at, count }) => ({ at: isoTime(at), ...sumOf([count]) }));
    return { ...stateOf({ ...device, ...(link ? { link } : {}) }, own, this.#blockedUntil().get(mn)), hours };
  }

  /** Devices and counts of everything the caller sees, in two passes over an index. */
  async summary({ from, to }: { from?: string; to?: string }, caller: Caller) {
    const period = daysAsked(from, to, this.kit.now());
    const scope = scopeFilter(caller);
    const day = { $gte: new Date(period.from), $lte: new Date(period.to) };
    const [statuses, sums, online] = await Promise.all([
      this.directory.model.aggregate<{ _id: DeviceState['status']; count: number }>([
        { $match: scope },
        { $group: { _id: '$status', count: { $sum: 1 } } },
      ]),
      this.traffic.days.aggregate<{ _id: boolean } & Record<string, number>>([
        { $match: { $and: [scope, { day }] } },
        {
          $group: {
            _id: { $eq: ['$mn', ''] },
            accepted: { $sum: '$accepted' },
            ...Object.fromEntries(REFUSAL_REASONS.map((reason) => [reason, { $sum: `$refused.${reason}` }])),
          },
        },
      ]),
      this.directory.model.aggregate<{ count: number }>([
        { $match: scope },
        { $lookup: { from: this.links.links.collection.name, localField: '_id', foreignField: '_id', as: 'link' } },
        { $match: { 'link.online': true } },
        { $count: 'count' },
      ]),
    ]);
    const count = (status: DeviceState['status']) => statuses.find(({ _id }) => _id === status)?.count ?? 0;
    const countsOf = (nobody: boolean) =>
      sumOf(
        sums
          .filter(({ _id }) => _id === nobody)
          .map(({ _id, accepted, ...reasons }) => ({
            accepted,
            refused: Object.fromEntries(Object.entries(reasons).filter(([, count]) => count > 0)),
          })),
      );
    const { accepted, refused } = countsOf(false);
    return {
      active: count('active'),
      unclaimed: count('unclaimed'),
      retired: count('retired'),
      online: online[0]?.count ?? 0,
      accepted,
      refused,
      nobodys: countsOf(true).refused,
    };
  }

  /** Whether devices are connected; those outside the caller's scope are left out. */
  async listLinks(mns: string[], caller: Caller): Promise<DeviceLink[]> {
    const visible = await this.directory.model
      .find({ $and: [{ _id: { $in: mns } }, scopeFilter(caller)] })
      .select({ _id: 1 })
      .lean();
    const ids = visible.map(({ _id }) => _id);
    const now = this.kit.now();
    const [links, days] = await Promise.all([
      this.links.links.find({ _id: { $in: ids } }).lean(),
      this.#daysOf(ids, { from: startOfDay(now) - DAY, to: now }),
    ]);
    const byMn = new Map(links.map((link) => [link._id, link]));
    return ids.map((mn) => {
      const link = byMn.get(mn);
      const lastSeen = lastSeenOf(link, days.get(mn) ?? []);
      return {
        mn,
        online: link?.online ?? false,
        ...(lastSeen > 0 ? { lastSeen: isoTime(lastSeen) } : {}),
        ...(link?.address ? { address: link.address } : {}),
      };
    });
  }

  /** What is blocked, as the caller may see it: devices in its scope; whole addresses for people of the province. */
  async listBlocks(caller: Caller) {
    const blocks = [...this.guard.blocks].map(([name, until]) => ({ ...partsOf(name), until }));
    const mns = blocks.flatMap(({ mn }) => mn ?? []);
    const visible = await this.directory.model
      .find({ $and: [{ _id: { $in: mns } }, scopeFilter(caller)] })
      .select({ _id: 1 })
      .lean();
    const seen = new Set(visible.map(({ _id }) => _id));
    const province = caller.kind === 'service' || caller.division === this.kit.config.PROVINCE;
    return {
      items: blocks
        .filter(({ mn }) => (mn === undefined ? province : seen.has(mn)))
        .map(({ until, ...block }) => ({ ...block, until: isoTime(until) })),
    };
  }

  async liftBlock({ address, mn }: { address: string; mn?: string }, caller: Caller) {
    if (mn === undefined) requireProvince(caller, this.kit.config.PROVINCE);
    else if (!(await this.directory.model.exists({ $and: [{ _id: mn }, scopeFilter(caller)] }))) {
      throw notFound('device', mn);
    }
    const name = blockName(address, mn);
    const lifted = this.guard.blocks.has(name);
    if (lifted) {
      await this.kit.transaction((session) =>
        this.kit.audit(session, {
          action: 'ingestion.block.lift',
          entity: mn ?? address,
          by: caller,
          detail: { address },
        }),
      );
      this.guard.lift(name);
      this.blocks.poke();
    }
    return { lifted };
  }

  async #daysOf(mns: string[], { from, to }: { from: number; to: number }): Promise<Map<string, DeviceDayDoc[]>> {
    const rows = await this.traffic.days
      .find({ mn: { $in: mns }, day: { $gte: new Date(from), $lte: new Date(to) } })
      .sort({ mn: 1, day: -1 })
      .lean();
    const byMn = new Map<string, DeviceDayDoc[]>();
    for (const row of rows) byMn.set(row.mn, [...(byMn.get(row.mn) ?? []), row]);
    return byMn;
  }

  /** Devices that are blocked somewhere, and until when. */
  #blockedUntil(): Map<string, number> {
    const until = new Map<string, number>();
    for (const [name, end] of this.guard.blocks) {
      const { mn } = partsOf(name);
      if (mn !== undefined) until.set(mn, Math.max(end, until.get(mn) ?? 0));
    }
    return until;
  }
}

function partsOf(name: BlockName): { address: string; mn?: string } {
  const [address = '', mn = ''] = name.split(' ');
  return { address, ...(mn === '' ? {} : { mn }) };
}

/** @param days newest first; @returns ms, 0 for a device that was never seen */
function lastSeenOf(link: Pick<LinkDoc, 'lastSeen'> | undefined, days: readonly DeviceDayDoc[]): number {
  const written = days.find((day) => day.lastSeen)?.lastSeen;
  return Math.max(link?.lastSeen.getTime() ?? 0, written?.getTime() ?? 0);
}

/** @param days of the period, newest first */
function stateOf(
  { _id: mn, status, edition, enterpriseId, operatorId, link }: DeviceRow,
  days: readonly DeviceDayDoc[],
  blockedUntil: number | undefined,
): DeviceState {
  const lastSeen = lastSeenOf(link, days);
  const clock = days.find((day) => day.clock)?.clock;
  const oldPasswordAt = days.find((day) => day.oldPasswordAt)?.oldPasswordAt;
  return {
    mn,
    status,
    ...(edition ? { edition } : {}),
    ...(enterpriseId ? { enterpriseId } : {}),
    ...(operatorId ? { operatorId } : {}),
    online: link?.online ?? false,
    ...(link ? { since: isoTime(link.at.getTime()) } : {}),
    ...(lastSeen > 0 ? { lastSeen: isoTime(lastSeen) } : {}),
    ...(link?.address ? { address: link.address } : {}),
    ...sumOf(days),
    ...(clock
      ? {
          clock: {
            aheadSeconds: clock.ahead / 1000,
            spreadSeconds: clock.spread / 1000,
            samples: clock.samples,
            at: isoTime(clock.at.getTime()),
          },
        }
      : {}),
    ...(oldPasswordAt ? { oldPasswordAt: isoTime(oldPasswordAt.getTime()) } : {}),
    ...(blockedUntil === undefined ? {} : { blockedUntil: isoTime(blockedUntil) }),
  };
}
