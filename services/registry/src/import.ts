import { type Caller, DomainError, type Kit } from '@greenwatch/kit';
import type { ClientSession } from 'mongoose';
import { latestBinding } from './binding';
import { type ImportInput, importProblems, type Known, ms } from './check-import';
import { divisionPaths } from './division-path';
import { maskPhone } from './phone';
import type { BindingDoc, DeviceDoc, EnterpriseDoc, RegistryModels } from './registry.model';
import type { Change, Counts, Desired, RegistryStore } from './store';

const ACTION = 'registry.import';
/** More would hide the cause; the rest shows after these are mended. */
const MAX_PROBLEMS = 100;

/**
 * Takes records in by their ids (upsert): checks everything first, then writes in the order in which records name each
 * other. What is equal to what stands changes nothing. A break in between leaves whole records only; the same import
 * again completes it.
 * @throws DomainError 422 IMPORT_INVALID with `errors: [{field, row, id, expected}]`; nothing is written then
 */
export async function importRegistry(
  kit: Kit,
  models: RegistryModels,
  store: RegistryStore,
  input: ImportInput,
  by: Caller,
): Promise<Counts> {
  const { divisions = [], enterprises = [], operators = [], outlets = [], devices = [], persons = [] } = input;
  const known = await whatIsKnown(models, input);
  const problems = importProblems(input, known);
  const [first] = problems;
  if (first) {
    throw new DomainError(
      'IMPORT_INVALID',
      `${problems.length} problem(s), nothing was imported. First: ${first.field} (row ${first.row}, ${first.id}): ${first.expected}`,
      422,
      { errors: problems.slice(0, MAX_PROBLEMS) },
    );
  }
  const counts: Counts = { changed: 0, unchanged: 0 };
  const add = ({ changed, unchanged }: Counts) => {
    counts.changed += changed;
    counts.unchanged += unchanged;
  };

  const { paths } = divisionPaths([...known.divisions, ...divisions]);
  const pathOf = (code: string): string[] => paths.get(code) ?? [];
  if (divisions.length > 0) {
    add(
      await store.divisions(
        changesBy(
          divisions,
          (row) => row.code,
          ({ code, validFrom, validTo, ...row }) =>
            () => ({
              ...row,
              _id: code,
              path: pathOf(code),
              validFrom: ms(validFrom),
              validTo: ms(validTo),
            }),
        ),
        ACTION,
        by,
      ),
    );
    await refreshPaths(divisions.map((row) => row.code));
  }

  add(
    await store.enterprises(
      changesBy(
        enterprises,
        (row) => row.id,
        ({ id, ...row }) =>
          () => ({
            ...row,
            _id: id,
            enterpriseId: id,
            divisionPath: pathOf(row.divisionCode),
          }),
      ),
      ACTION,
      by,
    ),
  );
  if (enterprises.length > 0) await refreshOfEnterprises(enterprises.map((row) => row.id));
  add(
    await store.operators(
      changesBy(
        operators,
        (row) => row.id,
        ({ id, ...row }) =>
          async (_, session) => ({
            ...row,
            _id: id,
            operatorId: id,
            divisionPath: pathOf(row.divisionCode),
            barred: await barOf(id, session),
          }),
      ),
      ACTION,
      by,
    ),
  );

  const enterprisePath = await pathsOfEnterprises([
    ...outlets.map((row) => row.enterpriseId),
    ...devices.flatMap((row) => row.bindings.map((binding) => binding.enterpriseId)),
  ]);
  const pathOfEnterprise = (id: string): string[] => enterprisePath.get(id) ?? [];
  add(
    await store.outlets(
      changesBy(
        outlets,
        (row) => row.id,
        ({ id, ...row }) =>
          () => ({
            ...row,
            _id: id,
            divisionPath: pathOfEnterprise(row.enterpriseId),
          }),
      ),
      ACTION,
      by,
    ),
  );

  add(
    await store.devices(
      changesBy(
        devices,
        (row) => row.mn,
        ({ mn, password, bindings, facilities = [], ...row }) =>
          (existing) => ({
            ...row,
            _id: mn,
            facilities,
            ...placed(
              kit,
              bindings.map((binding) => ({
                ...binding,
                from: ms(binding.from),
                to: ms(binding.to),
                divisionPath: pathOfEnterprise(binding.enterpriseId),
              })),
              row.station && pathOf(row.station.divisionCode),
            ),
            firstSeen: existing?.firstSeen,
            passwordEncrypted: keepOrEncrypt(kit, existing?.passwordEncrypted, password),
            oldPasswords: existing?.oldPasswords,
          }),
      ),
      ACTION,
      by,
    ),
  );

  add(
    await store.persons(
      changesBy(
        persons,
        (row) => row.id,
        ({ id, phone, ...row }) =>
          (existing) => ({
            ...row,
            _id: id,
            divisionPath: pathOf(row.divisionCode),
            ...(phone === undefined
              ? {}
              : {
                  phoneEncrypted: keepOrEncrypt(kit, existing?.phoneEncrypted, phone),
                  phoneIndex: kit.fields.blindIndex(phone),
                  phoneMasked: maskPhone(phone),
                }),
          }),
      ),
      ACTION,
      by,
    ),
  );
  return counts;

  /**
   * What the blacklist says of an operator, which may have been told before the operator was known. Written to, so that
   * such an import and the blacklist's fact cannot miss each other.
   */
  async function barOf(id: string, session: ClientSession): Promise<boolean> {
    const bar = await models.bars
      .findOneAndUpdate(
        { _id: id },
        { $inc: { imports: 1 }, $setOnInsert: { sequence: 0, barred: false } },
        { upsert: true, returnDocument: 'after', session },
      )
      .lean();
    return bar.barred;
  }

  /** Divisions moved: what lies in them moves along. Runs on every import of divisions, so a broken one is completed. */
  async function refreshPaths(codes: string[]): Promise<void> {
    const within = {
      $or: [{ divisionPath: { $in: codes } }, { divisionCode: { $in: codes } }],
    };
    const divisionIds = (await models.divisions.find({ path: { $in: codes } }, { _id: 1 }).lean()).map(
      (row) => row._id,
    );
    await store.divisions(
      changesOf(
        divisionIds,
        (existing) =>
          existing && {
            ...withoutSequence(existing),
            path: pathOf(existing._id),
          },
      ),
      ACTION,
      by,
    );
    const enterpriseIds = (await models.enterprises.find(within, { _id: 1 }).lean()).map((row) => row._id);
    await store.enterprises(
      changesOf(
        enterpriseIds,
        (existing) =>
          existing && {
            ...withoutSequence(existing),
            divisionPath: pathOf(existing.divisionCode),
          },
      ),
      ACTION,
      by,
    );
    await refreshOfEnterprises(enterpriseIds);
    const stationIds = await models.devices.find({ 'station.divisionCode': { $in: codes } }, { _id: 1 }).lean();
    await store.devices(
      changesOf(
        stationIds.map((row) => row._id),
        (existing) =>
          existing?.station && {
            ...withoutSequence(existing),
            ...placed(kit, existing.bindings, pathOf(existing.station.divisionCode)),
          },
      ),
      ACTION,
      by,
    );
    const operatorIds = (await models.operators.find(within, { _id: 1 }).lean()).map((row) => row._id);
    await store.operators(
      changesOf(
        operatorIds,
        (existing) =>
          existing && {
            ...withoutSequence(existing),
            divisionPath: pathOf(existing.divisionCode),
          },
      ),
      ACTION,
      by,
    );
    const personIds = (await models.persons.find(within, { _id: 1 }).lean()).map((row) => row._id);
    await store.persons(
      changesOf(
        personIds,
        (existing) =>
          existing && {
            ...withoutSequence(existing),
            divisionPath: pathOf(existing.divisionCode),
          },
      ),
      ACTION,
      by,
    );
  }

  /** Outlets and devices lie where their enterprise lies. */
  async function refreshOfEnterprises(ids: string[]): Promise<void> {
    const pathById = await pathsOfEnterprises(ids);
    const outletIds = await models.outlets.find({ enterpriseId: { $in: ids } }, { _id: 1 }).lean();
    await store.outlets(
      changesOf(
        outletIds.map((row) => row._id),
        (existing) =>
          existing && {
            ...withoutSequence(existing),
            divisionPath: pathById.get(existing.enterpriseId) ?? existing.divisionPath,
          },
      ),
      ACTION,
      by,
    );
    const deviceIds = await models.devices.find({ 'bindings.enterpriseId': { $in: ids } }, { _id: 1 }).lean();
    await store.devices(
      changesOf(
        deviceIds.map((row) => row._id),
        (existing) =>
          existing && {
            ...withoutSequence(existing),
            ...placed(
              kit,
              existing.bindings.map((binding) => ({
                ...binding,
                divisionPath: pathById.get(binding.enterpriseId) ?? binding.divisionPath,
              })),
            ),
          },
      ),
      ACTION,
      by,
    );
  }

  async function pathsOfEnterprises(ids: string[]): Promise<Map<string, string[]>> {
    const rows = await models.enterprises
      .find({ _id: { $in: [...new Set(ids)] } }, { divisionPath: 1 })
      .lean<Pick<EnterpriseDoc, '_id' | 'divisionPath'>[]>();
    return new Map(rows.map((row) => [row._id, row.divisionPath]));
  }
}

