import { type Static, Type } from '@sinclair/typebox';
import { type ActionContract, ROLES } from './action';
import { DivisionCode, Id, Literals, strict } from './schema';

export const AccountInput = Type.Object(
  {
    username: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{2,63}$' }),
    name: Type.String(),
    password: Type.String({ minLength: 10, maxLength: 200 }),
    roles: Type.Array(Literals(ROLES.filter((r) => r !== 'service'))),
    division: DivisionCode,
    personId: Type.Optional(Id),
    enterpriseId: Type.Optional(Id),
    locale: Type.Optional(Literals(['zh-CN', 'en'])),
  },
  strict,
);

export const gatewayActions = {
  // Accounts that exist keep their password.
  'gateway.account.import': {
    params: Type.Object({ accounts: Type.Array(AccountInput) }, strict),
    result: Type.Object({ created: Type.Integer(), existing: Type.Integer() }),
    roles: ['administrator', 'service'],
  },
} as const satisfies Record<string, ActionContract>;

export type AccountInput = Static<typeof AccountInput>;
