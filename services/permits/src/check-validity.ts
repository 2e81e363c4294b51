import type { Found } from './check.model';
import { about, daysBetween, dayText, type EnterpriseView, type Keyed, validPermits } from './check-view';
import type { StoredPermit } from './permit.model';

const DAY = 86_400_000;
/** 排污许可管理条例 Art 14: renewal is applied for 60 days before the permit ends. */
const RENEWAL_DAYS = 60;
/** Art 14: a change of basic data is asked for within 30 days; Art 24: of a registration within 20. */
const CHANGE_DAYS = 30;
const REGISTRATION_CHANGE_DAYS = 20;

/** P1, P2, P3 and P12: whether there is a permit, whether it still holds, whether it still says what is so. */
export function validityChecks(view: EnterpriseView, now: number): Keyed[] {
  const valid = validPermits(view, now);
  return [
    ...noPermit(view, valid),
    ...expired(view, valid, now),
    ...valid.flatMap((permit) => [...renewalDue(view, permit, now), ...basicDataChanged(view, permit, now)]),
  ];
}

/** P1: it discharges, or production draws power, and it never had a permit (Code 1102). A registration is not a permit. */
function noPermit(view: EnterpriseView, valid: readonly StoredPermit[]): Keyed[] {
  if (valid.length > 0 || view.managementClass === 'registration') return [];
  const seen = view.discharges.filter(({ day }) => !view.permits.some((permit) => permit.validFrom < day + DAY));
  const last = seen.at(-1);
  if (!last) return [];
  const found: Found = {
    ...about(view),
    check: 'P1',
    outletId: last.outletId,
    level: 'high',
    openedAt: seen[0]?.day ?? last.day,
    evidence: seen.slice(-5).map(dischargeEvidence),
    text: `${view.name}监测到排放或生产用电，未查到有效排污许可证，疑似无证排污`,
    basis: '生态环境法典第1102条；排污许可管理条例第2条',
    clue: 'visit',
  };
  return [[`P1:${view.id}`, found]];
}

/** P2: the permit ended and none follows it (排污许可管理条例 Art 14). */
function expired(view: EnterpriseView, valid: readonly StoredPermit[], now: number): Keyed[] {
  if (valid.length > 0 || view.status === 'closed') return [];
  const over = view.permits.filter(({ validTo }) => validTo <= now).sort((a, b) => a.validTo - b.validTo);
  const last = over.at(-1);
  if (!last) return [];
  const since = view.discharges.filter(({ day }) => day >= last.validTo);
  const found: Found = {
    ...about(view),
    check: 'P2',
    permitId: last._id,
    level: since.length > 0 ? 'high' : 'mid',
    stage: since.length > 0 ? 'discharging' : '',
    openedAt: last.validTo,
    evidence: [
      { name: '许可证有效期止', value: `${last.number} ${dayText(last.validTo)}`, at: last.validTo },
      ...since.slice(-5).map(dischargeEvidence),
    ],
    text:
      since.length > 0
        ? `排污许可证${last.number}已过期，其后仍监测到排放，疑似无证排污`
        : `排污许可证${last.number}已过期，未见延续`,
    basis: '排污许可管理条例第14条',
    clue: since.length > 0 ? 'visit' : 'desk',
  };
  return [[`P2:${view.id}`, found]];
}

/** P3: fewer than 60 days left, no application for renewal and no permit that follows (Art 14). */
function renewalDue(view: EnterpriseView, permit: StoredPermit, now: number): Keyed[] {
  const deadline = permit.validTo - RENEWAL_DAYS * DAY;
  if (now < deadline || view.status === 'closed') return [];
  const followed = view.permits.some(({ _id, validFrom, validTo }) => {
    return _id !== permit._id && validFrom <= permit.validTo && validTo > permit.validTo;
  });
  const applied = view.applications.some(({ permitId, kind, receivedAt }) => {
    return permitId === permit._id && kind === 'renewal' && receivedAt >= permit.validFrom;
  });
  if (followed || applied) return [];
  const found: Found = {
    ...about(view),
    check: 'P3',
    permitId: permit._id,
    level: 'mid',
    openedAt: deadline,
    evidence: [
      { name: '有效期止', value: dayText(permit.validTo), at: permit.validTo },
      { name: '延续申请期限', value: dayText(deadline), at: deadline },
    ],
    text: `排污许可证${permit.number}将于${dayText(permit.validTo)}到期，距届满不足60日，未见延续申请`,
    basis: '排污许可管理条例第14条',
    clue: 'desk',
  };
  return [[`P3:${permit._id}`, found]];
}

const BASIC_DATA = { name: '单位名称', address: '地址', legalRepresentative: '法定代表人' } as const;

/** P12: the registry says something else than the permit's main page, and nobody asked for a change in time (Art 14, 24). */
function basicDataChanged(view: EnterpriseView, permit: StoredPermit, now: number): Keyed[] {
  const days = permit.managementClass === 'registration' ? REGISTRATION_CHANGE_DAYS : CHANGE_DAYS;
  const differing = (Object.keys(BASIC_DATA) as (keyof typeof BASIC_DATA)[]).flatMap((field) => {
    const [onPermit = '', now_] = [permit[field], view[field]];
    if (onPermit === '' || now_ === '' || onPermit === now_) return [];
    const since = sinceWhen(view, field);
    const applied = view.applications.some(({ permitId, kind, receivedAt }) => {
      return permitId === permit._id && kind !== 'renewal' && receivedAt >= since;
    });
    return applied || now < since + days * DAY ? [] : [{ field, onPermit, registered: now_, since }];
  });
  const [first] = differing;
  if (!first) return [];
  const names = differing.map(({ field }) => BASIC_DATA[field]).join('、');
  const found: Found = {
    ...about(view),
    check: 'P12',
    permitId: permit._id,
    level: 'low',
    openedAt: Math.min(...differing.map(({ since }) => since)) + days * DAY,
    evidence: differing.map(({ field, onPermit, registered, since }) => ({
      name: BASIC_DATA[field],
      value: `许可证：${onPermit}；登记：${registered}（已${daysBetween(since, now)}日）`,
      at: since,
    })),
    text: `${names}已变更满${days}日，未见排污许可证${permit.number}的变更申请`,
    basis: permit.managementClass === 'registration' ? '排污许可管理条例第24条' : '排污许可管理条例第14条',
    clue: 'desk',
  };
  return [[`P12:${permit._id}`, found]];
}

/** When the registry came to say what it says now of a field: the first of the last facts in a row that say so. */
function sinceWhen({ basics }: EnterpriseView, field: keyof typeof BASIC_DATA): number {
  let since = basics.at(-1)?.at ?? 0;
  const value = basics.at(-1)?.[field];
  for (const one of basics.toReversed()) {
    if (one[field] !== value) break;
    since = one.at;
  }
  return since;
}

function dischargeEvidence({ outletId, day, flow, productionKwh }: EnterpriseView['discharges'][number]) {
  const power = productionKwh > 0 ? `，生产用电 ${round(productionKwh)} kWh` : '';
  return { name: `${outletId} ${dayText(day)}`, value: `流量 ${round(flow)} m³${power}`, at: day };
}

const round = (value: number) => Number(value.toPrecision(6));