/** Where a device belongs, from its bindings; without any, where its station stands, else to the province. */
export function placed(
  kit: Kit,
  bindings: BindingDoc[],
  stationPath?: string[],
): Pick<DeviceDoc, 'bindings' | 'divisionPath' | 'enterpriseId'> {
  const latest = latestBinding(bindings);
  return {
    bindings,
    divisionPath: latest?.divisionPath ?? stationPath ?? [kit.config.PROVINCE],
    enterpriseId: latest?.enterpriseId,
  };
}

/** Encryption gives another text each time, so what is equal in clear keeps its text. */
function keepOrEncrypt(kit: Kit, existing: string | undefined, plain: string): string | undefined {
  if (plain === '') return undefined;
  if (existing !== undefined && kit.fields.decrypt(existing) === plain) return existing;
  return kit.fields.encrypt(plain);
}

export function withoutSequence<D extends { sequence: number }>({ sequence: _, ...rest }: D): Omit<D, 'sequence'> {
  return rest;
}

function changesBy<Row, D extends { _id: string; sequence: number }>(
  rows: Row[],
  id: (row: Row) => string,
  change: (row: Row) => Change<D>,
): Map<string, Change<D>> {
  return new Map(rows.map((row) => [id(row), change(row)]));
}

function changesOf<D extends { _id: string; sequence: number }>(
  ids: string[],
  change: (existing: D | undefined) => Desired<D> | undefined,
): Map<string, Change<D>> {
  return new Map(ids.map((id) => [id, change]));
}

