import { readingsLog } from '@greenwatch/contracts';
import { decodeFields } from '@greenwatch/hj212';
import { ALARM_CODE, type Kit, type LogMessage, SpanKind, traced } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import type { StoredAlarm } from './alarm.model';
import type { Judgement } from './alarm-episode';
import { applyChange, placeOf } from './alarm-store';
import { type DESCRIBE, evaluateSeries, type Stretch, stretchOf } from './evaluate';
import {
  dataId,
  idRange,
  type JudgedData,
  REMEMBERED_MS,
  type StoredPeriod,
  type StoredRun,
  seriesOf,
} from './judged-data.model';
import { type Binding, bindingAt, type KnownDevice, type KnownPermit, type KnownSources } from './known-source.model';
import { amendedHours, markedAt, type StoredMark } from './marks/mark.model';
import { type AmendedHour, unsentHours } from './marks/unsent-hours';
import {
  exceedanceJudgements,
  judgePeriod,
  type MeanContext,
  type MeanKind,
  PERIOD_MS,
  type SentFactor,
  takeMeans,
  unchangingJudgements,
} from './mean-period';
import type { RuleSettings } from './rule-settings';
import { addStates, isUntreated, judgeTreatment, type StateRun } from './treatment-off';
import { repeatsOnlyWhenStuck } from './unchanging-value';

/** A packet that the rules look at. */
interface Upload {
  mn: string;
  kind: MeanKind | 'state';
  at: number;
  receivedAt: number;
  sequence: number;
  factors: SentFactor[];
  /** Of the message that carried it; empty: none. */
  traceParent: string;
}

/** What one batch holds of one device at one outlet and of one kind. */
interface Group {
  series: string;
  kind: Upload['kind'];
  device: KnownDevice;
  binding: Binding;
  uploads: Upload[];
}

/** Data around what changed that decides about it: an episode closes after 2 periods, a run of equal values breaks after 6 h. */
const CONTEXT_MS = { hour: 48 * 3_600_000, day: 10 * 86_400_000, state: 6 * 3_600_000 };

/** A run of states that only went on is written again when it has grown by this. */
const RUN_WRITTEN_MS = 5 * 60_000;

export interface Judging {
  kit: Kit;
  alarms: Model<StoredAlarm>;
  sources: KnownSources;
  data: JudgedData;
  settings: RuleSettings;
  marks: Model<StoredMark>;
}

const KINDS = new Map<readingsLog.Kind, Upload['kind']>([
  [readingsLog.Kind.KIND_HOUR, 'hour'],
  [readingsLog.Kind.KIND_DAY, 'day'],
  [readingsLog.Kind.KIND_STATE, 'state'],
]);

/** Judges what a batch of the log brought: data that changed, its alarms and their facts, in one transaction. */
export async function judgeReadings(judging: Judging, messages: readonly LogMessage[]): Promise<void> {
  const uploads: Upload[] = [];
  for (const { batch, sequence, traceParent } of messages) {
    for (const packet of batch.packets) {
      const kind = KINDS.get(packet.kind);
      if (!kind) continue;
      const { mn, dataTime, receivedAt, fields } = packet;
      uploads.push({ mn, kind, at: dataTime, receivedAt, sequence, factors: decodeFields(fields), traceParent });
    }
  }
  if (uploads.length === 0) return;
  await judging.kit.transaction((session) => judgeUploads(judging, uploads, session));
}

