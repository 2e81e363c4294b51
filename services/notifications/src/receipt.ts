/** What a delivery receipt says of one message. */
export interface Receipt {
  messageId: string;
  /** DELIVRD, UNDELIV, EXPIRED, DELETED, REJECTD, ACCEPTD, UNKNOWN, ENROUTE */
  stat: string;
}

/** message_state of the TLV (SMPP 3.4, 5.2.28). */
const STATES: Record<number, string> = {
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
};

/**
 * Reads a deliver_sm. The TLVs count where they are sent; else the text of appendix B: `id:… sub:… dlvrd:… submit date:…
 * done date:… stat:… err:… text:…`.
 * @returns undefined for what is no receipt, for instance somebody's answer
 */
export function readReceipt(pdu: {
  esmClass: number;
  text: string;
  receiptedMessageId?: string;
  messageState?: number;
}): Receipt | undefined {
  // Bits 5 to 2 of esm_class: 0001 is a delivery receipt (SMPP 3.4, 5.2.12).
  if ((pdu.esmClass & 0x3c) !== 0x04) return undefined;
  const messageId = pdu.receiptedMessageId || /\bid:(\S+)/i.exec(pdu.text)?.[1];
  const stat = STATES[pdu.messageState ?? 0] ?? /\bstat:([A-Z]+)/i.exec(pdu.text)?.[1]?.toUpperCase();
  return messageId && stat ? { messageId, stat } : undefined;
}

/** What a receipt means for the part: on its way, arrived, or failed, then whether another try may help. */
export function outcomeOf(stat: string): 'pending' | 'delivered' | 'failed-for-now' | 'failed' {
  switch (stat) {
    case 'DELIVRD':
      return 'delivered';
    case 'EXPIRED':
    case 'UNDELIV':
      return 'failed-for-now';
    case 'REJECTD':
    case 'DELETED':
      return 'failed';
    default:
      return 'pending';
  }
}
