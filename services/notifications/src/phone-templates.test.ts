import { phoneText } from './phone-templates';
import { partsOf, smsText } from './sms-text';

describe('domain.md 7: texts to reporters as approved', () => {
  it.each([
    ['verification-code', { code: '123456', minutes: '5' }, '投诉举报验证码：123456，5分钟内有效，请勿告知他人。'],
    [
      'complaint-received',
      { number: 'TS20261122-0001' },
      '您的投诉举报已收到，编号TS20261122-0001。请凭编号和查询码在平台查看办理进展。',
    ],
  ])('%s', (template, variables, text) => expect(phoneText(template, variables as Record<string, string>)).toBe(text));
  it.each(['verification-code', 'complaint-received', 'complaint-progress', 'complaint-answered'])(
    '%s fits two parts with the signature',
    (template) => {
      const variables = { code: '123456', minutes: '10', number: 'TS20261122-000001', progress: '已受理' };
      const text = smsText('生态环境监管', () => phoneText(template, variables), []);
      expect(text).not.toContain('…');
      expect(partsOf(text).length).toBeLessThanOrEqual(2);
    },
  );
  it('what is wrong is said without the value of any variable', () => {
    expect(() => phoneText('verification-code', { code: '987654' })).toThrow('needs the variable "minutes"');
    expect(() => phoneText('__proto__', { code: '987654' })).toThrow('there is no SMS template');
    expect(() => phoneText('verification-code', { code: '987654' })).not.toThrow('987654');
  });
});