async function judgeUploads(judging: Judging, uploads: readonly Upload[], session: ClientSession): Promise<void> {
  const groups = await groupsOf(judging, uploads, session);
  if (groups.length === 0) return;
  const outletIds = [...new Set(groups.map(({ binding }) => binding.outletId))];
  const permits = await judging.sources.permits
    .find({ 'limits.outletId': { $in: outletIds } }, null, { session })
    .lean();
  const means = groups.filter(({ kind }) => kind !== 'state');
  const take = (group: Group, window: MeanWindow, context: MeanContext) => {
    const limited = new Set(context.permits.flatMap(({ limits }) => limits.map(({ factor }) => factor)));
    const periods = takeUploads(group, window, (factor) => limited.has(factor) || repeatsOnlyWhenStuck(factor));
    for (const period of periods) judgePeriod(period, context, judging.settings.warnPercent);
    return periods;
  };
  if (means.length > 0) await judgeMeans(judging, means, permits, take, session);
  const states = groups.filter(({ kind }) => kind === 'state');
  if (states.length > 0) await judgeStates(judging, states, session);
}

/** Uploads of devices that stood for an outlet at their data time; nobody is answerable for the others. */
async function groupsOf(judging: Judging, uploads: readonly Upload[], session: ClientSession): Promise<Group[]> {
  const mns = [...new Set(uploads.map(({ mn }) => mn))];
  const devices = await judging.sources.devices.find({ _id: { $in: mns } }, null, { session }).lean();
  const known = new Map(devices.map((device) => [device._id, device]));
  const groups = new Map<string, Group>();
  for (const upload of uploads) {
    const device = known.get(upload.mn);
    const binding = device && bindingAt(device, upload.at);
    if (!device || !binding || (upload.kind === 'state' && device.facilities.length === 0)) continue;
    const series = seriesOf(upload.mn, binding.outletId, upload.kind);
    const group = groups.get(series);
    if (group) group.uploads.push(upload);
    else groups.set(series, { series, kind: upload.kind, device, binding, uploads: [upload] });
  }
  return [...groups.values()];
}

/**
 * Judges anew what is known of an outlet's hours and days in a stretch of time: a mark there begins or ends to be in force. Amended hours
 * of which nothing was sent are judged as if they had been. Runs in the transaction that makes it so.
 */
export async function judgeMarked(
  judging: Judging,
  outletId: string,
  stretch: Stretch,
  session: ClientSession,
): Promise<void> {
  const devices = await judging.sources.devices.find({ 'bindings.outletId': outletId }, null, { session }).lean();
  const groups = devices.flatMap((device) =>
    device.bindings
      .filter((binding) => binding.outletId === outletId)
      .flatMap((binding) =>
        (['hour', 'day'] as const).map((kind): Group => {
          const series = seriesOf(device._id, outletId, kind);
          const nothing = { mn: device._id, kind, receivedAt: 0, sequence: 0, factors: [], traceParent: '' };
          const at = (time: number) => ({ ...nothing, at: time });
          // Nothing is sent: the times say what to load.
          return { series, kind, device, binding, uploads: [at(stretch.from - PERIOD_MS[kind]), at(stretch.to)] };
        }),
      ),
  );
  if (groups.length === 0) return;
  const permits = await judging.sources.permits.find({ 'limits.outletId': outletId }, null, { session }).lean();
  const anew = (group: Group, window: MeanWindow, context: MeanContext) =>
    window.periods.filter((period) => {
      const length = PERIOD_MS[group.kind as MeanKind];
      if (period.at + length <= stretch.from || period.at >= stretch.to) return false;
      const before = JSON.stringify(period.means);
      judgePeriod(period, context, judging.settings.warnPercent);
      return JSON.stringify(period.means) !== before;
    });
  const amended = await amendedHours(judging.marks, { outletId, ...stretch }, session);
  await judgeMeans(judging, groups, permits, anew, session, (windows) => addUnsent(groups, windows, amended));
}

