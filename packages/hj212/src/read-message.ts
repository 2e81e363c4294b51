import { kindOfPacket } from './commands';
import { type DataItem, parseDataArea } from './data-area';
import { parseDataTime } from './data-time';
import { Hj212Error, quoted } from './hj212-error';
import type { Packet } from './packet';

/**
 * What a device says beside readings and replies. Times are epoch ms; texts are as sent. `polId` is the analyser it speaks of, absent when
 * it is the logger itself.
 */
export type DeviceMessage =
  /** 1011 (surface water also 1014): its clock. */
  | { type: 'time'; polId?: string; time: number }
  /** 1013: asks to have its clock set, by 1012. */
  | { type: 'time-wanted'; polId?: string }
  /** 1001 of 2025: serials of the logger (i23005), its CPU (i23006) and its network cards (i23007, i23008). */
  | { type: 'hardware'; loggerId: string; cpuId?: string; macs: string[] }
  /** 1014 of 2025: asks for a new key; when its present one was made, epoch ms. */
  | { type: 'key-wanted'; createTime?: number }
  | { type: 'realtime-interval'; seconds: number }
  | { type: 'minute-interval'; minutes: number }
  /** 2081: it was switched on. */
  | { type: 'restarted'; time: number; restartTime: number }
  /** 3015: an over-limit sample was kept in a bottle. */
  | { type: 'sample-kept'; time: number; bottle: string; values: InformationValue[] }
  /** 3017: first at hhmmss, then every so many hours. */
  | { type: 'sampling-cycle'; polId: string; start: string; hours: number }
  /** 3018 */
  | { type: 'analysis-time'; polId: string; minutes: number }
  /** 3019: serials of analysers; sent unasked when one was replaced. */
  | { type: 'identity'; time?: number; polId?: string; serials: { factor: string; serial: string }[] }
  /** 3020: states and parameters (codes i1xxxx, i2xxxx). */
  | { type: 'information'; time: number; polId?: string; values: InformationValue[] }
  /** 3020: log text. */
  | { type: 'log'; time: number; polId?: string; infoId: string; text: string }
  /** 2062 of 2025: automatic standard checks. Surface water: 2062 to 2066, where `measured` is the value checked. */
  | { type: 'standard-check'; cn: string; time: number; checks: StandardCheck[] }
  /** 2005: 1021, 1031, 1041. */
  | { type: 'limits'; limits: { polId: string; low?: number; up?: number }[] }
  | { type: 'host'; target: string }
  | { type: 'report-time'; clock: string }
  /** 2005: 2072 an alarm begins (over) or ends, 2071 the records asked for. */
  | { type: 'alarm'; time: number; alarms: { factor: string; value: string; over?: boolean }[] }
  /** 9015 of 2025 and of surface water. */
  | { type: 'heart-beat' };

export interface InformationValue {
  id: string;
  value: string;
}

export interface StandardCheck {
  factor: string;
  /** As sent; absent when it was not. */
  measured?: string;
  standard?: string;
  /** ResultType 1 or 0. Surface water: absent, the Flag tells. */
  passed?: boolean;
  flag?: string;
}

/**
 * Reads what a device sends that is neither readings nor a reply; undefined when the packet is none of these.
 * Throws Hj212Error, its `field` naming the item that is missing or wrong: NO_DATATIME, BAD_DATATIME, NO_VALUES, BAD_VALUE.
 */
export function readMessage(packet: Packet): DeviceMessage | undefined {
  const kind = kindOfPacket(packet);
  if (kind !== 'upload' && kind !== 'notice') return undefined;
  const items = new Items(parseDataArea(packet.cp));
  switch (packet.cn) {
    case '1001':
      return {
        type: 'hardware',
        loggerId: items.need('i23005-Info'),
        cpuId: items.get('i23006-Info'),
        macs: ['i23007-Info', 'i23008-Info'].flatMap((name) => items.get(name) ?? []),
      };
    case '1011':
      return { type: 'time', polId: items.polId, time: items.time('SystemTime') };
    case '1013':
      return { type: 'time-wanted', polId: items.polId };
    case '1014':
      if (kind === 'upload') return { type: 'time', polId: items.polId, time: items.time('SystemTime') };
      return { type: 'key-wanted', ...(items.get('SKCreateTime') && { createTime: items.time('SKCreateTime') }) };
    case '1021':
      return { type: 'limits', limits: items.limits() };
    case '1031':
      return { type: 'host', target: items.get('ReportTarget') ?? items.need('AlarmTarget') };
    case '1041':
      return { type: 'report-time', clock: items.need('ReportTime') };
    case '1061':
      return { type: 'realtime-interval', seconds: items.number('RtdInterval') };
    case '1063':
      return { type: 'minute-interval', minutes: items.number('MinInterval') };
    case '2062':
    case '2063':
    case '2064':
    case '2065':
    case '2066':
      return { type: 'standard-check', cn: packet.cn, time: items.time('DataTime'), checks: items.checks() };
    case '2071':
    case '2072':
      return items.alarm();
    case '2081':
      return { type: 'restarted', time: items.time('DataTime'), restartTime: items.time('RestartTime') };
    case '3015':
      return {
        type: 'sample-kept',
        time: items.time('DataTime'),
        bottle: items.need('VaseNo'),
        values: items.information(),
      };
    case '3017':
      return {
        type: 'sampling-cycle',
        polId: items.need('PolId'),
        start: items.need('CstartTime'),
        // Table 4 prints Ctime, the examples CTime.
        hours: items.number(items.get('Ctime') === undefined ? 'CTime' : 'Ctime'),
      };
    case '3018':
      return { type: 'analysis-time', polId: items.need('PolId'), minutes: items.number('Stime') };
    case '3019':
      return {
        type: 'identity',
        ...(items.get('DataTime') && { time: items.time('DataTime') }),
        polId: items.polId,
        serials: items.filled(items.of('SN').map(({ code, value }) => ({ factor: code, serial: value }))),
      };
    case '3020':
      return items.informationOrLog();
    case '9015':
      return { type: 'heart-beat' };
    default:
      return undefined;
  }
}

