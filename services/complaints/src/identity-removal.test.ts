import { withoutIdentity, REMOVED as X } from './identity-removal';

describe('domain.md 6: names and numbers of people are taken out of forwarded text', () => {
  it.each([
    // mobile, ^1[3-9]\d{9}$ (8.3)
    ['mobile', '请回电13800001234谢谢', `请回电${X}谢谢`],
    ['mobile with spaces', '138 0000 1234', X],
    ['mobile with hyphens and country code', '+86-138-0000-1234', X],
    ['mobile in full width', '电话：１３８００００１２３４', `电话：${X}`],
    ['a longer number is no mobile', '设备编号3138000012345678', '设备编号3138000012345678'],
    ['mobile with characters of no width', '138\u200b0000\u200b1234', X],
    // landline, ^0\d{2,3}-?\d{7,8}$ (8.3)
    ['landline', '打0573-88012345找人', `打${X}找人`],
    ['landline with brackets', '(0573)88012345', X],
    ['landline without area code', '电话：88012345', `电话：${X}`],
    ['eight digits that are no telephone', '20261122开始', '20261122开始'],
    // resident identity numbers (8.3)
    ['ID number', '身份证11010519491231002X。', `身份证${X}。`],
    ['ID number with small x', '11010519491231002x', X],
    ['old ID number', '110105491231002', X],
    ['e-mail', '邮箱 zhang.san@example.com 联系', `邮箱 ${X} 联系`],
    ['WeChat', '微信号：zhangsan_88', `微信号：${X}`],
    ['QQ', 'QQ 12345678', `QQ ${X}`],
    ['联系人', '联系人：张三', `联系人：${X}`],
    ['联系人 and number without a gap', '联系人张三13800001234', `联系人${X}`],
    ['联系人 in a sentence', '联系人李小明，电话13900005678。', `联系人${X}，电话${X}。`],
    ['举报人姓名', '举报人王小二反映', `举报人${X}反映`],
    ['我叫', '我叫张三，住在附近', `我叫${X}，住在附近`],
    ['我叫 and going on', '我叫王五反映夜间排污', `我叫${X}反映夜间排污`],
    ['先生', '请找张先生了解', `请找${X}先生了解`],
    ['欧阳女士', '欧阳女士可以作证', `${X}女士可以作证`],
    ['English name', 'My name is Li Lei, please call', `My name is ${X}, please call`],
    ['Ms', 'Ask Ms. Han about it', `Ask ${X} about it`],
  ])('%s', (_, text, expected) => {
    expect(withoutIdentity(text)).toBe(expected);
  });

  it.each([
    ['what happened stays whole', '每晚23:00至次日5:00，2号锅炉冒黑烟，持续约3小时，距离小区500米。'],
    ['names of firms and streets', '桐乡市某某热电有限公司，振兴东路1188号，王江泾镇，张家港河'],
    ['readings and outlets', 'DA001 二氧化硫 350 mg/m³，2026-11-22 10:00'],
  ])('%s', (_, text) => {
    expect(withoutIdentity(text)).toBe(text);
  });

  it('what the reporter gave beside the text is taken out wherever it stands', () => {
    expect(withoutIdentity('诸葛小亮说住在和平小区3幢201', ['诸葛小亮', '和平小区3幢201', undefined, ' '])).toBe(
      `${X}说住在${X}`,
    );
  });
  it('a second time changes nothing', () => {
    const once = withoutIdentity('联系人张三，13800001234，微信：zhangsan88');
    expect(withoutIdentity(once)).toBe(once);
  });
  it('long input costs no long time', () => {
    const start = Date.now();
    withoutIdentity('联系人'.repeat(700) + '1'.repeat(2_000) + '138 '.repeat(500));
    expect(Date.now() - start).toBeLessThan(500);
  });
});
