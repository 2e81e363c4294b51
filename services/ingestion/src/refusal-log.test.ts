import { maskPassword } from './refusal-log';

describe('maskPassword', () => {
  it.each([
    ['QN=1;PW=123456;MN=M1', 'QN=1;PW=******;MN=M1'],
    ['PW = abc ;MN=M1', 'PW = ******;MN=M1'],
    ['PW=;MN=M1', 'PW=******;MN=M1'],
    ['no password here', 'no password here'],
  ])('%s', (raw, masked) => expect(maskPassword(raw)).toBe(masked));
});
