import { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type FactHandlers, onProjected } from '@greenwatch/kit';
import { type Connection, Schema } from 'mongoose';

/** The newest of registry's facts about each, as far as tasks need them. */
export interface PersonDoc {
  _id: string;
  sequence: number;
  name: string;
  roles: string[];
  divisionCode: string;
  enterpriseId: string;
  certificateNo: string;
  active: boolean;
}
export interface EnterpriseDoc {
  _id: string;
  sequence: number;
  name: string;
  address: string;
  lon: number;
  lat: number;
  principalPersonId: string;
  divisionPath: string[];
}
export interface OutletDoc {
  _id: string;
  sequence: number;
  code: string;
  name: string;
}

export interface OperatorDoc {
  _id: string;
  sequence: number;
  name: string;
}

export function registryCopies(db: Connection) {
  const options = (collection: string) => ({ versionKey: false as const, collection });
  const id = { type: String, required: true };
  const person = new Schema<PersonDoc>(
    {
      _id: id,
      sequence: Number,
      name: String,
      roles: [String],
      divisionCode: String,
      enterpriseId: String,
      certificateNo: String,
      active: Boolean,
    },
    options('people'),
  );
  person.index({ divisionCode: 1 });
  person.index({ enterpriseId: 1 });
  const enterprise = new Schema<EnterpriseDoc>(
    {
      _id: id,
      sequence: Number,
      name: String,
      address: String,
      lon: Number,
      lat: Number,
      principalPersonId: String,
      divisionPath: [String],
    },
    options('enterprises'),
  );
  const outlet = new Schema<OutletDoc>({ _id: id, sequence: Number, code: String, name: String }, options('outlets'));

  const operator = new Schema<OperatorDoc>({ _id: id, sequence: Number, name: String }, options('operators'));

  const people = db.model<PersonDoc>('Person', person);
  const enterprises = db.model<EnterpriseDoc>('Enterprise', enterprise);
  const outlets = db.model<OutletDoc>('Outlet', outlet);
  const operators = db.model<OperatorDoc>('Operator', operator);
  const facts: FactHandlers = {
    'facts.registry.person.changed': onProjected(registryFacts.PersonChanged, async ({ sequence, data }) => {
      const { id, name, roles, divisionCode, enterpriseId, certificateNo, active } = data;
      const fields = { name, roles, divisionCode, enterpriseId, certificateNo, active };
      await applyNewest(people, id, sequence, fields);
    }),
    'facts.registry.enterprise.changed': onProjected(
      registryFacts.EnterpriseChanged,
      async ({ sequence, data, divisionPath }) => {
        const { id, name, address, lon, lat, principalPersonId } = data;
        await applyNewest(enterprises, id, sequence, { name, address, lon, lat, principalPersonId, divisionPath });
      },
    ),
    'facts.registry.outlet.changed': onProjected(registryFacts.OutletChanged, async ({ sequence, data }) => {
      await applyNewest(outlets, data.id, sequence, { code: data.code, name: data.name });
    }),
    'facts.registry.operator.changed': onProjected(registryFacts.OperatorChanged, async ({ sequence, data }) => {
      await applyNewest(operators, data.id, sequence, { name: data.name });
    }),
  };
  return { people, enterprises, outlets, operators, facts };
}
export type RegistryCopies = ReturnType<typeof registryCopies>;