/** Gives amended hours of which nothing was sent a mean without a value: the amended one is judged in its place. */
function addUnsent(
  groups: readonly Group[],
  windows: ReadonlyMap<string, MeanWindow>,
  amended: readonly AmendedHour[],
): void {
  const bound = groups
    .filter(({ kind }) => kind === 'hour')
    .map(({ device, binding: { from, to }, series }) => {
      const { periods } = windows.get(series) as MeanWindow;
      const sent = (factor: string, at: number) =>
        periods.some((period) => period.at === at && period.means.some((mean) => mean.factor === factor));
      return { mn: device._id, from, to, sent, series, periods };
    });
  for (const { mn, factor, at } of unsentHours(amended, bound)) {
    const { series, periods } = bound.find((one) => one.mn === mn) as (typeof bound)[0];
    const known = periods.find((one) => one.at === at);
    const period = known ?? emptyPeriod(series, at);
    // Whatever is sent after all is newer.
    period.means.push({ factor, receivedAt: 0, sequence: 0 });
    if (known) continue;
    periods.push(period);
    periods.sort((a, b) => a.at - b.at);
  }
}

async function judgeMeans(
  judging: Judging,
  groups: readonly Group[],
  permits: readonly KnownPermit[],
  judge: (group: Group, window: MeanWindow, context: MeanContext) => StoredPeriod[],
  session: ClientSession,
  complete: (windows: ReadonlyMap<string, MeanWindow>) => void = () => {},
): Promise<void> {
  const { data } = judging;
  const windows = await loadWindows(judging, groups, session);
  complete(windows);
  const { allowances } = judging.settings;
  const marked = await markedAt(judging.marks, allowances, groups.map(sentStretch), session);
  const changed: { group: Group; context: MeanContext; window: MeanWindow; periods: StoredPeriod[] }[] = [];
  for (const group of groups) {
    const { outletId, medium } = group.binding;
    const ofOutlet = permits
      .map((permit) => ({ ...permit, limits: permit.limits.filter((limit) => limit.outletId === outletId) }))
      .filter(({ limits }) => limits.length > 0);
    const kind = group.kind as MeanKind;
    const { exemptions: marks, amended } = marked(outletId, group.device._id);
    const { missingFlagValid, ppmFactors = [] } = group.device;
    const context: MeanContext = {
      ...{ outletId, medium, kind, permits: ofOutlet, missingFlagValid, marks, amended, ppmFactors },
    };
    const window = windows.get(group.series) as MeanWindow;
    const periods = judge(group, window, context);
    if (periods.length > 0) changed.push({ group, context, window, periods });
  }
  if (changed.length === 0) return;
  await data.periods.bulkWrite(
    changed.flatMap(({ periods }) => periods.map(replacement)),
    { session },
  );
  const first = Math.min(...changed.flatMap(({ periods }) => periods.map(({ at }) => at)));
  const alarms = await alarmsSince(judging, groups, first - CONTEXT_MS.day, session);
  for (const { group, context, window, periods } of changed) {
    await judgeChangedMeans(judging, group, context, window, periods, alarms, session);
  }
}

/** The periods of one series around what a batch brought, sorted by time. */
interface MeanWindow {
  stretch: Stretch;
  periods: StoredPeriod[];
}

/** Loads what is known around the uploads of every group, in one query. */
async function loadWindows(
  { kit, data }: Judging,
  groups: readonly Group[],
  session: ClientSession,
): Promise<Map<string, MeanWindow>> {
  const windows = new Map<string, MeanWindow>();
  for (const group of groups) {
    const { series, kind } = group;
    windows.set(series, { stretch: stretchOf(sentStretch(group), [], CONTEXT_MS[kind], kit.now()), periods: [] });
  }
  const ranges = [...windows].map(([series, { stretch }]) => ({ _id: idRange(series, stretch.from, stretch.to) }));
  for await (const period of data.periods.find({ $or: ranges }, { session })) {
    windows.get(period._id.slice(0, period._id.lastIndexOf('|')))?.periods.push(period);
  }
  return windows;
}

/** The time that a group's uploads are of. */
function sentStretch({ binding, kind, uploads }: Group): Stretch & { outletId: string } {
  const times = uploads.map(({ at }) => at);
  const to = Math.max(...times) + PERIOD_MS[kind as MeanKind];
  return { outletId: binding.outletId, from: Math.min(...times), to };
}

