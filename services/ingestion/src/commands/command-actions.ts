import { parametersOf, RequestError, requestDefinition, requestsOf } from '@greenwatch/hj212';
import {
  type ActionHandlers,
  afterKey,
  conflict,
  invalid,
  isoTime,
  type Kit,
  notFound,
  pageOf,
  requireRole,
  scopeFilter,
} from '@greenwatch/kit';
import type { DeviceDirectory, DirectoryEntry } from '../device-directory';
import { commandOf } from './command.model';
import type { CommandLog } from './command-log';
import type { Dispatcher } from './dispatcher';
import type { KeyStore } from './key-store';
import { givenAtSending } from './request-values';

const PAGE = 100;
/** Made by the platform itself, which then keeps what they set. */
const NOT_TO_BE_ASKED: ReadonlySet<string> = new Set(['set-key', 'set-mn']);

export function commandActions(
  kit: Pick<Kit, 'audit' | 'now' | 'transaction'>,
  commands: CommandLog,
  dispatcher: Dispatcher,
  directory: DeviceDirectory,
  keys: KeyStore,
): ActionHandlers {
  /** @throws 404 outside the caller's scope, 409 for a device that is not in use */
  async function deviceOf(mn: string, caller: Parameters<typeof scopeFilter>[0]): Promise<DirectoryEntry> {
    const seen = await directory.model.exists({ $and: [{ _id: mn }, scopeFilter(caller)] });
    const device = seen ? await directory.lookup(mn) : undefined;
    if (!device) throw notFound('device', mn);
    if (device.status !== 'active')
      throw conflict('NOT_IN_USE', `The device ${mn} is ${device.status}, expected active.`);
    return device;
  }

  return {
    'ingestion.command.kinds': async ({ edition }) =>
      requestsOf(edition)
        .filter(({ name }) => !NOT_TO_BE_ASKED.has(name))
        .map((definition) => {
          const { name, cn, nameZh, nameEn, alters } = definition;
          const parameters = parametersOf(definition, edition).map(({ choices, required, ...parameter }) => ({
            ...parameter,
            required: required && !givenAtSending(name, parameter.name),
            ...(choices ? { choices: [...choices] } : {}),
          }));
          return { name, cn, nameZh, nameEn, alters, parameters };
        }),

    'ingestion.command.ask': async ({ mn, command, params = {}, validSeconds, waitSeconds }, { caller }) => {
      const device = await deviceOf(mn, caller);
      const definition = requestDefinition(command);
      if (!definition || NOT_TO_BE_ASKED.has(command)) {
        throw invalid('command', `${command} is none of those that GET /commands/kinds lists`);
      }
      if (definition.alters) requireRole(caller, ['administrator', 'supervisor', 'service']);
      try {
        const doc = await commands.queue({
          ...{ device, command, params, cause: 'asked', by: caller },
          ...(validSeconds === undefined ? {} : { validMs: validSeconds * 1_000 }),
          ...(waitSeconds === undefined ? {} : { workMs: waitSeconds * 1_000 }),
        });
        dispatcher.wake(mn);
        return commandOf(doc);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        throw invalid(error.field === 'name' ? 'command' : `params.${error.field}`, error.message);
      }
    },

    'ingestion.command.list': async ({ mn, state, open, after, limit = PAGE }, { caller }) => {
      const [last] = afterKey(after, 1) ?? [];
      const rows = await commands.model
        .find({
          $and: [
            scopeFilter(caller),
            ...(mn === undefined ? [] : [{ mn }]),
            ...(state === undefined ? [] : [{ state }]),
            ...(open === undefined ? [] : [open ? { open: true as const } : { open: { $exists: false } }]),
            ...(last === undefined ? [] : [{ _id: { $lt: last } }]),
          ],
        })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean();
      const page = pageOf(rows, limit, (row) => [row._id]);
      return { ...page, items: page.items.map(commandOf) };
    },

    'ingestion.command.get': async ({ id }, { caller }) => {
      const doc = await commands.model.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
      if (!doc) throw notFound('command', id);
      return commandOf(doc);
    },

    'ingestion.command.cancel': async ({ id }, { caller }) => {
      const doc = await commands.model.findOne({ $and: [{ _id: id }, scopeFilter(caller)] }).lean();
      if (!doc) throw notFound('command', id);
      const applied = await commands.apply(id, { type: 'cancel', at: kit.now() }, {}, (session) =>
        kit.audit(session, { action: 'command.cancel', entity: id, by: caller, detail: { mn: doc.mn } }),
      );
      if (applied) return commandOf(applied.doc);
      const now = await commands.model.findById(id).lean();
      throw conflict('WRONG_STATE', `The command is ${now?.state}: only a queued one can be taken back.`, {
        state: now?.state,
      });
    },

    'ingestion.key.set': async ({ mn, key }, { caller }) => {
      const device = await deviceOf(mn, caller);
      if (device.edition !== '2025') {
        throw conflict('WRONG_EDITION', `The device speaks ${device.edition}: keys came with HJ 212-2025.`);
      }
      await kit.transaction(async (session) => {
        await keys.set(session, mn, key);
        await kit.audit(session, { action: 'key.set', entity: mn, by: caller });
      });
      await keys.refresh();
      return { mn, since: isoTime(kit.now()) };
    },
  };
}
