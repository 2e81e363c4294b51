import type { Command } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { Exchange } from './exchange';

/** Kept this long after it ended. */
const RETENTION_S = 400 * 24 * 3_600;

/** A command to a device. Times in ms but for `endedAt`. */
export interface CommandDoc extends Exchange {
  _id: string;
  /** Counts changes: each change names the one it is based on, and the facts carry it. */
  revision: number;
  mn: string;
  divisionPath: string[];
  enterpriseId?: string;
  command: string;
  cn: string;
  /** As they were given, times as ISO texts; without the secret ones. */
  params: Command['params'];
  /** The secret ones, field-encrypted JSON. */
  secrets?: string;
  cause: Command['cause'];
  /** Not asked by a person: goes out after those that were. */
  automatic: boolean;
  askedBy: { kind: string; id: string; name: string };
  askedAt: number;
  /** Standard's figures or the device's own (CN 1000), and how long it may work. */
  overTime: number;
  resends: number;
  work: number;
  /** Times of data that answer a request for history, `to` included. */
  range?: { from: number; to: number };
  /** Moment of the first send; it makes the QN, which a resend keeps. */
  qnTime?: number;
  qn?: string;
  /** The instance that sent it last. */
  instance?: string;
  sentText?: string;
  answers: string[];
  steps: { at: number; state: Command['state']; detail?: string }[];
  /** Absent once it has ended. */
  open?: true;
  /** Sent or accepted. A device works at one command at a time: an index sees to it. */
  inFlight?: true;
  endedAt?: Date;
  /** A new password that the device has and the registry has not (CN 1072). */
  untold?: true;
}

export function commandModel(db: Connection): Model<CommandDoc> {
  const schema = new Schema<CommandDoc>(
    {
      _id: { type: String, required: true },
      revision: { type: Number, required: true },
      mn: { type: String, required: true },
      divisionPath: { type: [String], required: true },
      enterpriseId: String,
      command: { type: String, required: true },
      cn: { type: String, required: true },
      params: { type: Schema.Types.Mixed, required: true },
      secrets: String,
      cause: { type: String, required: true },
      automatic: { type: Boolean, required: true },
      askedBy: { type: { kind: String, id: String, name: String }, _id: false, required: true },
      askedAt: { type: Number, required: true },
      expiresAt: { type: Number, required: true },
      overTime: { type: Number, required: true },
      resends: { type: Number, required: true },
      work: { type: Number, required: true },
      range: { type: { from: Number, to: Number }, _id: false, default: undefined },
      state: { type: String, required: true },
      sends: { type: Number, required: true },
      packets: { type: Number, required: true },
      deadline: { type: Number, required: true },
      qnTime: Number,
      qn: String,
      instance: String,
      sentText: String,
      qnRtn: Number,
      exeRtn: Number,
      reason: String,
      answers: { type: [String], default: [] },
      steps: [{ type: { at: Number, state: String, detail: String }, _id: false }],
      open: Boolean,
      inFlight: Boolean,
      endedAt: Date,
      untold: Boolean,
    },
    { collection: 'commands', versionKey: false, minimize: false },
  );
  schema.index({ mn: 1, automatic: 1, _id: 1 }, { name: 'next', partialFilterExpression: { open: true } });
  schema.index({ mn: 1 }, { name: 'one_at_a_time', unique: true, partialFilterExpression: { inFlight: true } });
  schema.index({ deadline: 1 }, { name: 'due', partialFilterExpression: { open: true } });
  schema.index({ mn: 1, _id: -1 });
  schema.index({ divisionPath: 1, _id: -1 });
  schema.index({ untold: 1 }, { sparse: true });
  schema.index({ endedAt: 1 }, { expireAfterSeconds: RETENTION_S });
  return db.model<CommandDoc>('Command', schema);
}

/** What leaves the service of a command. */
export function commandOf(doc: CommandDoc): Command {
  return {
    id: doc._id,
    mn: doc.mn,
    command: doc.command,
    cn: doc.cn,
    params: doc.params,
    cause: doc.cause,
    state: doc.state,
    askedBy: { kind: doc.askedBy.kind, id: doc.askedBy.id, name: doc.askedBy.name },
    askedAt: isoTime(doc.askedAt),
    expiresAt: isoTime(doc.expiresAt),
    ...(doc.endedAt ? { endedAt: isoTime(doc.endedAt.getTime()) } : {}),
    sends: doc.sends,
    packets: doc.packets,
    answers: doc.answers,
    ...(doc.sentText ? { sentText: doc.sentText } : {}),
    ...(doc.qnRtn === undefined ? {} : { qnRtn: doc.qnRtn }),
    ...(doc.exeRtn === undefined ? {} : { exeRtn: doc.exeRtn }),
    ...(doc.reason ? { reason: doc.reason } : {}),
    steps: doc.steps.map(({ at, state, detail }) => ({ at: isoTime(at), state, ...(detail ? { detail } : {}) })),
  };
}
