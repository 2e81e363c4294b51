import { outcomeOf, readReceipt } from './receipt';

const TEXT = 'id:0A1B sub:001 dlvrd:001 submit date:2611180900 done date:2611180901 stat:DELIVRD err:000 text:';

describe('SMPP 3.4 appendix B: delivery receipts', () => {
  it.each([
    ['text', { esmClass: 4, text: TEXT }, { messageId: '0A1B', stat: 'DELIVRD' }],
    ['lower case', { esmClass: 4, text: 'id:7 stat:undeliv' }, { messageId: '7', stat: 'UNDELIV' }],
    [
      'TLVs count before the text',
      { esmClass: 4, text: TEXT, receiptedMessageId: 'X', messageState: 3 },
      { messageId: 'X', stat: 'EXPIRED' },
    ],
    ['with UDH indicator', { esmClass: 0x44, text: TEXT }, { messageId: '0A1B', stat: 'DELIVRD' }],
    ['somebody’s answer', { esmClass: 0, text: 'R' }, undefined],
    ['an answer that looks like one', { esmClass: 0, text: TEXT }, undefined],
    ['without an id', { esmClass: 4, text: 'stat:DELIVRD' }, undefined],
  ])('%s', (_, pdu, expected) => expect(readReceipt(pdu)).toEqual(expected));

  it.each([
    ['DELIVRD', 'delivered'],
    ['EXPIRED', 'failed-for-now'],
    ['UNDELIV', 'failed-for-now'],
    ['REJECTD', 'failed'],
    ['DELETED', 'failed'],
    ['ENROUTE', 'pending'],
    ['ACCEPTD', 'pending'],
    ['UNKNOWN', 'pending'],
  ])('%s: %s', (stat, outcome) => expect(outcomeOf(stat)).toBe(outcome));
});
