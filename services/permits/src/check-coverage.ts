import { distanceMetres } from '@greenwatch/kit';
import type { Found } from './check.model';
import {
  about,
  dayText,
  type EnterpriseView,
  factorName,
  isPollutant,
  type Keyed,
  permitted,
  validPermits,
} from './check-view';

/** Farther than this from its place in the permit an outlet was moved (m) [D]: more than the error of a coordinate. */
const MOVED_M = 300;
/** How long an enterprise is known before P10 asks for its devices (ms) [D]: they are entered after it. */
const TO_CONNECT = 86_400_000;

/**
 * P4, P5, P10 and P13: whether what is there is what the permit allows. Without a permit in force there is nothing to
 * compare with (P1 and P2 say so); a registration lists no outlets.
 */
export function coverageChecks(view: EnterpriseView, now: number): Keyed[] {
  const valid = validPermits(view, now).filter(({ managementClass }) => managementClass !== 'registration');
  const exceeded = limitsExceeded(view, now);
  if (valid.length === 0) return [...exceeded, ...notConnected(view, now)];
  const allowed = permitted(valid);
  const listed = allowed.ids.size > 0;
  const beyond = listed
    ? view.outlets.filter(({ _id, code }) => !allowed.ids.has(_id) && !allowed.codes.has(code))
    : [];
  const permitId = valid[0]?._id ?? '';
  const pollutants = listed ? notPermitted(view, allowed) : [];
  return [
    ...beyond.map((outlet) => unlistedOutlet(view, permitId, outlet, now)),
    ...moved(view, now),
    ...pollutants.map(({ outletId, factor, at }) => unlistedPollutant(view, permitId, outletId, factor, at)),
    ...exceeded,
    ...notConnected(view, now),
    ...reApply(view, valid, beyond.length, pollutants.length),
  ];
}

/** P4: an outlet of the registry that no permit in force lists (Art 15, Code 1109). */
function unlistedOutlet(
  view: EnterpriseView,
  permitId: string,
  outlet: EnterpriseView['outlets'][number],
  now: number,
): Keyed {
  const devices = view.devices.filter(({ outletId }) => outletId === outlet._id).map(({ mn }) => mn);
  const found: Found = {
    ...about(view),
    check: 'P4',
    outletId: outlet._id,
    permitId,
    level: 'mid',
    evidence: [
      { name: '排放口', value: `${outlet.code} ${outlet.name}`, at: now },
      ...devices.map((mn) => ({ name: '在线监测设备', value: mn, at: now })),
    ],
    text: `排放口${outlet.code}（${outlet.name}）未载入排污许可证，疑似许可外排放口`,
    basis: '排污许可管理条例第15条；生态环境法典第1109条',
    clue: 'visit',
  };
  return [`P4:${view.id}:${outlet._id}`, found];
}

/** P4: an outlet that does not stand where the permit says. */
function moved(view: EnterpriseView, now: number): Keyed[] {
  return validPermits(view, now).flatMap((permit) =>
    (permit.outlets ?? []).flatMap(({ outletId, code, lon, lat }): Keyed[] => {
      const real = view.outlets.find(({ _id }) => _id === outletId);
      if (!real || lon === undefined || lat === undefined || real.lon === 0) return [];
      const metres = distanceMetres({ lon, lat }, real);
      if (metres <= MOVED_M) return [];
      const found: Found = {
        ...about(view),
        check: 'P4',
        outletId,
        permitId: permit._id,
        level: 'low',
        stage: 'moved',
        evidence: [{ name: '偏离距离', value: `${Math.round(metres)} m`, at: now }],
        text: `排放口${code}的位置与排污许可证不一致，疑似变更未重新申请`,
        basis: '排污许可管理条例第15条',
        clue: 'visit',
      };
      return [[`P4:${view.id}:${outletId}:moved`, found]];
    }),
  );
}

/** Pollutants that are measured at a listed outlet but not allowed there. */
function notPermitted(view: EnterpriseView, allowed: ReturnType<typeof permitted>) {
  const found = new Map<string, { outletId: string; factor: string; at: number }>();
  const look = (outletId: string, factors: readonly string[], at: number) => {
    const list = allowed.factors.get(outletId);
    // An outlet without one pollutant in the permit says nothing about which it may discharge.
    if (!list || list.size === 0) return;
    for (const factor of factors) {
      if (isPollutant(factor) && !list.has(factor)) found.set(`${outletId} ${factor}`, { outletId, factor, at });
    }
  };
  for (const outlet of view.outlets) look(outlet._id, outlet.factors, 0);
  for (const { outletId, factors, day } of view.discharges) look(outletId, factors, day);
  return [...found.values()];
}

