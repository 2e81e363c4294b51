import type { CommandParams } from '@greenwatch/contracts';
import {
  parametersOf,
  type RequestEdition,
  RequestError,
  type RequestParameter,
  requestDefinition,
} from '@greenwatch/hj212';

/** ISO 8601 with zone. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function parametersFor(edition: RequestEdition, command: string): readonly RequestParameter[] {
  const definition = requestDefinition(command);
  return definition?.forms[edition] === undefined ? [] : parametersOf(definition, edition);
}

/** What the platform gives where nobody does: a device's clock is set to the moment of sending (CN 1012). */
export const givenAtSending = (command: string, parameter: string): boolean =>
  command === 'set-time' && parameter === 'systemTime';

/**
 * The values of a request as the codec takes them: times as ms. A device's clock is set to the moment of sending unless another
 * one is given (CN 1012).
 * @throws RequestError for a time that is none
 */
export function requestValues(
  edition: RequestEdition,
  command: string,
  params: CommandParams,
  now: number,
): Record<string, unknown> {
  const times = new Set(parametersFor(edition, command).flatMap(({ name, type }) => (type === 'time' ? [name] : [])));
  const values: Record<string, unknown> = command === 'set-time' ? { systemTime: now } : {};
  for (const [name, value] of Object.entries(params)) {
    if (!times.has(name)) values[name] = value;
    else if (typeof value === 'string' && ISO.test(value) && !Number.isNaN(Date.parse(value)))
      values[name] = Date.parse(value);
    else throw new RequestError(name, `${name}: expected a time, ISO 8601 with zone`);
  }
  return values;
}

/** Parameters that may be shown, and those that are secret; `secret` is absent where there are none. */
export function plainParams(
  edition: RequestEdition,
  command: string,
  params: CommandParams,
): { open: CommandParams; secret?: CommandParams } {
  const hidden = new Set(parametersFor(edition, command).flatMap(({ name, secret }) => (secret ? [name] : [])));
  const open: CommandParams = {};
  const secret: CommandParams = {};
  for (const [name, value] of Object.entries(params)) (hidden.has(name) ? secret : open)[name] = value;
  return Object.keys(secret).length > 0 ? { open, secret } : { open };
}
