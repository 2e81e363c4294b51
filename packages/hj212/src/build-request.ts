import { isKey } from './cipher';
import { formatDataTime } from './data-time';
import { type Dialect, sealFrame } from './dialect';
import { factorInfo } from './factor-info';
import { quoted } from './hj212-error';
import { formatQn } from './qn';
import { RequestError } from './request-error';
import {
  parametersOf,
  type RequestDefinition,
  type RequestEdition,
  type RequestParameter,
  requestDefinition,
  requestsOf,
} from './request-table';

/** To whom a request goes, and how it must be written. */
export interface RequestTarget {
  mn: string;
  /** The device's system code ('32'); 21 for surface water. */
  st: string;
  /** Access password; left out when not known. */
  pw?: string;
  edition: RequestEdition;
  dialect?: Dialect;
  /** The device's SM4 key of HJ 212-2025: a new key (1014) travels encrypted with it. */
  key?: string;
}

export interface BuiltRequest {
  qn: string;
  cn: string;
  /** What goes on the wire. */
  frame: Buffer;
  /** The plain data segment with passwords and keys as ******: for history and audit. */
  text: string;
}

/** Version bits of Flag with the ack bit set (HJ 212-2017 table 3). */
const FLAGS: Record<RequestEdition, number> = { '2005': 1, '2017': 5, '2025': 9, 'surface-water': 9 };

/** Most bytes of a data area: 2005 lets in 960, 2017 and 2025 950 (table 3). */
const MAX_CP = 950;

/** Of what a host sends only the new key is encrypted: the rest holds no secret, and data commands are the device's. */
const ENCRYPTED = '1014';

const CODE = /^\w{1,32}$/;
const MASK = '******';

/** Longest lists that fit a data area. */
const LIST_LIMIT = 50;

/**
 * Checks a request before it is queued: that the edition has it, that every value it needs is there, fits, and that there are no others.
 * Throws RequestError, its `field` being 'name' or the name of a value.
 */
export function checkRequest(
  edition: RequestEdition,
  name: string,
  values: Readonly<Record<string, unknown>>,
): RequestDefinition {
  const definition = requestDefinition(name);
  if (definition?.forms[edition] === undefined) {
    const names = requestsOf(edition).map((request) => request.name);
    throw new RequestError(
      'name',
      `name: HJ 212 ${edition} has no request ${quoted(name)}, expected one of ${names.join(', ')}`,
    );
  }
  const parameters = parametersOf(definition, edition);
  for (const given of Object.keys(values)) {
    if (values[given] !== undefined && !parameters.some((parameter) => parameter.name === given)) {
      const names = parameters.map((parameter) => parameter.name).join(', ');
      throw new RequestError(given, `${given}: ${name} takes ${names === '' ? 'no values' : names}`);
    }
  }
  for (const parameter of parameters) {
    const value = values[parameter.name];
    if (value !== undefined) write(parameter, value);
    else if (parameter.required) throw new RequestError(parameter.name, `${parameter.name}: ${expected(parameter)}`);
  }
  const { beginTime, endTime } = values;
  if (typeof beginTime === 'number' && typeof endTime === 'number' && endTime < beginTime) {
    throw new RequestError('endTime', 'endTime: expected a time not before beginTime');
  }
  return definition;
}

/**
 * Builds a request of a host, with the ack bit set (HJ 212-2017 6.1, 6.2 and annex C; HJ/T 212-2005 annex C; HJ 212-2025 annex C).
 * @param name one of `requestsOf(edition)`
 * @param values by parameter name: times in epoch ms, the rest as `ParameterType` says
 * @param qnTime epoch ms that becomes the QN, by which the answers are told: unique for the device
 * Throws RequestError as `checkRequest` does.
 */
export function buildRequest(
  target: RequestTarget,
  name: string,
  values: Readonly<Record<string, unknown>>,
  qnTime: number,
): BuiltRequest {
  const definition = checkRequest(target.edition, name, values);
  const parameters = parametersOf(definition, target.edition);
  const deviceCode = codesOf(target);
  const form = definition.forms[target.edition] as string;
  const cp = dataArea(form, parameters, values, (parameter, value) => write(parameter, value, deviceCode));
  if (cp.length > MAX_CP) {
    const longest = parameters.at(-1)?.name ?? 'name';
    throw new RequestError(longest, `${longest}: the data area has ${cp.length} bytes, at most ${MAX_CP} fit a packet`);
  }
  const qn = formatQn(qnTime);
  const { cn } = definition;
  const segment = (pw: string | undefined, data: string) =>
    `QN=${qn};ST=${definition.st ?? target.st};CN=${cn};${pw === undefined ? '' : `PW=${pw};`}MN=${target.mn};` +
    `Flag=${FLAGS[target.edition]};CP=&&${data}&&`;
  const encrypted = cn === ENCRYPTED && target.edition === '2025';
  const masked = dataArea(form, parameters, values, (parameter, value) =>
    parameter.secret ? MASK : write(parameter, value, deviceCode),
  );
  return {
    qn,
    cn,
    frame: sealFrame(segment(target.pw, cp), target.dialect ?? {}, encrypted ? target.key : undefined),
    text: segment(target.pw === undefined ? undefined : MASK, masked),
  };
}

