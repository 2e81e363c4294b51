import { KINDS, type Upload, type UploadResult } from '@greenwatch/contracts';
import type { UploadText } from '@greenwatch/hj212';
import { DomainError } from '@greenwatch/kit';
import { type AdmissionRules, type KnownDevice, type RefusalReason, refuseTime } from '../admission';
import type { DirectoryEntry } from '../device-directory';
import type { Refused } from '../device-session';
import type { Intake } from '../intake';
import type { WayIn } from '../intake-figures';
import type { ProfileDirectory } from './profile-directory';
import { readUploadItem } from './read-upload';
import { UploadRefused } from './upload-refused';

/** The ways in beside HJ 212 over TCP. */
export type Way = Exclude<WayIn, 'hj212'>;

/** Whom an upload comes from. */
export interface Origin {
  way: Way;
  /** Where from: an address, or who vouches for it. */
  address: string;
  /** Whether the sender may speak for this device; one for which it may not is as unknown to it as one that is not there. */
  allows(device: DirectoryEntry): boolean;
  /** Of reception, ms; absent: now. */
  receivedAt?: number;
  /** Bytes as they came, for the archive; absent: the upload as JSON. */
  raw?: Buffer;
}

export type Outcome = Omit<UploadResult, 'index'>;

/** What the uploads' way needs of the service around it. */
export interface UploadHost {
  rules: Pick<AdmissionRules, 'maxAhead'>;
  now(): number;
  lookup(mn: string): DirectoryEntry | undefined | Promise<DirectoryEntry | undefined>;
  profiles: ProfileDirectory;
  intake: Pick<Intake, 'append'>;
  accepted(mn: string, origin: Origin, at: number): void;
  /** The log has a packet of so many bytes. */
  logged(way: Way, bytes: number): void;
  refused(refusal: Refused): void;
}

/**
 * Uploads of every way in but TCP: judged one by one by the same rules, put on the same log, refused into the same log of
 * refusals. Nothing is kept here: an upload that is sent again is merged by its identity (design.md 4).
 */
export class UploadIntake {
  constructor(private readonly host: UploadHost) {}

  /**
   * Resolves when all that is accepted is durable.
   * @throws DomainError 503 when something could not be made durable or the directory cannot be read: all may be sent again
   */
  async push(uploads: readonly Upload[], origin: Origin): Promise<Outcome[]> {
    try {
      return await Promise.all(uploads.map((upload) => this.#take(upload, origin)));
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new DomainError('SERVICE_UNAVAILABLE', 'Not all is stored at present: send the same again.', 503);
    }
  }

  async #take(upload: Upload, origin: Origin): Promise<Outcome> {
    const { host } = this;
    const at = origin.receivedAt ?? host.now();
    const raw = origin.raw ?? Buffer.from(JSON.stringify(upload));
    const device = await host.lookup(upload.mn);
    const refuse = (reason: RefusalReason, detail: string): Outcome => {
      const known = device && origin.allows(device) ? { device } : {};
      host.refused({ reason, detail, raw, address: origin.address, way: origin.way, mn: upload.mn, at, ...known });
      return { status: 'refused', reason, detail };
    };
    const stranger = refuseDevice(upload.mn, device, origin);
    if (stranger || !device) return refuse('unknown-device', stranger ?? '');
    let read: UploadText[];
    try {
      read = readUploadItem(upload, host.profiles.payloadOf(device.profileId), at);
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      return refuse(error.reason, error.message);
    }
    for (const { dataTime } of read) {
      const wrong = refuseTime(dataTime, at, host.rules);
      if (wrong) return refuse('data-time', wrong);
    }
    await Promise.all(read.map((text, i) => this.#append(upload.mn, text, at, i === 0 ? raw : NO_BYTES, origin.way)));
    host.accepted(upload.mn, origin, at);
    return { status: 'accepted' };
  }

  #append(
    mn: string,
    { kind, dataTime, fields }: UploadText,
    receivedAt: number,
    raw: Buffer,
    way: Way,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const stored = (error?: unknown) => {
        if (error !== undefined) return reject(error);
        this.host.logged(way, raw.length);
        resolve();
      };
      this.host.intake.append({ mn, kind: KINDS.indexOf(kind) + 1, dataTime, receivedAt, fields, raw }, stored, way);
    });
  }
}

/** A message of several uploads is archived once, with the first. */
const NO_BYTES = Buffer.alloc(0);

function refuseDevice(mn: string, device: DirectoryEntry | undefined, origin: Origin): string | undefined {
  if (!device || !origin.allows(device)) return 'mn is no device of yours, expected a registered one';
  const stated: Record<KnownDevice['status'], string | undefined> = {
    active: undefined,
    unclaimed: `mn ${mn} is not claimed, expected a registered device`,
    retired: `mn ${mn} is retired, expected a device in use`,
  };
  return stated[device.status];
}
