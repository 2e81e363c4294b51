import type { DeviceMessage as KeptMessage } from '@greenwatch/contracts';
import { type DeviceMessage, Hj212Error, type Packet, parseDataTime, readMessage } from '@greenwatch/hj212';

/** What a message says without its times, its id and who says it: those stand beside it on the log. */
type Said = Omit<KeptMessage, 'id' | 'mn' | 'time' | 'receivedAt' | 'cn'>;

/** What of a packet without readings is kept as data. */
export interface LoggedMessage {
  /** Of which it speaks, ms; where it names none, of sending (QN), so that what is sent again is the same. */
  time: number;
  /** JSON of a `DeviceMessage` (packages/contracts) without id, mn and times. */
  text: string;
}

/**
 * What a device says beside readings, as it goes on the log; undefined where nothing of it is worth keeping: clocks, heart-beats,
 * requests for time or key. What cannot be read is kept as that with the reason, since its raw frame is archived and it is answered: a device
 * would send it again for ever.
 * @param at time of reception, ms
 * @param wrongTime why a time cannot be taken (`refuseTime`); undefined: it can
 */
export function keptMessage(
  packet: Packet,
  at: number,
  wrongTime: (time: number) => string | undefined,
): LoggedMessage | undefined {
  const logged = (time: number, said: Said): LoggedMessage => ({
    time,
    text: JSON.stringify({ ...said, cn: packet.cn }),
  });
  try {
    const message = readMessage(packet);
    const said = message && saidBy(message);
    if (!message || !said) return undefined;
    const named = 'time' in message ? message.time : undefined;
    const wrong = named === undefined ? undefined : wrongTime(named);
    if (wrong) return logged(at, { type: 'unreadable', text: wrong });
    return logged(named ?? sentAt(packet, wrongTime) ?? at, said);
  } catch (error) {
    if (!(error instanceof Hj212Error)) throw error;
    return logged(at, { type: 'unreadable', text: error.message });
  }
}

function saidBy(message: DeviceMessage): Said | undefined {
  switch (message.type) {
    case 'time':
    case 'time-wanted':
    case 'key-wanted':
    case 'heart-beat':
      return undefined;
    case 'standard-check':
      return { type: 'standard-check', checks: message.checks };
    case 'log':
      return { type: 'log', polId: message.polId, text: message.text };
    case 'information':
      return { type: 'information', polId: message.polId, values: message.values };
    case 'identity':
      return { type: 'identity', polId: message.polId, serials: message.serials };
    case 'hardware': {
      const { loggerId, cpuId, macs } = message;
      const cpu = cpuId === undefined ? [] : [{ id: 'i23006', value: cpuId }];
      const cards = macs.map((value, i) => ({ id: i === 0 ? 'i23007' : 'i23008', value }));
      return { type: 'hardware', values: [{ id: 'i23005', value: loggerId }, ...cpu, ...cards] };
    }
    case 'sample-kept':
      return { type: 'sample-kept', bottle: message.bottle, values: message.values };
    case 'restarted':
      return { type: 'restarted', restartedAt: new Date(message.restartTime).toISOString() };
    case 'alarm':
      return { type: 'alarm', alarms: message.alarms };
    case 'realtime-interval':
      return setting({ RtdInterval: message.seconds });
    case 'minute-interval':
      return setting({ MinInterval: message.minutes });
    case 'sampling-cycle':
      return { ...setting({ CstartTime: message.start, CTime: message.hours }), polId: message.polId };
    case 'analysis-time':
      return { ...setting({ Stime: message.minutes }), polId: message.polId };
    case 'host':
      return setting({ ReportTarget: message.target });
    case 'report-time':
      return setting({ ReportTime: message.clock });
    case 'limits':
      return setting(
        Object.fromEntries(
          message.limits.flatMap(({ polId, low, up }) => [
            [`${polId}-LowValue`, low],
            [`${polId}-UpValue`, up],
          ]),
        ),
      );
  }
}

/** Under the names that HJ 212 gives them. */
function setting(values: Record<string, string | number | undefined>): Said {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return { type: 'setting', values: given.map(([id, value]) => ({ id, value: String(value) })) };
}

/** QN, YYYYMMDDhhmmsszzz, as far as it is one and can be right. */
function sentAt({ qn }: Packet, wrongTime: (time: number) => string | undefined): number | undefined {
  const read = qn?.length === 17 ? parseDataTime(qn) : undefined;
  return read?.ok && !wrongTime(read.time) ? read.time : undefined;
}