function dataArea(
  form: string,
  parameters: readonly RequestParameter[],
  values: Readonly<Record<string, unknown>>,
  text: (parameter: RequestParameter, value: unknown) => string,
): string {
  const given = form.replace(/\[(.*?)\]/g, (_, part: string) => {
    const [, name = ''] = /\{(\w+)\}/.exec(part) ?? [];
    return values[name] === undefined ? '' : part;
  });
  return given.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => one.name === name) as RequestParameter;
    return text(parameter, values[name]);
  });
}

/** The code by which the device knows a factor: its own, or that of 2005. */
function codesOf({ dialect, edition }: RequestTarget): (code: string) => string {
  const own = new Map(Object.entries(dialect?.codes ?? {}).map(([from, to]) => [to, from]));
  return (code) => own.get(code) ?? (edition === '2005' ? factorInfo(code)?.oldCode : undefined) ?? code;
}

/** A value as it stands in the data area. Throws RequestError when it does not fit. */
function write(parameter: RequestParameter, value: unknown, deviceCode = (code: string) => code): string {
  const text = written(parameter, value, deviceCode);
  if (text === undefined) throw new RequestError(parameter.name, `${parameter.name}: ${expected(parameter)}`);
  return text;
}

function written(
  parameter: RequestParameter,
  value: unknown,
  deviceCode: (code: string) => string,
): string | undefined {
  const { type, min = 0, max = Number.MAX_SAFE_INTEGER, choices, digits, pattern } = parameter;
  switch (type) {
    case 'code':
      return isCode(value) ? deviceCode(value) : undefined;
    case 'text':
      return typeof value === 'string' && new RegExp(`^${pattern}$`).test(value) ? value : undefined;
    case 'key':
      return typeof value === 'string' && isKey(value) && !/[;,=&]/.test(value) ? value : undefined;
    case 'integer': {
      if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
      return (choices ? choices.includes(value) : value >= min && value <= max) ? String(value) : undefined;
    }
    case 'time':
      // 0001-01-01 to 9999-12-31 in UTC+8.
      if (typeof value !== 'number' || !(value >= -62_135_625_600_000 && value < 253_402_272_000_000)) return undefined;
      return digits === 17 ? formatQn(value) : formatDataTime(value);
    case 'clock':
      return typeof value === 'string' && value.length === digits && isClock(value) ? value : undefined;
    case 'codes':
      return isList(value) && value.every(isCode)
        ? value.map((one) => `PolId=${deviceCode(one)}`).join(';')
        : undefined;
    case 'clocks':
      return isList(value) && value.every((one) => typeof one === 'string' && one.length === 2 && isClock(one))
        ? value.map((one) => `CTime=${one}`).join(',')
        : undefined;
    case 'limits':
      return isList(value) && value.every(isLimit)
        ? value.map((limit) => limitItems(deviceCode(limit.polId), limit)).join(';')
        : undefined;
  }
}

const limitItems = (code: string, { low, up }: Limit) => `${code}-LowValue=${low},${code}-UpValue=${up}`;

function expected({ type, min, max, choices, digits, pattern }: RequestParameter): string {
  switch (type) {
    case 'code':
      return 'expected a factor code of letters and digits';
    case 'text':
      return `expected a text like ${pattern}`;
    case 'key':
      return 'expected 16 printable ASCII characters other than ; , = and &';
    case 'integer':
      return choices ? `expected one of ${choices.join(', ')}` : `expected a whole number from ${min} to ${max}`;
    case 'time':
      return 'expected a time in epoch milliseconds';
    case 'clock':
      return `expected ${digits === 4 ? 'hhmm' : 'hhmmss'}`;
    case 'codes':
      return `expected a list of 1 to ${LIST_LIMIT} factor codes`;
    case 'clocks':
      return `expected a list of 1 to ${LIST_LIMIT} hours hh`;
    case 'limits':
      return `expected a list of 1 to ${LIST_LIMIT} times { polId, low, up }, low not above up`;
  }
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && CODE.test(value);
}

/** hh, hhmm or hhmmss of a time of day. */
function isClock(text: string): boolean {
  return /^([01]\d|2[0-3])([0-5]\d)*$/.test(text);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= LIST_LIMIT;
}

interface Limit {
  polId: string;
  low: number;
  up: number;
}

function isLimit(value: unknown): value is Limit {
  if (typeof value !== 'object' || value === null) return false;
  const { polId, low, up } = value as Record<string, unknown>;
  return isCode(polId) && typeof low === 'number' && typeof up === 'number' && low <= up && Number.isFinite(up - low);
}
