import type {
  AccountInput,
  DeviceInput,
  DivisionInput,
  EnterpriseInput,
  OperatorInput,
  OutletInput,
  PermitInput,
  PersonInput,
} from '@greenwatch/contracts';
import { creditCode } from './credit-code';
import {
  AUXILIARY,
  ELSEWHERE,
  INDUSTRIES,
  type Industry,
  type IndustryKey,
  MIX,
  type OutletKind,
  PROCESS_FACTORS,
} from './industries';
import { brandName, personName } from './names';
import { hashText, type Random, randomOf } from './random';
import type { LoggerProfile } from './simulator/packets';
import type { OutletModel } from './simulator/signal';
import { SUSPICION } from './stories';
import { COUNTIES_IN_FOCUS, type Place, zhejiang } from './zhejiang';

export interface ProvinceOptions {
  seed: string;
  /** Enterprises; outlets are 1.25 and devices 2 times as many. The first ten are those that episodes and stories play at. */
  enterprises: number;
}

/** An account before it has a password. `named` ones are shown at the start. */
export type DemoAccount = Omit<AccountInput, 'password'> & { named: boolean };

/** A device as the simulator plays it. */
export interface SimulatedDevice {
  profile: LoggerProfile;
  outlet: OutletModel;
  /** Days of hourly and daily means it still has to send at the first start. */
  backfillDays: number;
}

export interface DemoProvince {
  divisions: DivisionInput[];
  /** Operators (运维单位) come first: devices name them. */
  enterprises: EnterpriseInput[];
  /** The same firms as parties of their own: they are rated and may be barred. */
  operators: OperatorInput[];
  outlets: OutletInput[];
  devices: DeviceInput[];
  persons: PersonInput[];
  permits: PermitInput[];
  accounts: DemoAccount[];
  simulated: SimulatedDevice[];
}

/** Where the episodes play (`simulator/episodes.ts`), by their place among the enterprises. */
const CAST: [string, IndustryKey][] = [
  ['330483', 'heat'],
  ['331002', 'pharmaceuticals'],
  ['330114', 'dyeing'],
  ['330483', 'fibre'],
  ['331002', 'plating'],
  ['330114', 'heat'],
  // The stories (stories.ts): a suspicion, production before approval, a quota that runs out, a complaint.
  ['330483', 'dyeing'],
  ['330483', 'chemicals'],
  ['330483', 'paper'],
  ['330483', 'leather'],
];
/** Outlets that have 120 days of history to send, of 250. */
const LONG_HISTORY_SHARE = 0.16;
const LONG_HISTORY_DAYS = 120;
const HISTORY_DAYS = 7;
/** What the scoring of the demo looks at, 15 days of window and 45 of baseline, and a day or two to spare. */
const SCORED_DAYS = 62;
/** The town whose grid member's account is shown at the start. */
const GRID_SHOWN = '330483101';
const OPERATORS = ['330110', '330402', '330212', '330302', '331002', '330114'];
const BOUND_SINCE = '2024-01-01T00:00:00+08:00';
const REPLACED_AT = '2025-06-01T00:00:00+08:00';

