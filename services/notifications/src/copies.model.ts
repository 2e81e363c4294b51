import { registryFacts } from '@greenwatch/contracts';
import { applyNewest, type FactHandlers, onProjected } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';

/** The newest of others' facts about each, as far as texts and addresses need them. */
export interface PersonDoc {
  _id: string;
  sequence: number;
  locale: string;
  /** Decrypted only to send. */
  phoneEncrypted: string;
  active: boolean;
  roles: string[];
  divisionCode: string;
  enterpriseId: string;
}
export interface EnterpriseDoc {
  _id: string;
  sequence: number;
  name: string;
  principalPersonId: string;
}
export interface OutletDoc {
  _id: string;
  sequence: number;
  code: string;
  name: string;
}
export interface AlarmDoc {
  _id: string;
  sequence: number;
  startedAt: number;
  outletId: string;
  mn: string;
  factor: string;
}

export function copiesOf(db: Connection) {
  const copy = <T>(name: string, collection: string, fields: Record<string, unknown>): Model<T> =>
    db.model<T>(
      name,
      new Schema<T>({ _id: { type: String, required: true }, sequence: Number, ...fields } as never, {
        versionKey: false,
        collection,
      }),
    );
  const people = copy<PersonDoc>('Person', 'people', {
    locale: String,
    phoneEncrypted: String,
    active: Boolean,
    roles: [String],
    divisionCode: { type: String, index: true },
    enterpriseId: String,
  });
  const enterprises = copy<EnterpriseDoc>('Enterprise', 'enterprises', { name: String, principalPersonId: String });
  const outlets = copy<OutletDoc>('Outlet', 'outlets', { code: String, name: String });
  const alarms = copy<AlarmDoc>('Alarm', 'alarms', { startedAt: Number, outletId: String, mn: String, factor: String });
  const facts: FactHandlers = {
    'facts.registry.person.changed': onProjected(registryFacts.PersonChanged, async ({ sequence, data }) => {
      const { id, locale, phoneEncrypted, active, roles, divisionCode, enterpriseId } = data;
      const fields = { locale, phoneEncrypted, active, roles, divisionCode, enterpriseId };
      await applyNewest(people, id, sequence, fields);
    }),
    'facts.registry.enterprise.changed': onProjected(registryFacts.EnterpriseChanged, async ({ sequence, data }) => {
      await applyNewest(enterprises, data.id, sequence, { name: data.name, principalPersonId: data.principalPersonId });
    }),
    'facts.registry.outlet.changed': onProjected(registryFacts.OutletChanged, async ({ sequence, data }) => {
      await applyNewest(outlets, data.id, sequence, { code: data.code, name: data.name });
    }),
  };
  return { people, enterprises, outlets, alarms, facts };
}
export type Copies = ReturnType<typeof copiesOf>;
