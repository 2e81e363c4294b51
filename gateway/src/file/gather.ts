import { AUTHORITY, type EnterpriseFile, type Notice, type Task } from '@greenwatch/contracts';
import {
  asDomainError,
  type Caller,
  type CallOptions,
  isoTime,
  type Kit,
  notFound,
  scopeFilter,
} from '@greenwatch/kit';
import type { MapModels } from '../map/map.model';
import { buildTimeline } from './timeline';

/** A part that takes longer is missing: the rest of the file does not wait for it. */
const PART_TIMEOUT_MS = 4_000;
const NEWEST = 100;
/** Notices are asked for task by task, of so many. */
const TASKS_WITH_NOTICES = 20;

type Part<T> = { source: string; at: string; available: boolean; reason?: string; data?: T };

/**
 * The file of one enterprise (一企一档), gathered from everybody who knows something.
 * @throws DomainError 404 when the caller sees no such enterprise
 */
export async function gatherFile(
  { call, now }: Pick<Kit, 'call' | 'now'>,
  models: MapModels,
  id: string,
  caller: Caller,
): Promise<EnterpriseFile> {
  const options: CallOptions = { as: caller, timeoutMs: PART_TIMEOUT_MS };
  const at = () => isoTime(now());
  const part = async <T>(source: string, work: Promise<T>): Promise<Part<T>> => {
    try {
      return { source, data: await work, at: at(), available: true };
    } catch (error) {
      const known = asDomainError(error);
      // What nobody planned for is not told; the service has it in its log.
      return { source, at: at(), available: false, reason: known?.message ?? `The service ${source} failed.` };
    }
  };

  // The registry says whether the enterprise is there at all; while it is away, the gateway's own copy does.
  const registered = call('registry.enterprise.get', { id }, options);
  const seen = registered.catch(async (error) => {
    if (asDomainError(error)?.status === 404) throw error;
    const copy = await models.enterprises.exists({ $and: [{ _id: id }, scopeFilter(caller)] });
    if (!copy) throw notFound('enterprise', id);
  });
  // Two parts wait for it: a promise, for a query may run once only.
  const devices = models.devices
    .distinct('_id', { $and: [{ enterpriseId: id, retired: false }, scopeFilter(caller)] })
    .exec();
  const ofDevices = async <T>(ask: (mns: string[]) => Promise<T[]>): Promise<T[]> => {
    const mns = await devices;
    return mns.length > 0 ? ask(mns.slice(0, 1000)) : [];
  };
  const tasksOf = call('tasking.task.list', { enterpriseId: id, limit: NEWEST }, options).then(({ items }) => items);
  const isAuthority = caller.roles.some((role) => AUTHORITY.includes(role)) && caller.enterpriseId === undefined;

  const [, registry, permits, latest, alarms, tasks, links, notices] = await Promise.all([
    seen,
    part('registry', registered),
    part('permits', call('permits.permit.list', { enterpriseId: id }, options)),
    part(
      'readings',
      ofDevices((mns) => call('readings.latest.list', { mns }, options)),
    ),
    part(
      'rules',
      call('rules.alarm.list', { enterpriseId: id, limit: NEWEST }, options).then(({ items }) => items),
    ),
    part('tasking', tasksOf),
    part(
      'ingestion',
      ofDevices((mns) => call('ingestion.link.list', { mns }, options)),
    ),
    isAuthority ? part('notifications', noticesOf(tasksOf, call, options)) : undefined,
  ]);
  const parts = { registry, permits, latest, alarms, tasks, links, ...(notices ? { notices } : {}) };
  return {
    id,
    at: at(),
    parts,
    missing: Object.entries(parts).flatMap(([name, { available }]) => (available ? [] : [name])),
    timeline: buildTimeline({
      alarms: alarms.data ?? [],
      tasks: tasks.data ?? [],
      permits: permits.data ?? [],
      notices: notices?.data ?? [],
      people: registry.data?.people ?? [],
    }),
  };
}

/** Without the tasks nobody knows what to ask for: then this part has failed with them. */
async function noticesOf(tasks: Promise<Task[]>, call: Kit['call'], options: CallOptions): Promise<Notice[]> {
  const newest = (await tasks).slice(0, TASKS_WITH_NOTICES);
  const lists = await Promise.all(
    newest.map(({ id }) => call('notifications.notice.ofSubject', { kind: 'task', id }, options)),
  );
  return lists.flat();
}
