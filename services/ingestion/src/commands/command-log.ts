import { type CommandParams, ingestionFacts } from '@greenwatch/contracts';
import {
  buildRequest,
  checkRequest,
  type RequestDefinition,
  type RequestTarget,
  requestDefinition,
} from '@greenwatch/hj212';
import { type Caller, type Counter, type Kit, newId } from '@greenwatch/kit';
import type { ClientSession, Model } from 'mongoose';
import type { DirectoryEntry } from '../device-directory';
import { type CommandDoc, commandModel } from './command.model';
import { type Ending, type Exchange, type ExchangeEvent, hasEnded, type Step, step, type Timing } from './exchange';
import { plainParams, requestValues } from './request-values';

/** Single answers are short; a device that sends more under one request says nothing new. */
const MAX_ANSWERS = 16;

export interface CommandSettings {
  /** HJ 212-2017 table 1, for a device that was told nothing else by CN 1000. */
  overTimeMs: number;
  resends: number;
  /** How long a command waits for its device when nobody says, ms. */
  validMs: number;
}

export interface NewCommand {
  device: DirectoryEntry;
  command: string;
  params: CommandParams;
  cause: CommandDoc['cause'];
  by: Caller;
  validMs?: number;
  workMs?: number;
}

export interface Applied {
  doc: CommandDoc;
  step: Step;
}

/** The commands of all devices: put in with who asked for them, changed by one rule (`exchange.ts`), told as facts. */
export class CommandLog {
  readonly model: Model<CommandDoc>;
  readonly #counts: Record<CommandDoc['state'], Counter>;

  constructor(
    private readonly kit: Pick<Kit, 'db' | 'transaction' | 'facts' | 'fields' | 'audit' | 'now' | 'metrics'>,
    private readonly settings: CommandSettings,
  ) {
    this.model = commandModel(kit.db);
    this.#counts = kit.metrics.counters('greenwatch_ingestion_commands_total', 'state');
  }

  /**
   * Queues a command, with its entry in the audit, in one transaction.
   * @param also what else belongs to the same transaction
   * @throws RequestError that names the parameter
   */
  async queue(
    { device, command, params, cause, by, validMs = this.settings.validMs, workMs }: NewCommand,
    also?: (session: ClientSession) => Promise<void>,
  ): Promise<CommandDoc> {
    const values = requestValues(device.edition, command, params, this.kit.now());
    const definition = checkRequest(device.edition, command, values);
    const now = this.kit.now();
    const timing = await this.#timingOf(device.mn);
    const { open, secret } = plainParams(device.edition, command, params);
    const range = historyRange(definition, values);
    const doc: CommandDoc = {
      _id: newId(),
      revision: 1,
      mn: device.mn,
      divisionPath: device.divisionPath,
      ...(device.enterpriseId ? { enterpriseId: device.enterpriseId } : {}),
      command,
      cn: definition.cn,
      params: open,
      ...(secret ? { secrets: this.kit.fields.encrypt(JSON.stringify(secret)) } : {}),
      cause,
      automatic: cause !== 'asked',
      askedBy: { kind: by.kind, id: by.id, name: by.name },
      askedAt: now,
      expiresAt: now + validMs,
      ...timing,
      work: workMs ?? timing.overTime,
      ...(range ? { range } : {}),
      state: 'queued',
      sends: 0,
      packets: 0,
      deadline: now + validMs,
      answers: [],
      steps: [{ at: now, state: 'queued' }],
      open: true,
    };
    await this.kit.transaction(async (session) => {
      await this.model.create([doc], { session });
      await this.kit.audit(session, {
        action: 'command.ask',
        entity: doc._id,
        by,
        detail: { mn: doc.mn, command, cn: doc.cn, params: open, cause },
      });
      await this.#tell(session, doc);
      await also?.(session);
    });
    this.#counts.queued.add();
    return doc;
  }

