import type { SheetError } from '@greenwatch/contracts';
import { COLUMNS, type SheetRow } from './device-sheet-layout';
import type { BindingDoc, DeviceDoc } from './registry.model';

/** An outlet as a binding needs it. */
export type OutletPlace = Pick<BindingDoc, 'outletId' | 'enterpriseId' | 'medium' | 'divisionPath'>;

/** What the registry knows of what the rows speak of, within the uploader's scope. */
export interface Surroundings {
  outlets: ReadonlyMap<string, OutletPlace>;
  /** Outlet ids by `<credit code> <HJ 608 code>`; several where premises of one firm are kept apart. */
  outletsByCode: ReadonlyMap<string, readonly string[]>;
  operators: ReadonlyMap<string, { barred: boolean }>;
  /** Whether the uploader sees a device. */
  sees(device: DeviceDoc): boolean;
  decrypt(text: string): string;
}

/** What a row asks for, as it is kept until it is taken over: the password encrypted. */
export type RowDraft = Omit<SheetRow, 'row' | 'uscc' | 'outletCode' | 'password'> & { passwordEncrypted?: string };

/** A device without what only the registry's import knows how to place. */
export type DraftedDevice = Omit<DeviceDoc, 'sequence' | 'divisionPath' | 'enterpriseId'>;

export type RowOutcome =
  | { state: 'wrong'; errors: SheetError[] }
  | { state: 'new' | 'changed' | 'unchanged'; device: DraftedDevice; changes: string[] };

const headings = new Map(COLUMNS.map(({ key, zh }) => [key as string, zh]));

/** What is wrong with a column of a row, as sheets tell it. */
export const wrongCell = (row: number, key: keyof SheetRow, value: string, expected: string): SheetError => ({
  row,
  column: headings.get(key) ?? '',
  cell: '',
  value: value.slice(0, 100),
  expected,
});

/** The outlet that a row names, by its id or by credit code and HJ 608 code; undefined: none is named. */
export function outletOfRow(row: SheetRow, known: Surroundings): { id?: string; error?: SheetError } {
  const wrong = (key: keyof SheetRow, value: string, expected: string) => ({
    error: wrongCell(row.row, key, value, expected),
  });
  if (row.outletId !== undefined) {
    return known.outlets.has(row.outletId)
      ? { id: row.outletId }
      : wrong('outletId', row.outletId, 'an outlet of the registry in your division');
  }
  if (row.uscc === undefined && row.outletCode === undefined) return {};
  if (row.uscc === undefined) return wrong('uscc', '', 'the credit code of the enterprise, for there is an outlet');
  if (row.outletCode === undefined)
    return wrong('outletCode', '', 'an outlet such as DA001, for there is an enterprise');
  const [only, ...more] = known.outletsByCode.get(`${row.uscc} ${row.outletCode}`) ?? [];
  if (only === undefined) {
    return wrong('outletCode', row.outletCode, `an outlet of ${row.uscc} in the registry and in your division`);
  }
  if (more.length > 0)
    return wrong('outletId', '', `排放口标识 (outlet id) filled: ${row.uscc} has several ${row.outletCode}`);
  return { id: only };
}

/**
 * What taking a row over makes of the device as it stands. An empty cell leaves a device that is there as it is. A device that
 * nobody had claimed is claimed; one that comes to another outlet leaves the old one at that moment.
 * @param row its number, for the errors
 */
