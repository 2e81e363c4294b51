import { refusalOf } from './refusal';

const text = '不属于生态环境部门职责';
describe('domain.md 6: not accepted, but told why and where', () => {
  it.each([
    ['other-agency', { text, turnTo: '城管部门 12319' }, undefined, { turnTo: '城管部门 12319' }],
    ['legal-path', { text, turnTo: '桐乡市人民法院' }, undefined, { turnTo: '桐乡市人民法院' }],
    ['not-environmental', { text }, undefined, { turnTo: '可拨打12345政务服务便民热线反映。' }],
    ['same-matter', { text }, { number: 'TS1', accepted: true }, { sameAs: 'TS1' }],
    ['final-answer', { text }, undefined, { turnTo: expect.stringContaining('复查') }],
  ] as const)('%s', (reason, given, same, expected) => {
    expect(refusalOf(reason, given, same)).toMatchObject({ reason, text, ...expected });
  });
  it.each([
    ['other-agency without where', 'other-agency', { text }, undefined, 'turnTo'],
    ['where is blank', 'legal-path', { text, turnTo: '  ' }, undefined, 'turnTo'],
    ['the same matter, without which', 'same-matter', { text }, undefined, 'sameAs'],
    ['the same matter that nobody accepted', 'same-matter', { text }, { number: 'TS1', accepted: false }, 'sameAs'],
  ] as const)('%s is refused, naming the field', (_, reason, given, same, field) => {
    expect(() => refusalOf(reason, given, same)).toThrow(
      expect.objectContaining({ status: 422, detail: { errors: [expect.objectContaining({ field })] } }),
    );
  });
});
