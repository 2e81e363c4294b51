import { type ImportInput, importProblems, type Known } from './check-import';

const nothing: Known = {
  divisions: [],
  enterprises: new Set(),
  operators: new Map(),
  devices: new Map(),
  outlets: new Map(),
  profiles: new Set(),
  persons: new Map(),
};

/** A sound import of one of everything; each case spoils one field. */
function sound() {
  return {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' as const },
      {
        code: '330400',
        name: '嘉兴市',
        level: 'city' as const,
        parent: '330000',
      },
      {
        code: '330483',
        name: '桐乡市',
        level: 'county' as const,
        parent: '330400',
      },
    ],
    enterprises: [
      {
        id: 'e1',
        uscc: '91130200699229617X',
        name: '某热电有限公司',
        divisionCode: '330483',
        address: '',
        lon: 120.5,
        lat: 30.6,
        industryCode: '4412',
        industryName: '热电联产',
        managementClass: 'key' as const,
        principalPersonId: 'p1',
        status: 'producing' as const,
      },
    ],
    outlets: [
      {
        id: 'o1',
        enterpriseId: 'e1',
        code: 'DA001',
        name: '1号排放口',
        medium: 'gas' as const,
        lon: 120.5,
        lat: 30.6,
        factors: ['a21026'],
      },
    ],
    devices: [
      {
        mn: 'A1',
        status: 'active' as const,
        edition: '2017' as const,
        operatorId: undefined as string | undefined,
        bindings: [
          {
            outletId: 'o1',
            enterpriseId: 'e1',
            medium: 'gas' as 'gas' | 'water',
            from: undefined,
            to: undefined,
          },
        ] as {
          outletId: string;
          enterpriseId: string;
          medium: 'gas' | 'water';
          from?: string;
          to?: string;
        }[],
        addresses: [] as string[],
        missingFlagValid: true,
        password: '123456',
      },
    ],
    persons: [
      {
        id: 'p1',
        name: '王某',
        roles: ['principal' as 'principal' | 'officer'],
        divisionCode: '330483',
        enterpriseId: 'e1' as string | undefined,
        phone: '13800000001',
        locale: 'zh-CN' as const,
        active: true,
      },
    ],
  };
}
type Sound = ReturnType<typeof sound>;
const at = <T>(list: T[], index = 0): T => list[index] as T;

