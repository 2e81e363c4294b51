import type { Actions, DutyInput, Params, PermitInput, ProjectInput } from '@greenwatch/contracts';
import { startOfDay, startOfYear, yearOf } from '@greenwatch/kit';
import type { DemoProvince } from './province';
import { randomOf } from './random';
import { DAY, HOUR, means, type OutletModel } from './simulator/signal';

/**
 * The four stories of the demo that people walk to their end (demo/README.md), and what the rest of the house needs to be
 * furnished: permitted quantities, duties, projects, final ratings. Pure; dates count from the demo's first start.
 */

/** Values that hardly move while the flow does. */
export const SUSPICION = { enterpriseId: 'ent-330483-003', outletId: 'ent-330483-003.DW001' };
/** A project whose EIA was received and not approved; its outlet discharges. */
export const BEFORE_APPROVAL = { enterpriseId: 'ent-330483-004', outletId: 'ent-330483-004.DW001' };
/** COD of the year close to what is permitted. */
export const QUOTA = { enterpriseId: 'ent-330483-005', outletId: 'ent-330483-005.DW001', factor: 'w01018' };
/** What a citizen complains about. */
export const COMPLAINT = { enterpriseId: 'ent-330483-006', outletId: 'ent-330483-006.DW001' };

/** How much of its quota the story's enterprise has used when the demo starts. */
const QUOTA_USED = 0.988;
/** Permitted quantities of the others, as a multiple of what a year brings. */
const ROOM = [1.25, 1.9] as const;
/** Days of hourly means of an ordinary outlet (province.ts). */
const HISTORY_DAYS = 7;
const ZONE = 8 * HOUR;
/** The county that has every enterprise keep a ledger and inspect itself each day; elsewhere it is one of so many. */
const DUTIES_COUNTY = '330483';
const DUTIES_EVERY = 8;

const startOfMonth = (time: number) => Date.parse(`${text(time).slice(0, 7)}-01T00:00:00+08:00`);
const text = (time: number) => `${new Date(time + ZONE).toISOString().slice(0, 19)}+08:00`;

/** The permits with the outlets, quantities and duties that they hold in the year of the start. */
export function furnishedPermits(province: DemoProvince, seed: string, startedAt: number): PermitInput[] {
  const nameOf = new Map(province.enterprises.map(({ id, name }) => [id, name]));
  const models = new Map(province.simulated.map(({ outlet }) => [outlet.id, outlet]));
  return province.permits.map((permit, index) => {
    const random = randomOf(seed, `quota of ${permit.id}`);
    const outlets = province.outlets.filter(({ enterpriseId }) => enterpriseId === permit.enterpriseId);
    // pH is on every water permit, though its range is no limit of the demo's.
    const factorsOf = (outletId: string, medium: 'gas' | 'water') => [
      ...new Set(permit.limits.filter((limit) => limit.outletId === outletId).map(({ factor }) => factor)),
      ...(medium === 'water' ? ['w01001'] : []),
    ];
    const quotas = new Map<string, number>();
    for (const outlet of outlets) {
      const model = models.get(outlet.id);
      for (const { factor } of model?.pollutants ?? []) {
        quotas.set(
          factor,
          (quotas.get(factor) ?? 0) + kilogramsAYear(model as OutletModel, factor) * random.between(...ROOM),
        );
      }
    }
    if (permit.enterpriseId === QUOTA.enterpriseId) {
      const model = models.get(QUOTA.outletId);
      if (model) quotas.set(QUOTA.factor, dischargedSoFar(model, QUOTA.factor, startedAt) / QUOTA_USED);
    }
    const withDuties = permit.enterpriseId.startsWith(`ent-${DUTIES_COUNTY}-`) || index % DUTIES_EVERY === 0;
    return {
      ...permit,
      name: nameOf.get(permit.enterpriseId),
      outlets: outlets.map(({ id, code, name, medium, lon, lat }) => ({
        ...{ outletId: id, code, name, lon, lat },
        factors: factorsOf(id, medium),
      })),
      quotas: [...quotas].map(([factor, quantity]) => ({
        factor,
        year: yearOf(startedAt),
        quantity: Number(Math.max(0.01, quantity).toPrecision(5)),
      })),
      ...(withDuties
        ? {
            requirements: {
              ledger: 'daily' as const,
              selfInspection: true,
              reports: ['quarterly' as const, 'yearly' as const],
              selfMonitoring: permit.limits
                .slice(0, 1)
                .map(({ outletId, factor }) => ({ outletId, factor, every: 'quarter' as const })),
              publicity: 'quarterly' as const,
            },
          }
        : {}),
    };
  });
}

/** What an outlet discharges in a year, roughly: usual share of its limit at usual load. kg */
function kilogramsAYear(model: OutletModel, factor: string): number {
  const pollutant = model.pollutants.find((candidate) => candidate.factor === factor);
  if (!pollutant || model.stopped) return 1;
  const seconds = 365 * 86_400;
  // Gas: mg/m3 × m3/s; water: mg/L × L/s. Both are mg/s.
  return (pollutant.limit * pollutant.share * model.fullFlow * 0.82 * seconds) / 1e6;
}