/** P5: a pollutant that the permit does not name (Code 1103). */
function unlistedPollutant(
  view: EnterpriseView,
  permitId: string,
  outletId: string,
  factor: string,
  at: number,
): Keyed {
  const code = view.outlets.find(({ _id }) => _id === outletId)?.code ?? outletId;
  const found: Found = {
    ...about(view),
    check: 'P5',
    outletId,
    factor,
    permitId,
    level: 'mid',
    stage: 'pollutant',
    evidence: [{ name: '监测因子', value: at ? `${factorName(factor)}，${dayText(at)}` : factorName(factor), at }],
    text: `排放口${code}监测到许可证未载明的污染物${factorName(factor)}`,
    basis: '生态环境法典第1103条；排污许可管理条例第15条',
    clue: 'desk',
  };
  return [`P5:${view.id}:${outletId}:${factor}`, found];
}

/** P5: a permitted concentration is exceeded now. No clue of its own: the alarm it rests on makes one. */
function limitsExceeded(view: EnterpriseView, now: number): Keyed[] {
  const permitId = validPermits(view, now)[0]?._id;
  const newest = new Map(view.exceedances.map((one) => [`${one.outletId} ${one.factor}`, one]));
  return [...newest.values()].map(({ alarmId, outletId, factor, startedAt, value, limit, unit }): Keyed => {
    const code = view.outlets.find(({ _id }) => _id === outletId)?.code ?? outletId;
    const found: Found = {
      ...about(view),
      check: 'P5',
      outletId,
      factor,
      ...(permitId ? { permitId } : {}),
      level: 'high',
      stage: 'limit',
      openedAt: startedAt,
      evidence: [
        { name: '超标', value: `${value} > ${limit} ${unit}`, at: startedAt },
        { name: '报警', value: alarmId, at: startedAt },
      ],
      text: `排放口${code}的${factorName(factor)}超过许可排放浓度`,
      basis: '生态环境法典第1103条',
    };
    return [`P5:${view.id}:${outletId}:${factor}:limit`, found];
  });
}

/** P10: key-managed, and no device is connected (Art 20, Code 1086). */
function notConnected(view: EnterpriseView, now: number): Keyed[] {
  const key = validPermits(view, now).find(({ managementClass }) => managementClass === 'key');
  const isKey = key !== undefined || (view.permits.length === 0 && view.managementClass === 'key');
  if (!isKey || view.status === 'closed' || view.devices.length > 0) return [];
  const knownSince = view.basics[0]?.at;
  if (knownSince === undefined || now - knownSince < TO_CONNECT) return [];
  const found: Found = {
    ...about(view),
    check: 'P10',
    ...(key ? { permitId: key._id } : {}),
    level: 'mid',
    evidence: [{ name: '在用联网设备', value: '0', at: now }],
    text: `${view.name}为重点管理单位，未见与主管部门联网的自动监测设备`,
    basis: '排污许可管理条例第20条；生态环境法典第1086条',
    clue: 'desk',
  };
  return [[`P10:${view.id}`, found]];
}

/** P13: more outlets or pollutants than the permit, and nobody applied anew (Art 15). */
function reApply(
  view: EnterpriseView,
  valid: ReturnType<typeof validPermits>,
  outlets: number,
  pollutants: number,
): Keyed[] {
  const [permit] = valid;
  if (!permit || outlets + pollutants === 0) return [];
  const applied = view.applications.some(({ permitId, kind, receivedAt }) => {
    return kind === 're-application' && valid.some(({ _id, validFrom }) => _id === permitId && receivedAt >= validFrom);
  });
  if (applied) return [];
  const found: Found = {
    ...about(view),
    check: 'P13',
    permitId: permit._id,
    level: 'mid',
    evidence: [
      { name: '许可外排放口', value: String(outlets), at: 0 },
      { name: '许可外污染物', value: String(pollutants), at: 0 },
    ],
    text: `${view.name}的排放口或污染物多于排污许可证所载，疑似应当重新申请而未申请`,
    basis: '排污许可管理条例第15条',
    clue: 'desk',
  };
  return [[`P13:${view.id}`, found]];
}