export function deviceOfDraft(
  row: number,
  draft: RowDraft,
  existing: DeviceDoc | undefined,
  known: Surroundings,
): RowOutcome {
  const errors: SheetError[] = [];
  const wrong = (key: keyof SheetRow, value: string, expected: string) =>
    errors.push(wrongCell(row, key, value, expected));
  if (existing && !known.sees(existing)) {
    wrong('mn', draft.mn, 'an MN that is not registered elsewhere');
    return { state: 'wrong', errors };
  }
  const isNew = !existing || existing.status === 'unclaimed';
  const outlet = draft.outletId === undefined ? undefined : known.outlets.get(draft.outletId);
  if (draft.outletId !== undefined && !outlet) {
    wrong('outletId', draft.outletId, 'an outlet of the registry in your division');
  }
  if (isNew && draft.outletId === undefined) wrong('outletCode', '', 'an outlet, for the device is new');
  if (isNew && draft.passwordEncrypted === undefined) wrong('password', '', 'a password, for the device is new');
  if (draft.operatorId !== undefined && draft.operatorId !== existing?.operatorId) {
    const operator = known.operators.get(draft.operatorId);
    if (!operator) wrong('operatorId', draft.operatorId, 'a known operator');
    else if (operator.barred) wrong('operatorId', draft.operatorId, 'an operator that is not on the blacklist');
  }
  const bindings = outlet ? boundTo(outlet, draft.from, existing) : { bindings: existing?.bindings ?? [] };
  if ('expected' in bindings) wrong('from', '', bindings.expected);
  if (errors.length > 0 || 'expected' in bindings) return { state: 'wrong', errors };

  const device: DraftedDevice = {
    ...(existing
      ? withoutPlace(existing)
      : { edition: '2017', addresses: [], missingFlagValid: true, facilities: [], status: 'active' }),
    ...(existing?.status === 'unclaimed' ? { status: 'active' } : {}),
    ...defined({
      status: draft.status,
      edition: draft.edition,
      operatorId: draft.operatorId,
      addresses: draft.addresses,
      packetsPerMinute: draft.packetsPerMinute,
      missingFlagValid: draft.missingFlagValid,
      ppmFactors: draft.ppmFactors,
      passwordEncrypted: keptOrNew(existing?.passwordEncrypted, draft.passwordEncrypted, known.decrypt),
    }),
    _id: draft.mn,
    bindings: bindings.bindings,
  };
  const changes = existing ? FIELDS.filter((field) => !same(existing[field], device[field])) : [];
  return { state: isNew ? 'new' : changes.length > 0 ? 'changed' : 'unchanged', device, changes };
}

const FIELDS = [
  'status',
  'edition',
  'operatorId',
  'addresses',
  'packetsPerMinute',
  'missingFlagValid',
  'ppmFactors',
  'passwordEncrypted',
  'bindings',
] as const satisfies readonly (keyof DeviceDoc)[];

function boundTo(
  outlet: OutletPlace,
  from: number | undefined,
  existing: DeviceDoc | undefined,
): { bindings: BindingDoc[] } | { expected: string } {
  const before = existing?.bindings ?? [];
  const open = before.find(({ to }) => to === undefined);
  if (open?.outletId === outlet.outletId) return { bindings: before };
  const since = from ?? (existing?.status === 'unclaimed' ? existing.firstSeen : undefined);
  if (before.length > 0) {
    if (since === undefined) return { expected: 'a day: the device comes to another outlet' };
    const latest = Math.max(
      ...before.map((binding) => (binding === open ? (binding.from ?? 0) + 1 : (binding.to ?? 0))),
    );
    if (since < latest) return { expected: 'a day after the device came to the outlet where it is' };
  }
  return {
    bindings: [
      ...before.map((binding) => (binding === open ? { ...binding, to: since } : binding)),
      { ...outlet, ...(since === undefined ? {} : { from: since }) },
    ],
  };
}

/** Encryption gives another text each time, so what is equal in clear keeps its text. */
function keptOrNew(existing: string | undefined, given: string | undefined, decrypt: (text: string) => string) {
  if (given === undefined) return existing;
  return existing !== undefined && decrypt(existing) === decrypt(given) ? existing : given;
}

function withoutPlace({ sequence: _, divisionPath: __, enterpriseId: ___, ...rest }: DeviceDoc): DraftedDevice {
  return rest;
}

const defined = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