/** The demo province: the same seed gives the same province, to the last digit. */
export function demoProvince({ seed, enterprises: count }: ProvinceOptions): DemoProvince {
  const places = zhejiang();
  const placeOf = new Map(places.map((place) => [place.code, place]));
  const province: DemoProvince = {
    divisions: places.map(({ lon: _, lat: __, ...division }) => division),
    enterprises: [],
    operators: [],
    outlets: [],
    devices: [],
    persons: [],
    permits: [],
    accounts: [],
    simulated: [],
  };
  let phones = 0;
  const phone = () => `138000${String(10_000 + phones++).padStart(5, '0')}`;

  OPERATORS.forEach((code, index) => {
    const id = `op-${index + 1}`;
    const random = randomOf(seed, id);
    const place = placeOf.get(code) as Place;
    province.enterprises.push({
      id,
      uscc: creditCode(code, String(1_000 + index).padStart(8, '0')),
      name: `${shortName(place)}${brandName(random)}环境监测技术有限公司`,
      divisionCode: code,
      address: `${place.name}科技园${index + 1}号`,
      ...scatter(random, place.lon, place.lat),
      industryCode: '7461',
      industryName: '环境保护监测',
      managementClass: 'registration',
      status: 'producing',
    });
    const { uscc, name } = province.enterprises.at(-1) as EnterpriseInput;
    province.operators.push({ id, uscc, name, divisionCode: code });
    const person: PersonInput = {
      id: `${id}-staff`,
      name: personName(random),
      roles: ['operator-staff'],
      divisionCode: code,
      enterpriseId: id,
      phone: phone(),
      locale: 'zh-CN',
      active: true,
    };
    province.persons.push(person);
    province.accounts.push({
      username: id,
      name: person.name,
      roles: ['operator-staff'],
      division: code,
      personId: person.id,
      operatorId: id,
      named: false,
    });
  });

  const plan = enterprisePlan(seed, count);
  const perCounty = new Map<string, number>();
  const kinds: { outlet: OutletInput; kind: OutletKind; cast: boolean; stopped: boolean }[] = [];
  const withSecond = new Set(
    shuffled(randomOf(seed, 'second outlets'), plan.length).slice(0, Math.round(count * 0.25)),
  );
  plan.forEach(([county, key], index) => {
    const industry: Industry = INDUSTRIES[key];
    const number = (perCounty.get(county) ?? 0) + 1;
    perCounty.set(county, number);
    const id = `ent-${county}-${String(number).padStart(3, '0')}`;
    const random = randomOf(seed, id);
    const place = placeOf.get(county) as Place;
    const town: Pick<Place, 'code' | 'name' | 'lon' | 'lat'> = random.pick(COUNTIES_IN_FOCUS[county]?.towns ?? [place]);
    const at = scatter(random, town.lon, town.lat);
    // A plant that stands still reports F and no flow: it must raise no alarm.
    const stopped = index >= CAST.length && index % 67 === 0;
    const uscc = creditCode(county, String(20_000 + index).padStart(8, '0'));
    const principal: PersonInput = {
      id: `${id}-principal`,
      name: personName(random),
      roles: ['principal'],
      divisionCode: county,
      enterpriseId: id,
      phone: phone(),
      locale: 'zh-CN',
      active: true,
    };
    province.persons.push(principal);
    if (county in COUNTIES_IN_FOCUS) {
      province.accounts.push({
        username: id,
        name: principal.name,
        roles: ['principal'],
        division: county,
        personId: principal.id,
        enterpriseId: id,
        named: index === 0,
      });
    }
    province.enterprises.push({
      id,
      uscc,
      name: `${shortName(place)}${brandName(random)}${random.pick(industry.companies)}`,
      divisionCode: town.code,
      address: `${place.name}${town.code === county ? '工业园区' : town.name}${random.pick(['振兴', '工业', '环城', '创业', '镇南'])}路${random.integer(1, 899)}号`,
      ...at,
      industryCode: industry.code,
      industryName: industry.name,
      managementClass: industry.managementClass,
      principalPersonId: principal.id,
      status: stopped ? 'stopped' : 'producing',
    });
    const outletKinds = withSecond.has(index) ? [industry.main, industry.second] : [industry.main];
    const outlets = outletKinds.map((kind, o): OutletInput => {
      const letter = kind.medium === 'gas' ? 'DA' : 'DW';
      const before = outletKinds.slice(0, o).filter((other) => other.medium === kind.medium).length;
      const code = `${letter}00${before + 1}`;
      const outlet: OutletInput = {
        id: `${id}.${code}`,
        enterpriseId: id,
        code,
        name: before > 0 ? `${before + 1}号${kind.name}` : kind.name,
        medium: kind.medium,
        lon: round(at.lon + 0.0008 * (o + 1)),
        lat: round(at.lat + 0.0005),
        factors: [...new Set(kind.limits.map((limit) => limit.factor)), ...AUXILIARY[kind.medium]],
      };
      kinds.push({ outlet, kind, cast: index < CAST.length, stopped });
      return outlet;
    });
    province.outlets.push(...outlets);
    const city = placeOf.get(place.parent ?? '') as Place;
    province.permits.push(permit(random, id, uscc, industry, city, outlets, outletKinds));
  });

  const order = shuffled(randomOf(seed, 'process loggers'), kinds.length);
  const withProcess = new Set(order.slice(0, count * 2 - kinds.length));
  const ordinary = order.filter((index) => !(kinds[index] as (typeof kinds)[number]).cast);
  const long = new Set(ordinary.slice(0, Math.min(40, Math.round(kinds.length * LONG_HISTORY_SHARE))));
  const replaced = new Set(ordinary.slice(long.size, long.size + Math.floor(count * 0.06)));
  kinds.forEach(({ outlet, kind, cast, stopped }, index) => {
    const random = randomOf(seed, `devices of ${outlet.id}`);
    const operatorId = `op-${random.integer(1, OPERATORS.length)}`;
    const edition = !cast && random.next() < 0.3 ? '2005' : '2017';
    const facilities = [
      { code: 'SB1', role: 'production' as const, name: kind.production },
      { code: 'SB2', role: 'treatment' as const, name: kind.treatment },
    ];
    const model = outletModel(seed, outlet, kind, stopped);
    const add = (mn: string, profile: Omit<LoggerProfile, 'mn' | 'password' | 'facilities'>, from: string) => {
      const password = String(random.integer(100_000, 999_999));
      const states = profile.sendsStates ? facilities : [];
      province.devices.push({
        mn,
        status: 'active',
        edition: profile.edition,
        operatorId,
        bindings: [{ outletId: outlet.id, enterpriseId: outlet.enterpriseId, medium: outlet.medium, from }],
        addresses: [],
        // HJ/T 212-2005 has no flags on means: without them a value counts, as the profile says.
        missingFlagValid: profile.edition === '2005',
        facilities: states,
        password,
      });
      province.simulated.push({
        profile: { ...profile, mn, password, facilities: states.map((facility) => facility.code) },
        outlet: model,
        backfillDays:
          outlet.enterpriseId === SUSPICION.enterpriseId
            ? SCORED_DAYS
            : long.has(index) && !profile.process
              ? LONG_HISTORY_DAYS
              : HISTORY_DAYS,
      });
    };
    const main = edition === '2005' ? `8866320${String(1_000_000 + index)}` : mn2017(index);
    add(
      main,
      {
        edition,
        st: kind.medium === 'gas' ? '31' : '32',
        // Some old loggers never ask for an answer.
        wantsAnswer: edition === '2017' || random.next() >= 0.1,
        process: false,
        sendsStates: !withProcess.has(index),
        factors: outlet.factors,
      },
      replaced.has(index) ? REPLACED_AT : BOUND_SINCE,
    );
    if (withProcess.has(index)) {
      const process = {
        edition: '2017' as const,
        st: kind.medium === 'gas' ? '51' : '52',
        wantsAnswer: true,
        process: true,
        sendsStates: true,
        factors: [...PROCESS_FACTORS[kind.medium]],
      };
      add(mn2017(10_000 + index), process, BOUND_SINCE);
    }
    if (replaced.has(index)) {
      province.devices.push({
        mn: `8866320${String(2_000_000 + index)}`,
        status: 'retired',
        edition: '2005',
        operatorId,
        bindings: [
          {
            outletId: outlet.id,
            enterpriseId: outlet.enterpriseId,
            medium: outlet.medium,
            from: '2019-01-01T00:00:00+08:00',
            to: REPLACED_AT,
          },
        ],
        addresses: [],
        missingFlagValid: true,
        password: String(random.integer(100_000, 999_999)),
      });
    }
  });

  const counties = new Set(plan.map(([county]) => county));
  for (const place of places) {
    if (place.replacedBy !== undefined) continue;
    const focus = place.code in COUNTIES_IN_FOCUS;
    if (place.level === 'county' && !focus && !counties.has(place.code)) continue;
    if (place.level === 'town') addGridMember(province, seed, place, phone);
    else addAuthority(province, seed, place, focus, phone);
  }
  return province;
}

