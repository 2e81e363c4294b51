import { registryFacts } from '@greenwatch/contracts';
import type { Codec, NewFact } from '@greenwatch/kit';
import type {
  DeviceDoc,
  EnterpriseDoc,
  FactorDoc,
  OperatorDoc,
  OutletDoc,
  PersonDoc,
  Placed,
  ProfileDoc,
  Stored,
} from './registry.model';

/** A record as the fact that tells others how it now stands; proto has no optional fields: '' and 0 stand for none. */

function changed<T>(name: string, codec: Codec<T>, doc: Stored & Placed, data: T, now: number): NewFact<T> {
  return {
    subject: `facts.registry.${name.toLowerCase()}.changed`,
    codec,
    data,
    entity: doc._id,
    sequence: doc.sequence,
    occurredAt: now,
    divisionPath: doc.divisionPath,
    enterpriseId: doc.enterpriseId,
  };
}

export const enterpriseFact = (doc: EnterpriseDoc, now: number): NewFact<registryFacts.EnterpriseChanged> =>
  changed(
    'Enterprise',
    registryFacts.EnterpriseChanged,
    doc,
    {
      id: doc._id,
      uscc: doc.uscc,
      name: doc.name,
      divisionCode: doc.divisionCode,
      address: doc.address,
      lon: doc.lon,
      lat: doc.lat,
      industryCode: doc.industryCode,
      industryName: doc.industryName,
      managementClass: doc.managementClass,
      principalPersonId: doc.principalPersonId ?? '',
      status: doc.status,
      legalRepresentative: doc.legalRepresentative ?? '',
    },
    now,
  );

export const operatorFact = (doc: OperatorDoc, now: number): NewFact<registryFacts.OperatorChanged> =>
  changed(
    'Operator',
    registryFacts.OperatorChanged,
    doc,
    { id: doc._id, uscc: doc.uscc, name: doc.name, divisionCode: doc.divisionCode, barred: doc.barred },
    now,
  );

export const outletFact = (doc: OutletDoc, now: number): NewFact<registryFacts.OutletChanged> =>
  changed(
    'Outlet',
    registryFacts.OutletChanged,
    doc,
    {
      id: doc._id,
      enterpriseId: doc.enterpriseId,
      code: doc.code,
      name: doc.name,
      medium: doc.medium,
      lon: doc.lon,
      lat: doc.lat,
      factors: doc.factors,
      sampleHours: doc.sampleHours,
      wet: doc.wet,
    },
    now,
  );

export const deviceFact = (doc: DeviceDoc, now: number): NewFact<registryFacts.DeviceChanged> =>
  changed(
    'Device',
    registryFacts.DeviceChanged,
    doc,
    {
      mn: doc._id,
      status: doc.status,
      passwordEncrypted: doc.passwordEncrypted ?? '',
      addresses: doc.addresses,
      edition: doc.edition,
      missingFlagValid: doc.missingFlagValid,
      operatorId: doc.operatorId ?? '',
      bindings: doc.bindings.map((binding) => ({
        ...binding,
        from: binding.from ?? 0,
        to: binding.to ?? 0,
      })),
      facilities: doc.facilities,
      ppmFactors: doc.ppmFactors ?? [],
      profileId: doc.profileId,
      oldPasswords: doc.oldPasswords && { passwords: doc.oldPasswords },
      packetsPerMinute: doc.packetsPerMinute,
    },
    now,
  );

export const personFact = (doc: PersonDoc, now: number): NewFact<registryFacts.PersonChanged> =>
  changed(
    'Person',
    registryFacts.PersonChanged,
    doc,
    {
      id: doc._id,
      name: doc.name,
      roles: doc.roles,
      divisionCode: doc.divisionCode,
      enterpriseId: doc.enterpriseId ?? '',
      certificateNo: doc.certificateNo ?? '',
      phoneEncrypted: doc.phoneEncrypted ?? '',
      active: doc.active,
      locale: doc.locale,
    },
    now,
  );

export const factorFact = (doc: FactorDoc, now: number): NewFact<registryFacts.FactorChanged> =>
  changed(
    'Factor',
    registryFacts.FactorChanged,
    doc,
    {
      code: doc._id,
      nameZh: doc.nameZh,
      nameEn: doc.nameEn ?? '',
      unit: doc.unit ?? '',
      emissionUnit: doc.emissionUnit ?? '',
      decimals: doc.decimals ?? -1,
      molarMass: doc.molarMass ?? 0,
    },
    now,
  );

export const profileFact = (doc: ProfileDoc, now: number): NewFact<registryFacts.ProfileChanged> =>
  changed(
    'Profile',
    registryFacts.ProfileChanged,
    doc,
    {
      id: doc._id,
      name: doc.name,
      category: doc.category,
      payload: doc.payload && {
        kind: doc.payload.kind,
        each: doc.payload.each ?? '',
        timePath: doc.payload.time?.path ?? '',
        timeFormat: doc.payload.time?.format ?? '',
        items: doc.payload.items.map(({ path, factor, field, scale = 1, offset = 0, words = {} }) => {
          return { path, factor, field, scale, offset, words };
        }),
      },
      dialect: doc.dialect && {
        crc: doc.dialect.crc ?? '',
        maxSegment: doc.dialect.maxSegment ?? 0,
        cipher: doc.dialect.cipher ?? '',
        st: doc.dialect.st ?? '',
        codes: doc.dialect.codes ?? {},
        answers: doc.dialect.answers ?? {},
      },
    },
    now,
  );
