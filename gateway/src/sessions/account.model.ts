import type { Role } from '@greenwatch/contracts';
import { type Connection, type Model, Schema } from 'mongoose';

/** Somebody who can log in. */
export interface AccountDoc {
  _id: string;
  username: string;
  name: string;
  /** argon2id in PHC form, which carries its own parameters. */
  passwordHash: string;
  roles: Role[];
  division: string;
  personId?: string;
  enterpriseId?: string;
  operatorId?: string;
  locale?: 'zh-CN' | 'en';
  /** Set while the password is one that somebody else knows. */
  mustChangePassword: boolean;
  createdAt: Date;
}

const accountSchema = new Schema<AccountDoc>(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true },
    name: { type: String, required: true },
    passwordHash: { type: String, required: true },
    roles: { type: [String], required: true },
    division: { type: String, required: true },
    personId: String,
    enterpriseId: String,
    operatorId: String,
    locale: String,
    mustChangePassword: { type: Boolean, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
accountSchema.index({ username: 1 }, { unique: true });

export const accountModel = (db: Connection): Model<AccountDoc> =>
  db.model<AccountDoc>('accounts', accountSchema, 'accounts');

/** A log-in. The token itself is kept nowhere: `_id` is its SHA-256. */
export interface SessionDoc {
  _id: string;
  accountId: string;
  createdAt: Date;
  /** Idle end, moved on by use; MongoDB removes the record after it. */
  expiresAt: Date;
  /** The end that no use moves. */
  endsAt: Date;
}

const sessionSchema = new Schema<SessionDoc>(
  {
    _id: { type: String, required: true },
    accountId: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    endsAt: { type: Date, required: true },
  },
  { versionKey: false },
);
sessionSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
sessionSchema.index({ accountId: 1 });

export const sessionModel = (db: Connection): Model<SessionDoc> =>
  db.model<SessionDoc>('sessions', sessionSchema, 'sessions');