  /**
   * Lets something happen to a command; the change and its fact in one transaction.
   * @param set what else changes with it
   * @returns undefined where it changes nothing. @throws duplicate key while its device works at another one
   */
  async apply(
    id: string,
    event: ExchangeEvent,
    set: Partial<Pick<CommandDoc, 'qn' | 'qnTime' | 'instance' | 'sentText'>> & { answers?: string[] } = {},
    audit?: (session: ClientSession) => Promise<void>,
  ): Promise<Applied | undefined> {
    const { answers = [], ...fields } = set;
    for (;;) {
      const before = await this.model.findById(id).lean();
      const stepped = before && step(exchangeOf(before), event, timingOf(before));
      if (!stepped) return undefined;
      const { next } = stepped;
      const changed = next.state !== before.state || stepped.detail !== undefined;
      const ended = hasEnded(next.state);
      const untold = next.state === 'done' && before.command === 'set-password';
      const inFlight = next.state === 'sent' || next.state === 'accepted';
      const line = { at: event.at, state: next.state, detail: stepped.detail ?? next.reason };
      const more = answers.slice(0, MAX_ANSWERS - before.answers.length);
      const { open: _open, inFlight: _inFlight, ...kept } = before;
      const doc: CommandDoc = {
        ...kept,
        ...fields,
        ...next,
        revision: before.revision + 1,
        answers: [...before.answers, ...more],
        steps: changed ? [...before.steps, line] : before.steps,
        ...(ended ? { endedAt: new Date(event.at) } : { open: true }),
        ...(inFlight ? { inFlight: true } : {}),
      };
      const update = {
        $set: {
          ...fields,
          ...next,
          revision: doc.revision,
          ...(inFlight ? { inFlight: true as const } : {}),
          ...(ended ? { endedAt: new Date(event.at) } : {}),
          ...(untold ? { untold: true as const } : {}),
        },
        $push: { ...(changed ? { steps: line } : {}), ...(more.length > 0 ? { answers: { $each: more } } : {}) },
        $unset: {
          ...(inFlight ? {} : { inFlight: '' }),
          ...(ended ? { open: '' } : {}),
          ...(ended && !untold ? { secrets: '' } : {}),
        },
      };
      const mine = { _id: id, revision: before.revision };
      const written = !changed
        ? (await this.model.updateOne(mine, update)).modifiedCount
        : await this.kit.transaction(async (session) => {
            const { modifiedCount } = await this.model.updateOne(mine, update, { session });
            if (modifiedCount > 0) {
              await this.#tell(session, doc);
              await audit?.(session);
            }
            return modifiedCount;
          });
      // Something else happened to it in the meantime: look again.
      if (written === 0) continue;
      if (next.state !== before.state) this.#counts[next.state].add();
      return { doc, step: stepped };
    }
  }

  /** The frame of a command as it goes out. @throws RequestError when the device's edition has no such request */
  frameOf(doc: CommandDoc, target: RequestTarget, qnTime: number): { qn: string; frame: Buffer; text: string } {
    const values = requestValues(target.edition, doc.command, this.paramsOf(doc), this.kit.now());
    return buildRequest(target, doc.command, values, qnTime);
  }

  /** The parameters with the secret ones, which are gone once it has ended. */
  paramsOf({ params, secrets }: CommandDoc): CommandParams {
    return secrets ? { ...params, ...(JSON.parse(this.kit.fields.decrypt(secrets)) as CommandParams) } : params;
  }

  /** What the device was told last by CN 1000, else the standard's. */
  async #timingOf(mn: string): Promise<{ overTime: number; resends: number }> {
    const told = await this.model.findOne({ mn, cn: '1000', state: 'done' }).sort({ _id: -1 }).lean();
    const { overTime, reCount } = (told?.params ?? {}) as { overTime?: number; reCount?: number };
    return {
      overTime: overTime === undefined ? this.settings.overTimeMs : overTime * 1_000,
      resends: reCount ?? this.settings.resends,
    };
  }

  async #tell(session: ClientSession, doc: CommandDoc): Promise<void> {
    await this.kit.facts.append(session, {
      subject: `facts.ingestion.command.${doc.state}`,
      codec: ingestionFacts.CommandChanged,
      data: {
        id: doc._id,
        mn: doc.mn,
        command: doc.command,
        cn: doc.cn,
        cause: doc.cause,
        state: doc.state,
        askedById: doc.askedBy.id,
        askedByName: doc.askedBy.name,
        askedAt: doc.askedAt,
        sends: doc.sends,
        packets: doc.packets,
        reason: doc.reason ?? '',
      },
      entity: doc._id,
      sequence: doc.revision,
      occurredAt: doc.steps.at(-1)?.at ?? doc.askedAt,
      divisionPath: doc.divisionPath,
      ...(doc.enterpriseId ? { enterpriseId: doc.enterpriseId } : {}),
    });
  }
}

/** How a request ends: 2011 and 2021 start what then goes on by itself. */
export function endingOf(command: string): Ending {
  const definition = requestDefinition(command);
  if (definition?.kind === 'notice') return 'confirmation';
  return command === 'start-realtime' || command === 'start-state' ? 'data' : 'result';
}

function timingOf({ overTime, resends, work, command }: CommandDoc): Timing {
  return { overTime, resends, work, ending: endingOf(command) };
}

function exchangeOf(doc: CommandDoc): Exchange {
  const { state, sends, packets, deadline, expiresAt, qnRtn, exeRtn, reason } = doc;
  return {
    ...{ state, sends, packets, deadline, expiresAt },
    ...(qnRtn === undefined ? {} : { qnRtn }),
    ...(exeRtn === undefined ? {} : { exeRtn }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The times for which a request wants history; undefined for other requests. */
function historyRange(
  { data }: RequestDefinition,
  { beginTime, endTime }: Record<string, unknown>,
): { from: number; to: number } | undefined {
  if (data !== 'many' || typeof beginTime !== 'number' || typeof endTime !== 'number') return undefined;
  return { from: beginTime, to: endTime };
}