/** A town's own: who looks from outside, holds no certificate and may not inspect (国办发〔2024〕54号). */
function addGridMember(province: DemoProvince, seed: string, { code }: Place, phone: () => string): void {
  const id = `grid-${code}`;
  const name = personName(randomOf(seed, id));
  const roles: PersonInput['roles'] = ['grid-member'];
  province.persons.push({
    ...{ id, name, roles, divisionCode: code, phone: phone(), locale: 'zh-CN', active: true },
  });
  province.accounts.push({ username: id, name, roles, division: code, personId: id, named: code === GRID_SHOWN });
}

/** The people who answer for a division. `named` accounts: the supervisor and an officer of each county in focus, three of the province. */
function addAuthority(province: DemoProvince, seed: string, place: Place, focus: boolean, phone: () => string): void {
  const { code, level } = place;
  const add = (
    name: string,
    roles: ('supervisor' | 'officer' | 'duty-officer' | 'complaint-handler')[],
    withAccount: boolean,
    named = false,
  ) => {
    const id = `${name}-${code}`;
    const random = randomOf(seed, id);
    const certified = !roles.includes('complaint-handler');
    const person: PersonInput = {
      id,
      name: personName(random),
      roles,
      divisionCode: code,
      certificateNo: certified ? `33${code.slice(2)}${String(random.integer(1_000, 9_999))}` : undefined,
      phone: phone(),
      locale: 'zh-CN',
      active: true,
    };
    province.persons.push(person);
    if (withAccount) {
      province.accounts.push({ username: id, name: person.name, roles, division: code, personId: id, named });
    }
  };
  if (level === 'province') {
    add('supervisor', ['supervisor'], true, true);
    province.accounts.push({
      ...{ username: 'administrator', name: '系统管理员', roles: ['administrator'], division: code, named: true },
    });
    province.accounts.push({ username: 'viewer', name: '省厅值班室', roles: ['viewer'], division: code, named: true });
    return;
  }
  const account = focus || level === 'city';
  const aboveFocus = Object.keys(COUNTIES_IN_FOCUS).some((county) => `${county.slice(0, 4)}00` === code);
  add('supervisor', ['supervisor'], account, focus || aboveFocus);
  add('officer1', ['officer'], account, focus);
  add('officer2', ['officer'], account);
  add('duty', ['duty-officer'], account);
  if (!focus) return;
  add('officer3', ['officer'], true);
  add('officer4', ['officer'], true);
  add('complaints', ['complaint-handler'], true, true);
}

