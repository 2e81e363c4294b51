import { ItemScanner } from './data-area';
import { Hj212Error, quoted } from './hj212-error';
import type { Packet } from './packet';

/** What the other side says to a message of ours. `qn` is that of our message; some devices leave it out. */
export type Reply =
  | {
      /** 9011: whether the request will be executed. 9012: how its execution ended. */
      type: 'accepted' | 'executed';
      qn?: string;
      /** QnRtn or ExeRtn as sent. */
      code: number;
      /** Code 1. */
      ok: boolean;
      meaningZh: string;
      meaningEn: string;
    }
  /** 9013 to a notice, 9014 to data. */
  | { type: 'notice' | 'data'; qn?: string };

type Meaning = readonly [zh: string, en: string];

/** QnRtn, HJ 212-2017 table 7. */
const ACCEPTED: Readonly<Record<number, Meaning>> = {
  1: ['准备执行请求', 'ready to execute'],
  2: ['请求被拒绝', 'refused'],
  3: ['PW 错误', 'wrong PW'],
  4: ['MN 错误', 'wrong MN'],
  5: ['ST 错误', 'wrong ST'],
  6: ['Flag 错误', 'wrong Flag'],
  7: ['QN 错误', 'wrong QN'],
  8: ['CN 错误', 'wrong CN'],
  9: ['CRC 校验错误', 'wrong CRC'],
  100: ['未知错误', 'unknown error'],
};

/** Surface-water stations have other meanings for these. */
const ACCEPTED_SURFACE_WATER: Readonly<Record<number, Meaning>> = {
  9: ['系统繁忙不能执行', 'busy'],
  99: ['CRC 校验错误', 'wrong CRC'],
};

/** ExeRtn, HJ 212-2017 table 6. */
const EXECUTED: Readonly<Record<number, Meaning>> = {
  1: ['执行成功', 'done'],
  2: ['执行失败，原因未知', 'failed, cause unknown'],
  3: ['命令请求条件错误', 'condition of the command wrong'],
  4: ['通讯超时', 'communication time-out'],
  5: ['系统繁忙不能执行', 'busy'],
  6: ['系统故障', 'system fault'],
  100: ['没有数据', 'no data'],
};

/**
 * Reads a reply 9011, 9012, 9013 or 9014; undefined for any other command.
 * Throws Hj212Error BAD_VALUE when the QnRtn of a 9011 or the ExeRtn of a 9012 is missing or no number.
 */
export function readReply(packet: Packet): Reply | undefined {
  const qn = answeredQn(packet);
  switch (packet.cn) {
    case '9011': {
      const surfaceWater = packet.edition === 'unknown' || packet.st === '21';
      return withCode('accepted', 'QnRtn', packet, qn, surfaceWater ? ACCEPTED_SURFACE_WATER : {}, ACCEPTED);
    }
    case '9012':
      return withCode('executed', 'ExeRtn', packet, qn, {}, EXECUTED);
    case '9013':
      return { type: 'notice', qn };
    case '9014':
      return { type: 'data', qn };
    default:
      return undefined;
  }
}

/**
 * The QN of the message of ours that a packet answers: replies, and data that a request asked for once (1011, 1061, 3018 …), carry it as
 * their own. 2005 has it inside CP (HJ/T 212-2005 annex C).
 */
export function answeredQn(packet: Packet): string | undefined {
  return plainItem(packet.cp, 'QN') ?? packet.qn;
}

function withCode(
  type: 'accepted' | 'executed',
  item: string,
  packet: Packet,
  qn: string | undefined,
  ...meanings: Readonly<Record<number, Meaning>>[]
): Reply {
  const text = plainItem(packet.cp, item) ?? '';
  if (!/^\d{1,4}$/.test(text)) {
    throw new Hj212Error('BAD_VALUE', item, `${item} is ${quoted(text)}, expected a code of up to 4 digits`);
  }
  const code = Number(text);
  const found = meanings.find((table) => table[code] !== undefined)?.[code];
  const [meaningZh, meaningEn] = found ?? [`代码 ${code}`, `code ${code}`];
  return { type, qn, code, ok: code === 1, meaningZh, meaningEn };
}

/** The value of the first item `name=value` without a code; undefined when there is none or it is empty. */
function plainItem(cp: string, name: string): string | undefined {
  const scanner = new ItemScanner(cp);
  while (scanner.next()) {
    if (scanner.hyphen < 0 && scanner.field === name && scanner.value !== '') return scanner.value;
  }
  return undefined;
}
