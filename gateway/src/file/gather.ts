import {
  type ActionContract,
  type ActionName,
  actions,
  type Complaint,
  type ComplaintsInFile,
  type EnterpriseFile,
  type Notice,
  type Task,
} from '@greenwatch/contracts';
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

/** What has not come by then is missing: the rest of the file does not wait for it, so that the whole stays below 1 s. */
export const PART_TIMEOUT_MS = 800;
const NEWEST = 100;
/** Notices are asked for task by task, of so many. */
const TASKS_WITH_NOTICES = 20;
const CHINA_MS = 8 * 3_600_000;

type Part<T> = { source: string; at: string; available: boolean; reason?: string; data?: T };

/**
 * The file of one enterprise (一企一档), gathered from everybody who knows something, all at once. A part whose action the
 * caller's roles may not call is not in it.
 * @throws DomainError 404 when the caller sees no such enterprise
 */
export async function gatherFile(
  { call, now }: Pick<Kit, 'call' | 'now'>,
  models: MapModels,
  id: string,
  caller: Caller,
): Promise<EnterpriseFile> {
  const end = now() + PART_TIMEOUT_MS;
  // One deadline for all: what is asked after an answer has only what is left of it.
  const options = (): CallOptions => ({ as: caller, timeoutMs: Math.max(1, end - now()) });
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
  const may = (action: ActionName) => {
    const { roles }: ActionContract = actions[action];
    return caller.roles.some((role) => roles.includes(role));
  };
  const ifAllowed = <T>(action: ActionName, ask: () => Promise<T>): Promise<Part<T>> | undefined =>
    may(action) ? part(action.split('.')[0] as string, ask()) : undefined;
  const mine = { enterpriseId: id, limit: NEWEST };

  // The registry says whether the enterprise is there at all; while it is away, the gateway's own copy does.
  const registered = call('registry.enterprise.get', { id }, options());
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
  const tasksOf = call('tasking.task.list', mine, options()).then(itemsOf);
  const year = new Date(now() + CHINA_MS).getUTCFullYear();

  const asked = {
    registry: part('registry', registered),
    permits: part('permits', call('permits.permit.list', { enterpriseId: id }, options())),
    checks: part('permits', call('permits.check.list', mine, options()).then(itemsOf)),
    quotas: part('permits', call('permits.quota.list', { ...mine, year }, options()).then(itemsOf)),
    projects: part('permits', call('permits.project.list', mine, options()).then(itemsOf)),
    duties: part('permits', call('permits.duty.list', mine, options()).then(itemsOf)),
    latest: part(
      'readings',
      ofDevices((mns) => call('readings.latest.list', { mns }, options())),
    ),
    links: part(
      'ingestion',
      ofDevices((mns) => call('ingestion.link.list', { mns }, options())),
    ),
    alarms: part('rules', call('rules.alarm.list', mine, options()).then(itemsOf)),
    fraud: ifAllowed('fraud.enterprise.get', () => call('fraud.enterprise.get', { enterpriseId: id }, options())),
    suspicions: ifAllowed('fraud.suspicion.list', () => call('fraud.suspicion.list', mine, options()).then(itemsOf)),
    tasks: part('tasking', tasksOf),
    cases: ifAllowed('tasking.case.list', () => call('tasking.case.list', mine, options()).then(itemsOf)),
    complaints: ifAllowed('complaints.complaint.list', () =>
      call('complaints.complaint.list', mine, options()).then(({ items }) => withoutReporters(items)),
    ),
    credit: part('credit', call('credit.enterprise.get', { enterpriseId: id }, options())),
    notices: ifAllowed('notifications.notice.ofSubject', () => noticesOf(tasksOf, call, options)),
  };
  const [parts] = await Promise.all([whole(asked), seen]);
  return {
    id,
    at: at(),
    parts,
    missing: Object.entries(parts).flatMap(([name, { available }]) => (available ? [] : [name])),
    timeline: buildTimeline({
      alarms: parts.alarms.data ?? [],
      tasks: parts.tasks.data ?? [],
      permits: parts.permits.data ?? [],
      notices: parts.notices?.data ?? [],
      checks: parts.checks.data ?? [],
      projects: parts.projects.data ?? [],
      suspicions: parts.suspicions?.data ?? [],
      cases: parts.cases?.data ?? [],
      complaints: parts.complaints?.data?.items ?? [],
      entries: parts.credit.data?.entries ?? [],
      people: parts.registry.data?.people ?? [],
    }),
  };
}

const itemsOf = <T>({ items }: { items: T[] }): T[] => items;

type Whole<T> = { [K in keyof T as undefined extends T[K] ? never : K]: Awaited<T[K]> } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<Awaited<T[K]>, undefined>;
};

/** Every part when it is there, under its name and in this order; those that were not asked for are left out. */
async function whole<T extends Record<string, Promise<unknown> | undefined>>(asked: T): Promise<Whole<T>> {
  const entries = Object.entries(asked).filter(([, promise]) => promise !== undefined);
  const parts = await Promise.all(entries.map(async ([name, promise]) => [name, await promise] as const));
  return Object.fromEntries(parts) as Whole<T>;
}

/** The file goes to many: of a complaint it says no more than how it stands. */
function withoutReporters(complaints: readonly Complaint[]): ComplaintsInFile {
  const CLOSED = ['refused', 'merged', 'answered', 'closed'];
  return {
    open: complaints.filter(({ state }) => !CLOSED.includes(state)).length,
    substantiated: complaints.filter(({ substantiated }) => substantiated === 'yes').length,
    items: complaints.map(
      ({ id, number, category, state, level, receivedAt, answerBy, closedAt, substantiated, summary }) => ({
        ...{ id, number, category, state, level, receivedAt, substantiated },
        ...(answerBy ? { answerBy } : {}),
        ...(closedAt ? { closedAt } : {}),
        ...(summary ? { summary } : {}),
      }),
    ),
  };
}

/** Without the tasks nobody knows what to ask for: then this part has failed with them. */
async function noticesOf(tasks: Promise<Task[]>, call: Kit['call'], options: () => CallOptions): Promise<Notice[]> {
  const newest = (await tasks).slice(0, TASKS_WITH_NOTICES);
  const lists = await Promise.all(
    newest.map(({ id }) => call('notifications.notice.ofSubject', { kind: 'task', id }, options())),
  );
  return lists.flat();
}