async function whatIsKnown(models: RegistryModels, input: ImportInput): Promise<Known> {
  const { enterprises = [], outlets = [], devices = [], persons = [] } = input;
  const profileRows = await models.profiles
    .find({ _id: { $in: devices.flatMap((row) => row.profileId ?? []) } }, { _id: 1 })
    .lean();
  const unique = (ids: (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))];
  const enterpriseIds = unique([
    ...enterprises.map((row) => row.id),
    ...outlets.map((row) => row.enterpriseId),
    ...devices.flatMap((row) => [row.operatorId, ...row.bindings.map((binding) => binding.enterpriseId)]),
    ...persons.map((row) => row.enterpriseId),
  ]);
  const operatorIds = unique(devices.map((row) => row.operatorId));
  const [operatorRows, deviceRows] = await Promise.all([
    models.operators.find({ _id: { $in: operatorIds } }, { barred: 1 }).lean(),
    operatorIds.length === 0
      ? []
      : models.devices.find({ _id: { $in: devices.map((row) => row.mn) } }, { operatorId: 1 }).lean(),
  ]);
  const [divisionRows, enterpriseRows, outletRows, personRows] = await Promise.all([
    models.divisions.find().lean(),
    models.enterprises.find({ _id: { $in: enterpriseIds } }, { _id: 1 }).lean(),
    models.outlets
      .find({
        $or: [
          {
            enterpriseId: {
              $in: unique(outlets.map((row) => row.enterpriseId)),
            },
          },
          {
            _id: {
              $in: unique([
                ...outlets.map((row) => row.id),
                ...devices.flatMap((row) => row.bindings.map((binding) => binding.outletId)),
              ]),
            },
          },
        ],
      })
      .lean(),
    models.persons
      .find({
        _id: { $in: unique(enterprises.map((row) => row.principalPersonId)) },
      })
      .lean(),
  ]);
  return {
    divisions: divisionRows.map(({ _id, level, parent, replacedBy }) => ({
      code: _id,
      level,
      parent,
      replacedBy,
    })),
    enterprises: new Set(enterpriseRows.map((row) => row._id)),
    profiles: new Set(profileRows.map((row) => row._id)),
    operators: new Map(operatorRows.map((row) => [row._id, row])),
    devices: new Map(deviceRows.map((row) => [row._id, row])),
    outlets: new Map(outletRows.map((row) => [row._id, row])),
    persons: new Map(personRows.map((row) => [row._id, row.enterpriseId])),
  };
}
