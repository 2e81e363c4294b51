import { buildFrame, formatDataTime, type Packet, parseDataTime } from '@greenwatch/hj212';
import type { LoggerProfile, PacketKind } from './packets';

/** What a logger does about a request of the host (HJ 212-2017 annex C). */
export type Order =
  /** 9011 with another QnRtn than 1 (table 7): nothing is done. */
  | { refused: number }
  | {
      refused?: undefined;
      /** A notice: 9013 and no 9011, 9012. */
      notice?: true;
      /** The data area of a single answer. */
      answer?: string;
      /** Moments of a kind that are sent again, both ends included, ms. */
      history?: { kind: PacketKind; from: number; to: number };
      /** Upload of a kind begins or ends. */
      upload?: { kind: PacketKind; on: boolean };
      /** RtdInterval from now on, s. */
      realtimeSeconds?: number;
      /** ExeRtn where it is not 1 (table 6). */
      failed?: number;
    };

const HISTORY: Record<string, PacketKind> = { '2051': 'minute', '2061': 'hour', '2031': 'day' };
const UPLOADS: Record<string, { kind: PacketKind; on: boolean }> = {
  '2011': { kind: 'realtime', on: true },
  '2012': { kind: 'realtime', on: false },
  '2021': { kind: 'state', on: true },
  '2022': { kind: 'state', on: false },
};
const NOTICES: ReadonlySet<string> = new Set(['2012', '2022']);
/** Analysers that calibrate, sample, clean, keep a sample or check themselves: the simulated ones need no time for it. */
const WORKS: ReadonlySet<string> = new Set([
  '3011',
  '3012',
  '3013',
  '3014',
  '3016',
  '3021',
  '3022',
  '3024',
  '1000',
  '1012',
]);
const MINUTES = '10';

const REFUSES = { refused: 2 } as const;
const UNKNOWN = { refused: 8 } as const;
const WRONG_PASSWORD = { refused: 3 } as const;
/** A condition of the command is wrong. */
const CONDITION = { failed: 3 } as const;
/** Nothing for it. */
const NO_DATA = { failed: 100 } as const;

/**
 * @param request from the host
 * @param state what was set before
 * @param now ms
 */
export function orderOf(
  profile: LoggerProfile,
  { cn, cp, pw }: Pick<Packet, 'cn' | 'cp' | 'pw'>,
  state: { realtimeSeconds: number },
  now: number,
): Order {
  if (pw !== undefined && pw !== profile.password) return WRONG_PASSWORD;
  const polId = item(cp, 'Pol[Ii][dD]');
  const named = polId === undefined ? '' : `PolId=${polId};`;
  const upload = UPLOADS[cn];
  if (upload) {
    if (upload.kind === 'state' && !profile.sendsStates) return REFUSES;
    return { upload, ...(NOTICES.has(cn) ? { notice: true as const } : {}) };
  }
  const kind = HISTORY[cn];
  if (kind) {
    const from = timeOf(cp, 'BeginTime');
    const to = timeOf(cp, 'EndTime');
    return from === undefined || to === undefined || to < from ? CONDITION : { history: { kind, from, to } };
  }
  if (WORKS.has(cn)) return {};
  switch (cn) {
    case '1011':
      return { answer: `${named}SystemTime=${formatDataTime(now)}` };
    case '1061':
      return { answer: `RtdInterval=${state.realtimeSeconds}` };
    case '1062': {
      const seconds = Number(item(cp, 'RtdInterval'));
      return seconds >= 30 && seconds <= 3600 ? { realtimeSeconds: seconds } : CONDITION;
    }
    case '1063':
      return { answer: `MinInterval=${MINUTES}` };
    case '1064':
      return item(cp, 'MinInterval') === MINUTES ? {} : CONDITION;
    // Its password stays what the demo tells at the start.
    case '1072':
      return REFUSES;
    case '2041':
      return NO_DATA;
    case '3015':
      return { answer: `DataTime=${formatDataTime(now)};VaseNo=1` };
    case '3017':
      return { answer: `${named}CstartTime=000000;CTime=2` };
    case '3018':
      return { answer: `${named}Stime=30` };
    case '3019':
      return { answer: `${named}${polId}-SN=${profile.mn.padStart(24, '0').slice(-24)}` };
    case '3020': {
      const info = item(cp, 'InfoId');
      if (info === 'i11001') return { answer: `DataTime=${formatDataTime(now)};${named}i11001-Info=//运行正常//` };
      return info === undefined ? CONDITION : { answer: `DataTime=${formatDataTime(now)};${named}${info}-Info=0` };
    }
    default:
      return UNKNOWN;
  }
}

/** The replies in the order in which they go out, before and after what was asked for. 2005 has the QN inside CP. */
export function replyFrames(
  profile: LoggerProfile,
  { qn = '', cn }: Packet,
  order: Order,
): { before: Buffer[]; after: Buffer[] } {
  const old = profile.edition === '2005';
  const frame = (code: string, st: string, area: string) => {
    const head = old ? '' : `QN=${qn};`;
    const inside = old ? `QN=${qn}${area === '' ? '' : ';'}` : '';
    return buildFrame(
      `${head}ST=${st};CN=${code};PW=${profile.password};MN=${profile.mn};Flag=${old ? 0 : 4};CP=&&${inside}${area}&&`,
    );
  };
  if (order.refused !== undefined) return { before: [frame('9011', '91', `QnRtn=${order.refused}`)], after: [] };
  if (order.notice) return { before: [frame('9013', '91', '')], after: [] };
  const answer = order.answer === undefined ? [] : [frame(cn, profile.st, order.answer)];
  return {
    before: [frame('9011', '91', 'QnRtn=1'), ...answer],
    after: [frame('9012', '91', `ExeRtn=${order.failed ?? 1}`)],
  };
}

function item(cp: string, name: string): string | undefined {
  return new RegExp(`(?:^|[;,])${name}=([^;,]+)`).exec(cp)?.[1];
}

function timeOf(cp: string, name: string): number | undefined {
  const time = parseDataTime(item(cp, name) ?? '');
  return time.ok ? time.time : undefined;
}
