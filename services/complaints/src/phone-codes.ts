import { randomInt } from 'node:crypto';
import { invalid, type Kit } from '@greenwatch/kit';
import { type ClientSession, Schema } from 'mongoose';
import { requestSms } from './complaint-edit';
import { sameHash } from './secret-code';

export const CODE_VALID_MS = 10 * 60_000;
export const CODE_TRIES = 5;

interface CodeDoc {
  /** Blind index of the phone number. */
  _id: string;
  hash: string;
  tries: number;
  /** A date, so that MongoDB drops it some time afterwards. */
  expiresAt: Date;
}

/** Codes by which somebody shows that a phone number is his. Only their hashes are kept. */
export class PhoneCodes {
  readonly #codes;

  constructor(private readonly kit: Kit) {
    const text = { type: String, required: true };
    const schema = new Schema<CodeDoc>(
      { _id: text, hash: text, tries: { type: Number, required: true }, expiresAt: { type: Date, required: true } },
      { versionKey: false, collection: 'phone_codes' },
    );
    schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    this.#codes = kit.db.model<CodeDoc>('PhoneCode', schema);
  }

  /** Sends a new code, which replaces an earlier one. @returns until when it is valid (epoch ms) */
  async send(phone: string): Promise<number> {
    const { kit } = this;
    const code = String(randomInt(1e6)).padStart(6, '0');
    const validUntil = kit.now() + CODE_VALID_MS;
    await kit.transaction(async (session) => {
      await this.#codes.replaceOne(
        { _id: indexOf(kit, phone) },
        { hash: hashOf(kit, phone, code), tries: 0, expiresAt: new Date(validUntil) },
        { upsert: true, session },
      );
      await requestSms(kit, session, {
        phoneEncrypted: kit.fields.encrypt(phone),
        template: 'verification-code',
        variables: { code, minutes: String(CODE_VALID_MS / 60_000) },
        validUntil,
      });
    });
    return validUntil;
  }

  /** A try is counted before it is judged. @throws DomainError 422 naming `reporter.code` */
  async check(phone: string, code: string): Promise<void> {
    const { kit } = this;
    const kept = await this.#codes
      .findOneAndUpdate(
        { _id: indexOf(kit, phone), tries: { $lt: CODE_TRIES }, expiresAt: { $gt: new Date(kit.now()) } },
        { $inc: { tries: 1 } },
        { returnDocument: 'after' },
      )
      .lean<CodeDoc>();
    if (!kept) throw invalid('reporter.code', 'has expired or was tried too often: ask for a new one');
    if (!sameHash(kept.hash, hashOf(kit, phone, code))) {
      throw invalid('reporter.code', `is not the code that was sent; ${CODE_TRIES - kept.tries} tries are left`);
    }
  }

  /** A code is good for one complaint. */
  async use(phone: string, session: ClientSession): Promise<void> {
    await this.#codes.deleteOne({ _id: indexOf(this.kit, phone) }, { session });
  }
}

export const indexOf = (kit: Kit, phone: string) => kit.fields.blindIndex(`phone:${phone}`);
const hashOf = (kit: Kit, phone: string, code: string) => kit.fields.blindIndex(`phone-code:${phone}:${code}`);