/** Takes a group's uploads into its window. @returns the periods that now say something else */
function takeUploads(group: Group, window: MeanWindow, wanted: (factor: string) => boolean): StoredPeriod[] {
  const periods = new Map(window.periods.map((period) => [period.at, period]));
  const before = new Map<number, string>();
  for (const { at, receivedAt, sequence, factors } of group.uploads) {
    const known = periods.get(at);
    const period = known ?? emptyPeriod(group.series, at);
    if (!before.has(at)) before.set(at, textsOf(period));
    if (takeMeans(period, factors, receivedAt, sequence, wanted) && !known) periods.set(at, period);
  }
  window.periods = [...periods.values()].sort((a, b) => a.at - b.at);
  // A batch that is delivered again may change a value and change it back.
  return window.periods.filter((period) => before.has(period.at) && textsOf(period) !== before.get(period.at));
}

const emptyPeriod = (series: string, at: number): StoredPeriod => ({
  ...{ _id: dataId(series, at), at, means: [], expireAt: new Date(at + REMEMBERED_MS) },
});

const textsOf = ({ means }: StoredPeriod) => JSON.stringify(means.map((m) => [m.factor, m.avg, m.zsAvg, m.flag]));

async function judgeChangedMeans(
  judging: Judging,
  group: Group,
  context: MeanContext,
  window: MeanWindow,
  periods: readonly StoredPeriod[],
  alarms: readonly StoredAlarm[],
  session: ClientSession,
): Promise<void> {
  const { kind } = context;
  const times = periods.map(({ at }) => at);
  const changed = { from: Math.min(...times), to: Math.max(...times) + PERIOD_MS[kind] };
  const inside = ({ from, to }: Stretch) => window.periods.filter(({ at }) => from <= at && at < to);
  const around = async (stretch: Stretch): Promise<StoredPeriod[]> => {
    if (stretch.from >= window.stretch.from && stretch.to <= window.stretch.to) return inside(stretch);
    // A long alarm, or late data before newer ones. What this batch changed is written already.
    const _id = idRange(group.series, stretch.from, stretch.to);
    return judging.data.periods.find({ _id }, { session, sort: { _id: 1 } }).toArray();
  };
  const meanRule = kind === 'hour' ? 'MEAN_H' : 'MEAN_D';
  for (const factor of new Set(periods.flatMap(({ means }) => means.map((mean) => mean.factor)))) {
    await judgeSeries(judging, group, meanRule, factor, changed, alarms, session, async (stretch) =>
      exceedanceJudgements(await around(stretch), factor, kind),
    );
    if (kind !== 'hour') continue;
    await judgeSeries(judging, group, 'CONST', factor, changed, alarms, session, async (stretch) =>
      unchangingJudgements(await around(stretch), factor, context, judging.settings),
    );
  }
}

async function judgeStates(judging: Judging, groups: readonly Group[], session: ClientSession): Promise<void> {
  const { data, settings } = judging;
  const changed: { group: Group; runs: StoredRun[] }[] = [];
  for (const group of groups) {
    const first = Math.min(...group.uploads.map(({ at }) => at));
    const around = await loadRuns(data, group.series, { from: first - CONTEXT_MS.state, to: Infinity }, session);
    const runs = takeStates(group, around);
    if (runs.length > 0) changed.push({ group, runs });
  }
  if (changed.length === 0) return;
  await data.runs.bulkWrite(
    changed.flatMap((change) => change.runs.map(replacement)),
    { session },
  );
  const first = Math.min(...changed.flatMap((change) => change.runs.map(({ from }) => from)));
  const alarms = await alarmsSince(judging, groups, first - CONTEXT_MS.state, session);
  for (const { group, runs } of changed) {
    const stretch = { from: Math.min(...runs.map(({ from }) => from)), to: Math.max(...runs.map(({ to }) => to)) + 1 };
    await judgeSeries(judging, group, 'TREAT_OFF', undefined, stretch, alarms, session, async (s) =>
      judgeTreatment(await loadRuns(data, group.series, s, session), group.device.facilities, settings.treatmentOffMs),
    );
  }
}

