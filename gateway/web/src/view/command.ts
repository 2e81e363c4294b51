import type { Command, CommandKindInfo, CommandParams, CommandState } from '@greenwatch/contracts/src/commands';
import { DAY, formatTime, fromInput, HOUR, isoTime, toInput } from './time';

export type Parameter = CommandKindInfo['parameters'][number];
/** What a field of the form holds: a text, a number, or a list of texts. */
export type FieldValue = string | number | string[] | undefined;
export type FieldValues = Readonly<Record<string, FieldValue>>;
/** Why a field cannot be sent: keys of `command.wrong`. */
export type Wrong = 'needed' | 'range' | 'choice' | 'form' | 'time' | 'order';

export const STATE_TONE: Readonly<Record<CommandState, string>> = {
  queued: '',
  sent: 'low',
  accepted: 'brand-chip',
  done: 'normal',
  refused: 'high',
  failed: 'high',
  'timed-out': 'high',
  expired: 'mid',
  cancelled: '',
};
const OPEN: readonly CommandState[] = ['queued', 'sent', 'accepted'];
export const isOpen = ({ state }: Pick<Command, 'state'>): boolean => OPEN.includes(state);

/** What stands in a form before anybody has touched it: of a span the last whole day up to this hour. */
export function firstValues(kind: Pick<CommandKindInfo, 'parameters'>, now: number): FieldValues {
  const hour = Math.floor(now / HOUR) * HOUR;
  const known: FieldValues = { beginTime: toInput(hour - DAY), endTime: toInput(hour) };
  return Object.fromEntries(kind.parameters.map(({ name }) => [name, known[name]]));
}

type Reading = { value: CommandParams[string] } | { wrong: Wrong };
const ok = (value: CommandParams[string]): Reading => ({ value });
const textIn = (value: FieldValue): string => (typeof value === 'string' ? value.trim() : '');
const listIn = (value: FieldValue): string[] => (Array.isArray(value) ? value : []);
const CLOCK = /^([01]\d|2[0-3])([0-5]\d)*$/;
const CODE = /^[0-9A-Za-z_.-]{1,32}$/;
/** A line of limits: factor, lower, upper. */
const LIMIT_LINE = /^(\S+)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)$/;

/** How each type is read from its field; what the device itself accepts is judged by ingestion. */
const READ: Readonly<Record<Parameter['type'], (parameter: Parameter, value: FieldValue) => Reading>> = {
  code: (_, value) => (CODE.test(textIn(value)) ? ok(textIn(value)) : { wrong: 'form' }),
  text: ({ pattern = '.+' }, value) =>
    new RegExp(`^(?:${pattern})$`).test(textIn(value)) ? ok(textIn(value)) : { wrong: 'form' },
  key: (_, value) => (/^[!-~]{16}$/.test(textIn(value)) ? ok(textIn(value)) : { wrong: 'form' }),
  integer: ({ min = 0, max = Number.MAX_SAFE_INTEGER, choices }, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return { wrong: 'range' };
    if (choices) return choices.includes(value) ? ok(value) : { wrong: 'choice' };
    return value >= min && value <= max ? ok(value) : { wrong: 'range' };
  },
  time: (_, value) => {
    const time = fromInput(textIn(value));
    return time === undefined ? { wrong: 'time' } : ok(isoTime(time));
  },
  clock: ({ digits = 4 }, value) => {
    const text = textIn(value).replaceAll(':', '');
    return text.length === digits && CLOCK.test(text) ? ok(text) : { wrong: 'form' };
  },
  codes: (_, value) => (listIn(value).every((one) => CODE.test(one)) ? ok(listIn(value)) : { wrong: 'form' }),
  clocks: (_, value) => (listIn(value).every((one) => CLOCK.test(one)) ? ok(listIn(value)) : { wrong: 'form' }),
  limits: (_, value) => {
    const lines = textIn(value)
      .split('\n')
      .map((line) => LIMIT_LINE.exec(line.trim()));
    const limits = lines.flatMap((line) =>
      line ? [{ polId: line[1] ?? '', low: Number(line[2]), up: Number(line[3]) }] : [],
    );
    return limits.length === lines.length ? ok(limits) : { wrong: 'form' };
  },
};

const isEmpty = (value: FieldValue): boolean =>
  value === undefined || (Array.isArray(value) ? value.length === 0 : String(value).trim() === '');

/** The parameters as the API takes them; `wrong` names the fields that cannot be sent as they stand. */
export function readParams(
  kind: Pick<CommandKindInfo, 'parameters'>,
  values: FieldValues,
): { params: CommandParams; wrong: Record<string, Wrong> } {
  const params: CommandParams = {};
  const wrong: Record<string, Wrong> = {};
  for (const parameter of kind.parameters) {
    const { name, type, required } = parameter;
    const given = values[name];
    if (isEmpty(given)) {
      if (required) wrong[name] = 'needed';
      continue;
    }
    const read = READ[type](parameter, given);
    if ('wrong' in read) wrong[name] = read.wrong;
    else params[name] = read.value;
  }
  if (Date.parse(String(params.beginTime)) > Date.parse(String(params.endTime))) wrong.endTime = 'order';
  return { params, wrong };
}

/** What each parameter of any command is called, by its name in lower case: answers write it with a capital. */
export function parameterNames(kinds: readonly CommandKindInfo[]): ReadonlyMap<string, Parameter> {
  return new Map(
    kinds.flatMap(({ parameters }) =>
      parameters.map((parameter) => [parameter.name.toLowerCase(), parameter] as const),
    ),
  );
}

export interface AnswerItem {
  /** as the device wrote it: `SystemTime`, `w01018-SN` */
  name: string;
  value: string;
}

/** The items of an answer's data area; a 2005 answer repeats the QN of the request, which says nothing here. */
export function answerItems(area: string): AnswerItem[] {
  return area
    .split(/[;,](?=[^=;,]+=)/)
    .map((item) => {
      const equals = item.indexOf('=');
      return equals < 0 ? { name: '', value: item } : { name: item.slice(0, equals), value: item.slice(equals + 1) };
    })
    .filter(({ name, value }) => name !== 'QN' && (name !== '' || value !== ''));
}

/** 14 digits as a time; a log text without its slashes; the rest as it came. */
export function answerValue(value: string): string {
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(value);
  if (time) return `${time.slice(1, 4).join('-')} ${time.slice(4).join(':')}`;
  return /^\/\/(.*)\/\/$/s.exec(value)?.[1] ?? value;
}

/** A parameter as it was given, for people: times in UTC+8, lists in one line. */
export function paramText(value: CommandParams[string]): string {
  if (Array.isArray(value)) {
    return value.map((one) => (typeof one === 'string' ? one : Object.values(one).join(' '))).join(', ');
  }
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? formatTime(value) : String(value);
}
