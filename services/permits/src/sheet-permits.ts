import type { PermitQuota, PermitRequirements, PermittedOutlet, SheetError } from '@greenwatch/contracts';
import type { PermitContent, StoredLimit } from './permit.model';
import { quotaKey } from './permit-content';
import { COLUMNS, type SheetRow } from './sheet-layout';

/** What the registry knows of the places that a sheet speaks of. */
export interface Registered {
  /** Enterprises by credit code; several where premises are kept apart. */
  byUscc: ReadonlyMap<string, readonly string[]>;
  ids: ReadonlySet<string>;
  /** Outlet ids by `<enterprise id> <HJ 608 code>`. */
  outlets: ReadonlyMap<string, string>;
}

/** Columns that say the same in each row of a permit, or nothing. */
const OF_THE_PERMIT = [
  'managementClass',
  'enterpriseId',
  'name',
  'address',
  'legalRepresentative',
  'premises',
  'issuer',
  'issuedAt',
  'validFrom',
  'validTo',
  'reports',
  'reportDueDay',
  'ledger',
  'selfInspection',
  'publicity',
] as const satisfies readonly (keyof SheetRow)[];

const zh = new Map(COLUMNS.map((column) => [column.key as string, column.zh]));

/** Makes a permit of its rows (at least one, all with the same number), or says what is wrong with them. */
export function permitOf(
  rows: readonly SheetRow[],
  registered: Registered,
): { content?: PermitContent; errors: SheetError[] } {
  const errors: SheetError[] = [];
  const wrong = (row: SheetRow, key: string, expected: string) =>
    errors.push({
      row: row.row,
      column: zh.get(key) ?? key,
      cell: '',
      value: shown(row[key as keyof SheetRow]),
      expected,
    });
  const [first] = rows;
  if (!first) return { errors };
  const head: Partial<SheetRow> = {};
  const said = new Map<string, number>();
  for (const row of rows) {
    for (const key of OF_THE_PERMIT) {
      const value = row[key];
      if (value === undefined) continue;
      if (head[key] === undefined) {
        Object.assign(head, { [key]: value });
        said.set(key, row.row);
      } else if (shown(head[key]) !== shown(value)) {
        wrong(row, key, `the same as in row ${said.get(key)} of this permit: ${shown(head[key])}`);
      }
    }
  }
  const { managementClass, validFrom, validTo, issuer } = head;
  if (!managementClass || validFrom === undefined || validTo === undefined || !issuer) return { errors };
  if (validTo <= validFrom) wrong(first, 'validTo', 'a day that is not before the first valid day');

  const enterpriseId = enterpriseOf(first.permitNumber, head.enterpriseId, registered);
  if ('expected' in enterpriseId) {
    wrong(first, head.enterpriseId ? 'enterpriseId' : 'permitNumber', enterpriseId.expected);
    return { errors };
  }
  const outlets = new Map<string, PermittedOutlet>();
  const limits = new Map<string, StoredLimit>();
  const quotas = new Map<string, PermitQuota>();
  const monitoring = new Map<string, PermitRequirements['selfMonitoring'][number]>();
  const rowOf = new Map<string, number>();
  for (const row of rows) {
    const outletId = row.outletCode && outletIdOf(enterpriseId.id, row.outletCode, registered);
    if (row.outletCode && outletId) addOutlet(outlets, row, outletId);
    if (row.limit) {
      if (!row.outletCode || !outletId) wrong(row, 'outletCode', 'an outlet, for there is a limit');
      else if (!row.factor) wrong(row, 'factor', 'a pollutant, for there is a limit');
      else if (!row.period) wrong(row, 'period', '小时 or 日 (hour, day), for there is a limit');
      else if (row.minimum !== undefined && row.minimum >= row.limit.value) {
        wrong(row, 'minimum', `less than the limit ${row.limit.value}`);
      } else {
        const id = `${row.permitNumber}-${row.outletCode}-${row.factor}-${row.period}`;
        const other = rowOf.get(id);
        if (other !== undefined) {
          wrong(row, 'factor', `one row for an outlet, pollutant and period, but row ${other} is for the same`);
        }
        rowOf.set(id, row.row);
        limits.set(id, {
          id,
          outletId,
          factor: row.factor,
          period: row.period,
          limit: row.limit.value,
          ...(row.minimum === undefined ? {} : { minimum: row.minimum }),
          decimals: row.limit.decimals,
          unit: row.unit ?? unitOf(row.outletCode, row.factor),
          ...(row.referenceOxygen ? { referenceOxygen: row.referenceOxygen } : {}),
          basis: row.basis ?? '排污许可证许可排放浓度',
          validFrom,
        });
      }
    }
    if (row.quota !== undefined) {
      if (!row.factor) wrong(row, 'factor', 'a pollutant, for there is a quota');
      else if (!row.quotaYears) wrong(row, 'quotaYears', 'a year or years such as 2026-2030, for there is a quota');
      else if (row.quotaOf === 'outlet' && !outletId) wrong(row, 'outletCode', 'an outlet, for the quota is of one');
      else {
        for (const year of row.quotaYears) {
          const ofOutlet = row.quotaOf === 'outlet' && outletId ? { outletId } : {};
          const quota = { factor: row.factor, ...ofOutlet, year, quantity: row.quota };
          const key = quotaKey(quota);
          const other = quotas.get(key);
          // The quota of a factor may stand in each row of that factor.
          if (other && other.quantity !== quota.quantity) {
            wrong(row, 'quota', `the same as in row ${rowOf.get(key)} for ${year}: ${other.quantity}`);
          }
          if (!other) rowOf.set(key, row.row);
          quotas.set(key, quota);
        }
      }
    }
    if (row.monitoring) {
      if (!row.factor) wrong(row, 'factor', 'a pollutant, for there is a frequency of self-monitoring');
      else {
        const one = { ...(outletId ? { outletId } : {}), factor: row.factor, every: row.monitoring };
        const key = `m ${one.outletId ?? ''} ${one.factor}`;
        const other = monitoring.get(key);
        if (other && other.every !== one.every) {
          wrong(row, 'monitoring', `the same as in row ${rowOf.get(key)} of this outlet and pollutant: ${other.every}`);
        }
        if (!other) rowOf.set(key, row.row);
        monitoring.set(key, one);
      }
    }
  }
  if (errors.length > 0) return { errors };
  const requirements: PermitRequirements = {
    ...(head.ledger ? { ledger: head.ledger } : {}),
    ...(head.selfInspection ? { selfInspection: true } : {}),
    reports: head.reports ?? [],
    ...(head.reportDueDay ? { reportDueDay: head.reportDueDay } : {}),
    selfMonitoring: [...monitoring.values()].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ...(head.publicity ? { publicity: head.publicity } : {}),
  };
  const asked = Object.values(requirements).some((value) => !Array.isArray(value) || value.length > 0);
  const { name, address, legalRepresentative, premises, issuedAt } = head;
  return {
    errors,
    content: {
      number: first.permitNumber,
      enterpriseId: enterpriseId.id,
      managementClass,
      ...(name ? { name } : {}),
      ...(address ? { address } : {}),
      ...(legalRepresentative ? { legalRepresentative } : {}),
      ...(premises ? { premises } : {}),
      ...(issuedAt === undefined ? {} : { issuedAt }),
      validFrom,
      validTo,
      issuer,
      limits: [...limits.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      outlets: [...outlets.values()]
        .map((outlet) => ({ ...outlet, factors: [...new Set(outlet.factors)].sort() }))
        .sort((a, b) => (a.code < b.code ? -1 : 1)),
      quotas: [...quotas.values()].sort((a, b) => (quotaKey(a) < quotaKey(b) ? -1 : 1)),
      ...(asked ? { requirements } : {}),
    },
  };
}

function enterpriseOf(
  number: string,
  id: string | undefined,
  registered: Registered,
): { id: string } | { expected: string } {
  if (id !== undefined) {
    return registered.ids.has(id) ? { id } : { expected: 'the id of an enterprise of the registry in your division' };
  }
  const uscc = number.slice(0, 18);
  const [only, ...more] = registered.byUscc.get(uscc) ?? [];
  if (!only) return { expected: `an enterprise with the credit code ${uscc} in the registry and in your division` };
  if (more.length > 0) return { expected: `企业编号 (enterprise id) filled: the registry has several with ${uscc}` };
  return { id: only };
}

/** The registry's outlet, or a name of our own for one that it does not have (yet). */
const outletIdOf = (enterpriseId: string, code: string, { outlets }: Registered) =>
  outlets.get(`${enterpriseId} ${code}`) ?? `${enterpriseId.slice(0, 58)}-${code}`;

function addOutlet(outlets: Map<string, PermittedOutlet>, row: SheetRow, outletId: string): void {
  const code = row.outletCode as string;
  const known = outlets.get(code) ?? { outletId, code, factors: [] };
  outlets.set(code, {
    ...known,
    factors: row.factor ? [...known.factors, row.factor] : known.factors,
    ...(row.outletName && !known.name ? { name: row.outletName } : {}),
    ...(row.outletMode && !known.mode ? { mode: row.outletMode } : {}),
    ...(row.outletDestination && !known.destination ? { destination: row.outletDestination } : {}),
  });
}

/** pH has no unit; air is measured in mg/m3, water in mg/L. */
const unitOf = (outlet: string, factor: string) =>
  factor === 'w01001' ? '1' : outlet.startsWith('DA') ? 'mg/m3' : 'mg/L';

const shown = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
