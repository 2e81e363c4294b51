import { isIP } from 'node:net';
import { type Params, type registryActions, usccProblem } from '@greenwatch/contracts';
import { unsoundPeriod } from './binding';
import { type DivisionNode, divisionPaths } from './division-path';

export type ImportInput = Params<(typeof registryActions)['registry.import']>;

/** What the registry holds of the records that an import touches or names. */
export interface Known {
  divisions: DivisionNode[];
  /** Ids of enterprises. */
  enterprises: ReadonlySet<string>;
  /** Operators, and whether they are barred. */
  operators: ReadonlyMap<string, { barred: boolean }>;
  /** Operator of each device that is there. */
  devices: ReadonlyMap<string, { operatorId?: string }>;
  outlets: ReadonlyMap<string, { enterpriseId: string; medium: string; code: string }>;
  /** Ids of device profiles. */
  profiles: ReadonlySet<string>;
  /** Person id to the enterprise the person belongs to. */
  persons: ReadonlyMap<string, string | undefined>;
}

export interface ImportProblem {
  /** List, index from 0 and field, for instance `outlets.3.enterpriseId`. */
  field: string;
  /** The row as people count it, from 1. */
  row: number;
  /** Id of the record. */
  id: string;
  expected: string;
}

const ENTERPRISE_ROLES = ['principal', 'operator-staff'];