const replacement = <T extends { _id: string }>(document: T) => ({
  replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
});

/** Runs of states that have time in common with a stretch. */
function loadRuns(
  data: JudgedData,
  series: string,
  { from, to }: Stretch,
  session: ClientSession,
): Promise<StoredRun[]> {
  return data.runs.find({ series, to: { $gte: from }, from: { $lt: to } }, { session, sort: { from: 1 } }).toArray();
}

/** @returns the runs that have to be written; one that only goes on as it did is written now and then */
function takeStates({ series, device, uploads }: Group, runs: StateRun[]): StoredRun[] {
  const written = new Map(runs.map((run) => [run, run.to]));
  const touched = new Set<StateRun>();
  for (const { at, factors } of uploads) {
    const states: Record<string, string> = {};
    for (const { code } of device.facilities) {
      const fields = factors.find(({ factor }) => factor === code)?.fields;
      const state = fields?.find(([name]) => name === 'RS')?.[1];
      if (state !== undefined) states[code] = state;
    }
    const run = Object.keys(states).length > 0 ? addStates(runs, at, states) : undefined;
    if (run) touched.add(run);
  }
  return [...touched]
    .filter(
      (run) =>
        run.samples <= 2 ||
        run.to - (written.get(run) ?? -Infinity) >= RUN_WRITTEN_MS ||
        isUntreated(run.states, device.facilities),
    )
    .map((run) => ({
      ...run,
      _id: dataId(series, run.from),
      series,
      expireAt: new Date(run.from + REMEMBERED_MS),
    }));
}

/** Alarms of the devices that a change of data after `from` may concern. */
function alarmsSince(
  judging: Judging,
  groups: readonly Group[],
  from: number,
  session: ClientSession,
): Promise<StoredAlarm[]> {
  const mns = [...new Set(groups.map(({ device }) => device._id))];
  const near = {
    mn: { $in: mns },
    rule: { $ne: 'OFFLINE' as const },
    $or: [{ active: true }, { until: { $gt: from } }],
  };
  return judging.alarms.find(near, null, { session }).lean();
}

/** Decides one series anew around what changed in it, and writes what became of its alarms. */
async function judgeSeries(
  judging: Judging,
  group: Group,
  rule: keyof typeof DESCRIBE,
  factor: string | undefined,
  changed: Stretch,
  alarms: readonly StoredAlarm[],
  session: ClientSession,
  judgements: (stretch: Stretch) => Promise<Judgement[]>,
): Promise<void> {
  const { kit, settings } = judging;
  const { device, binding } = group;
  const now = kit.now();
  const own = alarms.filter(
    (a) => a.mn === device._id && a.outletId === binding.outletId && a.rule === rule && a.factor === factor,
  );
  const context = CONTEXT_MS[group.kind];
  let stretch = stretchOf(changed, own, context, now);
  let evaluation = evaluateSeries(rule, await judgements(stretch), own, stretch, now, settings.liveWindowMs);
  if (evaluation.openAtEnd && stretch.to !== Infinity) {
    stretch = stretchOf({ from: changed.from, to: Infinity }, own, context, now);
    evaluation = evaluateSeries(rule, await judgements(stretch), own, stretch, now, settings.liveWindowMs);
  }
  for (const change of evaluation.changes) {
    // In the trace of the packet that made it so, whichever of the batch that was.
    const { receivedAt = 0, traceParent = '' } = group.uploads.at(-1) ?? {};
    const place = placeOf(device, binding, rule, factor);
    await traced(
      `alarm ${change.verb}`,
      SpanKind.INTERNAL,
      traceParent,
      () => applyChange(kit, judging.alarms, change, place, session, receivedAt),
      { attributes: { 'greenwatch.mn': device._id, [ALARM_CODE]: change.finding.code } },
    );
  }
}