/** Which industry where, in the order in which enterprises are taken: the episodes' first, the others mixed. */
function enterprisePlan(seed: string, count: number): [string, IndustryKey][] {
  const all: [string, IndustryKey][] = Object.entries(MIX).flatMap(([county, mix]) =>
    (Object.entries(mix) as [IndustryKey, number][]).flatMap(([key, n]) =>
      Array<[string, IndustryKey]>(n).fill([county, key]),
    ),
  );
  for (const [county, key] of CAST) {
    all.splice(
      all.findIndex(([c, k]) => c === county && k === key),
      1,
    );
  }
  const rest = [...all, ...ELSEWHERE];
  if (count < CAST.length || count > CAST.length + rest.length) {
    throw new RangeError(`enterprises: expected ${CAST.length} to ${CAST.length + rest.length}, got ${count}`);
  }
  const order = shuffled(randomOf(seed, 'plan'), rest.length);
  const others = order.map((index) => rest[index] as [string, IndustryKey]);
  return [...CAST, ...others].slice(0, count);
}

function permit(
  random: Random,
  enterpriseId: string,
  uscc: string,
  industry: Industry,
  city: Place,
  outlets: OutletInput[],
  kinds: OutletKind[],
): PermitInput {
  const year = random.integer(2023, 2025);
  const day = `${String(random.integer(1, 12)).padStart(2, '0')}-${String(random.integer(1, 28)).padStart(2, '0')}`;
  const validFrom = `${year}-${day}T00:00:00+08:00`;
  return {
    id: `permit-${enterpriseId}`,
    number: `${uscc}001P`,
    enterpriseId,
    managementClass: industry.managementClass,
    validFrom,
    // Five years (排污许可管理条例 Art 14).
    validTo: `${year + 5}-${day}T00:00:00+08:00`,
    issuer: `${city.name}生态环境局`,
    limits: outlets.flatMap((outlet, index) => {
      const kind = kinds[index] as OutletKind;
      return kind.limits.map(({ factor, period, limit }) => ({
        id: `${outlet.id}.${factor}.${period}`,
        outletId: outlet.id,
        factor,
        period,
        limit,
        decimals: String(limit).split('.')[1]?.length ?? 0,
        unit: kind.medium === 'gas' ? 'mg/m3' : 'mg/L',
        referenceOxygen: kind.referenceOxygen,
        basis: kind.basis,
        validFrom,
      }));
    }),
  };
}

function outletModel(seed: string, outlet: OutletInput, kind: OutletKind, stopped: boolean): OutletModel {
  const random = randomOf(seed, `signal of ${outlet.id}`);
  const [low, high] = kind.flow;
  // One limit a factor decides the level: the one of the shortest period.
  const limits = new Map(kind.limits.map((limit) => [limit.factor, limit.limit] as const).reverse());
  return {
    id: outlet.id,
    key: hashText(`${seed}/${outlet.id}`),
    medium: outlet.medium,
    load: kind.load,
    stopped,
    fullFlow: random.between(low, high),
    referenceOxygen: kind.referenceOxygen,
    oxygen: (kind.referenceOxygen ?? 6) + random.between(0.4, 1.6),
    temperature: outlet.medium === 'gas' ? random.between(52, 105) : 0,
    pollutants: [...limits].map(([factor, limit]) => ({ factor, limit, share: random.between(0.28, 0.6) })),
  };
}

/** 24 hex digits (HJ 212-2017). */
const mn2017 = (index: number) => `010000A8900016F0${index.toString(16).toUpperCase().padStart(8, '0')}`;

/** 桐乡 for 桐乡市, 椒江 for 椒江区: as companies write it. */
const shortName = (place: Place) => place.name.replace(/(畲族自治县|[市县区])$/, '');

const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6;

/** A point within about two kilometres. */
function scatter(random: Random, lon: number, lat: number): { lon: number; lat: number } {
  const angle = random.between(0, 2 * Math.PI);
  const distance = Math.sqrt(random.next()) * 0.018;
  return { lon: round(lon + distance * Math.cos(angle)), lat: round(lat + distance * Math.sin(angle) * 0.87) };
}

/** The numbers 0 … n−1 in random order. */
function shuffled(random: Random, n: number): number[] {
  const list = Array.from({ length: n }, (_, index) => index);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [list[i], list[j]] = [list[j] as number, list[i] as number];
  }
  return list;
}
