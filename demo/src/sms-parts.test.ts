import { SmsJoiner } from './sms-parts';

const part = (text: string, reference: number, parts: number, number: number) => ({
  from: '10690000',
  to: '13800010000',
  text,
  udh: [Buffer.from([0x00, 3, reference, parts, number])],
});

describe('parts of a long message (3GPP TS 23.040 9.2.3.24.1)', () => {
  it('are joined in their order, whatever the order of arrival', () => {
    const joiner = new SmsJoiner();
    expect(joiner.take(part('二', 7, 3, 2))).toBeUndefined();
    expect(joiner.take(part('三', 7, 3, 3))).toBeUndefined();
    expect(joiner.take(part('一', 7, 3, 1))).toBe('一二三');
  });

  it('of different references do not mix', () => {
    const joiner = new SmsJoiner();
    joiner.take(part('a', 1, 2, 1));
    expect(joiner.take(part('B', 2, 2, 2))).toBeUndefined();
    expect(joiner.take(part('b', 1, 2, 2))).toBe('ab');
  });

  it('with a 16-bit reference', () => {
    const joiner = new SmsJoiner();
    const udh = (number: number) => [Buffer.from([0x08, 4, 1, 2, 2, number])];
    joiner.take({ ...part('x', 0, 0, 0), udh: udh(1) });
    expect(joiner.take({ ...part('y', 0, 0, 0), udh: udh(2) })).toBe('xy');
  });

  it('a message without parts is whole', () => {
    expect(new SmsJoiner().take({ from: '1', to: '2', text: 'short' })).toBe('short');
  });

  it('forgets the oldest incomplete one beyond its limit', () => {
    const joiner = new SmsJoiner(1);
    joiner.take(part('a', 1, 2, 1));
    joiner.take(part('b', 2, 2, 1));
    expect(joiner.take(part('A', 1, 2, 2))).toBeUndefined();
  });
});