/** The items of one data area, asked by the name as it is written: `DataTime`, `i23005-Info`. */
class Items {
  constructor(private readonly list: readonly DataItem[]) {}

  get(name: string): string | undefined {
    const found = this.list.find(({ code, field }) => (code === '' ? field : `${code}-${field}`) === name);
    return found?.value === '' ? undefined : found?.value;
  }

  need(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw new Hj212Error('NO_VALUES', name, `${name} is missing or empty`);
    return value;
  }

  /** 2005 spells it PolID. */
  get polId(): string | undefined {
    return this.get('PolId') ?? this.get('PolID');
  }

  time(name: string): number {
    const text = this.get(name);
    if (text === undefined) {
      throw new Hj212Error('NO_DATATIME', name, `${name} is missing or empty, expected YYYYMMDDhhmmss`);
    }
    const parsed = parseDataTime(text);
    if (!parsed.ok) throw new Hj212Error('BAD_DATATIME', name, `${name} ${quoted(text)}: ${parsed.reason}`);
    return parsed.time;
  }

  number(name: string): number {
    return decimal(name, this.need(name));
  }

  /** All items `code-field=value` of one field that have a value. */
  of(field: string): DataItem[] {
    return this.list.filter((item) => item.code !== '' && item.field === field && item.value !== '');
  }

  filled<T>(list: T[]): T[] {
    if (list.length === 0) throw new Hj212Error('NO_VALUES', 'CP', 'CP has no value, expected at least one');
    return list;
  }

  information(): InformationValue[] {
    return this.of('Info').map(({ code, value }) => ({ id: code, value }));
  }

  informationOrLog(): DeviceMessage {
    const time = this.time('DataTime');
    const values = this.filled(this.information());
    const log = values.find(({ value }) => value.startsWith('//') && value.endsWith('//') && value.length >= 4);
    if (log) return { type: 'log', time, polId: this.polId, infoId: log.id, text: log.value.slice(2, -2) };
    return { type: 'information', time, polId: this.polId, values };
  }

  limits(): { polId: string; low?: number; up?: number }[] {
    return this.filled(
      this.byCode(['LowValue', 'UpValue']).map(({ code, fields }) => ({
        polId: code,
        ...(fields.LowValue !== undefined && { low: decimal(`${code}-LowValue`, fields.LowValue) }),
        ...(fields.UpValue !== undefined && { up: decimal(`${code}-UpValue`, fields.UpValue) }),
      })),
    );
  }

  checks(): StandardCheck[] {
    const fields = ['SampleRd', 'Check', 'StandardValue', 'ResultType', 'Avg', 'Flag'];
    return this.filled(
      this.byCode(fields).map(({ code, fields: { SampleRd, Check, Avg, StandardValue, ResultType, Flag } }) => {
        if (ResultType !== undefined && ResultType !== '0' && ResultType !== '1') {
          const item = `${code}-ResultType`;
          throw new Hj212Error('BAD_VALUE', item, `${item} is ${quoted(ResultType)}, expected 0 or 1`);
        }
        return {
          factor: code,
          measured: SampleRd ?? Check ?? Avg,
          standard: StandardValue,
          passed: ResultType === undefined ? undefined : ResultType === '1',
          flag: Flag,
        };
      }),
    );
  }

  alarm(): DeviceMessage {
    const time = this.time(this.get('AlarmTime') === undefined ? 'DataTime' : 'AlarmTime');
    const state = this.get('AlarmType');
    const alarms = this.of('Ala').map(({ code, value }) => ({
      factor: code,
      value,
      ...(state !== undefined && { over: state === '1' }),
    }));
    return { type: 'alarm', time, alarms: this.filled(alarms) };
  }

  /** The wanted fields of each code, codes in the order in which they came; the first value of each counts. */
  private byCode(wanted: readonly string[]): { code: string; fields: Partial<Record<string, string>> }[] {
    const groups = new Map<string, Partial<Record<string, string>>>();
    for (const { code, field, value } of this.list) {
      if (code === '' || value === '' || !wanted.includes(field)) continue;
      const fields = groups.get(code) ?? {};
      fields[field] ??= value;
      groups.set(code, fields);
    }
    return [...groups].map(([code, fields]) => ({ code, fields }));
  }
}

function decimal(name: string, text: string): number {
  const value = Number(text);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) || Math.abs(value) > 1e15) {
    throw new Hj212Error('BAD_VALUE', name, `${name} is ${quoted(text)}, expected a decimal number`);
  }
  return value;
}