/** Everything that is wrong with an import before any of it is written; empty when it may go in. */
export function importProblems(input: ImportInput, known: Known): ImportProblem[] {
  const problems: ImportProblem[] = [];
  const { divisions = [], enterprises = [], operators = [], outlets = [], devices = [], persons = [] } = input;
  const report = (list: keyof ImportInput, index: number, id: string, field: string, expected: string) =>
    problems.push({
      field: `${list}.${index}.${field}`,
      row: index + 1,
      id,
      expected,
    });
  const unique = <T>(list: keyof ImportInput, rows: T[], field: string, idOf: (row: T) => string) => {
    const first = new Map<string, number>();
    rows.forEach((row, index) => {
      const id = idOf(row);
      const before = first.get(id);
      if (before === undefined) first.set(id, index);
      else report(list, index, id, field, `expected each ${field} once, but row ${before + 1} has it too`);
    });
  };
  unique('divisions', divisions, 'code', (row) => row.code);
  unique('enterprises', enterprises, 'id', (row) => row.id);
  unique('operators', operators, 'id', (row) => row.id);
  unique('outlets', outlets, 'id', (row) => row.id);
  unique('devices', devices, 'mn', (row) => row.mn);
  unique('persons', persons, 'id', (row) => row.id);

  const rowOfDivision = new Map(divisions.map((row, index) => [row.code, index]));
  const tree = divisionPaths([...known.divisions, ...divisions]);
  for (const { code, field, message } of tree.problems) {
    report('divisions', rowOfDivision.get(code) ?? 0, code, field, message);
  }

  const enterpriseIds = new Set([...known.enterprises, ...enterprises.map((row) => row.id)]);
  const personEnterprise = new Map([
    ...known.persons,
    ...persons.map((row): [string, string | undefined] => [row.id, row.enterpriseId]),
  ]);
  enterprises.forEach((row, index) => {
    const wrong = (field: string, expected: string) => report('enterprises', index, row.id, field, expected);
    const uscc = usccProblem(row.uscc);
    if (uscc) wrong('uscc', uscc);
    if (!tree.paths.has(row.divisionCode)) wrong('divisionCode', unknownDivision(row.divisionCode));
    if (row.principalPersonId !== undefined && personEnterprise.get(row.principalPersonId) !== row.id) {
      wrong('principalPersonId', `expected a person of this enterprise, got ${row.principalPersonId}`);
    }
  });

  operators.forEach((row, index) => {
    const wrong = (field: string, expected: string) => report('operators', index, row.id, field, expected);
    const uscc = usccProblem(row.uscc);
    if (uscc) wrong('uscc', uscc);
    if (!tree.paths.has(row.divisionCode)) wrong('divisionCode', unknownDivision(row.divisionCode));
  });
  const operatorIds = new Set([...known.operators.keys(), ...operators.map((row) => row.id)]);

  const outletOf = new Map(known.outlets);
  const outletByCode = new Map([...known.outlets].map(([id, outlet]) => [`${outlet.enterpriseId} ${outlet.code}`, id]));
  outlets.forEach((row, index) => {
    const wrong = (field: string, expected: string) => report('outlets', index, row.id, field, expected);
    if (!enterpriseIds.has(row.enterpriseId)) {
      wrong('enterpriseId', `expected a known enterprise, got ${row.enterpriseId}`);
    }
    const before = outletOf.get(row.id);
    // Readings are seen through bindings to the outlet: an outlet that changed hands would take its history along.
    if (before && before.enterpriseId !== row.enterpriseId) {
      wrong('enterpriseId', `expected the outlet to stay with enterprise ${before.enterpriseId}`);
    }
    if (row.code.startsWith('DA') !== (row.medium === 'gas')) {
      wrong('code', 'expected DA… for gas and DW… for water (HJ 608)');
    }
    const sameCode = outletByCode.get(`${row.enterpriseId} ${row.code}`);
    if (sameCode !== undefined && sameCode !== row.id) {
      wrong('code', `expected a code of its own in the enterprise, but outlet ${sameCode} has it`);
    }
    outletOf.set(row.id, row);
    outletByCode.set(`${row.enterpriseId} ${row.code}`, row.id);
  });

  devices.forEach((row, index) => {
    const wrong = (field: string, expected: string) => report('devices', index, row.mn, field, expected);
    if (row.status === 'active' && row.password === '') wrong('password', 'expected a password for an active device');
    if (row.operatorId !== undefined && !operatorIds.has(row.operatorId) && !enterpriseIds.has(row.operatorId)) {
      wrong('operatorId', `expected a known operator, got ${row.operatorId}`);
    }
    // What it maintains already it goes on maintaining until somebody else does.
    const takesOn = row.operatorId !== undefined && known.devices.get(row.mn)?.operatorId !== row.operatorId;
    if (takesOn && known.operators.get(row.operatorId ?? '')?.barred) {
      wrong(
        'operatorId',
        `expected an operator that is not on the blacklist: ${row.operatorId} may take on no devices`,
      );
    }
    if (row.profileId !== undefined && !known.profiles.has(row.profileId)) {
      wrong('profileId', `expected a known device profile, got ${row.profileId}`);
    }
    if (row.station && row.bindings.length > 0) {
      wrong('station', 'expected bindings to outlets or a station, not both');
    }
    if (row.station && !tree.paths.has(row.station.divisionCode)) {
      wrong('station.divisionCode', unknownDivision(row.station.divisionCode));
    }
    row.addresses.forEach((address, a) => {
      if (!isAddress(address))
        wrong(`addresses.${a}`, `expected an IP address or a range such as 10.0.0.0/8, got ${address}`);
    });
    row.bindings.forEach((binding, b) => {
      const outlet = outletOf.get(binding.outletId);
      if (!outlet) wrong(`bindings.${b}.outletId`, `expected a known outlet, got ${binding.outletId}`);
      else if (outlet.enterpriseId !== binding.enterpriseId) {
        wrong(`bindings.${b}.enterpriseId`, `expected the outlet's enterprise ${outlet.enterpriseId}`);
      } else if (outlet.medium !== binding.medium) {
        wrong(`bindings.${b}.medium`, `expected the outlet's medium ${outlet.medium}`);
      }
    });
    const codes = (row.facilities ?? []).map((facility) => facility.code);
    codes.forEach((code, f) => {
      if (codes.indexOf(code) < f) wrong(`facilities.${f}.code`, `expected each code once, got ${code} again`);
    });
    const unsound = unsoundPeriod(row.bindings.map(({ from, to }) => ({ from: ms(from), to: ms(to) })));
    if (unsound >= 0) {
      wrong(`bindings.${unsound}`, 'expected bindings that end after they start and do not overlap');
    }
  });

  persons.forEach((row, index) => {
    const wrong = (field: string, expected: string) => report('persons', index, row.id, field, expected);
    if (!tree.paths.has(row.divisionCode)) wrong('divisionCode', unknownDivision(row.divisionCode));
    if (row.enterpriseId !== undefined && !enterpriseIds.has(row.enterpriseId)) {
      wrong('enterpriseId', `expected a known enterprise, got ${row.enterpriseId}`);
    }
    const ofEnterprise = row.roles.some((role) => ENTERPRISE_ROLES.includes(role));
    const ofAuthority = row.roles.some((role) => !ENTERPRISE_ROLES.includes(role));
    if (ofEnterprise && row.enterpriseId === undefined) {
      wrong('enterpriseId', `expected the enterprise of a person with the roles ${row.roles.join(', ')}`);
    }
    if (ofAuthority && row.enterpriseId !== undefined) {
      wrong('enterpriseId', `expected none for a person of the authority (${row.roles.join(', ')})`);
    }
  });
  return problems;
}

const unknownDivision = (code: string) => `expected the code of a known division, got ${code}`;

export const ms = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

export function isAddress(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