/** What the hours of the back-fill in this year add up to, kg. */
function dischargedSoFar(model: OutletModel, factor: string, startedAt: number): number {
  const newYear = startOfYear(yearOf(startedAt));
  const last = Math.floor(startedAt / HOUR) * HOUR;
  let sum = 0;
  for (let at = Math.max(newYear, startOfDay(startedAt) - HISTORY_DAYS * DAY); at < last; at += HOUR) {
    sum += means(model, [factor], at, at + HOUR, () => ({}))[0]?.total ?? 0;
  }
  return sum;
}

/**
 * What the firms handed in since the first of last month, each day's ledger and self-inspection, as an older system knows it:
 * each firm with a diligence of its own, the one that hands in before our eyes always in time; at the other stories' firms
 * nothing waits. So last month's five lowest are there at once.
 */
export function pastDuties(
  province: DemoProvince,
  permits: readonly PermitInput[],
  seed: string,
  startedAt: number,
): DutyInput[] {
  const stopped = new Set(province.enterprises.filter(({ status }) => status !== 'producing').map(({ id }) => id));
  const told = new Set([SUSPICION, BEFORE_APPROVAL, QUOTA, COMPLAINT].map(({ enterpriseId }) => enterpriseId));
  const today = startOfDay(startedAt);
  return permits
    .filter(({ requirements, enterpriseId }) => requirements?.ledger === 'daily' && !stopped.has(enterpriseId))
    .flatMap(({ id: permitId, enterpriseId }) => {
      const random = randomOf(seed, `diligence of ${enterpriseId}`);
      const diligence = enterpriseId === BEFORE_APPROVAL.enterpriseId ? 1 : random.between(0.72, 0.98);
      const duties: DutyInput[] = [];
      for (let day = startOfMonth(startOfMonth(startedAt) - 1); day < today; day += DAY) {
        for (const kind of ['ledger', 'self-inspection'] as const) {
          const settled = told.has(enterpriseId);
          const inTime = random.next() < diligence || (settled && day >= today - 7 * DAY);
          const everCame = inTime || settled || random.next() < 0.5;
          // In time: on the day itself. Late: four days after, when a weekend's date has passed too.
          const came = day + (inTime ? random.between(15, 22) * HOUR : 4 * DAY + random.between(9, 17) * HOUR);
          duties.push({
            ...{ permitId, kind, day: text(day).slice(0, 10) },
            ...(everCame && came < startedAt ? { fulfilledAt: text(came) } : {}),
          });
        }
      }
      return duties;
    });
}

/** Construction projects: one received and never approved, others as they should be. */
export function storyProjects(startedAt: number): ProjectInput[] {
  const ago = (days: number) => text(startOfDay(startedAt) - days * DAY + 9 * HOUR);
  const whole = (id: string, enterpriseId: string, name: string, days: number): ProjectInput => ({
    ...{ id, enterpriseId, name, eiaClass: 'form' },
    steps: [
      { step: 'access-study', at: ago(days) },
      { step: 'eia-received', at: ago(days - 40), number: `环受〔${yearOf(startedAt) - 1}〕${days}号` },
      { step: 'eia-approved', at: ago(days - 62), number: `嘉环建〔${yearOf(startedAt) - 1}〕${days}号` },
      { step: 'construction-started', at: ago(days - 80) },
      { step: 'construction-finished', at: ago(days - 240) },
      { step: 'permit-applied', at: ago(days - 244) },
      { step: 'permit-issued', at: ago(days - 270) },
      { step: 'production-started', at: ago(days - 280) },
      { step: 'acceptance-published', at: ago(days - 300) },
      { step: 'accepted', at: ago(days - 330) },
    ],
  });
  return [
    {
      id: 'project-before-approval',
      enterpriseId: BEFORE_APPROVAL.enterpriseId,
      name: '年产 2 万吨精细化学品扩建项目',
      eiaClass: 'report',
      outletIds: [BEFORE_APPROVAL.outletId],
      steps: [
        { step: 'access-study', at: ago(96) },
        { step: 'eia-received', at: ago(35), number: `嘉环受〔${yearOf(startedAt)}〕118号` },
      ],
    },
    whole('project-heat', 'ent-330483-001', '燃煤锅炉超低排放改造项目', 620),
    whole('project-fibre', 'ent-330483-002', '差别化纤维技术改造项目', 540),
  ];
}

/** Final ratings of last year, as an older system would bring them. */
export function finalRatings(
  province: DemoProvince,
  seed: string,
  startedAt: number,
): NonNullable<Params<Actions['credit.import']>['ratings']> {
  const bands = [
    { colour: 'green', upTo: 0.3, score: [95, 100] },
    { colour: 'blue', upTo: 0.88, score: [80, 94.5] },
    { colour: 'yellow', upTo: 0.98, score: [60, 79.5] },
    { colour: 'red', upTo: 1, score: [40, 59.5] },
  ] as const;
  const year = yearOf(startedAt);
  return province.enterprises
    .filter(({ principalPersonId }) => principalPersonId !== undefined)
    .map(({ id }) => {
      const random = randomOf(seed, `rating of ${id}`);
      const at = random.next();
      const band = bands.find(({ upTo }) => at <= upTo) ?? bands[1];
      return {
        partyKind: 'enterprise' as const,
        partyId: id,
        scheme: 'national-21',
        period: String(year - 1),
        score: Number(random.between(band.score[0], band.score[1]).toFixed(2)),
        colour: band.colour,
        finalAt: `${year}-04-28T10:00:00+08:00`,
      };
    });
}