describe('what an import is refused for', () => {
  it('nothing, when it is sound', () => {
    expect(importProblems(sound(), nothing)).toEqual([]);
  });

  test.each<[string, (input: Sound) => void, string, RegExp]>([
    [
      'a credit code whose check character is wrong (GB 32100)',
      (i) => (at(i.enterprises).uscc = '911302006992296170'),
      'enterprises.0.uscc',
      /check character X/,
    ],
    [
      'an enterprise in an unknown division',
      (i) => (at(i.enterprises).divisionCode = '330199'),
      'enterprises.0.divisionCode',
      /known division, got 330199/,
    ],
    [
      "another enterprise's principal",
      (i) => (at(i.enterprises).principalPersonId = 'p9'),
      'enterprises.0.principalPersonId',
      /person of this enterprise/,
    ],
    [
      'a division without the one above it',
      (i) => (at(i.divisions, 2).parent = '330900'),
      'divisions.2.parent',
      /known division/,
    ],
    [
      'an outlet of an unknown enterprise',
      (i) => (at(i.outlets).enterpriseId = 'e9'),
      'outlets.0.enterpriseId',
      /known enterprise, got e9/,
    ],
    [
      'a gas outlet with the code of a water outlet (HJ 608)',
      (i) => (at(i.outlets).code = 'DW001'),
      'outlets.0.code',
      /DA… for gas/,
    ],
    ['an outlet twice', (i) => i.outlets.push(at(i.outlets)), 'outlets.1.id', /row 1 has it too/],
    [
      'two outlets with one code',
      (i) => i.outlets.push({ ...at(i.outlets), id: 'o2' }),
      'outlets.1.code',
      /outlet o1 has it/,
    ],
    [
      'a device bound to an unknown outlet',
      (i) => (at(at(i.devices).bindings).outletId = 'o9'),
      'devices.0.bindings.0.outletId',
      /known outlet, got o9/,
    ],
    [
      "a binding with another medium than the outlet's",
      (i) => (at(at(i.devices).bindings).medium = 'water'),
      'devices.0.bindings.0.medium',
      /medium gas/,
    ],
    [
      'bindings that overlap',
      (i) =>
        at(i.devices).bindings.push({
          ...at(at(i.devices).bindings),
          from: '2026-01-01T00:00:00+08:00',
        }),
      'devices.0.bindings.1',
      /do not overlap/,
    ],
    ['an active device without a password', (i) => (at(i.devices).password = ''), 'devices.0.password', /password/],
    ['an unknown operator', (i) => (at(i.devices).operatorId = 'op9'), 'devices.0.operatorId', /known operator/],
    [
      'an address that is none',
      (i) => at(i.devices).addresses.push('10.0.0.0/33'),
      'devices.0.addresses.0',
      /IP address/,
    ],
    [
      'a principal without an enterprise',
      (i) => (at(i.persons).enterpriseId = undefined),
      'persons.0.enterpriseId',
      /enterprise of a person/,
    ],
    [
      'an officer who belongs to an enterprise',
      (i) => (at(i.persons).roles = ['officer']),
      'persons.0.enterpriseId',
      /none for a person of the authority/,
    ],
  ])('%s', (_, spoil, field, expected) => {
    const input = sound();
    spoil(input);
    const problem = importProblems(input, nothing).find((p) => p.field === field);
    expect(problem?.expected).toMatch(expected);
    expect(problem?.row).toBe(Number(field.split('.')[1]) + 1);
  });

  describe('operators', () => {
    const operator = { id: 'op1', uscc: '91440300708461136T', name: '某运维', divisionCode: '330483' };
    const problems = (input: ImportInput, known: Partial<Known> = {}) =>
      importProblems({ ...sound(), ...input }, { ...nothing, ...known }).map(({ field }) => field);
    const devices = () => sound().devices.map((device) => ({ ...device, operatorId: 'op1' }));
    const barred = new Map([['op1', { barred: true }]]);

    it('come with the devices they maintain', () => {
      expect(problems({ operators: [operator], devices: devices() })).toEqual([]);
    });
    it('with a wrong credit code or division are refused', () => {
      const wrong = { ...operator, uscc: '914403007084611360', divisionCode: '330199' };
      expect(problems({ operators: [wrong] })).toEqual(['operators.0.uscc', 'operators.0.divisionCode']);
    });
    it('on the blacklist take on no device (domain.md 4.3)', () => {
      expect(problems({ devices: devices() }, { operators: barred })).toEqual(['devices.0.operatorId']);
      const mn = sound().devices[0]?.mn as string;
      const others = new Map([[mn, { operatorId: 'op2' }]]);
      expect(problems({ devices: devices() }, { operators: barred, devices: others })).toEqual([
        'devices.0.operatorId',
      ]);
    });
    it('on the blacklist keep what they maintain already', () => {
      const mn = sound().devices[0]?.mn as string;
      const own = new Map([[mn, { operatorId: 'op1' }]]);
      expect(problems({ devices: devices() }, { operators: barred, devices: own })).toEqual([]);
    });
  });

  it('takes what the registry holds already', () => {
    const { devices }: ImportInput = sound();
    const known = {
      ...nothing,
      outlets: new Map([['o1', { enterpriseId: 'e1', medium: 'gas', code: 'DA001' }]]),
    };
    expect(importProblems({ devices }, known)).toEqual([]);
  });

  it('an outlet never changes hands', () => {
    const known = {
      ...nothing,
      outlets: new Map([['o1', { enterpriseId: 'e0', medium: 'gas', code: 'DA001' }]]),
    };
    expect(importProblems(sound(), known)[0]?.expected).toMatch(/stay with enterprise e0/);
  });
});
