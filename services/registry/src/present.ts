import type { Device, Division, Enterprise, Operator, Outlet, Person } from '@greenwatch/contracts';
import { isoTimeOrNone } from '@greenwatch/kit';
import type { DeviceDoc, DivisionDoc, EnterpriseDoc, OperatorDoc, OutletDoc, PersonDoc } from './registry.model';

/** How records leave the registry: times as ISO 8601 texts, phones masked, passwords and keys not at all. */

export const divisionOf = ({ _id, sequence: _, validFrom, validTo, ...rest }: DivisionDoc): Division => ({
  code: _id,
  ...rest,
  validFrom: isoTimeOrNone(validFrom),
  validTo: isoTimeOrNone(validTo),
});

export const enterpriseOf = ({ _id, sequence: _, enterpriseId: __, ...rest }: EnterpriseDoc): Enterprise => ({
  id: _id,
  ...rest,
});

export const operatorOf = ({
  _id,
  sequence: _,
  operatorId: __,
  enterpriseId: ___,
  ...rest
}: OperatorDoc): Operator => ({
  id: _id,
  ...rest,
});

export const outletOf = ({ _id, sequence: _, ...rest }: OutletDoc): Outlet => ({
  id: _id,
  ...rest,
});

export const deviceOf = (doc: DeviceDoc): Device => ({
  mn: doc._id,
  status: doc.status,
  edition: doc.edition,
  operatorId: doc.operatorId,
  bindings: doc.bindings.map(({ outletId, enterpriseId, medium, from, to }) => ({
    outletId,
    enterpriseId,
    medium,
    from: isoTimeOrNone(from),
    to: isoTimeOrNone(to),
  })),
  addresses: doc.addresses,
  missingFlagValid: doc.missingFlagValid,
  facilities: doc.facilities,
  ...(doc.ppmFactors === undefined ? {} : { ppmFactors: doc.ppmFactors }),
  ...(doc.profileId === undefined ? {} : { profileId: doc.profileId }),
  ...(doc.station === undefined ? {} : { station: doc.station }),
  ...(doc.packetsPerMinute === undefined ? {} : { packetsPerMinute: doc.packetsPerMinute }),
  oldPasswordUntil: isoTimeOrNone(Math.max(0, ...(doc.oldPasswords ?? []).map(({ validTo }) => validTo))),
  divisionPath: doc.divisionPath,
  firstSeen: isoTimeOrNone(doc.firstSeen),
});

export const personOf = ({
  _id,
  sequence: _,
  phoneEncrypted: __,
  phoneIndex: ___,
  roles,
  ...rest
}: PersonDoc): Person => ({
  id: _id,
  roles: roles as Person['roles'],
  ...rest,
});
