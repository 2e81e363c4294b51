import fc from 'fast-check';
import { cleanVariable, isMobile, maskedPhone, partHeader, partsOf, smsText, ucs2 } from './sms-text';

const zi = (n: number) => '监'.repeat(n);

describe('domain.md 7: 70 units in one message, else 67 a part, counted in UTF-16', () => {
  it.each([
    ['70 characters', zi(70), [70]],
    ['71 characters', zi(71), [67, 4]],
    ['134 characters', zi(134), [67, 67]],
    ['135 characters', zi(135), [67, 67, 1]],
    ['an emoji is two units: 69 + 1 emoji are two parts', `${zi(69)}🏭`, [67, 4]],
    ['68 + 1 emoji are one', `${zi(68)}🏭`, [70]],
    ['no emoji is split: 66 + emoji …', `${zi(66)}🏭${zi(10)}`, [66, 12]],
    ['nor a family of four people', `${zi(64)}👨‍👩‍👧‍👦${zi(5)}`, [64, 16]],
    ['nor a letter from its accent', `${zi(66)}e\u0301${zi(10)}`, [66, 12]],
  ])('%s', (_, text, lengths) => {
    expect(partsOf(text).map((part) => part.length)).toEqual(lengths);
    expect(partsOf(text).join('')).toBe(text);
  });
  it('any text: nothing is lost and no part is too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const parts = partsOf(text);
        expect(parts.join('')).toBe(text);
        expect(parts.every((part) => part.length <= (parts.length === 1 ? 70 : 67))).toBe(true);
      }),
    );
  });
});

describe('domain.md 7: 【signature】 counts, the device list is shortened to two parts and ends with 等', () => {
  const tongxiang = (devices: string) =>
    `报警从11-18 09:00开始，持续27分钟，涉及相关异常设备：${devices}等，请及时排查恢复。`;
  it('a short list stays', () => {
    expect(smsText('生态环境监管', tongxiang, ['冷凝器', '风机', '静电场'])).toBe(
      '【生态环境监管】报警从11-18 09:00开始，持续27分钟，涉及相关异常设备：冷凝器、风机、静电场等，请及时排查恢复。',
    );
  });
  it('a long list loses its end', () => {
    const devices = Array.from({ length: 40 }, (_, i) => `设备${i + 10}`);
    const text = smsText('生态环境监管', tongxiang, devices);
    expect(partsOf(text)).toHaveLength(2);
    expect(text).toMatch(/^【生态环境监管】.*：设备10、.*等，请及时排查恢复。$/);
    // One device more (、设备NN: 5 units) would need a third part.
    expect(text.length + 5).toBeGreaterThan(134);
  });
  it('a text without list, too long, ends with an ellipsis', () => {
    const text = smsText('生态环境监管', () => zi(500), []);
    expect(text).toHaveLength(134);
    expect(text.endsWith('…')).toBe(true);
  });
  it('the signature counts', () => {
    expect(partsOf(smsText('八个字的单位签名', () => zi(60), []))).toHaveLength(1);
    expect(partsOf(smsText('八个字的单位签名', () => zi(61), []))).toHaveLength(2);
  });
  it('no full-width brackets and no line ends in variables', () => {
    expect(cleanVariable(' 【某】\n公司 ')).toBe('〔某〕 公司');
  });
});

describe('what SMPP sends', () => {
  it('UCS-2 is big-endian', () => expect(ucs2('监A').toString('hex')).toBe('76d10041'));
  it('3GPP TS 23.040: 05 00 03 reference total number', () => {
    expect(partHeader(300, 2, 1).toString('hex')).toBe('0500032c0201');
  });
});

describe('domain.md 8.3: phones', () => {
  it.each([
    ['13812345678', true],
    ['12812345678', false],
    ['1381234567', false],
    ['0573-8812345', false],
    ['', false],
  ])('%s', (phone, mobile) => expect(isMobile(phone)).toBe(mobile));
  it('masked', () => expect(maskedPhone('13812341234')).toBe('138****1234'));
});
